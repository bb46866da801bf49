// Constant factors are multiplied where several products have them in common.

import { expect, it } from 'vitest';
import { derive } from '../../src/generate.ts';
import { countOps } from '../../src/ir/walk.ts';
import { printRoutine, toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';

const textOf = (source: string): string =>
  printRoutine(toRoutine(derive(programOf(source), 'gradient'), 'gradient', { checked: true }));

it('the factors of squares are one factor of what they have in common', () => {
  const text = textOf('model F { param x: real[3]\n let s = sum(x[i]^2 for i)\n loss sin(s) }');
  expect(text.match(/\(2 \*/g)).toHaveLength(1);
});

it('a factor that two numbers have goes on into what they are made of', () => {
  const program = programOf(
    'model F { param x: real[2], a: real\n let s = sum(x[i]^2 for i)\n loss 5 * (3 * a - 4) * s }',
  );
  const [found, plain] = [[], ['literals'] as const].map((without) =>
    countOps(derive(program, 'gradient', 'auto', { without })),
  );
  expect(found).toBeLessThan(plain ?? NaN);
});

it('factors whose product would be rounded stay apart', () => {
  const text = textOf(
    'model F { param x: real[3], a: real\n let s = sum(0.1 * x[i]^2 for i)\n loss 0.3 * a * s }',
  );
  expect(text).not.toMatch(/0\.03|0\.06/);
});

it('a quotient that the forward pass has, too, stays as it is', () => {
  const text = textOf(`fn energy(rr: real): real {
    let attraction = rr^-3
    return 4 * (attraction^2 - attraction)
  }
  model F {
    dim n
    param x: real[n, 3]
    loss sum(energy(squaredDistance(x[i], x[j])) for i in n, j in 0..i)
  }`);
  // The reciprocal, of which the third power and the fourth are made.
  expect(text.match(/ \/ /g)).toHaveLength(1);
});
