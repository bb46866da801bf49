// The means by which the other tests run WGSL: that they report what is wrong, and run what is right.

import { describe, expect, test } from 'vitest';
import { call, run, validate, type Kernel } from './support/gpu.ts';

const twice = `\
@group(0) @binding(0) var<storage, read> given: array<f32>;
@group(0) @binding(1) var<storage, read_write> doubled: array<f32>;
@compute @workgroup_size(4) fn double(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&given)) { doubled[id.x] = 2.0 * given[id.x]; }
}
`;
const doubling: Kernel = {
  code: twice,
  entryPoint: 'double',
  bindings: [
    { kind: 'read', bytes: Float32Array.of(1, -2.5, 3, 0.5, 1e30) },
    { kind: 'write', bytes: new Float32Array(5) },
  ],
  workgroups: [2],
};

/** Line 3, column 3. */
const wrong = 'fn right() {}\nfn wrong() -> f32 {\n  return 1u;\n}\n';

describe('run', () => {
  test('executes a kernel and reads back what it wrote', async () => {
    const [doubled] = await run(doubling);
    expect([...new Float32Array(doubled ?? new ArrayBuffer(0))]).toEqual(
      [2, -5, 6, 1, 2e30].map(Math.fround),
    );
  });

  test('takes as many elements of an array as its view shows', async () => {
    const bytes = Float32Array.of(1, 2, 3, 4, 5, 6).subarray(2, 4);
    const [doubled] = await run({
      ...doubling,
      bindings: [
        { kind: 'read', bytes },
        { kind: 'write', bytes: new Float32Array(2) },
      ],
    });
    expect([...new Float32Array(doubled ?? new ArrayBuffer(0))]).toEqual([6, 8]);
  });

  test('fails with the line that the compiler complains of', async () => {
    await expect(run({ ...doubling, code: wrong + twice })).rejects.toThrow(
      /^error at 3:3: .*u32.*f32.*\n {2}return 1u;\n {2}\^$/,
    );
  });

  test('fails where a binding is missing', async () => {
    await expect(run({ ...doubling, bindings: doubling.bindings.slice(0, 1) })).rejects.toThrow(/binding/i);
  });

  test('fails where a device with the limits that all have would: nine storage buffers', async () => {
    const bindings = [
      ...doubling.bindings,
      ...Array.from({ length: 7 }, () => ({ kind: 'read' as const, bytes: new Float32Array(1) })),
    ];
    await expect(run({ ...doubling, bindings })).rejects.toThrow(/limit/);
    await run({ ...doubling, bindings: bindings.slice(0, 8) });
  });

  test('goes on after a failure', async () => {
    await expect(run({ ...doubling, entryPoint: 'triple' })).rejects.toThrow(/triple/);
    expect(await run(doubling)).toHaveLength(1);
  });
});

test('call hands structs over in the layout of WGSL', async () => {
  const code = `\
struct Point { count: i32, at: vec3f, weights: array<f32, 3> }
struct Sum { total: f32, count: u32 }
fn add_up(p: Point, factor: f32) -> Sum {
  let total = p.at.x + p.at.y + p.at.z + p.weights[0] + p.weights[1] + p.weights[2];
  return Sum(factor * total, u32(p.count));
}
`;
  const point = new ArrayBuffer(48);
  new Int32Array(point, 0, 1).set([7]);
  new Float32Array(point, 16, 6).set([1, 2, 3, 10, 20, 30]);
  const sum = await call({
    code,
    name: 'add_up',
    args: [
      { type: 'Point', bytes: point },
      { type: 'f32', bytes: Float32Array.of(0.5) },
    ],
    result: { type: 'Sum', byteLength: 8 },
  });
  expect([new Float32Array(sum)[0], new Uint32Array(sum)[1]]).toEqual([33, 7]);
});

describe('validate', () => {
  test('accepts what is right', async () => {
    expect(await validate(twice)).toEqual([]);
  });

  test('says what is wrong and where', async () => {
    expect(await validate(wrong)).toEqual([
      expect.stringMatching(/^error at 3:3: .*u32.*f32.*\n {2}return 1u;\n {2}\^$/),
    ]);
  });

  test.each([
    [
      'a barrier that not all threads reach',
      'if (id.x > 0u) { workgroupBarrier(); }',
      /uniform control flow/,
    ],
    ['an index out of range', 'var few: array<f32, 2>; few[2] = 1.0;', /out of bounds/],
    ['a division of constants by zero', 'var x = 1.0 / 0.0;', /cannot be represented|division by zero/],
    ['operators that need parentheses', 'let x = true && false || true;', /parenthesis|mixing/],
  ])('refuses %s', async (_, body, complaint) => {
    const code = `@compute @workgroup_size(4) fn main(@builtin(local_invocation_id) id: vec3u) { ${body} }`;
    expect((await validate(code)).join('\n')).toMatch(complaint);
  });
});
