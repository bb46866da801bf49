// The brackets that are open while layout.ts reads a text. Each mistake with them is one message: what is missing is put in,
// what is too much is left out, and the tokens that come of it are balanced.

import { catalogue } from '../base/catalogue.ts';
import { positionAt } from '../base/source.ts';
import type { Span } from '../base/source.ts';
import type { Mistakes } from './mistakes.ts';
import type { Statements } from './statements.ts';
import { closerOf, opensBlock } from './token.ts';
import type { Token } from './token.ts';

export const deepest = 200;

interface Open {
  readonly token: Token;
  /** The first token of the line that it is on, whose column tells how far the block is indented. */
  readonly line: Token;
  /** It is the block of an `if`, which an `else` may follow. */
  readonly ofIf: boolean;
  /** How deep it is nested; `else if` is nested in what it follows. */
  readonly depth: number;
  readonly indented: boolean;
}

export interface Brackets {
  /** Newlines mean nothing here. */
  inside(): boolean;
  /** The innermost bracket is a brace: of a record, an import or a rule. */
  inBraces(): boolean;
  /** False if that is too deep. `indented`: the block has no braces, and ends with its indentation. */
  open(token: Token, line: Token, indented?: boolean): boolean;
  close(token: Token): void;
  /** Closes what is open inside the statement; `before` is what the message says it should have been closed before. */
  closeStatement(before: string, at: Span): void;
  /** Closes the blocks without braces that end before a line which begins with this token. */
  closeIndented(token: Token): void;
  /** Closes the blocks that a declaration shows to be over: declarations do not nest, and it is not indented against them. */
  closeBlocks(declaration: Token): void;
  closeAll(at: Span, silently: boolean): void;
  /** Whether the brace that was closed last was the block of an `if`. */
  closedIf(): boolean;
}

export function trackBrackets(statements: Statements, mistakes: Mistakes): Brackets {
  const stack: Open[] = [];
  let closed: Open | undefined;

  const innermost = (): string => stack[stack.length - 1]?.token.text ?? '{';
  const isBlock = ({ token }: Open): boolean => opensBlock(token);
  const inside = (): boolean => stack.length > 0 && !stack.slice(-1).every(isBlock);
  const inBraces = (): boolean => stack.at(-1)?.token.type === 'open';
  const column = ({ span }: Token): number => positionAt(span.source, span.start).column;

  function pushCloser(opener: Token, at: Span): void {
    if (opensBlock(opener)) statements.end('end of the line');
    statements.push(
      statements.made(opener.type === 'open' ? 'close' : 'symbol', closerOf[opener.text] ?? '', at),
    );
  }

  /** Of a brace that opens now. */
  function isOfIf(): boolean {
    const head = statements.first();
    if (head?.text !== '}') return head?.text === 'if';
    const { tokens } = statements;
    return tokens[tokens.lastIndexOf(head) + 2]?.text === 'if';
  }

  /** Closes the innermost bracket, which the text does not. One that was put in itself is not worth a word. */
  function supply(before: string, at: Span, silently = false): void {
    const open = stack.pop();
    if (open === undefined) return;
    const opener = open.token;
    if (isBlock(open)) closed = open;
    if (!silently && !opener.repaired) {
      const notes = [{ message: 'opened here', span: opener.span }];
      mistakes.add(catalogue.unclosedBracket, { bracket: opener.text, before }, at, { notes });
    }
    pushCloser(opener, statements.place(at));
  }

  /** Only the innermost is reported: closing it mends the others, more often than not. */
  function closeStatement(before: string, at: Span, silently = false): void {
    for (let first = true; inside(); first = false) supply(before, at, silently || !first);
  }

  function stray(token: Token, opener: Token | undefined): void {
    const notes = opener === undefined ? [] : [{ message: 'opened here', span: opener.span }];
    mistakes.add(catalogue.strayCloser, { bracket: token.text, opener: opener?.text }, token.span, { notes });
  }

  function closeBrace(token: Token): void {
    if (!stack.some(isBlock)) return stray(token, undefined);
    closeStatement('`}`', token.span);
    if (token.startsLine) statements.end('end of the line');
    else statements.end('`}`', token);
    closed = stack.pop();
    statements.push(token);
  }

  function close(token: Token): void {
    const within = stack.slice(stack.findLastIndex(isBlock) + 1);
    const opener = within[within.length - 1]?.token;
    if (within.some((one) => closerOf[one.token.text] === token.text)) {
      while (closerOf[innermost()] !== token.text) supply(`\`${token.text}\``, token.span);
      stack.pop();
      statements.push(token.text === '}' ? { ...token, type: 'close' } : token);
      return;
    }
    if (token.text === '}') return closeBrace(token);
    stray(token, opener);
    if (opener === undefined) return statements.skip();
    stack.pop();
    pushCloser(opener, token.span);
  }

  return {
    inside,
    inBraces,
    open: (token, line, indented = false) => {
      const ofIf = opensBlock(token) && isOfIf();
      const follows = ofIf && statements.first()?.text === '}';
      const depth = 1 + ((follows ? closed : stack[stack.length - 1])?.depth ?? 0);
      stack.push({ token, line, ofIf, depth, indented });
      return depth <= deepest;
    },
    close,
    closeStatement,
    closeIndented: (token) => {
      for (let block = stack.at(-1); block?.indented === true; block = stack.at(-1)) {
        const inside = column(token) - column(block.line);
        if (inside > 0 || (inside === 0 && token.text === '}')) break;
        supply('', token.span, true);
      }
    },
    closeBlocks: (declaration) => {
      const indented = (block: Open): boolean => column(declaration) > column(block.line);
      for (
        let block = stack[stack.length - 1];
        block !== undefined && !indented(block);
        block = stack[stack.length - 1]
      ) {
        supply(`\`${declaration.text}\``, declaration.span);
      }
    },
    closeAll: (at, silently) => {
      while (stack.length > 0) {
        closeStatement('the end of the file', at, silently);
        supply('the end of the file', at, silently);
      }
    },
    closedIf: () => closed?.ofIf === true,
  };
}
