// Syntax errors in words: what the parser found and what could have stood there, said as a person would.

import { catalogue } from '../base/catalogue.ts';
import type { Mistakes } from './mistakes.ts';
import { nearest } from './check/nearest.ts';
import { reservedWords, statementWords } from './token.ts';
import type { Token } from './token.ts';

export interface Trouble {
  /** The token at which no parse goes on. */
  readonly found: Token;
  readonly before: Token | undefined;
  readonly after: Token | undefined;
  /** The first token of the statement. */
  readonly first: Token;
  /** The terminals that could stand here: `let`, or `%name` for a type. */
  readonly expected: ReadonlySet<string>;
  /** Those that could stand at the beginning of the statement. */
  readonly outside: ReadonlySet<string>;
}

const mostAlternatives = 6;

const startOperand = '%name %number true false ( [ - !'.split(' ');
const followOperand = '%binary - ? ( ['.split(' ');

/** Where a statement can stand, known by a word that begins one there and nowhere else. */
const places = [
  {
    word: 'model',
    place: 'outside of a model',
    what: 'a declaration',
    holds: '`const`, `fn` or `model`',
    define: 'const',
  },
  {
    word: 'loss',
    place: 'inside a model',
    what: 'a statement of a model',
    holds: '`dim`, `data`, `param`, `const`, `let`, `loss` or `output`',
    define: 'let',
  },
  {
    word: 'return',
    place: 'inside a function',
    what: 'a statement of a function',
    holds: '`let` or `return`',
    define: 'let',
  },
];

const placeOf = (expected: ReadonlySet<string>): (typeof places)[number] | undefined =>
  places.find(({ word }) => expected.has(word));

const longest = 40;
const quoted = (text: string): string => `\`${text.length > longest ? `${text.slice(0, longest)}…` : text}\``;
const nameFound = (token: Token): string => (token.type === 'end' ? token.text : quoted(token.text));

function join(alternatives: readonly string[]): string {
  if (alternatives.length < 2) return alternatives[0] ?? 'the end of the text';
  return `${alternatives.slice(0, -1).join(', ')} or ${alternatives[alternatives.length - 1]}`;
}

/** The set of what could stand here, with the many that begin or continue an expression taken together. */
function describeExpected(expected: ReadonlySet<string>): string {
  const rest = new Set(expected);
  const alternatives: string[] = [];
  if (rest.has('%number')) {
    alternatives.push('an expression');
    for (const terminal of startOperand) rest.delete(terminal);
  }
  if (rest.has('%binary')) {
    alternatives.push('an operator');
    for (const terminal of followOperand) rest.delete(terminal);
  }
  if (rest.delete('%name')) alternatives.push('a name');
  const ends = rest.delete('%end');
  alternatives.push(...[...rest].map(quoted));
  if (ends) alternatives.push('the end of the statement');
  return join(alternatives.slice(0, mostAlternatives));
}

/** Reports one syntax error, and returns the word that the statement was probably meant to begin with. */
export function explain(trouble: Trouble, mistakes: Mistakes | undefined): string {
  const { found, first, outside } = trouble;
  if (found === first) {
    const words = [...outside].filter((terminal) => /^\w/.test(terminal));
    const meant = nearest(first.text, words) ?? first.text;
    if (mistakes !== undefined) explainStart(trouble, meant, mistakes);
    return meant;
  }
  if (mistakes !== undefined) explainInside(trouble, mistakes);
  return first.text;
}

function explainStart({ found, after, outside }: Trouble, meant: string, mistakes: Mistakes): void {
  const { span, text } = found;
  const place = placeOf(outside);
  if (text === '}') {
    const help = 'add `return` and the value of the function';
    mistakes.add(catalogue.missingReturn, undefined, span, { help });
  } else if (place !== undefined && found.type === 'keyword' && statementWords.has(text)) {
    mistakes.add(catalogue.misplacedStatement, { word: text, place: place.place }, span, {
      help: homeOf(text),
    });
  } else if (place === undefined && outside.has('}')) {
    const args = { word: text, place: 'after `return`' };
    mistakes.add(catalogue.misplacedStatement, args, span, {
      help: '`return` is the last statement of a function',
    });
  } else if (place === undefined) {
    const expected = describeExpected(outside);
    mistakes.add(catalogue.unexpectedToken, { found: nameFound(found), expected }, span);
  } else {
    const defines = found.type === 'name' && after?.text === '=';
    const home = defines ? `write \`${place.define} ${text} = …\`` : `it begins with ${place.holds}`;
    const help = meant === text ? home : `did you mean ${quoted(meant)}?`;
    mistakes.add(catalogue.unknownStatement, { found: nameFound(found), what: place.what }, span, { help });
  }
}

/** Where a statement belongs. */
function homeOf(word: string): string | undefined {
  if (word === 'model' || word === 'fn') return `write ${quoted(word)} outside of any model or function`;
  if (word === 'return') return '`return` belongs at the end of a function';
  if (word === 'let') return '`let` belongs in a model or in a function';
  if (word === 'const') return '`const` belongs in a model or outside of everything';
  const later = new Set('var while import'.split(' '));
  return later.has(word)
    ? 'the language has no such statement yet'
    : `${quoted(word)} belongs in \`model Name { … }\``;
}

function explainInside(trouble: Trouble, mistakes: Mistakes): void {
  const { found, before, expected } = trouble;
  const isWord = reservedWords.has(found.text) && found.type !== 'end';
  const needsName = expected.has('%name');
  const names = expected.size === 1 && before?.type === 'keyword' && statementWords.has(before.text);
  if (needsName && isWord && (names || statementWords.has(found.text))) {
    const help = `the reserved words are ${[...reservedWords].join(', ')}`;
    mistakes.add(catalogue.reservedName, { word: found.text }, found.span, { help });
  } else if (needsName && names) {
    const args = { what: quoted(before.text), found: nameFound(found) };
    mistakes.add(catalogue.missingName, args, found.span);
  } else if (found.text === '=' && expected.has('%binary')) {
    mistakes.add(catalogue.assignmentInExpression, undefined, found.span, { help: 'write `==` to compare' });
  } else {
    const args = { found: nameFound(found), expected: describeExpected(expected) };
    mistakes.add(catalogue.unexpectedToken, args, found.span, { help: helpInside(trouble) });
  }
}

const otherOperators: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
]);

function helpInside({ found, before, first, expected }: Trouble): string | undefined {
  const operand = expected.has('%binary');
  const other = otherOperators.get(found.text);
  if (operand && other !== undefined) return `write ${quoted(other)}`;
  if (before?.text === 'not' && before.type === 'name') return 'write `!` for logical not';
  if (expected.has('..') && found.text === ':') return 'a slice is written `from..to`';
  if (expected.has(']') && found.text === 'if') {
    return 'an array has an element at every index: choose between two with `c ? a : b`';
  }
  if (first.text === 'fn' && expected.has(':') && !expected.has('%binary') && before?.text === ')') {
    return 'say what the function returns, as in `fn f(x: real): real = x`';
  }
  if (expected.has('=') && found.text === '==') return 'write `=` to define';
  const juxtaposed = found.type === 'name' || found.type === 'number' || found.text === '(';
  if (operand && juxtaposed && (before?.type === 'number' || before?.text === ')' || before?.text === ']')) {
    return 'a product is written with `*`';
  }
  return undefined;
}
