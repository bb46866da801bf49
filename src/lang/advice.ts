// What to do about a syntax error: a guess at what was meant, from the tokens around it. The error itself is told by syntax.ts.

import type { Token } from './token.ts';

export interface Trouble {
  /** The token at which no parse goes on. */
  readonly found: Token;
  readonly before: Token | undefined;
  /** What follows in the statement. */
  readonly rest: readonly Token[];
  /** The first token of the statement. */
  readonly first: Token;
  /** The terminals that could stand here: `let`, or `%name` for a type. */
  readonly expected: ReadonlySet<string>;
  /** Those that could stand at the beginning of the statement. */
  readonly outside: ReadonlySet<string>;
}

/** Where a statement was to begin: the statements of that place, and the one that defines a value. */
export interface Place {
  readonly holds: string;
  readonly define: string;
}

const longest = 40;
export const quoted = (text: string): string =>
  `\`${text.length > longest ? `${text.slice(0, longest)}…` : text}\``;

const ofModel = (word: string): [string, string] => [word, `${quoted(word)} belongs in \`model Name { … }\``];

/** Where a statement belongs. */
export const homes: ReadonlyMap<string, string> = new Map([
  ['model', 'write `model` outside of any model or function'],
  ['fn', 'write `fn` outside of any model or function'],
  ['return', '`return` belongs at the end of a function'],
  ['let', '`let` belongs in a model or in a function'],
  ['const', '`const` belongs in a model or outside of everything'],
  ...['dim', 'data', 'param', 'loss', 'output'].map(ofModel),
]);

const assignable: ReadonlySet<string> = new Set(['+', '-', '*', '/', '^']);
const bindOnce = (inModel: boolean): string =>
  `values are bound once: write \`sum(… for n in N)\`${inModel ? ', or several `loss` lines, which add up' : ''}`;

/** For a statement that begins with no word of ours. */
export function adviceAtStart({ found, rest, outside }: Trouble, place: Place): string {
  const [after, second] = rest;
  const inModel = outside.has('loss');
  switch (found.text) {
    case 'for':
      return loopAdvice(rest, inModel ? 'loss ' : '');
    case 'while':
      return 'there are no loops: `sum(… for n in N)` and its like run over a range';
    case 'if':
    case 'else':
      return 'a choice is an expression: `c ? a : b`';
    case 'import':
      return 'there are no imports yet; the standard functions are there without one';
    case 'var':
      return bindOnce(inModel);
  }
  if (found.type === 'name' && after?.text === '=') return `write \`${place.define} ${found.text} = …\``;
  if (found.type === 'name' && assignable.has(after?.text ?? '') && second?.text === '=')
    return bindOnce(inModel);
  return `it begins with ${place.holds}`;
}

/** `for n in N {` as a reduction. */
function loopAdvice([index, , size, brace]: readonly Token[], statement: string): string {
  const name = index?.type === 'name' ? index.text : 'n';
  const range = size !== undefined && brace?.text === '{' ? size.text : 'N';
  return `a loop is written as a reduction: ${quoted(`${statement}sum(… for ${name} in ${range})`)}`;
}

const otherOperators: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
]);

export function adviceInside(trouble: Trouble): string | undefined {
  const { found, before, rest, first, expected } = trouble;
  const operand = expected.has('%binary');
  const other = otherOperators.get(found.text);
  if (operand && other !== undefined) return `write ${quoted(other)}`;
  if (before?.text === 'not' && before.type === 'name') return 'write `!` for logical not';
  if (found.text === 'if') return choiceAdvice(trouble);
  if (operand && found.text === '.') return dotAdvice(trouble);
  if (operand && found.text === 'in') return 'a clause begins with `for`: `sum(… for i in N)`';
  if (expected.has('..') && found.text === ':') return 'a slice is written `from..to`';
  if (first.text === 'fn' && expected.has(':') && !operand && before?.text === ')') {
    return 'say what the function returns, as in `fn f(x: real): real = x`';
  }
  if (expected.has('=') && found.text === '==') return 'write `=` to define';
  if (before === first && first.text === 'loss') {
    if (found.text === '=') return 'nothing is assigned: write `loss …`';
    if (found.text === '+' && rest[0]?.text === '=') return 'write `loss …`: several of them add up';
  }
  const juxtaposed = found.type === 'name' || found.type === 'number' || found.text === '(';
  if (operand && juxtaposed && (before?.type === 'number' || before?.text === ')' || before?.text === ']')) {
    return 'a product is written with `*`';
  }
  return undefined;
}

/** `if` that is no guard: the guard of a reduction in the wrong place, or a choice as others write it. */
function choiceAdvice({ expected, rest }: Trouble): string | undefined {
  if (expected.has(']')) {
    return 'an array has an element at every index: choose between two with `c ? a : b`';
  }
  const chooses = rest.some((token) => token.text === 'else');
  if (expected.has('for') && !chooses) return 'the guard goes after the clauses: `sum(… for d if …)`';
  return expected.has('%number') || expected.has('%binary') ? 'a choice is written `c ? a : b`' : undefined;
}

/** `X.T`, `X .* y` and `x.sum()` of the array languages. */
function dotAdvice({ before, rest: [after, second] }: Trouble): string {
  const base = before?.type === 'name' ? before.text : '…';
  if (after?.text === 'T') return `a transpose is written ${quoted(`transpose(${base})`)}`;
  if (after !== undefined && assignable.has(after.text)) {
    const product = after.text === '*' ? '; the matrix product is `@`' : '';
    return `${quoted(after.text)} is elementwise by itself${product}`;
  }
  return after?.type === 'name' && second?.text === '('
    ? `write ${quoted(`${after.text}(${base})`)}`
    : 'values have no members';
}
