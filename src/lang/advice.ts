// What to do about a syntax error: a guess at what was meant, from the tokens around it. The error itself is told by syntax.ts.

import type { Token } from './token.ts';

export interface Trouble {
  /** The token at which no parse goes on. */
  readonly found: Token;
  readonly before: Token | undefined;
  /** What of the statement came before, if anything. */
  readonly read: readonly Token[];
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

const ofBody = (word: string): [string, string] => [
  word,
  `${quoted(word)} belongs in a model or in a function`,
];
const ofModel = (word: string): [string, string] => [word, `${quoted(word)} belongs in \`model Name { … }\``];

/** Where a statement belongs. */
export const homes: ReadonlyMap<string, string> = new Map([
  ['model', 'write `model` outside of any model or function'],
  ['type', 'write `type` outside of any model or function'],
  ['fn', 'write `fn` outside of any model or function'],
  ['import', 'write `import` outside of any model or function'],
  ['derivative', 'write `derivative` outside of any model or function, after the function that it is for'],
  ['adjoint', 'write `adjoint` outside of any model or function, after the function that it is for'],
  ['return', '`return` belongs at the end of a function'],
  ...['let', 'var', 'for', 'while', 'if'].map(ofBody),
  ...['dim', 'data', 'param', 'loss', 'output'].map(ofModel),
]);

/** What to do about statements of models and functions in their blocks. */
export const insteadInBlock: ReadonlyMap<string, string> = new Map([
  ['return', 'assign to a `var`, and return that at the end of the function'],
  ['output', 'assign to a `var`, and write the `output` after the block'],
  ['dim', 'declare it in the model, outside of the block'],
  ['data', 'declare it in the model, outside of the block'],
  ['param', 'declare it in the model, outside of the block'],
]);

const operators: ReadonlySet<string> = new Set(['+', '-', '*', '/', '^']);

/** For a statement that begins with no word of ours. */
export function adviceAtStart({ found, rest, outside }: Trouble, place: Place): string {
  const [after, second] = rest;
  switch (found.text) {
    case 'else':
      return '`else` follows the `}` of an `if`';
    case 'elif':
    case 'elsif':
    case 'elseif':
      return 'write `else if (…) { … }`';
    case 'break':
      return 'a loop that ends early is `while (c) max 100 { … }`, which runs as long as `c` holds';
    case 'continue':
      return 'put what is left of the body into `if (…) { … }`';
  }
  const name = found.type === 'name' ? found.text : (second?.text ?? '');
  const sign = found.type === 'name' ? after : found;
  if (/^[+-]$/.test(sign?.text ?? '') && (found.type === 'name' ? second : after)?.text === sign?.text)
    return `write ${quoted(`${name} ${sign?.text ?? '+'}= 1`)}`;
  if (found.type === 'name' && after?.text === '=') return `write \`${place.define} ${name} = …\``;
  if (found.type === 'name' && operators.has(after?.text ?? '') && second?.text === '=')
    return `write ${quoted(`${name} = ${name} ${after?.text ?? ''} …`)}`;
  if (found.type === 'name' && outside.has('while'))
    return `it begins with ${place.holds}, or assigns to a \`var\``;
  return `it begins with ${place.holds}`;
}

const relations: ReadonlySet<string> = new Set(['>', '>=', '<', '<=', 'in']);

/** `type Cam = { f: real > 0 }` */
function fieldAdvice({ found, read, first, expected }: Trouble): string | undefined {
  const isField = first.type === 'name' && expected.has(',') && expected.has('%end');
  if (!isField || !relations.has(found.text)) return undefined;
  const name = read[read.findLastIndex((token) => token.text === ':') - 1] ?? first;
  return `only a \`param\` by itself is constrained: ${quoted(`param ${name.text}: real ${found.text} …`)}`;
}

/** Imports and rules as other languages, or nobody, write them. */
function declarationAdvice(trouble: Trouble): string | undefined {
  const { found, first, expected } = trouble;
  if (first.text === 'import') return importAdvice(trouble);
  if (found.text === ':' && isRule(first) && expected.has(','))
    return 'a rule has the types of its function: leave them out';
  if (first.text === 'adjoint' && expected.has('from'))
    return 'name the adjoint of the result, as in `adjoint f(a, b) from g { … }`';
  return undefined;
}

const isRule = ({ text }: Token): boolean => text === 'derivative' || text === 'adjoint';

/** `import lib from "./lib.nabla"`, `import * as lib from …`, `import "./lib.nabla"` */
function importAdvice({ found, rest }: Trouble): string {
  const path = [found, ...rest].find((token) => token.type === 'string')?.text ?? '"./lib.nabla"';
  return `an import names what it is for: ${quoted(`import { f, g } from ${path}`)}`;
}

const otherOperators: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
]);

