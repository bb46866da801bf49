// What a WGSL module cannot hold. What variables may take is from the section on limits of the WGSL specification, which
// every implementation grants.

import type { Program } from '../../ir/types.ts';
import { statementsOf } from '../../ir/walk.ts';
import type { Expression, Routine } from '../../loops/types.ts';
import { expressionsOf, visitExpression, visitStatements } from '../../loops/walk.ts';
import type { Span } from '../../base/source.ts';
import type { EmittedModel } from '../model.ts';
import { Scope } from '../names.ts';
import { argumentsOf, functionName, variablesOf } from './function.ts';
import { gpuForms, type GpuModel } from './model.ts';
import { wgslLexicon } from './names.ts';
import { largest } from './target.ts';

/** Bytes of all variables that one function declares. */
const mostFunctionBytes = 8192;

/** Bytes of one argument: the compiler of Chromium (Tint, 2026) takes no larger ones. */
const mostArgumentBytes = 65536;

export type Problem =
  | {
      readonly kind: 'memory';
      readonly name: string;
      readonly bytes: number;
      readonly most: string;
      readonly limit: number;
    }
  | { readonly kind: 'argument'; readonly type: string; readonly bytes: number; readonly limit: number }
  | {
      readonly kind: 'literal';
      readonly value: number;
      readonly type: string;
      readonly span: Span | undefined;
    };

/** What is wrong with a model, by the name of the model. */
export function problemsOf(models: readonly EmittedModel[]): readonly (readonly [string, Problem])[] {
  const scope = new Scope(wgslLexicon);
  return models.flatMap((model) => {
    const forms = gpuForms(model, scope);
    const problems = forms.flatMap((form) =>
      form.routines.flatMap((routine) => problemOf(form, routine, model.program) ?? []),
    );
    return [...largeArguments(forms), ...problems].map((problem) => [model.program.name, problem] as const);
  });
}

/** Each struct once, whichever functions take it. */
function largeArguments(forms: readonly GpuModel[]): readonly Problem[] {
  const structs = forms.flatMap((form) => form.routines.flatMap((routine) => argumentsOf(form, routine)));
  const sizes = new Map(structs.map(({ type, bytes }) => [type, bytes]));
  return [...sizes].flatMap(([type, bytes]): readonly Problem[] =>
    bytes > mostArgumentBytes ? [{ kind: 'argument', type, bytes, limit: mostArgumentBytes }] : [],
  );
}

function problemOf(form: GpuModel, routine: Routine, program: Program): Problem | undefined {
  const literal = literalProblemOf(routine, program);
  if (literal !== undefined) return literal;
  const variables = [...variablesOf(form, routine)].sort(([, a], [, b]) => b - a);
  const bytes = variables.reduce((sum, [, size]) => sum + size, 0);
  if (bytes <= mostFunctionBytes) return undefined;
  const shown = variables.slice(0, 3).map(([name, size]) => `${name} takes ${size}`);
  const most = [...shown, ...(variables.length > 3 ? ['…'] : [])].join(', ');
  return { kind: 'memory', name: functionName(form, routine), bytes, most, limit: mostFunctionBytes };
}

/** A number in the routine that WGSL cannot write, with its place in the program. */
export function literalProblemOf(routine: Routine, program: Program): Problem | undefined {
  const value = unwritable(routine);
  if (value === undefined) return undefined;
  const type = typeof value === 'bigint' ? 'i32' : 'f32';
  return { kind: 'literal', value: Number(value), type, span: placeOf(Number(value), program) };
}

/** A literal that no f32 or (as a bigint) no i32 holds. */
function unwritable({ body, result }: Routine): number | bigint | undefined {
  let found: number | bigint | undefined;
  const look = (root: Expression): void =>
    visitExpression(root, (e) => {
      if (e.kind !== 'literal' || typeof e.value !== 'number' || found !== undefined) return;
      // NaN and the infinities have texts of their own.
      if (e.scalar === 'real' && Number.isFinite(e.value) && Math.abs(e.value) > largest) found = e.value;
      if (e.scalar === 'int' && e.value !== (e.value | 0)) found = BigInt(Math.trunc(e.value));
    });
  visitStatements(body, (statement) => expressionsOf(statement).forEach(look));
  if (result !== undefined) look(result);
  return found;
}

/** Where the model says a number, if it does so itself. */
function placeOf(value: number, { body }: Program): Span | undefined {
  for (const statement of statementsOf(body)) {
    if (statement.kind !== 'op') continue;
    if (statement.args.some((arg) => arg.kind === 'literal' && arg.value === value))
      return statement.outs[0].span;
  }
  return undefined;
}
