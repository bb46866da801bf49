// Random programs as WGSL, on a real implementation: all are taken by the compiler of WGSL, and compute what the interpreter does, as
// near as can be with ops that are off by a few roundings.

import { reverse } from '../../src/ad/reverse.ts';
import { compile } from '../../src/compile.ts';
import { interpret, type Inputs } from '../../src/ir/interpret.ts';
import { optimise, prepare, prepareReverse } from '../../src/passes/index.ts';
import type { Parameters } from '../support/derive.ts';
import { validate } from '../support/gpu.ts';
import { compileWgsl } from '../support/wgsl.ts';
import { forEachProgram, type RandomProgram } from './program.ts';
import { apart, disturbance, seen, vector } from './single.ts';

const all = ['loss', 'gradient', 'outputs', 'jvp', 'hvp'] as const;

/** Validates the functions of so many programs; how many there were, and how many of them WGSL cannot hold. */
export async function checkValid(count: number, seed: number): Promise<{ valid: number; refused: number }> {
  const tally = { valid: 0, refused: 0 };
  await forEachProgram(count, seed, async ({ source, sizes }) => {
    const { files, diagnostics } = await compile(source, { target: 'wgsl', sizes, emit: all });
    const codes = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    const [file] = files;
    if (file === undefined) {
      if (!codes.every((code) => code === 'N0606' || code === 'N0608')) throw new Error(codes.join());
      tally.refused++;
      return;
    }
    const messages = await validate(file.text);
    if (messages.length > 0) throw new Error(messages.join('\n'));
    tally.valid++;
  });
  return tally;
}

/** Drivers take ops as far off as this; runs with such errors, and how much farther a result may be than they are. */
const opError = 8 * 2 ** -24;
const runs = 6;
const margin = 8;
/** A bound that is wider than this says nothing: rounding decides. */
const telling = 1e-3;

export interface Told {
  told: number;
  all: number;
}

async function checkRun(
  { source, sizes, ...random }: RandomProgram,
  seed: number,
  tally: Told,
): Promise<void> {
  tally.all++;
  const { program, params, data } = seen({ source, sizes, ...random });
  const inputs = { params, data } as Inputs;
  const wanted = interpret(reverse(program), inputs, sizes);
  const expected = [wanted.loss ?? NaN, ...vector(wanted.gradient)];
  const options = { precision: 'f32' } as const;
  const gradient = optimise(reverse(prepareReverse(prepare(program, options), options)), options);
  const spread = Math.max(
    ...Array.from({ length: runs }, (_, k) => {
      const run = interpret(gradient, inputs, sizes, { round: disturbance(seed + k, opError) });
      return apart([run.loss ?? NaN, ...vector(run.gradient)], expected);
    }),
  );
  const bound = margin * spread + opError;
  if (!(bound < telling)) return;
  tally.told++;
  const { run } = await compileWgsl(source, { path: 'random.nabla', sizes, emit: ['gradient'] });
  const point = { params: random.params as Parameters, data: random.data as Parameters };
  const { number, filled } = await run('gradient', point);
  const found = [number, ...vector(filled)];
  const off = apart(found, expected);
  if (!(off <= bound))
    throw new Error(`${off} off, ${bound} allowed\n${found.join(' ')}\n${expected.join(' ')}`);
}

/** Runs so many programs as WGSL. */
export async function checkComputed(count: number, seed: number): Promise<Told> {
  const tally: Told = { told: 0, all: 0 };
  await forEachProgram(count, seed, (random) => checkRun(random, seed, tally));
  return tally;
}
