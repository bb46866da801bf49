// Text to lexemes: the first half of reading a source. Every character ends up in exactly one lexeme, also the ones that
// make no sense; layout.ts decides what of it is a token, what is a comment and what is a mistake.

import moo from 'moo';

export type LexemeType =
  | 'name'
  | 'space'
  | 'newline'
  | 'doc'
  | 'comment'
  | 'unclosedComment'
  | 'number'
  | 'operator'
  /** `X'`, which is a transpose elsewhere. */
  | 'prime'
  | 'string'
  | 'unknown';

export interface Lexeme {
  readonly type: LexemeType;
  readonly text: string;
  readonly offset: number;
}

// Order matters twice: the first rule that matches wins, and frequent ones come first.
// - Subscript digits may go on a name (x₁) although Unicode does not say so; the middle dot (a·b) may not, although it does.
// - Names and numbers have an end, since an expression such as these takes stack for every character that it matches.
// - A number takes all that looks like one (`2.`, `.5`, `0x10`, `1.2.3`), so that a message can name the whole of it.
//   `0..N` is a range: a dot before another dot is not of the number.
// - Operators that are of other languages are here too, to be named in a message. A `'` right after an operand is one.
// - A string that is not closed ends before a bracket, which may have its partner elsewhere.
const rules = {
  name: /[\p{ID_Start}_](?:(?!\u00b7)[\p{ID_Continue}\u2080-\u2089]){0,999}/u,
  space: /[^\S\r\n]+/u,
  newline: { match: /\r\n|\n|\r/u, lineBreaks: true },
  number: /(?:\d|\.\d)(?:[eE][+-]\d|[\p{ID_Continue}]|\.(?!\.)){0,999}/u,
  doc: /\/\/\/(?!\/)[^\r\n]*/u,
  comment: { match: /\/\/[^\r\n]*|\/\*[^]*?\*\//u, lineBreaks: true },
  unclosedComment: { match: /\/\*[^]*/u, lineBreaks: true },
  operator: /[-+*/]=|===|!==|\.\.\.?|\*\*|==|!=|<=|>=|=<|=>|<>|->|&&?|\|\|?|[-+*/^@<>=!?:,;.()[\]{}%~#$\\]/u,
  prime: /(?<=[\p{ID_Continue}\u2080-\u2089)\]])'/u,
  string: /"[^"\r\n]*"|'[^'\r\n]*'|`[^`\r\n]*`|["'`][^"'`()[\]{}\r\n]*/u,
  unknown: moo.fallback,
};

/** Calls for the next lexeme until undefined, which is the end. */
export function lex(text: string): () => Lexeme | undefined {
  const reader = moo.compile(rules);
  reader.reset(text);
  return () => reader.next() as Lexeme | undefined;
}
