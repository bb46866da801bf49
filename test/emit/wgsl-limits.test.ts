// What WGSL cannot hold is an error with its place, which names the size or the limit.

import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { compile, type CompileOptions } from '../../src/compile.ts';
import { validate } from '../support/gpu.ts';
import { compileWgsl } from '../support/wgsl.ts';

const messages = async (source: string, options: CompileOptions = {}): Promise<string> => {
  const { files, diagnostics } = await compile(source, { path: 'm.nabla', target: 'wgsl', ...options });
  expect(files).toEqual([]);
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
};

const line = `model Line {
  dim N
  data x: real[N], y: real[N]
  param a: real, b: real
  loss sum((a * x[n] + b - y[n])^2 for n in N)
}
`;

describe('what WGSL cannot hold', () => {
  it('a size without a number', async () => {
    expect(await messages(line)).toBe(`\
m.nabla:2:7: error N0605: WGSL needs a number for the size \`N\`
  |
2 |   dim N
  |       ^
help: give it one: --size N=…`);
  });

  it('double precision', async () => {
    expect(await messages(line, { precision: 'f64', sizes: { N: 3 } })).toBe(`\
m.nabla:1:7: error N0607: WGSL computes in f32: it has no f64
  |
1 | model Line {
  |       ^^^^`);
  });

  it('more memory than a function has', async () => {
    const source = `model Grid {\n  param w: real[60, 60]\n  loss sum(w[i, j]^2 for i in 60, j in 60)\n}\n`;
    expect(await messages(source)).toBe(`\
m.nabla:1:7: error N0606: \`grid_loss_and_gradient\` needs 14404 bytes for its variables, and WGSL grants a function 8192: the result takes 14404
  |
1 | model Grid {
  |       ^^^^`);
  });

  it('an argument that compilers do not take', async () => {
    expect(await messages(line, { sizes: { N: 8193 } })).toBe(`\
m.nabla:1:7: error N0609: \`LineData\` takes 65544 bytes, and compilers of WGSL take 65536 in an argument
  |
1 | model Line {
  |       ^^^^`);
  });

  it('a number that no f32 holds', async () => {
    const source = 'model Big {\n  param w: real\n  let v = w * 1e39\n  loss v * v\n}\n';
    expect(await messages(source)).toContain('m.nabla:3:11: error N0608: 1e+39 is no number of type f32');
  });

  it('an int that no i32 holds', async () => {
    const source = 'model Big {\n  data n: int\n  param w: real\n  loss w * real(n * 3000000000)\n}\n';
    expect(await messages(source)).toContain('error N0608: 3000000000 is no number of type i32');
  });
});

describe('what it can hold', () => {
  it('the largest argument', async () => {
    const { run } = await compileWgsl(line, { path: 'm.nabla', sizes: { N: 8192 } });
    const data = { x: Array.from({ length: 8192 }, (_, n) => n % 4), y: new Float32Array(8192) };
    expect((await run('gradient', { params: { a: 1, b: 0 }, data })).number).toBe(14 * 2048);
  });

  it('values are computed again where there is no room to keep them', async () => {
    const source = `model Roots {
  param w: real[300]
  let a[i in 300] = exp(w[i])
  let b[i in 300] = sqrt(a[i] + sum(a[j] for j in i..300))
  loss sum(b[i] * log(b[i]) for i in 300)
}
`;
    const { files, diagnostics } = await compile(source, { target: 'wgsl', emit: ['gradient'] });
    expect(diagnostics).toEqual([]);
    expect(await validate(files[0]?.text ?? '')).toEqual([]);
  });

  it('what is no number where nobody takes it', async () => {
    const source = `model Masked {
  data m: int[3]
  param w: real
  loss sum((m[i] > 0 ? w * sqrt(real(i) - 1) : w) for i in 3)
}
`;
    const { run } = await compileWgsl(source, { path: 'm.nabla', emit: ['gradient'] });
    const taken = await run('gradient', { params: { w: 2 }, data: { m: [0, 1, 1] } });
    expect(taken).toEqual({ number: 4, filled: { w: [2] } });
    expect((await run('gradient', { params: { w: 2 }, data: { m: [1, 1, 1] } })).number).toBeNaN();
  });

  it('hostile names', async () => {
    const source = `model Fn {
  data array: int[3] in 0..3
  param let_: real[3], sin: real, f32: real, _: real, __x: real, result: real, failed: real, λ₁: real
  let select[i in 3] = sin(let_[array[i]]) * f32 + _ * __x
  loss sum(select[i] for i in 3) + result * failed + λ₁ + sin
}
`;
    const { files, diagnostics } = await compile(source, { target: 'wgsl', path: 'Fn.nabla', emit: ['loss', 'gradient', 'jvp', 'hvp'] }); // prettier-ignore
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await validate(files[0]?.text ?? '')).toEqual([]);
  });
});
