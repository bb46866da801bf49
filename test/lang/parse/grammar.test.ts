// The grammar itself: no sentence has two parses, and nothing in it makes nearley take more than linear time.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rules } from '../../../generated/grammar.ts';
import type { GrammarRule } from '../../../generated/grammar.ts';
import { parse } from '../../../src/lang/parse.ts';
import { randomFrom, read, sampler, spell } from './sentences.ts';
import type { Word } from './sentences.ts';

const seed = Number(process.env['SEED'] ?? 20261121);

/** Sentences with more than one parse among `count` random ones. */
function ambiguous(of: readonly GrammarRule[], start: string, count: number, depth: number): string[] {
  const random = randomFrom(seed);
  const sample = sampler(of);
  const found: string[] = [];
  for (let made = 0; made < count;) {
    const words = spell(sample(start, depth, random), random);
    if (words.length > 2000) continue;
    made += 1;
    const { parses } = read(of, start, words);
    if (parses !== 1)
      found.push(`${parses} parses (SEED=${seed}): ${words.map((word) => word.text).join(' ')}`);
  }
  return found;
}

describe('ambiguity', () => {
  it.each([
    ['file', 1000, 14],
    ['lone', 1000, 12],
    ['item', 1000, 10],
    ['function', 500, 12],
    ['statement', 1000, 12],
  ] as const)('%s: %i random sentences have one parse each', (start, count, depth) => {
    expect(ambiguous(rules, start, count, depth)).toEqual([]);
  });

  it('the sampler finds an ambiguity where there is one', () => {
    const twice: GrammarRule = { name: 'item', symbols: ['constant'], postprocess: ([one]) => one };
    expect(ambiguous([...rules, twice], 'item', 100, 8)[0]).toMatch(/^2 parses .*: const/);
  });

  it('random sentences as text are read without an error', () => {
    const random = randomFrom(seed + 1);
    const sample = sampler(rules);
    const bad: string[] = [];
    for (let made = 0; made < 500;) {
      const words = spell(sample('file', 14, random), random);
      if (words.length > 2000) continue;
      made += 1;
      const text = words.map((word) => word.text).join(' ');
      const { diagnostics } = parse({ path: 'sample.nabla', text });
      if (diagnostics.length > 0) bad.push(`${diagnostics[0]?.message} (SEED=${seed}): ${text}`);
    }
    expect(bad).toEqual([]);
  });
});

