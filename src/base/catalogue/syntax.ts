// Diagnostics of syntax (N01xx): the text is not a Nabla program.

import { error } from '../row.ts';

export const syntax = {
  unexpectedToken: error(
    'N0101',
    'unexpected token',
    (a: { found: string; expected: string }) => `unexpected ${a.found}, expected ${a.expected}`,
    'The text stops being a Nabla program at this token. The message lists what could stand here.',
  ),
  unclosedBracket: error(
    'N0102',
    'bracket not closed',
    (a: { bracket: string; before: string }) => `\`${a.bracket}\` is not closed before ${a.before}`,
    'Every bracket and brace is closed before the statement that it stands in ends. A statement begins with a reserved word, ' +
      'so a line that begins with one shows that the bracket above it was forgotten. The note points at the bracket.',
  ),
  strayCloser: error(
    'N0103',
    'closing bracket without an opening one',
    (a: { bracket: string; opener: string | undefined }) =>
      a.opener === undefined
        ? `\`${a.bracket}\` closes nothing`
        : `\`${a.bracket}\` does not close \`${a.opener}\``,
    'A closing bracket or brace has no partner, or its partner is of another kind.',
  ),
  assignmentInExpression: error(
    'N0104',
    '`=` inside an expression',
    () => '`=` defines and does not compare',
    'A comparison for equality is written `==`. A single `=` follows the name that a statement defines.',
  ),
  chainedComparison: error(
    'N0105',
    'chained comparison',
    () => 'comparisons do not chain',
    '`a < b < c` would compare a truth value with a number. Write `a < b && b < c`.',
  ),
  foreignOperator: error(
    'N0106',
    'operator of another language',
    (a: { operator: string }) => `\`${a.operator}\` is not an operator of Nabla`,
    'The help line shows how Nabla writes it.',
  ),
  strayCharacter: error(
    'N0107',
    'unexpected character',
    (a: { character: string }) => `unexpected ${a.character}`,
    'The character has no meaning in a Nabla program. Some look like an operator or are invisible, and come from a word ' +
      'processor or a paper; the message gives their Unicode number.',
  ),
  badNumber: error(
    'N0108',
    'malformed number',
    (a: { problem: string }) => a.problem,
    'Numbers are written `12`, `1_000`, `0.5` or `1e-3`: decimal, with digits on both sides of a dot, and no larger than a ' +
      'double can hold.',
  ),
  stringLiteral: error(
    'N0109',
    'string',
    () => 'there are no strings in Nabla',
    'Values are real, int or bool. Names are written without quotes.',
  ),
  unclosedComment: error(
    'N0110',
    'comment not closed',
    () => 'this comment is never closed',
    'A comment that begins with `/*` ends at the first `*/`. Such comments do not nest.',
  ),
  missingName: error(
    'N0111',
    'name missing',
    (a: { what: string; found: string }) => `${a.what} needs a name, found ${a.found}`,
    'The word before introduces something that has a name, and the name comes next.',
  ),
  reservedName: error(
    'N0112',
    'reserved word used as a name',
    (a: { word: string }) => `\`${a.word}\` is a reserved word and cannot be a name`,
    'The words of the language cannot name anything. Choose another name, for instance with a `_` at its end.',
  ),
  missingReturn: error(
    'N0113',
    'function without a return',
    () => 'a function ends with `return`',
    'The body of a function is any number of statements and one `return` at the end, which gives its value.',
  ),
  misplacedStatement: error(
    'N0114',
    'statement in the wrong place',
    (a: { word: string; place: string }) => `\`${a.word}\` cannot stand ${a.place}`,
    'A file holds `import`, `const`, `fn`, `derivative`, `adjoint` and `model`. A model holds `dim`, `data`, `param`, `loss` and `output`, a function one `return` as ' +
      'its last statement. Both hold `const`, `let`, `var`, assignments, `for`, `while` and `if`, and so do the blocks of these; in the blocks ' +
      'of a model there may be `loss`, too.',
  ),
  unknownStatement: error(
    'N0115',
    'not a statement',
    (a: { found: string; what: string }) => `${a.found} does not begin ${a.what}`,
    'Every statement begins with one of the words of the language, or assigns to a `var`. There are no bare expressions.',
  ),
  whileWithoutLimit: error(
    'N0117',
    'while without a limit',
    () => 'a `while` needs a limit, `max`',
    'Gradients run backwards through every iteration, so there must be a bound on how many there are: `while (c) max 100 { … }`. The ' +
      'limit is an int, such as a size or a constant. A condition that still holds after so many iterations is an error when the code runs.',
  ),
  badPathQuotes: error(
    'N0118',
    'path of an import not in quotes',
    () => 'the path of an import stands between two `"`',
    'The path is written in quotes of one kind, on one line: `import { f } from "./lib.nabla"`.',
  ),
  notText: error(
    'N0116',
    'not a text file',
    (a: { why: string }) => `this is not a text file: ${a.why}`,
    'A Nabla program is text in UTF-8.',
  ),
} as const;
