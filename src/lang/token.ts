// Tokens as the grammar sees them, and the words of the language.

import type { Span } from '../base/source.ts';

export type TokenType =
  | 'name'
  | 'number'
  | 'keyword'
  /** A binary operator that is nothing else; `-` and `!` are of type 'symbol', since they also stand before an operand. */
  | 'binary'
  | 'symbol'
  /** The path of an import, quotes included. */
  | 'string'
  /** `{` and `}` around the values of a record, the names of an import or the partials of a rule: brackets, where those of a block are of type 'symbol'. */
  | 'open'
  | 'close'
  /** The end of a statement: a newline, a `;`, the `}` of a block or the end of the file. */
  | 'end';

export interface Token {
  readonly type: TokenType;
  /** Names are normalised (NFC), so this may differ from the text that the span covers. */
  readonly text: string;
  readonly span: Span;
  /** A newline stands between it and the token before. */
  readonly startsLine: boolean;
  /** The `///` lines right before it. */
  readonly doc: string | undefined;
  /** Something was wrong here and has been reported; a syntax error in the same statement would be its echo. */
  readonly repaired: boolean;
}

/** Words that begin a statement. They stand nowhere else, which is how an unclosed bracket is found. */
export const statementWords: ReadonlySet<string> = new Set(
  'model fn type derivative adjoint import const dim data param let loss output return var while'.split(' '),
);

/** Words that begin a declaration of their own: none of these stands inside another. */
export const declarationWords: ReadonlySet<string> = new Set(
  'model fn type derivative adjoint import'.split(' '),
);

/** Words that cannot be names. */
export const reservedWords: ReadonlySet<string> = new Set([
  ...statementWords,
  ...'for in if else true false div mod'.split(' '),
]);

export const closerOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
export const openers: ReadonlySet<string> = new Set(Object.keys(closerOf));
export const closers: ReadonlySet<string> = new Set(Object.values(closerOf));

/** Whether it opens, or closes, a block of statements. */
export const opensBlock = ({ type, text }: Token): boolean => text === '{' && type === 'symbol';
export const closesBlock = ({ type, text }: Token): boolean => text === '}' && type === 'symbol';

export const binaryWords: ReadonlySet<string> = new Set(['div', 'mod']);
