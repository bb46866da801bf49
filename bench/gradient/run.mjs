// Emitted gradients against the emitted loss and against gradients written by hand: node bench/gradient/run.mjs

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../dist/src/index.js';
import { loadEmitted } from '../../dist/src/gradcheck/emitted.js';
import { found, measureInTurn, measuring, report, root, spread, table, timeCalls } from '../harness.mjs';
import { cases } from './cases.mjs';

const ROUNDS = 7;
const TOLERANCE = 1e-10;
const variants = ['loss', 'gradient', 'hand'];

/** One variant of a case as a function without arguments; `gradient` is what it fills. */
async function prepare(name, variant) {
  const { path, hand, sizes, inputs, zeros } = cases[name];
  const { params, data } = inputs(sizes);
  const gradient = zeros(sizes);
  if (variant === 'hand') {
    const module = await loadEmitted(readFileSync(new URL(hand, import.meta.url), 'utf8'));
    const ws = module.workspace?.(sizes);
    return { gradient, call: () => module.lossAndGradient(params, data, sizes, gradient, ws) };
  }
  const { files } = await compile(readFileSync(join(root, path), 'utf8'), { path });
  const module = await loadEmitted(files[0].text);
  const ws = module[`${name}Workspace`]?.(sizes);
  const loss = module[`${name}Loss`];
  const lossAndGradient = module[`${name}LossAndGradient`];
  return variant === 'loss'
    ? { gradient, call: () => loss(params, data, sizes, ...(ws ? [ws] : [])) }
    : { gradient, call: () => lossAndGradient(params, data, sizes, gradient, ...(ws ? [ws] : [])) };
}

/** The largest difference between the emitted and the hand-written code, relative to the largest element of its field. */
async function disagreement(name) {
  const [emitted, hand] = await Promise.all(
    ['gradient', 'hand'].map(async (variant) => {
      const { call, gradient } = await prepare(name, variant);
      return { loss: call(), ...gradient };
    }),
  );
  const fields = Object.keys(hand).map((field) => {
    const [a, b] = [numbersOf(emitted[field]), numbersOf(hand[field])];
    const scale = Math.max(...b.map(Math.abs));
    return Math.max(...b.map((value, i) => Math.abs(a[i] - value))) / scale;
  });
  const worst = Math.max(...fields);
  if (!(worst < TOLERANCE)) throw new Error(`${name}: emitted and hand-written code differ by ${worst}`);
  return worst;
}

/** An array of numbers, or a number as an array of one. */
const numbersOf = (value) => (typeof value === 'number' ? [value] : Array.from(value));

async function main() {
  const rows = [];
  const numbers = {};
  for (const name of Object.keys(cases)) {
    const difference = await disagreement(name);
    const args = variants.map((variant) => ({ name, variant }));
    const [loss, gradient, hand] = measureInTurn(import.meta.url, args, ROUNDS);
    const ratio = (a, b) => a.map((value, i) => value / b[i]);
    numbers[name] = { difference, loss, gradient, hand };
    rows.push({
      model: name,
      'loss, ms': spread(loss),
      'gradient, ms': spread(gradient),
      'by hand, ms': spread(hand),
      'gradient / loss': spread(ratio(gradient, loss)),
      'gradient / by hand': spread(ratio(gradient, hand)),
      'largest difference': difference.toExponential(1),
    });
  }
  const note = `Median CPU time of ${ROUNDS} processes for each variant, in turn; quartiles in brackets.`;
  report('gradient', `${table(rows)}\n\n${note}`, numbers);
}

const argument = measuring();
if (argument === undefined) await main();
else found(timeCalls((await prepare(argument.name, argument.variant)).call));
