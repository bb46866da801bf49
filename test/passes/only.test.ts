// What only outputs need costs a gradient nothing.

import { expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';

/** A recurrence, with a record of its states or without. */
const swing = (record: {
  readonly before: string;
  readonly inside: string;
  readonly after: string;
}): string => `
model Swing {
  dim T
  data seen: real[T]
  param k: real
  var s = 1.0
  var total = 0.0
  ${record.before}
  for t in T {
    s = s + 0.1 * sin(k * s)
    ${record.inside}
    total += (s - seen[t])^2
  }
  loss total
  ${record.after}
}`;
const none = { before: '', inside: '', after: '' };
const path = { before: 'var path: real[T] = 0', inside: 'path[t] = s', after: 'output track = path' };

it.each(['gradient', 'jvp', 'hvp'] as const)('the %s with a var that an output records', (kind) => {
  const textOf = (source: string): string =>
    printRoutine(toRoutine(derive(programOf(source), kind), kind, { checked: true }));
  expect(textOf(swing(path))).toBe(textOf(swing(none)));
  expect(textOf(swing(none))).toContain('loop t in 0..T');
});
