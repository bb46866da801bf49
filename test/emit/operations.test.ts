// How many operations a call takes, counted without running it.

import { describe, expect, it } from 'vitest';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { operationsAt, operationsOf } from '../../src/emit/operations.ts';
import { derive } from '../../src/generate.ts';
import { toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';

/** Of the loss, with one iteration of a loop after the other. */
function countsOf(items: string, sizes: Readonly<Record<string, number>>, partStatements?: number) {
  const without: readonly Optimisation[] = ['jam', 'products'];
  const program = programOf(`model F {\n${items}\n}`);
  const parts = partStatements === undefined ? {} : { partStatements };
  const routine = toRoutine(derive(program, 'loss'), 'loss', { checked: true, without, ...parts });
  return {
    written: operationsOf(routine).count,
    called: operationsAt(routine, (name) => sizes[name] ?? NaN),
    parts: routine.parts.length,
  };
}

const square = 'dim N\nparam x: real[N, N]\n';

describe('operations of a call', () => {
  it.each([1, 5, 64, 1000])('of a loop in a loop: %d * %#', (N) => {
    // A product and a sum for each element; the outer sum for each row.
    expect(countsOf(`${square}loss sum(x[i, j] * x[j, i] for i, j)`, { N }).called).toBe(2 * N * N + N);
  });

  it.each([1, 5, 64])('of rows that grow, %d of them', (N) => {
    const { called } = countsOf(`${square}loss sum(sum(x[i, j]^2 for j in 0..i + 1) for i in N)`, { N });
    expect(called).toBe(N * (N + 1) + N);
  });

  it('of many rows that grow, by some of them', () => {
    const N = 10_000;
    const { called = NaN } = countsOf(`${square}loss sum(sum(x[i, j]^2 for j in 0..i + 1) for i in N)`, {
      N,
    });
    expect(Math.abs(called / (N * (N + 1) + N) - 1)).toBeLessThan(1e-3);
  });

  it('of a choice by indices, and of the longer arm where numbers choose', () => {
    const byIndex = 'loss sum((i + j) mod 3 == 0 ? exp(x[i, j] * 2) : x[i, j] for i, j)';
    // For all elements a sum, for 34 of them a product and an exponential.
    expect(countsOf(`${square}${byIndex}`, { N: 10 }).called).toBe(10 * 10 + 10 + 2 * 34);
    const byValue = 'loss sum(x[i, j] > 0 ? exp(x[i, j] * 2) : x[i, j] for i, j)';
    expect(countsOf(`${square}${byValue}`, { N: 10 }).called).toBe(10 * 10 + 10 + 2 * 100);
  });

  it('of code in parts is that of the same code in one', () => {
    const statements = Array.from({ length: 40 }, (_, k) => `let t${k + 1} = sin(t${k}) * t${k} + y`);
    const chain = ['param x: real, y: real', 'let t0 = x', ...statements, 'loss t40'].join('\n');
    const [whole, parts] = [countsOf(chain, {}), countsOf(chain, {}, 20)];
    expect(parts.parts).toBeGreaterThan(1);
    expect(whole).toEqual({ written: 120, called: 120, parts: 0 });
    expect([parts.written, parts.called]).toEqual([120, 120]);
  });

  it('is not known where sizes make an int op refuse its arguments', () => {
    const rows = `${square}loss sum(sum(x[i, j] for j in 0..(N div (N - 4))) for i in 0..1)`;
    expect(countsOf(rows, { N: 5 }).called).toBe(5);
    expect(countsOf(rows, { N: 4 }).called).toBeUndefined();
  });

  it('is not known where data or params say how often', () => {
    const byData =
      'dim N\ndata first: int[N] in 0..N + 1\nparam x: real[N]\nloss sum(sum(x[j] for j in 0..first[i]) for i in N)';
    expect(countsOf(byData, { N: 4 }).called).toBeUndefined();
    const byParams = 'param x: real\nvar y = x\nwhile (y > 1) max 100 { y = y / 2 }\nloss y';
    expect(countsOf(byParams, {}).called).toBeUndefined();
  });
});
