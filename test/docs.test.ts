// The README is held to what the compiler does: its models compile, the code it shows is the code that is emitted, the
// functions it lists exist, and its commands run. UPDATE=1 writes the emitted code into it.

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { stdFiles } from '../generated/std.ts';
import { loadEmitted } from '../src/gradcheck/emitted.ts';
import { typeErrors } from './emit/typescript.ts';
import { withWorld } from './cli/fake-io.ts';

const path = resolve(import.meta.dirname, '../README.md');
const readme = readFileSync(path, 'utf8');

const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
/** Blocks that begin with the name of a file, by that name: they may import each other. */
const named = Object.fromEntries(
  blocks.flatMap(({ text }) => {
    const name = /^\/\/ (\S+\.nabla)\n/.exec(text)?.[1];
    return name === undefined ? [] : [[name, text] as const];
  }),
);
const models = blocks
  .map(({ language, text }) => (language === '' && !Object.values(named).includes(text) ? text : ''))
  .filter((text) => /^model /m.test(text));
const [decay = '', pendulum = ''] = models;

const all = ['loss', 'gradient', 'outputs', 'jvp', 'hvp'] as const;

async function emitted(source: string): Promise<string> {
  const { files, diagnostics } = await compile(source, { path: 'decay.nabla', emit: all });
  expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  return files[0]?.text ?? '';
}

/** The block of this name is what is emitted. */
function hold(name: string, shown: string): void {
  const place = new RegExp(`(<!-- emitted: ${name} -->\\n\\n\`\`\`\\w+\\n)(.*?)(^\`\`\`$)`, 'ms');
  if (process.env['UPDATE'] === '1') {
    const before = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      before.replace(place, (_, head, __, tail) => `${head}${shown}${tail}`),
    );
  } else expect(place.exec(readme)?.[2]).toBe(shown);
}

describe('README', () => {
  it('has models, and they compile', async () => {
    expect(models.length).toBe(5);
    for (const model of models) expect(await emitted(model)).toContain('LossAndGradient(');
  });

  it('names all parts of the prelude and links to them', () => {
    const parts = stdFiles.map(({ path }) => path.replace(/^std\/|\.nabla$/g, ''));
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts) expect(readme).toContain(`](docs/prelude.md#${part})`);
  });

  it('has files, which import each other, and their gradients are right', async () => {
    expect(Object.keys(named)).toEqual(['units.nabla', 'aim.nabla', 'rules.nabla']);
    await withWorld(named, async (world) => {
      const { exitCode, stdout } = await world.nabla(['check', '*.nabla']);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
      for (const name of ['aim.nabla', 'rules.nabla'])
        expect(await world.nabla(['gradcheck', name])).toMatchObject({ exitCode: 0, stderr: '' });
    });
  });

  it.each([
    ['decay gradient', decay, /^export function decayLossAndGradient.*?^}\n/ms],
    // From the loop on, after what reads the arguments.
    [
      'pendulum excerpt',
      pendulum,
      /(?<=^export function pendulumLossAndGradient.*?)^  for .*?^  return \w+;\n/ms,
    ],
  ])('shows the code that is emitted: %s', async (name, model, part) => {
    const [shown = 'nothing'] = part.exec(await emitted(model)) ?? [];
    hold(name, shown);
  });

  it('shows the loop that is emitted as WGSL', async () => {
    const { files } = await compile(decay, { path: 'decay.nabla', target: 'wgsl', sizes: { N: 100 } });
    const part = /(?<=^fn decay_loss_and_gradient.*?)^  for .*?^  }\n/ms;
    hold('decay wgsl', part.exec(files[0]?.text ?? '')?.[0] ?? 'nothing');
  });

  it('fits a mixture with free params', async () => {
    const [text] = /(?<=<!-- run: mixture -->\n\n```ts\n).*?(?=^```$)/ms.exec(readme) ?? [];
    const source = models.find((model) => model.startsWith('model Mixture')) ?? '';
    const { files } = await compile(source, { path: 'mixture.nabla' });
    const body = `export function run(start: MixtureParams, data: MixtureData, sizes: MixtureSizes): unknown {\n${text}\nreturn [free, params, mixtureLoss(start, data, sizes), mixtureLoss(params, data, sizes)];\n}`;
    const code = `${files[0]?.text}\n${body}`;
    expect(typeErrors({ 'readme.ts': code })).toEqual([]);
    const { run } = await loadEmitted(code);
    const vector = (...values: readonly number[]): Float64Array => Float64Array.from(values);
    const start = { weight: vector(0.5, 0.5), mean: vector(-2, 4), width: vector(1, 1), offset: 0 };
    const data = { y: vector(-3, -2.5, -2, 4, 4.5, 5, 5.5, 6) };
    if (run === undefined) throw new Error('nothing to run');
    const [free, params, before, after] = run(start, data, { N: 8, K: 2 }) as [
      { weight: Float64Array },
      { weight: Float64Array; mean: Float64Array; width: Float64Array; offset: number },
      number,
      number,
    ];
    expect(free.weight.length).toBe(1);
    expect(after).toBeLessThan(before - 1);
    expect(params.weight[0] ?? NaN).toBeCloseTo(3 / 8, 1);
    expect(Math.abs((params.weight[0] ?? NaN) + (params.weight[1] ?? NaN) - 1)).toBeLessThan(1e-15);
    expect((params.mean[0] ?? NaN) + params.offset).toBeCloseTo(-2.5, 0);
    expect((params.mean[1] ?? NaN) + params.offset).toBeCloseTo(5, 0);
  });

  it('lists the functions that there are', async () => {
    const text = await emitted(`${decay.replace(/}\s*$/, '')}  output fit[n in N] = residual[n]\n}`);
    const listed = [...readme.matchAll(/`(decay[A-Z]\w*)/g)].map((match) => match[1] ?? '');
    expect(new Set(listed).size).toBeGreaterThan(8);
    // A workspace is there when some function needs scratch memory, which none does of this model; its params are scalars.
    const functions = listed.filter((name) => !['decayWorkspace', 'decayViews'].includes(name));
    for (const name of functions) expect(text).toContain(`export function ${name}(`);
  });

  it('names functions of the prelude that there are', () => {
    const prelude = stdFiles.map(({ text }) => text).join('\n');
    for (const name of ['crossEntropy', 'norm2', 'softmax', 'relu', 'step']) {
      expect(readme).toContain(name);
      expect(prelude).toMatch(new RegExp(`^fn ${name}\\(`, 'm'));
    }
  });

  it.each(
    blocks
      .flatMap(({ text }) => text.split('\n'))
      .filter((line) => line.startsWith('nabla '))
      .map((line) => line.replace(/\s+#.*$/, '')),
  )('%s', async (line) => {
    // Nothing has been built when `--check` runs here, and that is what it says.
    const expected = line.includes('--check') ? 1 : 0;
    await withWorld({ 'model.nabla': decay, 'src/models/model.nabla': decay }, async (world) => {
      const { exitCode, stderr } = await world.nabla(line.split(/\s+/).slice(1));
      expect({ line, exitCode, stderr }).toMatchObject({ exitCode: expected });
    });
  });
});
