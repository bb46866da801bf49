// What the function that makes free params says of params that lie outside their constraints.

import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { loadEmitted, type EmittedModule } from '../../src/gradcheck/emitted.ts';
import { typeErrors } from '../emit/typescript.ts';

const source = `model M {
  dim K
  param above: real > 1, from: real >= 1, below: real < -1, upTo: real[2] <= 2, between: real[2] in -1..2.5
  param share: simplex[2, K], rising: ordered[2, K], positive: positiveOrdered[K]
  loss above + from + below + sum(upTo) + sum(between) + sum(share) + sum(rising) + sum(positive)
}`;

const good = {
  above: 2,
  from: 2,
  below: -2,
  upTo: [0, 1],
  between: [0, 1],
  share: [0.25, 0.25, 0.5, 0.125, 0.125, 0.75],
  rising: [-1, 0, 1, -1, 0, 1],
  positive: [1, 2, 3],
};
type Params = Readonly<Record<string, number | readonly number[]>>;

async function emitted(precision: 'f64' | 'f32', checked: boolean, text = source): Promise<string> {
  const { files } = await compile(text, { precision, checked, emit: ['loss', 'outputs'], format: false });
  return files[0]?.text ?? '';
}

describe('params outside their constraints', () => {
  let module: EmittedModule;
  beforeAll(async () => {
    module = await loadEmitted(await emitted('f64', true));
  });

  const held = (params: Params, Kind: typeof Float64Array | typeof Float32Array = Float64Array): object =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, typeof value === 'object' ? Kind.from(value) : value]),
    ); // prettier-ignore
  const unconstrain = (params: Params): unknown => module['mUnconstrain']?.(held(params), { K: 3 });

  it('what lies inside passes', () => {
    expect(unconstrain(good)).toMatchObject({ above: 0, from: 0, below: 0 });
  });

  it.each<[Params, string]>([
    [{ above: 0.5 }, 'params.above must be > 1, got 0.5'],
    [{ above: 1 }, 'params.above must be > 1, got 1'],
    [{ above: NaN }, 'params.above must be > 1, got NaN'],
    [{ from: 0.5 }, 'params.from must be >= 1, got 0.5'],
    [{ below: -1 }, 'params.below must be < -1, got -1'],
    [{ upTo: [0, 2.5] }, 'params.upTo[1] must be <= 2, got 2.5'],
    [{ between: [-1.5, 0] }, 'params.between[0] must be in -1..2.5, got -1.5'],
    [{ between: [0, 3] }, 'params.between[1] must be in -1..2.5, got 3'],
    [{ share: [0.25, 0.25, 0.5, 0, 0.25, 0.75] }, 'params.share[3] must be above 0 in a simplex, got 0'],
    [{ share: [0.25, NaN, 0.5, 1, 1, 1] }, 'params.share[1] must be above 0 in a simplex, got NaN'],
    [{ share: [0.25, 0.25, 0.5, 0.5, 0.25, 0.5] }, 'params.share[3..6] must add up to 1, got 1.25'],
    [{ rising: [0, 1, 2, 0, 2, 2] }, 'params.rising[5] must be above 2 after params.rising[4], got 2'],
    [{ rising: [NaN, 1, 2, 0, 1, 2] }, 'params.rising[0] must be above -Infinity, got NaN'],
    [{ positive: [0, 1, 2] }, 'params.positive[0] must be above 0, got 0'],
    [{ positive: [1, 3, 2] }, 'params.positive[2] must be above 3 after params.positive[1], got 2'],
  ])('%j', (wrong, message) => {
    expect(() => unconstrain({ ...good, ...wrong })).toThrow(new RangeError(message));
  });

  it('ends that belong to the constraint have infinite free params', () => {
    expect(unconstrain({ ...good, from: 1, upTo: [2, 1], between: [-1, 2.5] })).toMatchObject({
      from: -Infinity,
      upTo: Float64Array.of(-Infinity, 0),
      between: Float64Array.of(-Infinity, Infinity),
    });
  });

  it('sums are compared in the precision of the elements', async () => {
    const single = await loadEmitted(await emitted('f32', true));
    const third = Math.fround(1 / 3);
    const params = held({ ...good, share: Array.from({ length: 6 }, () => third) }, Float32Array);
    expect(() => single['mUnconstrain']?.(params, { K: 3 })).not.toThrow();
  });

  it('is not asked of the loss, nor of unchecked code', async () => {
    const outside = held({ ...good, above: 0.5, positive: [0, 0, 0] });
    expect(module['mLoss']?.(outside, { K: 3 })).toBeTypeOf('number');
    const unchecked = await loadEmitted(await emitted('f64', false));
    expect(unchecked['mUnconstrain']?.(outside, { K: 3 })).toMatchObject({ above: NaN });
  });

  it.each([
    'data y: real[K]; param w: simplex[K]; output u = w * y',
    'param s: real > 0; loss s',
    'param s: real > 0; output u[k in K] = s * real(k)',
    'param w: simplex[K - 1], free: real > 0, params: real in 0..1, ws: ordered[2]; loss sum(w) + free * params * ws[0]',
    'data y: real; param w: simplex[2, K], s: real < y0; loss sum(w) * y * s',
    'data k: int in 0..K; param s: real > 0; loss s * real(k)',
  ])('the code is clean of a model with %s', async (items) => {
    const text = `const y0 = 2.0\nmodel M { dim K; ${items} }`;
    expect(typeErrors({ 'm.ts': await emitted('f64', true, text) })).toEqual([]);
  });

  it.each([
    ['f64', true],
    ['f64', false],
    ['f32', true],
  ] as const)('the code is clean, in %s, checked: %s', async (precision, checked) => {
    expect(typeErrors({ 'm.ts': await emitted(precision, checked) })).toEqual([]);
  });
});

it('free params and params share no memory while one is made of the other', async () => {
  const module = await loadEmitted(await emitted('f64', true));
  const sizes = { K: 3 };
  const free = module['mFreeZeros']?.(sizes) as Record<string, unknown>;
  const params = module['mConstrain']?.(free, sizes) as Record<string, unknown>;
  const shared = { ...params, rising: free['rising'] };
  expect(() => module['mConstrain']?.(free, sizes, shared)).toThrow(
    new TypeError('params.rising must not share memory with free.rising'),
  );
  expect(() => module['mUnconstrain']?.(params, sizes, { ...free, rising: params['rising'] })).toThrow(
    new TypeError('free.rising must not share memory with params.rising'),
  );
});
