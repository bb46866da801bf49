// The examples as WGSL: files that someone has read, that the compiler of WGSL takes, and that compute what the reference
// interpreter does. `vitest -u` writes them.

import { describe, expect, it } from 'vitest';
import { chooseSizes, drawPoint } from '../../src/gradcheck/point.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { random } from '../../src/numeric/random.ts';
import { distance, farthestOf } from '../support/compare.ts';
import { optimised } from '../support/derive.ts';
import { examples } from '../support/golden.ts';
import { validate } from '../support/gpu.ts';
import { programOf } from '../support/language.ts';
import { compileWgsl } from '../support/wgsl.ts';

/** Relative to 1 or the value. */
const bound = 1e-5;

/** Too large to be unrolled. */
const smallest = 6;

const emit = ['loss', 'gradient', 'outputs', 'jvp', 'hvp'] as const;

describe.each(examples)('$name', ({ name, text }) => {
  const program = programOf(text);
  const open = program.sizes.filter(({ value }) => value === undefined);
  const given = Object.fromEntries(open.map((size, k) => [size.name, smallest + k]));
  const sizes = chooseSizes(program, given) ?? given;

  it('is emitted as it was, and is WGSL', async () => {
    const { text: code } = await compileWgsl(text, { path: `${name}.nabla`, sizes: given, emit });
    expect(await validate(code)).toEqual([]);
    await expect(code).toMatchFileSnapshot(`../golden/${name}.wgsl`);
  });

  it('computes what the interpreter does', async () => {
    const { run } = await compileWgsl(text, { path: `${name}.nabla`, sizes: given, emit });
    const { params, data } = drawPoint(program, sizes, { params: {}, data: {} }, 'f32', random(1), 0);
    const expected = interpret(optimised(program).gradient, { params, data }, sizes);
    const found = await run('gradient', { params, data });
    expect(distance(found.number, expected.loss ?? NaN)).toBeLessThan(bound);
    expect(farthestOf(found.filled, expected.gradient)).toBeLessThan(bound);
    expect(distance((await run('loss', { params, data })).number, expected.loss ?? NaN)).toBeLessThan(bound);
  });
});
