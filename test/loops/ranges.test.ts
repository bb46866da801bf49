// Which loops are known to run.

import { expect, it } from 'vitest';
import { symbolsOf } from '../../src/base/polynomial.ts';
import { derive } from '../../src/generate.ts';
import { toRoutine } from '../../src/loops/index.ts';
import { boundsOf } from '../../src/loops/ranges.ts';
import { visitStatements } from '../../src/loops/walk.ts';
import { programOf } from '../support/language.ts';

it('a loop up to sizes runs, one up to a derived size may not', () => {
  const program = programOf(`model M {
    dim T
    param w: real[T]
    var s = 0.0
    for t in T { s = sin(s + w[t]) }
    loss s + sum(w[t]^2 for t in T)
  }`);
  const routine = toRoutine(derive(program, 'gradient', 2), 'gradient', { checked: true });
  const { runs } = boundsOf(routine);
  /** By the size that they run up to, from 0. */
  const found = new Map<string, boolean>();
  visitStatements(routine.body, (statement) => {
    if (statement.kind !== 'for' || statement.to.kind !== 'extent') return;
    if (statement.from.kind !== 'literal') return;
    const symbols = symbolsOf(statement.to.size).join(' ');
    found.set(symbols, runs(statement));
  });
  expect(found.get('T')).toBe(true);
  expect(found.get('earlierSegments')).toBe(false);
});
