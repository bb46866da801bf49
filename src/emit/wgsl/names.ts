// Names in emitted WGSL. Everything that a module declares begins with the name of the model, so that modules and the shader
// around them do not get in each other's way.

import { identifier, pascalCase, type Lexicon } from '../names.ts';

/** Keywords, and words that are reserved. */
const words =
  'alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop ' +
  'override requires return struct switch true var while NULL Self abstract active alignas alignof as asm asm_fragment async ' +
  'attribute auto await become cast catch class co_await co_return co_yield coherent column_major common compile ' +
  'compile_fragment concept const_cast consteval constexpr constinit crate debugger decltype delete demote ' +
  'demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter final finally friend ' +
  'from fxgroup get goto groupshared highp impl implements import inline instanceof interface layout lowp macro macro_rules ' +
  'match mediump meta mod module move mut mutable namespace new nil noexcept noinline nointerpolation non_coherent ' +
  'noncoherent noperspective null nullptr of operator package packoffset partition pass patch pixelfragment precise ' +
  'precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require resource restrict ' +
  'self set shared sizeof smooth snorm static static_assert static_cast std subroutine super target template this ' +
  'thread_local throw trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using varying ' +
  'virtual volatile wgsl where with writeonly yield';

/** Types and functions of the language that emitted code uses: a local of that name would hide them. */
const predeclared =
  'array bool f16 f32 i32 u32 bitcast select abs acos acosh all any asin asinh atan atan2 atanh ceil clamp cos cosh cross ' +
  'degrees distance dot exp exp2 floor fma fract inverseSqrt ldexp length log log2 max min mix modf normalize pow radians ' +
  'round sign sin sinh smoothstep sqrt step tan tanh trunc';

const keywords: ReadonlySet<string> = new Set(words.split(' '));

/** No `$`, and no two `_` in front. */
function wgslIdentifier(name: string): string {
  const plain = identifier(name).replaceAll('$', '_').normalize('NFC');
  return /^_(_|$)/.test(plain) ? `x${plain}` : plain;
}

export const wgslLexicon: Lexicon = {
  reserved: new Set([...keywords, ...predeclared.split(' ')]),
  identifier: wgslIdentifier,
};

/** The name of a member of a struct. */
export function memberName(name: string): string {
  const plain = wgslIdentifier(name);
  return keywords.has(plain) ? `${plain}_` : plain;
}

/** `Mlp`, `MLP` and `mlp` begin function names with `mlp`; `HMMForward` begins them with `hmm_forward`. */
export const snakeCase = (name: string): string =>
  wgslIdentifier(name)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase();

/** Of structs: `Mlp`. */
export const typeCase = (name: string): string => pascalCase(wgslIdentifier(name));
