// `nabla report`: what it says is what is emitted.

import { describe, expect, test } from 'vitest';
import { measure, type ModelReport } from '../../src/cli/measure.ts';
import { compile } from '../../src/compile.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import { hasConstraints } from '../../src/passes/free.ts';
import { examples, smallModels } from '../support/golden.ts';
import { programOf } from '../support/language.ts';
import { withWorld } from './fake-io.ts';
import { bowl, broken, line, unbounded } from './models.ts';

const small = (called: string): string => smallModels.find(({ name }) => name === called)?.text ?? '';
const [rod, network] = [small('rod'), small('network')];

/** As many for each size, told apart where that may matter. */
const sizesOf = (text: string, first: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    programOf(text)
      .sizes.filter((size) => size.value === undefined)
      .map(({ name }, k) => [name, first + k]),
  );

describe.each([...examples, ...smallModels])('$name', ({ name, text }) => {
  const report = measure(programOf(text), { sizes: {} });

  test('operations are those of the docs', async () => {
    const { files } = await compile(text, { emit: ['loss', 'gradient'], format: false });
    const told = [...(files[0]?.text ?? '').matchAll(/^ \* The loss of .* (\d+) operations?\b/gm)];
    expect(report.functions.map(({ operations }) => operations)).toEqual(
      told.slice(0, 2).map(([, count]) => Number(count)),
    );
  });

  test.each([3, 1000])('scratch memory is that of the workspace, sizes from %d', async (first) => {
    const sizes = sizesOf(text, first);
    const { files } = await compile(text, { path: `${name}.nabla`, emit: ['gradient'], format: false });
    const module = await loadEmitted(files[0]?.text ?? '');
    const made = Object.entries(module).find(([key]) => /(?<!Free)Workspace$/.test(key))?.[1];
    const workspace = (made?.(sizes) ?? {}) as Readonly<Record<string, Float64Array>>;
    const bytes = Object.values(workspace).reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { functions, arrays } = measure(programOf(text), { sizes });
    expect(functions.at(-1)?.scratch.bytes).toBe(bytes);
    expect(arrays.reduce((sum, array) => sum + (array.bytes ?? NaN), 0)).toBe(bytes);
  });

  test('nothing happens between the passes that are told of', () => {
    const { passes } = report;
    expect(passes.length).toBeGreaterThan(0);
    for (const [k, { stage, before }] of passes.entries()) {
      const last = passes[k - 1];
      if (last?.stage === stage) expect(before, `${stage} ${last.pass}`).toBe(last.after);
    }
  });
});

