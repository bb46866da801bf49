// docs/wgsl.md is held to what the compiler does: what it shows is emitted, its commands and its code run. UPDATE=1 writes
// what is emitted into it.

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { loadEmitted } from '../src/gradcheck/emitted.ts';
import { withWorld } from './cli/fake-io.ts';
import { distance } from './support/compare.ts';
import { run } from './support/gpu.ts';
import { compileWgsl } from './support/wgsl.ts';

const path = resolve(import.meta.dirname, '../docs/wgsl.md');
const page = readFileSync(path, 'utf8');
const block = (mark: RegExp): string =>
  new RegExp(`${mark.source}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';
const model = block(/```nabla/);
const [command = ''] = page.match(/^nabla .*$/m) ?? [];
const sizes = { N: 4 };
const all = ['loss', 'gradient', 'jvp', 'hvp', 'outputs'] as const;

const wgsl = async (emit?: typeof all): Promise<string> =>
  (await compileWgsl(model, { path: 'line.nabla', sizes, ...(emit && { emit }) })).text;

interface Twin {
  readonly lineLossAndGradient: (...given: readonly unknown[]) => number;
  readonly linePack: (...given: readonly unknown[]) => Float64Array;
}

/** The emitted TypeScript. */
async function twin(): Promise<Twin> {
  const { files } = await compile(model, { path: 'line.nabla' });
  return (await loadEmitted(files[0]?.text ?? '')) as unknown as Twin;
}

/** What the snippet of this name makes, after those before it. */
async function memory(...names: readonly string[]): Promise<{ params: Float32Array; data: ArrayBuffer }> {
  const code = names.map((name) => block(new RegExp(`<!-- run: ${name} -->\\n\\n\`\`\`js`))).join('\n');
  const { linePack } = await twin();
  const make = new Function('linePack', 'sizes', `${code}\nreturn { params, data };`) as (
    ...given: readonly unknown[]
  ) => { params: Float32Array; data: ArrayBuffer };
  return make(linePack, sizes);
}

/** The same data for it. */
const data = {
  at: { x: Float64Array.of(0, 1, 2, 3), y: Float64Array.of(1, 0, 2, 1) },
  counts: Uint8Array.of(1, 1, 0, 1),
  group: Int32Array.of(0, 1, 0, 1),
};

describe('docs/wgsl.md', () => {
  it('has a command that writes the module', async () => {
    await withWorld({ 'line.nabla': model }, async (world) => {
      const result = await world.nabla(command.split(' ').slice(1));
      expect(result).toMatchObject({ exitCode: 0, stderr: 'wrote line.wgsl\n' });
    });
    expect(command).toContain('--size N=4');
  });

  it.each([
    ['structs', /^(\/\/ [^@\n]*\n)*struct .*?^}\n/gms, '\n'],
    ['functions', /^fn line_(loss|outputs).*(?= {$)/gm, ';\n'],
  ] as const)('shows what is emitted: %s', async (name, part, between) => {
    const found = [...(await wgsl()).matchAll(part)].map(([text]) => text);
    expect(found.length).toBeGreaterThan(2);
    const shown = name === 'functions' ? found.map((text) => `${text}\n`).join('') : found.join(between);
    const place = new RegExp(`(<!-- emitted: ${name} -->\\n\\n\`\`\`wgsl\\n)(.*?)(^\`\`\`$)`, 'ms');
    if (process.env['UPDATE'] === '1') {
      const before = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        before.replace(place, (_, head, __, tail) => `${head}${shown}${tail}`),
      );
    } else expect(place.exec(page)?.[2]).toBe(shown);
  });

  it('lists the functions that there are', async () => {
    const text = await wgsl(all);
    const listed = [...page.matchAll(/^\| `(line_\w+)\(/gm)].map(([, name]) => name);
    expect(listed.length).toBe(all.length);
    for (const name of listed) expect(text).toContain(`fn ${name}(`);
  });

  it('lays params and data out as the structs have them, and shows how a function fails', async () => {
    const code = `${await wgsl()}
@group(0) @binding(0) var<storage, read> params: LineParams;
@group(0) @binding(1) var<storage, read> data: LineData;
@group(0) @binding(2) var<storage, read_write> result: LineLossAndGradient;
@compute @workgroup_size(1) fn main() { result = line_loss_and_gradient(params, data); }`;
    const at = async (bytes: { params: Float32Array; data: ArrayBuffer }): Promise<number[]> => {
      const bindings = [
        { kind: 'read' as const, bytes: bytes.params },
        { kind: 'read' as const, bytes: bytes.data },
        { kind: 'write' as const, bytes: new ArrayBuffer(16) },
      ];
      const [found = new ArrayBuffer(0)] = await run({ code, entryPoint: 'main', bindings });
      return [...new Float32Array(found)];
    };
    const found = await at(await memory('memory'));
    const { lineLossAndGradient, linePack } = await twin();
    const gradient = { slope: 0, offset: new Float64Array(2) };
    const params = { slope: 0.5, offset: Float64Array.of(1, -1) };
    const loss = lineLossAndGradient(params, data, sizes, gradient);
    const expected = [loss, ...linePack(gradient, sizes)];
    expect(found.map((value, i) => distance(value, expected[i] ?? NaN) < 1e-6)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect((await at(await memory('memory', 'failure')))[0]).toBeNaN();
  });

  it('has a shader that finds what TypeScript does', async () => {
    const shader = block(/<!-- run: shader -->\n\n```wgsl/);
    const { data: bytes } = await memory('memory');
    const starts = Float32Array.from({ length: 3 * 100 }, (_, i) => Math.fround((i % 7) - 3));
    const [found = new ArrayBuffer(0)] = await run({
      code: (await wgsl()) + shader,
      entryPoint: 'descend',
      bindings: [
        { kind: 'read', bytes },
        { kind: 'write', bytes: starts },
      ],
      workgroups: [2],
    });
    const { lineLossAndGradient } = await twin();
    const expected = Array.from({ length: 100 }, (_, line) => {
      const [slope = NaN, ...offset] = starts.subarray(3 * line, 3 * line + 3);
      const params = { slope, offset: Float64Array.from(offset) };
      const gradient = { slope: 0, offset: new Float64Array(2) };
      for (let step = 0; step < 100; step++) {
        lineLossAndGradient(params, data, sizes, gradient);
        params.slope -= 0.1 * gradient.slope;
        params.offset.forEach((value, i) => (params.offset[i] = value - 0.1 * (gradient.offset[i] ?? NaN)));
      }
      return [params.slope, ...params.offset];
    }).flat();
    const lines = [...new Float32Array(found)];
    expect(lines.length).toBe(300);
    expect(Math.max(...lines.map((value, i) => distance(value, expected[i] ?? NaN)))).toBeLessThan(1e-5);
  });

  it('links to headings that there are', () => {
    const headings = (name: string): readonly string[] =>
      [...readFileSync(resolve(path, '..', name), 'utf8').matchAll(/^#+ (.*)$/gm)].map(
        ([, heading = '']) =>
          `#${heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, '')
            .replaceAll(' ', '-')}`,
      );
    const links = [...page.matchAll(/\]\(([^)#]*)(#[^)]*)?\)/g)];
    expect(links.length).toBeGreaterThan(10);
    for (const [, name = '', anchor] of links)
      if (anchor !== undefined) expect(headings(name === '' ? 'wgsl.md' : name)).toContain(anchor);
  });
});