export function adviceInside(trouble: Trouble): string | undefined {
  const { found, before, read, rest, first, expected } = trouble;
  const control = controlAdvice(trouble) ?? declarationAdvice(trouble);
  if (control !== undefined) return control;
  const counted = countingAdvice(trouble);
  if (counted !== undefined) return counted;
  const operand = expected.has('%binary');
  const field = operand ? undefined : fieldAdvice(trouble);
  if (field !== undefined) return field;
  const other = otherOperators.get(found.text);
  if (operand && other !== undefined) return `write ${quoted(other)}`;
  if (before?.text === 'not' && before.type === 'name') return 'write `!` for logical not';
  if (found.text === 'if') return choiceAdvice(trouble);
  if (found.type === 'open' && expected.has('%number'))
    return 'a record begins with its name: `Vec2 { x: 1, y: 2 }`';
  if (expected.has(':') && before?.type === 'name' && read.some((token) => token.type === 'open'))
    return `a field is written ${quoted(`${before.text}: …`)}`;
  if (expected.has('%close') && found.type === 'name' && rest[0]?.text === ':')
    return `a comma or a new line goes before ${quoted(`${found.text}: …`)}`;
  const dotted = dotAdvice(trouble);
  if (dotted !== undefined) return dotted;
  if (operand && found.text === 'in') return 'a clause begins with `for`: `sum(… for i in N)`';
  if (expected.has('..') && found.text === ':') return 'a slice is written `from..to`';
  if (first.text === 'fn' && expected.has(':') && !operand && before?.text === ')') {
    return 'say what the function returns, as in `fn f(x: real): real = x`';
  }
  if (expected.has('=') && found.text === '==') return 'write `=` to define';
  if (before === first && first.text === 'loss') {
    if (found.text === '=') return 'nothing is assigned: write `loss …`';
    if (found.text === '+=') return 'write `loss …`: several of them add up';
  }
  if (operand && /^[-+*/]=$/.test(found.text)) return 'an assignment is a statement of its own';
  const juxtaposed = found.type === 'name' || found.type === 'number' || found.text === '(';
  if (operand && juxtaposed && (before?.type === 'number' || before?.text === ')' || before?.text === ']')) {
    return 'a product is written with `*`';
  }
  return undefined;
}

/** `s[0]++` and `i++` where a value is wanted. */
function countingAdvice({ found, before, read, rest }: Trouble): string | undefined {
  if (!/^[+-]$/.test(found.text)) return undefined;
  const first = before?.text === found.text ? before : found;
  const second = first === found ? rest[0] : found;
  if (second?.text !== first.text || second.span.start !== first.span.end) return undefined;
  const target = read.filter((token) => token !== first);
  const isStatement = target.every((token) => token.type !== 'keyword' && token.text !== '=');
  return isStatement
    ? `write ${quoted(`${target.map((token) => token.text).join('')} ${first.text}= 1`)}`
    : `nothing is counted within an expression: ${quoted(`i ${first.text}= 1`)} is a statement of its own`;
}

export const adviceOnBlock = 'what a loop or a branch runs stands between `{` and `}`';

/** Heads of loops and branches as other languages write them. */
function controlAdvice({ found, before, rest, first, expected }: Trouble): string | undefined {
  const word = first.text === '}' ? 'if' : first.text;
  if (word === 'for' && before === first && found.text === '(') {
    const [index, sign] = rest[0]?.type === 'keyword' ? rest.slice(1) : rest;
    const name = index?.type === 'name' ? index.text : 'i';
    return sign?.text === 'in'
      ? `a loop is written without the parentheses: ${quoted(`for ${name} in N { … }`)}`
      : `a loop runs over a range: ${quoted(`for ${name} in 0..N { … }`)}`;
  }
  if (word === 'for' && expected.has('in') && (found.text === '=' || found.text === 'of'))
    return `a loop runs over a range: ${quoted(`for ${before?.text ?? 'i'} in 0..N { … }`)}`;
  if (before?.text === word && (word === 'while' || word === 'if') && found.text !== '(')
    return `the condition stands in parentheses: ${quoted(word === 'if' ? 'if (c) { … }' : 'while (c) max 100 { … }')}`;
  if (before?.text === 'else') return 'after `else` comes `{`, or `if (…) {`';
  if (expected.has('{') && (word === 'for' || word === 'while' || word === 'if')) return adviceOnBlock;
  if (word === 'var' && expected.has('=') && found.type === 'end')
    return 'a `var` begins with a value: `var s = 0.0`, or `var a: real[N] = 0`';
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

/** `X .* y` and `x.sum()` of the array languages. */
function dotAdvice({ found, before, read, rest }: Trouble): string | undefined {
  if (before?.text === '.' && operators.has(found.text)) {
    const product = found.text === '*' ? '; the matrix product is `@`' : '';
    return `${quoted(found.text)} is elementwise by itself${product}`;
  }
  const [base, dot, name] = read.slice(-3);
  if (found.text !== '(' || dot?.text !== '.' || name?.type !== 'name') return undefined;
  const given = argumentsOf(rest);
  const isLibrary = base?.type === 'name' && libraries.has(base.text) && read.at(-4)?.text !== '.';
  if (isLibrary) return `functions have no prefix: write ${quoted(`${name.text}(${given})`)}`;
  const object = base?.type === 'name' ? base.text : '…';
  return `write ${quoted(`${name.text}(${given === '' ? object : `${object}, ${given}`})`)}`;
}

/** What other languages have their functions in. */
export const libraries: ReadonlySet<string> = new Set(['Math', 'math', 'np', 'numpy', 'jnp', 'tf', 'torch']);

/** The text up to where the parenthesis is closed that has just been opened. */
function argumentsOf(tokens: readonly Token[]): string {
  let depth = 1;
  const end = tokens.findIndex(({ type, text }) => {
    if (type === 'open' || text === '(' || text === '[') depth++;
    if (type === 'close' || text === ')' || text === ']') depth--;
    return depth === 0;
  });
  const inside = end < 0 ? tokens : tokens.slice(0, end);
  return inside
    .map(({ text }) => (text === ',' ? ', ' : text))
    .join('')
    .trim();
}