test('a report', async () => {
  await withWorld({ 'bowl.nabla': bowl }, async (world) => {
    const { exitCode, stdout, stderr } = await world.nabla(['report', 'bowl.nabla']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "Bowl  N

      Functions
                           operations  scratch bytes
        loss                        2  0
        loss and gradient           3  0
        at N=100, a call for loss and gradient takes 1.50 times the operations of one for the loss
        operations are counted as they are written: loops repeat them, as --size shows

      Passes that changed the gradient, in statements
                           pass        before  after  --without
        after derivatives  dead            15     14
                           fold            14      9  fold
                           strength         9      9  strength
        loops              initialise       7      6  initialise
                           combine          6      5  fuse
      "
    `);
  });
});

test('memory, as a formula and at sizes', async () => {
  await withWorld({ 'rod.nabla': rod }, async (world) => {
    const arrays = async (...options: readonly string[]): Promise<string> =>
      /^Scratch[^]*?(?=\n\n)/m.exec((await world.nabla(['report', 'rod.nabla', ...options])).stdout)?.[0] ??
      '';
    expect(await arrays()).toMatchInlineSnapshot(`
      "Scratch arrays of the gradient
        array        shape                                        bytes                                       holds
        uHistory     real[earlierSegments, N]                     8*N*earlierSegments                         history of a loop
        u            real[N]                                      8*N                                         values
        uHistory2    real[-earlierSegments*segmentLength + T, N]  -8*N*earlierSegments*segmentLength + 8*N*T  history of a loop
        uAdjoint     real[N]                                      8*N                                         adjoints
        flow         real[N - 1]                                  8*N - 8                                     values
        flow2        real[N - 1]                                  8*N - 8                                     values
        flowAdjoint  real[N - 1]                                  8*N - 8                                     adjoints
        uAdjoint2    real[N]                                      8*N                                         adjoints
        u4           real[N]                                      8*N                                         values
        uHistory3    real[segmentLength, N]                       8*N*segmentLength                           history of a loop
        flow3        real[N - 1]                                  8*N - 8                                     values
        segmentLength = 3*N*T - T <= 1048576 ? 0 : Math.ceil(Math.sqrt(T))
        earlierSegments = segmentLength === 0 ? 0 : Math.max(0, Math.ceil((T) / (segmentLength)) - 1)"
    `);
    expect(await arrays('--size', 'T=100000,N=100')).toMatchInlineSnapshot(`
      "Scratch arrays of the gradient
        array        shape                                        bytes    holds
        uHistory     real[earlierSegments, N]                     252,000  history of a loop
        u            real[N]                                      800      values
        uHistory2    real[-earlierSegments*segmentLength + T, N]  116,000  history of a loop
        uAdjoint     real[N]                                      800      adjoints
        flow         real[N - 1]                                  792      values
        flow2        real[N - 1]                                  792      values
        flowAdjoint  real[N - 1]                                  792      adjoints
        uAdjoint2    real[N]                                      800      adjoints
        u4           real[N]                                      800      values
        uHistory3    real[segmentLength, N]                       253,600  history of a loop
        flow3        real[N - 1]                                  792      values
        segmentLength = 3*N*T - T <= 1048576 ? 0 : Math.ceil(Math.sqrt(T)) = 317
        earlierSegments = segmentLength === 0 ? 0 : Math.max(0, Math.ceil((T) / (segmentLength)) - 1) = 315"
    `);
    expect(await arrays('--size', 'T=1000', '--checkpoint', 'none')).toMatchInlineSnapshot(`
      "Scratch arrays of the gradient
        array        shape        bytes    holds
        u            real[N]      8*N      values
        uHistory     real[T, N]   8000*N   history of a loop
        uAdjoint     real[N]      8*N      adjoints
        flow         real[N - 1]  8*N - 8  values
        flowAdjoint  real[N - 1]  8*N - 8  adjoints
        uAdjoint2    real[N]      8*N      adjoints"
    `);
  });
});

test('--format json', async () => {
  await withWorld({ 'two.nabla': bowl + line }, async (world) => {
    const { stdout } = await world.nabla(['report', 'two.nabla', '--format', 'json', '--size', 'N=3']);
    const { models } = JSON.parse(stdout) as { readonly models: readonly ModelReport[] };
    expect(models).toMatchObject([
      {
        model: 'Bowl',
        sizes: { N: 3 },
        functions: [
          { kind: 'loss', operations: 2, hasLoops: true, scratch: { formula: '0', bytes: 0 } },
          { kind: 'gradient', operations: 3 },
        ],
        ratio: 1.5,
        arrays: [],
        derived: [],
      },
      { model: 'Line', sizes: {}, functions: [{ hasLoops: false }, {}] },
    ]);
    expect(models[0]?.passes).toContainEqual(
      expect.objectContaining({ stage: 'loops', pass: 'combine', optimisation: 'fuse' }),
    );
  });
});

test('what makes the text long', async () => {
  await withWorld({ 'm.nabla': rod }, async (world) => {
    const text = async (...options: readonly string[]): Promise<string> =>
      (await world.nabla(['report', 'm.nabla', ...options])).stdout;
    expect(await text()).toContain('see --checkpoint none');
    expect(await text('--checkpoint', 'none')).not.toContain('see --');
  });
  await withWorld({ 'm.nabla': network }, async (world) => {
    expect((await world.nabla(['report', 'm.nabla'])).stdout).toContain('see --without jam,products');
  });
});

test('what is left out does nothing', async () => {
  await withWorld({ 'bowl.nabla': bowl }, async (world) => {
    const { stdout } = await world.nabla(['report', 'bowl.nabla', '--without', 'fuse,strength']);
    expect(stdout).toContain('fold');
    expect(stdout).not.toMatch(/fuse|strength/);
  });
});

test('constrained params: both forms', async () => {
  const text = examples.find((example) => hasConstraints(programOf(example.text)))?.text ?? '';
  await withWorld({ 'm.nabla': text }, async (world) => {
    const { stdout } = await world.nabla(['report', 'm.nabla']);
    expect(stdout).toMatch(/^OrderedMixture {2}N K\n[^]*^OrderedMixtureFree {2}N K\n/m);
  });
});

test('without a loss the outputs are reported', async () => {
  const sum = 'model Sum {\n  dim N\n  data x: real[N]\n  output total = sum(x[i]^2 for i)\n}\n';
  await withWorld({ 'sum.nabla': sum }, async (world) => {
    const { stdout } = await world.nabla(['report', 'sum.nabla']);
    expect(stdout).toContain('Passes that changed the outputs, in statements');
    expect(stdout).not.toContain('loss');
  });
});

test.each([
  ['errors in the model', broken, [], 1, '2 errors in m.nabla'],
  ['a loop without a bound', unbounded, [], 1, 'error N0417'],
  ['a size that no model has', bowl, ['--size', 'M=1'], 2, 'no model has a size M'],
  ['a model that is not there', bowl, ['--model', 'Bowls'], 2, 'did you mean `Bowl`?'],
  ['no optimisation', bowl, ['--without', 'fuze'], 2, 'Did you mean fuse?'],
])('%s', async (_, text, options, code, message) => {
  await withWorld({ 'm.nabla': text }, async (world) => {
    const { exitCode, stdout, stderr } = await world.nabla(['report', 'm.nabla', ...options]);
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  });
});
