// What people write who come from another language, from a paper or from a word processor. Each row says what they meant;
// where that is an operator of ours, reading goes on with it, so that one slip is one message.

/** Operators of other languages: the operator of ours that takes the place, or none, and what to say. */
export const foreignOperators: ReadonlyMap<string, { readonly use?: string; readonly help: string }> =
  new Map([
    ['**', { use: '^', help: 'a power is written `^`' }],
    ['&', { use: '&&', help: 'logical and is written `&&`' }],
    ['|', { use: '||', help: 'logical or is written `||`' }],
    ['===', { use: '==', help: 'equality is written `==`' }],
    ['!==', { use: '!=', help: 'inequality is written `!=`' }],
    ['<>', { use: '!=', help: 'inequality is written `!=`' }],
    ['=<', { use: '<=', help: 'less or equal is written `<=`' }],
    ['...', { use: '..', help: 'a range is written `a..b`; `b` is not of it' }],
    [
      '->',
      { use: ':', help: 'the result type of a function follows a `:`, as in `fn f(x: real): real = x`' },
    ],
    ['=>', { use: '=', help: 'a short function is written `fn f(x: real): real = x`' }],
    ['%', { use: 'mod', help: 'the remainder of integers is written `a mod b`' }],
    ['~', { help: 'distributions are written as a `loss`: the negative logarithm of the density' }],
    ['#', { help: 'a comment begins with `//`' }],
    ['$', { help: 'names are made of letters, digits and `_`' }],
    ['\\', { help: 'a line goes on by itself after an operator, a comma or an open bracket' }],
  ]);

/** Functions of other languages, and what to say. A near name of ours may mean something else: `sqr` is not `sqrt`. */
export const foreignFunctions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ln: 'the natural logarithm is `log`',
    fabs: 'the absolute value is `abs`',
    sgn: 'the sign is `sign`',
    power: 'powers are written `x^n`',
    sqr: 'a square is written `x^2`',
    square: 'a square is written `x^2`',
    cube: 'a cube is written `x^3`',
    norm: 'the Euclidean norm is `norm2`',
    matmul: 'the matrix product is written `a @ b`',
    average: 'did you mean `mean`?',
    avg: 'did you mean `mean`?',
    product: 'did you mean `prod`?',
    logsumexp: 'did you mean `logSumExp`?',
    range: 'a range is written `i in N`, or `i in a..b`',
    where: 'a choice is written `c ? a : b`',
    zeros: 'an array of zeros is written `[0.0 for i in N]`',
    ones: 'an array of ones is written `[1.0 for i in N]`',
    len: 'the length of an axis is the size in its type',
    float: 'did you mean `real`?',
  }),
);

/** Words that begin a statement in another language, and the word of ours. */
export const foreignStatements: ReadonlyMap<string, string> = new Map(
  Object.entries({ def: 'fn', fun: 'fn', func: 'fn', function: 'fn', minimize: 'loss', parameter: 'param' }),
);

/** Characters that look like one of ours, or stand for a function of ours. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '−': '-', '–': '-', '—': '-', '‐': '-', '‑': '-', '×': '*', '·': '*', '⋅': '*', '∙': '*', '∗': '*', '•': '*',
    '÷': '/', '∕': '/', '⁄': '/', '≤': '<=', '≥': '>=', '≠': '!=', '∧': '&&', '∨': '||', '¬': '!', '…': '..', '‥': '..',
    '∈': 'in', '⟨': '(', '⟩': ')', '∶': ':',
  }),
); // prettier-ignore

const meanings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '²': 'a square is written `x^2`',
    '³': 'a cube is written `x^3`',
    ⁿ: 'a power is written `x^n`',
    ᵀ: 'a transpose is written `transpose(a)`',
    '√': 'a square root is written `sqrt(x)`',
    '∑': 'a sum is written `sum(x[i] for i in N)`',
    '∏': 'a product is written `prod(x[i] for i in N)`',
    '∂': 'derivatives are taken by the compiler, of the `loss` by each `param`',
    '∇': 'derivatives are taken by the compiler, of the `loss` by each `param`',
    '°': 'angles are in radians',
  }),
);

const quotes = new Set('“”‘’„«»‹›＂＇');

/** The token that a character stands for, if it looks like one of ours. Full-width forms are ASCII, moved by 0xFEE0. */
export function lookalikeOf(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (quotes.has(character)) return undefined;
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  return lookalikes.get(character);
}

export function helpForCharacter(character: string): string | undefined {
  const same = lookalikeOf(character);
  if (same !== undefined) return `write \`${same}\``;
  if (quotes.has(character)) return 'there are no strings in Nabla, and names need no quotes';
  return /[\p{C}\p{Z}]/u.test(character) ? 'delete it' : meanings.get(character);
}

/** How a message names a character: itself where it can be seen, its number always. */
export function nameOfCharacter(character: string): string {
  const number = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (/[\p{C}\p{Z}]/u.test(character)) return `invisible character ${number}`;
  return /\p{M}/u.test(character)
    ? `combining character ${number}`
    : `character \`${character}\` (${number})`;
}
