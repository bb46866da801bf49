// Syntax errors in words: what the parser found and what could have stood there, said as a person would. What to do about
// them is in advice.ts.

import { catalogue } from '../base/catalogue.ts';
import type { Mistakes } from './mistakes.ts';
import { adviceAtStart, adviceInside, homes, insteadInBlock, quoted } from './advice.ts';
import type { Place, Trouble } from './advice.ts';
import { nearest } from './check/nearest.ts';
import { foreignStatements } from './spelling.ts';
import { reservedWords, statementWords } from './token.ts';
import type { Token } from './token.ts';

const mostAlternatives = 6;

/** Statements that declare a list of names. */
const listWords: ReadonlySet<string> = new Set(['dim', 'data', 'param', 'fn']);

const assignments = '= += -= *= /='.split(' ');
const startOperand = '%name %number true false ( [ - !'.split(' ');
const followOperand = '%binary - ? ( [ . %open'.split(' ');

/** Where a statement can stand, known by a word that begins one there and nowhere else. */
const places: readonly (Place & { readonly word: string; readonly place: string; readonly what: string })[] =
  [
    {
      word: 'model',
      place: 'outside of a model',
      what: 'a declaration',
      holds: '`const`, `fn`, `import`, `model` or `type`',
      define: 'const',
    },
    {
      word: 'dim',
      place: 'inside a model',
      what: 'a statement of a model',
      holds: '`dim`, `data`, `param`, `const`, `let`, `var`, `for`, `while`, `if`, `loss` or `output`',
      define: 'let',
    },
    {
      word: 'return',
      place: 'inside a function',
      what: 'a statement of a function',
      holds: '`const`, `let`, `var`, `for`, `while`, `if` or `return`',
      define: 'let',
    },
    {
      word: 'while',
      place: 'inside a block',
      what: 'a statement of a block',
      holds: '`const`, `let`, `var`, `for`, `while`, `if` or `loss`',
      define: 'let',
    },
  ];

const placeOf = (expected: ReadonlySet<string>): (typeof places)[number] | undefined =>
  places.find(({ word }) => expected.has(word));

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
  if (rest.has('+=')) {
    alternatives.push('an assignment');
    rest.delete('.');
    for (const sign of assignments) rest.delete(sign);
  }
  const ends = rest.delete('%end');
  if (rest.delete('%open')) alternatives.push(quoted('{'));
  if (rest.delete('%string')) alternatives.push('the path of a file in quotes');
  if (rest.delete('%close')) alternatives.push(quoted('}'));
  alternatives.push(...[...rest].map(quoted));
  if (ends) alternatives.push('the end of the statement');
  return join(alternatives.slice(0, mostAlternatives));
}

/** Reports one syntax error, and returns the word that the statement was probably meant to begin with. */
export function explain(trouble: Trouble, mistakes: Mistakes | undefined): string {
  const { found, first, outside } = trouble;
  if (isBare(trouble)) {
    return explain({ ...trouble, found: first, before: undefined, rest: [found, ...trouble.rest] }, mistakes);
  }
  if (found === first) {
    const words = [...outside].filter((terminal) => /^\w/.test(terminal));
    const foreign = foreignStatements.get(first.text);
    const known = foreign !== undefined && outside.has(foreign) ? foreign : nearest(first.text, words);
    const meant = known ?? first.text;
    if (mistakes !== undefined) explainStart(trouble, meant, mistakes);
    return meant;
  }
  if (mistakes !== undefined) explainInside(trouble, mistakes);
  return first.text;
}

/** A name begins a statement only where it is assigned to, so any other that does so is no statement at all. */
const isBare = ({ before, first, expected }: Trouble): boolean =>
  before === first && first.type === 'name' && expected.has('+=');

function explainStart(trouble: Trouble, meant: string, mistakes: Mistakes): void {
  const { found, outside } = trouble;
  const { span, text } = found;
  const place = placeOf(outside);
  if (text === '}') {
    const help = 'add `return` and the value of the function';
    mistakes.add(catalogue.missingReturn, undefined, span, { help });
  } else if (place !== undefined && found.type === 'keyword' && homes.has(text)) {
    mistakes.add(catalogue.misplacedStatement, { word: text, place: place.place }, span, {
      help: (place.word === 'while' ? insteadInBlock.get(text) : undefined) ?? homes.get(text),
    });
  } else if (place === undefined && outside.has('}')) {
    const args = { word: text, place: 'after `return`' };
    mistakes.add(catalogue.misplacedStatement, args, span, {
      help: '`return` is the last statement of a function',
    });
  } else if (place === undefined) {
    const expected = describeExpected(outside);
    mistakes.add(catalogue.unexpectedToken, { found: nameFound(found), expected }, span, {
      help: adviceInside(trouble),
    });
  } else {
    const help = meant === text ? adviceAtStart(trouble, place) : `did you mean ${quoted(meant)}?`;
    mistakes.add(catalogue.unknownStatement, { found: nameFound(found), what: place.what }, span, { help });
  }
}

/** Whether a name that is to be declared stands here: not the name of a type, nor an index of a clause. */
function isDeclared({ before, first, expected }: Trouble): boolean {
  if (expected.has('%number') || !expected.has('%name')) return false;
  if (before?.text === ',') return listWords.has(first.text);
  return before?.text !== ':' && before?.text !== 'for';
}

function explainInside(trouble: Trouble, mistakes: Mistakes): void {
  const { found, before, first, expected } = trouble;
  const isWord = reservedWords.has(found.text) && found.type !== 'end';
  const needsName = expected.has('%name');
  const introduces = before?.type === 'keyword' && statementWords.has(before.text);
  // Several names stand in parentheses.
  const names = introduces && [...expected].every((terminal) => terminal === '%name' || terminal === '(');
  if (expected.has('max') && expected.size === 1 && first.text === 'while') {
    const help = 'write `while (c) max 100 { … }`: more iterations than that are an error';
    mistakes.add(catalogue.whileWithoutLimit, undefined, found.span, { help });
  } else if (needsName && isWord && (isDeclared(trouble) || statementWords.has(found.text))) {
    const help = `the reserved words are ${[...reservedWords].join(', ')}`;
    mistakes.add(catalogue.reservedName, { word: found.text }, found.span, { help });
  } else if (needsName && names) {
    const args = { what: quoted(before.text), found: nameFound(found) };
    mistakes.add(catalogue.missingName, args, found.span);
  } else if (found.text === '=' && expected.has('%binary')) {
    mistakes.add(catalogue.assignmentInExpression, undefined, found.span, { help: 'write `==` to compare' });
  } else {
    const args = { found: nameFound(found), expected: describeExpected(expected) };
    mistakes.add(catalogue.unexpectedToken, args, found.span, { help: adviceInside(trouble) });
  }
}
