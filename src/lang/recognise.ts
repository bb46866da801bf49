// Drives nearley: feeds it the tokens, and after a syntax error goes on at the next statement, so that one run reports all of
// them. Since layout.ts has balanced the brackets, the next statement is easy to find.

import nearley from 'nearley';
import { rules } from '../../generated/grammar.ts';
import type { GrammarSymbol } from '../../generated/grammar.ts';
import { bug } from '../base/bug.ts';
import { checkChains } from './chains.ts';
import type { Mistakes } from './mistakes.ts';
import { explain } from './syntax.ts';
import { closesBlock, opensBlock } from './token.ts';
import type { Token } from './token.ts';

/** What is used of nearley's insides: the columns of its chart, which are also its save points. */
interface Column {
  readonly scannable: readonly {
    readonly rule: { readonly symbols: readonly GrammarSymbol[] };
    readonly dot: number;
  }[];
}

interface Chart {
  readonly table: (Column | undefined)[];
  readonly current: number;
  readonly results: readonly unknown[];
  feed(chunk: string): void;
  restore(column: Column): void;
  reportError(): string;
}

/** A terminal as text: `let`, or `%name` for a type. */
function expectedIn(column: Column | undefined): ReadonlySet<string> {
  const expected = new Set<string>();
  for (const { rule, dot } of column?.scannable ?? []) {
    const symbol = rule.symbols[dot];
    if (typeof symbol === 'object') expected.add('literal' in symbol ? symbol.literal : `%${symbol.type}`);
  }
  return expected;
}

/** What stands in for the head of a declaration or a loop that cannot be read, so that its body still is. */
const heads: Readonly<Record<string, readonly string[]>> = {
  model: ['model', '%name', '{'],
  type: ['type', '%name', '=', '{'],
  fn: ['fn', '%name', '(', ')', ':', '%name', '{'],
  for: ['for', '%name', '{'],
  while: ['while', '(', '%name', ')', 'max', '%name', '{'],
  if: ['if', '(', '%name', ')', '{'],
  derivative: ['derivative', '%name', '(', '%name', ')', '{'],
  adjoint: ['adjoint', '%name', '(', '%name', ')', 'from', '%name', '{'],
};
/** The same after the block of an `if`, which is still to be closed. */
const elseHead = ['}', 'else', '{'];
const elseIfHead = ['}', 'else', ...(heads['if'] ?? [])];
const endOfBlock = ['}', '%end'];
const valueOfFunction = ['return', '%name', '%end'];

function standIns(texts: readonly string[], like: Token): Token[] {
  const types: Readonly<Record<string, Token['type']>> = { '%name': 'name', '%end': 'end' };
  return texts.map((text) => {
    const type = types[text] ?? 'symbol';
    return {
      type,
      text: type === 'symbol' ? text : '',
      span: like.span,
      startsLine: false,
      doc: undefined,
      repaired: true,
    };
  });
}

/** The value of the start rule; undefined where nothing could be made of the tokens, or where there was too much to report. */
export function recognise(start: 'file' | 'lone', tokens: readonly Token[], mistakes: Mistakes): unknown {
  let position = 0;
  let statement = 0;
  let inserted: Token[] = [];
  let mark: Column | undefined;
  // Whether the function that is being read has a `return`, be it a bad one.
  let returned = false;

  function next(): Token | undefined {
    // What is behind is not looked at again. Nearley's own way to forget it makes the table a slow dictionary.
    if (chart.current > 0) chart.table[chart.current - 1] = undefined;
    const instead = inserted.shift();
    if (instead !== undefined) return instead;
    const before = tokens[position - 1];
    if (before === undefined || before.type === 'end' || opensBlock(before)) {
      checkChains(tokens.slice(statement, position), mistakes);
      statement = position;
      if (before !== undefined && opensBlock(before)) returned = false;
      mark = chart.table[chart.current];
    }
    const token = tokens[position];
    position += 1;
    return token;
  }

  const lexer = { next, reset: () => {}, save: () => ({}), formatError: () => '' };
  const grammar = nearley.Grammar.fromCompiled({ ParserRules: rules, ParserStart: start });
  const chart = new nearley.Parser(grammar, {
    lexer,
    keepHistory: true,
  } as unknown as nearley.ParserOptions) as unknown as Chart;
  // Its own report lists every state of the chart, which takes seconds for a deep one.
  chart.reportError = () => '';
  mark = chart.table[0];

  const at = (index: number): Token => tokens[index] ?? bug('the tokens end inside a statement');

  /** The index of the `end`, or of the brace, that ends the statement or its head. */
  function stopOf(first: number): number {
    let index = first;
    while (at(index).type !== 'end' && !opensBlock(at(index)) && !closesBlock(at(index))) index += 1;
    return index;
  }

  /** The index after the block that opens at `brace`, and after the end of its statement. */
  function afterBlock(brace: number): number {
    let depth = 0;
    let index = brace;
    do {
      if (opensBlock(at(index))) depth += 1;
      if (closesBlock(at(index))) depth -= 1;
      index += 1;
    } while (depth > 0);
    return at(index).type === 'end' ? index + 1 : index;
  }

  function recover(): void {
    if (inserted.length > 0 || mark === undefined) bug('a stand-in is a syntax error');
    const first = at(statement);
    const failed = position - 1;
    const stop = stopOf(first.text === '}' ? statement + 1 : statement);
    const outside = expectedIn(mark);
    const isElse = first.text === '}' && failed > statement;
    const echo =
      (first.text === '}' && !isElse && returned) ||
      tokens.slice(statement, stop + 1).some((token) => token.repaired);
    const hasBlock = opensBlock(at(stop));
    const suggestion = explain(
      {
        found: at(failed),
        before: tokens[failed - 1],
        read: tokens.slice(statement, failed),
        rest: tokens.slice(failed + 1, stop + 1),
        first,
        expected: expectedIn(chart.table[chart.current]),
        outside,
      },
      echo ? undefined : mistakes,
    );
    if (!mistakes.any()) bug('a syntax error is not reported');
    if (suggestion === 'return') returned = true;
    chart.restore(mark);
    if (isElse) {
      const isIf = at(statement + 2).text === 'if';
      inserted = standIns(!hasBlock ? endOfBlock : isIf ? elseIfHead : elseHead, first);
      position = stop + 1;
    } else if (first.text === '}') {
      // Only a function that does not return cannot be closed.
      inserted = standIns(valueOfFunction, first);
      position = statement;
    } else if (at(stop).type === 'end') {
      position = stop + 1;
    } else if (hasBlock && heads[suggestion] !== undefined && outside.has(suggestion)) {
      inserted = standIns(heads[suggestion] ?? [], first);
      position = stop + 1;
    } else {
      position = afterBlock(stop);
      // The other branch of a choice that was left out.
      while (tokens[position]?.text === 'else') position = afterBlock(stopOf(position));
    }
    statement = position;
  }

  for (;;) {
    try {
      chart.feed('');
      break;
    } catch (error) {
      if (!(error instanceof Error) || !('token' in error)) throw error;
      recover();
      if (mistakes.full() || start === 'lone') return undefined;
    }
  }
  if (chart.results.length > 1) bug('the grammar is ambiguous here');
  return chart.results[0];
}
