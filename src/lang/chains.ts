// Two checks on the operators of a statement that need no tree: comparisons do not chain, and expressions do not get so deep
// that code which walks the tree would run out of stack.

import { catalogue } from '../base/catalogue.ts';
import type { Mistakes } from './mistakes.ts';
import { closers, closesBlock, openers, opensBlock } from './token.ts';
import type { Token } from './token.ts';

export const mostOperators = 1000;

const comparisons: ReadonlySet<string> = new Set('== != < <= > >='.split(' '));
/** What a comparison does not reach across, and is itself an operator of the tree. */
const looser: ReadonlySet<string> = new Set('? : && ||'.split(' '));
/** What stands between two trees. */
const between: ReadonlySet<string> = new Set(', = += -= *= /= .. for in if'.split(' '));

/** One level of brackets. */
interface Level {
  /** Of the tree that is being read. */
  operators: number;
  /** The depth of the deepest tree in brackets that is an operand of it. */
  inner: number;
  /** The deepest of the trees that are complete at this level. */
  deepest: number;
  comparison: Token | undefined;
}

const newLevel = (): Level => ({ operators: 0, inner: 0, deepest: 0, comparison: undefined });

function complete(level: Level): void {
  level.deepest = Math.max(level.deepest, level.operators + level.inner);
  level.operators = 0;
  level.inner = 0;
  level.comparison = undefined;
}

/** Reads one statement, which is known to be right but for this. */
export function checkChains(statement: readonly Token[], mistakes: Mistakes): void {
  let level = newLevel();
  const outer: Level[] = [];

  for (const token of statement) {
    if (openers.has(token.text) && !opensBlock(token)) {
      level.operators += 1;
      outer.push(level);
      level = newLevel();
    } else if (closers.has(token.text) && !closesBlock(token)) {
      complete(level);
      const { deepest } = level;
      level = outer.pop() ?? newLevel();
      level.inner = Math.max(level.inner, deepest);
    } else if (between.has(token.text)) {
      complete(level);
    } else if (comparisons.has(token.text)) {
      if (level.comparison !== undefined) reportChain(statement, level.comparison, token, mistakes);
      level.operators += 1;
      level.comparison = token;
    } else if (looser.has(token.text)) {
      level.operators += 1;
      level.comparison = undefined;
    } else if (token.type === 'binary' || token.text === '-' || token.text === '!' || token.text === '.') {
      level.operators += 1;
    }
  }
  complete(level);
  const [first] = statement;
  if (level.deepest > mostOperators && first !== undefined) {
    const help = 'write `sum(… for i in N)`, or name parts with `let`';
    mistakes.add(catalogue.expressionTooLong, { limit: mostOperators }, first.span, { help });
  }
}

function reportChain([first]: readonly Token[], before: Token, token: Token, mistakes: Mistakes): void {
  const notes = [{ message: 'the comparison before', span: before.span }];
  const help = first?.text === 'param' ? 'between two bounds is `real in lo..hi`' : 'write `a < b && b < c`';
  mistakes.add(catalogue.chainedComparison, undefined, token.span, { notes, help });
}
