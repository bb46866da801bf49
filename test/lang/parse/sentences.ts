// Random sentences of a grammar, and how nearley reads them: the means to show that a grammar is unambiguous and linear.

import nearley from 'nearley';
import type { GrammarRule, GrammarSymbol } from '../../../generated/grammar.ts';

export type Terminal = Exclude<GrammarSymbol, string>;

/** A token as nearley sees it, with the little that the rules look at. */
export interface Word {
  readonly type: string;
  readonly text: string;
  readonly span: { readonly start: number; readonly end: number };
}

/** mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function byName(rules: readonly GrammarRule[]): ReadonlyMap<string, readonly GrammarRule[]> {
  const groups = new Map<string, GrammarRule[]>();
  for (const rule of rules) groups.set(rule.name, [...(groups.get(rule.name) ?? []), rule]);
  return groups;
}

/** The height of the lowest derivation of each rule, by a fixpoint. */
function heights(rules: readonly GrammarRule[]): (rule: GrammarRule) => number {
  const ofName = new Map<string, number>();
  const ofRule = (rule: GrammarRule): number =>
    1 +
    Math.max(
      0,
      ...rule.symbols.map((symbol) => (typeof symbol === 'string' ? (ofName.get(symbol) ?? Infinity) : 0)),
    );
  for (let changed = true; changed;) {
    changed = false;
    for (const rule of rules) {
      const height = ofRule(rule);
      if (height < (ofName.get(rule.name) ?? Infinity)) {
        ofName.set(rule.name, height);
        changed = true;
      }
    }
  }
  return ofRule;
}

/** Makes random derivations; below the depth that is given only the lowest ones are taken. */
export function sampler(
  rules: readonly GrammarRule[],
): (start: string, depth: number, random: () => number) => Terminal[] {
  const groups = byName(rules);
  const heightOf = heights(rules);
  return function sample(start, depth, random): Terminal[] {
    const all = groups.get(start) ?? [];
    const least = Math.min(...all.map(heightOf));
    const choices = depth > 0 ? all : all.filter((rule) => heightOf(rule) === least);
    const rule = choices[Math.floor(random() * choices.length)];
    return (rule?.symbols ?? []).flatMap((symbol) =>
      typeof symbol === 'string' ? sample(symbol, depth - 1, random) : [symbol],
    );
  };
}

const examples: Readonly<Record<string, readonly string[]>> = {
  name: ['x', 'N', 'λ'],
  number: ['1', '0.5'],
  binary: ['+', '*', '^', '@', '/', 'div', '&&', '||'],
  end: [';'],
  open: ['{'],
  close: ['}'],
  string: ['"./a.nabla"', "'../b/c.nabla'"],
};

export function spell(sentence: readonly Terminal[], random: () => number): Word[] {
  return sentence.map((terminal, position) => {
    const span = { start: position, end: position + 1 };
    if ('literal' in terminal) return { type: 'literal', text: terminal.literal, span };
    const texts = examples[terminal.type] ?? ['?'];
    return { type: terminal.type, text: texts[Math.floor(random() * texts.length)] ?? '', span };
  });
}

/** How many parses there are, and how many states the chart has at each word. */
export function read(
  rules: readonly GrammarRule[],
  start: string,
  words: readonly Word[],
): { readonly parses: number; readonly states: readonly number[] } {
  const states: number[] = [];
  let position = 0;
  const next = (): Word | undefined => {
    if (position > 0) states.push(chart.table[chart.current].states.length);
    position += 1;
    return words[position - 1];
  };
  const lexer = { next, reset: () => {}, save: () => ({}), formatError: () => '' };
  const grammar = nearley.Grammar.fromCompiled({ ParserRules: [...rules], ParserStart: start });
  const chart: any = new nearley.Parser(grammar, { lexer } as any);
  chart.feed('');
  return { parses: chart.results.length, states };
}
