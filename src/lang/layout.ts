// Lines and brackets, before the grammar: after this every bracket has its partner and every statement ends with an `end`
// token, whatever the text was, so that the grammar needs to know nothing of newlines and a forgotten bracket is one message.

import { catalogue } from '../base/catalogue.ts';
import { positionAt } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import { adviceOnBlock } from './advice.ts';
import { deepest, trackBrackets } from './brackets.ts';
import type { Brackets } from './brackets.ts';
import { mostOperators } from './chains.ts';
import type { Mistakes } from './mistakes.ts';
import { scan } from './scan.ts';
import { collectStatements } from './statements.ts';
import type { Statements } from './statements.ts';
import { closers, closesBlock, declarationWords, openers, opensBlock, statementWords } from './token.ts';
import type { Token } from './token.ts';

/** Beyond this the parse would not fit into memory. */
const mostTokens = 5_000_000;

const leaveOpen: ReadonlySet<string> = new Set('- ! , = += -= *= /= : ? .. for in if'.split(' '));
const goOn: ReadonlySet<string> = new Set('- , = += -= *= /= : ? .. . {'.split(' '));

const beginsStatement = (token: Token): boolean => token.type === 'keyword' && statementWords.has(token.text);

/** Whether the line of `token` belongs to the statement that `before` is in. */
function goesOn(before: Token, token: Token): boolean {
  if (beginsStatement(token)) return false;
  if (closesBlock(before)) return token.text === 'else';
  return (
    before.type === 'binary' || leaveOpen.has(before.text) || token.type === 'binary' || goOn.has(token.text)
  );
}

const ofFunction = new Set('const let var while return'.split(' '));

/** The words that follow the head of a declaration whose `{` was forgotten. */
const bodyWords: Readonly<Record<string, ReadonlySet<string>>> = {
  model: new Set('dim data param const let var while loss output'.split(' ')),
  fn: ofFunction,
  derivative: ofFunction,
  adjoint: ofFunction,
};

/** The words of heads that a block follows; a `}` that is not the end of its statement has an `else` after it. */
const headWords: ReadonlySet<string> = new Set(['for', 'while', 'if', '}']);

/** The fields of a value may end with their lines, as those of a type do: `name :` begins the next one. */
const endsField = (before: Token, token: Token, after: Token | undefined): boolean =>
  token.type === 'name' && after?.text === ':' && before.type !== 'open' && !goesOn(before, token);

/** `line` is the first token of the line before, `after` the one that follows `token`. */
function startLine(
  token: Token,
  after: Token | undefined,
  line: Token | undefined,
  statements: Statements,
  brackets: Brackets,
  mistakes: Mistakes,
): void {
  brackets.closeIndented(token);
  if (beginsStatement(token)) {
    brackets.closeStatement(`\`${token.text}\``, token.span);
    const head = statements.first();
    if (
      head?.type === 'keyword' &&
      bodyWords[head.text]?.has(token.text) === true &&
      !isShortFunction(statements)
    ) {
      const at = statements.place(token.span);
      mistakes.add(catalogue.unexpectedToken, { found: 'end of the line', expected: '`{`' }, at);
      const brace = statements.made('symbol', '{', at);
      brackets.open(brace, head);
      statements.push(brace);
    }
    if (declarationWords.has(token.text)) brackets.closeBlocks(token);
  }
  const before = statements.last();
  if (before !== undefined && brackets.inBraces() && endsField(before, token, after))
    statements.push({ ...statements.made('symbol', ',', statements.place(token.span)), repaired: false });
  if (before === undefined || brackets.inside() || goesOn(before, token)) return;
  if (token.text === 'max' && statements.first()?.text === 'while') return;
  const column = ({ span }: Token): number => positionAt(span.source, span.start).column;
  if (line !== undefined && headWords.has(statements.first()?.text ?? '') && column(token) > column(line)) {
    const at = statements.place(token.span);
    mistakes.add(catalogue.unexpectedToken, { found: 'end of the line', expected: '`{`' }, at, {
      help: adviceOnBlock,
    });
    const brace = statements.made('symbol', '{', at);
    brackets.open(brace, line, true);
    statements.push(brace);
  } else statements.end('end of the line');
}

