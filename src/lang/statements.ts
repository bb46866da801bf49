// The tokens that layout.ts hands to the grammar, as they are put together.

import type { Source, Span } from '../base/source.ts';
import { opensBlock } from './token.ts';
import type { Token } from './token.ts';

export interface Statements {
  readonly tokens: readonly Token[];
  last(): Token | undefined;
  /** The first token of the statement that is open, if one is. */
  first(): Token | undefined;
  push(token: Token): void;
  /** Ends the statement, if one is open. `what` is how a message names the end; `at` is the token that it is, if any. */
  end(what: string, at?: Token): void;
  /** A token that the text does not have. */
  made(type: Token['type'], text: string, span: Span): Token;
  /** Notes that a token was left out, so that its absence is not reported once more. */
  skip(): void;
  /** Right after the last token, or `other` where there is none. */
  place(other: Span): Span;
}

export function collectStatements(source: Source): Statements {
  const tokens: Token[] = [];
  let first: Token | undefined;
  let skipped = false;

  const last = (): Token | undefined => tokens[tokens.length - 1];

  function place(other: Span): Span {
    const before = last();
    return before === undefined ? other : { source, start: before.span.end, end: before.span.end };
  }

  function made(type: Token['type'], text: string, span: Span, repaired = true): Token {
    return { type, text, span, startsLine: false, doc: undefined, repaired };
  }

  function push(token: Token): void {
    first ??= token;
    tokens.push(skipped && !token.repaired ? { ...token, repaired: true } : token);
    skipped = false;
    if (opensBlock(token)) first = undefined;
  }

  function end(what: string, at?: Token): void {
    if (first === undefined) return;
    push(made('end', what, at?.span ?? place(first.span), at?.repaired ?? false));
    first = undefined;
  }

  return {
    tokens,
    last,
    first: () => first,
    push,
    end,
    made,
    skip: () => {
      skipped = true;
    },
    place,
  };
}
