// docs/webgpu.md is held to what the compiler does: its command and its code run.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { loadEmitted } from '../src/gradcheck/emitted.ts';
import { withWorld } from './cli/fake-io.ts';
import { farthest } from './support/compare.ts';
import { openDevice } from './support/gpu.ts';

const page = readFileSync(resolve(import.meta.dirname, '../docs/webgpu.md'), 'utf8');
const block = (mark: RegExp): string =>
  new RegExp(`${mark.source}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';
const [model = '', throws = ''] = [...page.matchAll(/```nabla\n(.*?)^```$/gms)].map(([, text]) => text);
const [command = ''] = page.match(/^nabla .*$/m) ?? [];
const host = block(/<!-- run: host -->\n\n```ts/);

interface Ran {
  readonly loss: number;
  readonly gradient: Readonly<Record<string, Float32Array>>;
  readonly fitted: Readonly<Record<string, Float32Array>>;
  readonly last: number;
  readonly predicted: Float32Array;
}

describe('docs/webgpu.md', () => {
  it('has a command that writes the module', async () => {
    await withWorld({ 'lines.nabla': model }, async (world) => {
      const result = await world.nabla(command.split(' ').slice(1));
      expect(result).toMatchObject({ exitCode: 0, stderr: 'wrote lines.gpu.ts\n' });
    });
  });

  it('has code that fits the lines', { timeout: 120_000 }, async () => {
    const { files } = await compile(model, { path: 'lines.nabla', target: 'webgpu' });
    const { createLinesGpu } = await loadEmitted(files[0]?.text ?? '');
    const body = `return (async () => {\n${host}\nreturn { loss, gradient, fitted, last, predicted };\n})();`;
    const run = new Function('createLinesGpu', 'device', body) as (...given: unknown[]) => Promise<Ran>;
    const { loss, gradient, fitted, last, predicted } = await run(createLinesGpu, await openDevice());
    // All params are 0: the loss is the mean of y², and its derivatives are means of -2 y x and -2 y.
    expect(loss).toBeCloseTo(55 / 4, 5);
    expect(farthest(gradient['slope'] ?? NaN, [-6 / 4, -6 / 4])).toBeLessThan(1e-6);
    expect(farthest(gradient['offset'] ?? NaN, [-8 / 4, -18 / 4])).toBeLessThan(1e-6);
    expect(farthest(fitted['slope'] ?? NaN, [2, -3])).toBeLessThan(1e-2);
    expect(farthest(fitted['offset'] ?? NaN, [1, 6])).toBeLessThan(2e-2);
    expect(last).toBeLessThan(1e-4);
    expect(farthest(predicted, [1, 3, 6, 3])).toBeLessThan(2e-2);
  });

  it('has code that keeps to constraints', { timeout: 120_000 }, async () => {
    const { files } = await compile(throws, { path: 'throws.nabla', target: 'webgpu' });
    const { createThrowsGpu } = await loadEmitted(files[0]?.text ?? '');
    const code = block(/<!-- run: throws -->\n\n```ts/);
    const body = `return (async () => {\n${code}\nreturn { gradient, fitted, free };\n})();`;
    const run = new Function('createThrowsGpu', 'device', body) as (
      ...given: unknown[]
    ) => Promise<Record<'gradient' | 'fitted' | 'free', Record<string, Float32Array>>>;
    const { gradient, fitted, free } = await run(createThrowsGpu, await openDevice());
    // The derivative by log(width) at width 1: 1 - mean of off².
    expect(farthest(gradient['width'] ?? NaN, 1 - 5)).toBeLessThan(1e-6);
    expect(gradient['chance']?.length).toBe(2);
    expect(farthest(fitted['chance'] ?? NaN, [0.5, 0.25, 0.25])).toBeLessThan(1e-4);
    expect(farthest(fitted['width'] ?? NaN, Math.sqrt(5))).toBeLessThan(1e-4);
    expect(farthest(free['width'] ?? NaN, Math.log(5) / 2)).toBeLessThan(1e-4);
  });

  it('names errors that there are', async () => {
    const codes = [...page.matchAll(/N\d{4}/g)].map(([code]) => code);
    expect(codes).toEqual(['N0611']);
    const without = 'model Line {\n  param a: real\n  output b = a * a\n}\n';
    expect((await compile(without, { target: 'webgpu' })).diagnostics.map(({ code }) => code)).toContain(
      'N0611',
    );
  });
});