/** `fn f(x: real): real = …` has no braces. */
function isShortFunction({ tokens }: Statements): boolean {
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const text = tokens[index]?.text;
    if (text === '=') return true;
    if (text !== undefined && declarationWords.has(text)) return false;
  }
  return false;
}

/** `for (let i = 0; …)`: the statement does not end there, so that it is one mistake. */
const isLoopOfC = ({ tokens, first }: Statements): boolean => {
  const head = first();
  return head?.text === 'for' && tokens[tokens.lastIndexOf(head) + 1]?.text === '(';
};
/** Statements without a block, in which a brace can only be a bracket. */
const withoutBlock: ReadonlySet<string> = new Set('import const let var loss output return'.split(' '));

/** No statement of a block begins with `name :`, and the fields of a record and the partials of a rule all do. */
function opensRecord(statements: Statements, peek: (ahead: number) => Token | undefined): boolean {
  const first = statements.first();
  if (first === undefined || first.text === 'type') return false;
  if (statements.last()?.text === '=') return true;
  return withoutBlock.has(first.text) || (peek(1)?.type === 'name' && peek(2)?.text === ':');
}

/** `peek(1)` is the token that comes next. */
function withLookahead(scanned: () => Token | undefined): {
  readonly next: () => Token | undefined;
  readonly peek: (ahead: number) => Token | undefined;
} {
  const waiting: (Token | undefined)[] = [];
  return {
    next: () => (waiting.length > 0 ? waiting.shift() : scanned()),
    peek: (ahead) => {
      while (waiting.length < ahead) waiting.push(scanned());
      return waiting[ahead - 1];
    },
  };
}

/** Whether an expression is so long that there is no point in reading on; chains.ts has the exact limit. */
function endless(): (token: Token) => boolean {
  let operators = 0;
  return ({ type, text }) => {
    if (type === 'binary' || text === '(' || text === '[' || text === '-' || text === '!' || text === '?')
      operators += 1;
    else if (type === 'keyword' || text === ',' || text === '=') operators = 0;
    return operators > 100 * mostOperators;
  };
}

/** The tokens of a text; undefined where it is nested too deep, or too long, to go on. */
export function layOut(source: Source, mistakes: Mistakes): readonly Token[] | undefined {
  const { next: scanned, cutShort } = scan(source, mistakes);
  const { next, peek } = withLookahead(scanned);
  const statements = collectStatements(source);
  const brackets = trackBrackets(statements, mistakes);
  const isEndless = endless();
  let line: Token | undefined;

  for (let token = next(); token !== undefined; token = next()) {
    const last = statements.last();
    if (last !== undefined && closesBlock(last) && !(token.text === 'else' && brackets.closedIf()))
      statements.end('end of the line');
    if (token.startsLine) {
      startLine(token, peek(1), line, statements, brackets, mistakes);
      line = token;
    }
    if (token.text === ';' && !(brackets.inside() && isLoopOfC(statements))) {
      brackets.closeStatement('`;`', token.span);
      statements.end('`;`', token);
    } else if (closers.has(token.text)) {
      brackets.close(token);
    } else {
      if (token.text === '{' && opensRecord(statements, peek)) token = { ...token, type: 'open' };
      if (opensBlock(token)) brackets.closeStatement('`{`', token.span);
      if (openers.has(token.text) && !brackets.open(token, line ?? token)) {
        mistakes.add(catalogue.nestingTooDeep, { limit: deepest }, token.span);
        return undefined;
      }
      if (isEndless(token)) {
        mistakes.add(catalogue.expressionTooLong, { limit: mostOperators }, token.span);
        return undefined;
      }
      statements.push(token);
    }
    if (statements.tokens.length > mostTokens) {
      const args = { what: 'tokens', limit: mostTokens / 1e6 };
      mistakes.add(catalogue.sourceTooLarge, args, token.span);
      return undefined;
    }
  }
  brackets.closeAll(statements.place({ source, start: 0, end: 0 }), cutShort());
  statements.end('end of the file');
  return statements.tokens;
}