describe('linear time', () => {
  const source = readFileSync(new URL('../../../grammar/nabla.ne', import.meta.url), 'utf8');

  it('the grammar does not use the quadratic operators of nearley', () => {
    const withoutComments = source.replace(/^#.*$/gm, '');
    expect(withoutComments).not.toMatch(/:[*+]/);
  });

  it('no rule is right-recursive', () => {
    expect(rightRecursive(rules)).toEqual([]);
    const power: GrammarRule = {
      name: 'operand',
      symbols: ['name', { literal: '^' }, 'chain'],
      postprocess: () => null,
    };
    expect(rightRecursive([...rules, power])).toContain('operand');
  });

  // The number of states in a column of the chart is what a token costs.
  const word = (text: string): Word => {
    const type = /^[a-z]\d*$/.test(text) ? 'name' : /^\d/.test(text) ? 'number' : /^[+*^/]$/.test(text) ? 'binary' : 'literal';
    return { type: text === ';' ? 'end' : type, text, span: { start: 0, end: 1 } };
  }; // prettier-ignore

  const lists: readonly (readonly [what: string, start: string, before: string, repeated: string, after: string, closer: string])[] = [
    ['items', 'file', 'model m {', 'let a = b + c ( d ) ;', '} ;', ''],
    ['declarations', 'file', '', 'const a = 1 ;', '', ''],
    ['statements of a function', 'file', 'fn f ( ) : a {', 'let a = b ;', 'return a ; } ;', ''],
    ['statements of a block', 'item', 'for i in n {', 'a [ i ] += b ; loss a ;', '} ;', ''],
    ['blocks', 'file', 'model m {', 'if ( a ) { a = 1 ; } else { a = 2 ; } ;', '} ;', ''],
    ['else if', 'item', 'if ( a ) { a = 1 ; }', 'else if ( a ) { a = 2 ; }', ';', ''],
    ['blocks in blocks', 'file', 'model m {', 'for i in n {', '= 1 ; } ;', '= 1 ; } ; a'],
    ['dims', 'item', 'dim n', ', n = 1', ';', ''],
    ['inputs', 'item', 'data n : r', ', n : r [ n ]', ';', ''],
    ['parameters', 'function', 'fn f ( a : r', ', a : r [ n ]', ') : r = a ;', ''],
    ['fields of a record', 'file', 'type a = { b : r', ', b : r [ n ]', '; } ;', ''],
    ['lines of fields', 'file', 'type a = {', 'b : r ;', '} ;', ''],
    ['results', 'function', 'fn f ( ) : ( r , r', ', r [ n ]', ') = a ;', ''],
    ['several values', 'lone', '( a', ', a + 1', ') ;', ''],
    ['several targets', 'statement', '( a , b', ', a . b [ 1 ]', ') = a ;', ''],
    ['fields of fields', 'lone', 'a', '. b', ';', ''],
    ['arguments', 'lone', 'f ( a', ', a + 1', ') ;', ''],
    ['elements', 'lone', '[ a', ', a + 1', '] ;', ''],
    ['indices', 'lone', 'a [ a', ', 1 .. a', '] ;', ''],
    ['clauses', 'lone', 'f ( a for i', ', i in 1 .. n', ') ;', ''],
    ['sums', 'lone', 'a', '+ a', ';', ''],
    ['powers', 'lone', 'a', '^ a', ';', ''],
    ['signs', 'lone', '', '-', 'a ;', ''],
    ['indices of indices', 'lone', 'a', '[ 1 ]', ';', ''],
    ['conditionals', 'lone', '', 'a ? 1 :', 'a ;', ''],
    ['conditionals in conditionals', 'lone', '', 'a ?', ';', ': a'],
    ['brackets', 'lone', '', '(', ';', ')'],
  ]; // prettier-ignore

  it.each(lists)('%s: a token costs the same in a long list', (_, start, before, repeated, after, closer) => {
    const most = (times: number): number => {
      const many = (text: string): string => `${text} `.repeat(times);
      const text = `${before} ${many(repeated)} ${closer === '' ? '' : `a ${many(closer)}`} ${after}`;
      const { parses, states } = read(rules, start, text.trim().split(/\s+/).map(word));
      expect(parses).toBe(1);
      return Math.max(...states);
    };
    expect(most(400)).toBe(most(40));
  });
});

/** Names that can be the last symbol of what they derive. */
function rightRecursive(all: readonly GrammarRule[]): string[] {
  const nullable = new Set<string>();
  for (let size = -1; size !== nullable.size;) {
    size = nullable.size;
    for (const rule of all) {
      if (rule.symbols.every((symbol) => typeof symbol === 'string' && nullable.has(symbol)))
        nullable.add(rule.name);
    }
  }
  const lastOf = new Map<string, Set<string>>();
  for (const { name, symbols } of all) {
    const last = lastOf.get(name) ?? new Set();
    lastOf.set(name, last);
    for (const symbol of [...symbols].reverse()) {
      if (typeof symbol !== 'string') break;
      // A rule that is nothing but itself and what may be empty is left recursion as well.
      if (!(symbol === name && symbols[0] === symbol)) last.add(symbol);
      if (!nullable.has(symbol)) break;
    }
  }
  const names = [...lastOf.keys()];
  return names.filter((name) => {
    const reached = new Set(lastOf.get(name));
    for (const one of reached) for (const next of lastOf.get(one) ?? []) reached.add(next);
    return reached.has(name);
  });
}
