// Trains digits.nabla. The model is compiled by the command line tool; what trains it is the emitted code and nothing else.
// Run it with `npm run demo`.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import { adam } from './adam.mjs';
import { classes, drawShifted, loadDigits, pixels } from './data.mjs';
import { drawReport } from './drawing.mjs';
import { progress } from './progress.mjs';
import { normal, random, shuffle } from './random.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'out');
const nabla = join(here, '../../dist/src/cli/main.js');
const model = relative('.', join(here, 'digits.nabla'));

const hidden = 128;
const batch = 64;
const epochs = 10;
const heldOut = 2000;
const goal = 0.95;
const uniform = random(2024);

// ---- compile, and check the gradient at a small size

/** Runs the command line tool and returns what it writes; what it has to say to people is shown. */
function run(...args) {
  console.log(`$ nabla ${args.join(' ')}`);
  const stdio = ['ignore', 'pipe', 'inherit'];
  const { status, stdout } = spawnSync(process.execPath, [nabla, ...args], { encoding: 'utf8', stdio });
  if (status !== 0) {
    console.error(`${stdout}nabla ended with exit code ${status}`);
    process.exit(1);
  }
  return stdout;
}

run('build', model, '--out-dir', relative('.', out));
const emitted = join(out, 'digits.ts');
const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
const { outputText } = ts.transpileModule(readFileSync(emitted, 'utf8'), {
  compilerOptions: { target, module },
});
writeFileSync(join(out, 'digits.mjs'), outputText);
const { digitsLoss, digitsLossAndGradient, digitsOutputs, digitsOutputsZeros, digitsWorkspace, digitsZeros } =
  await import('./out/digits.mjs');

const checked = JSON.parse(run('gradcheck', model, '--size', 'B=5,D=7,H=6,K=4', '--format', 'json'));
console.log(`largest relative error of the gradient: ${checked.largestError.toExponential(1)}`);

// ---- train

const { train, test } = loadDigits(heldOut, uniform);
console.log(
  `training  ${pixels}-${hidden}-${classes} perceptron on ${train.count} digits, ${test.count} held out`,
);

const sizes = { B: batch, D: pixels, H: hidden, K: classes };
const workspace = digitsWorkspace(sizes);
const gradient = digitsZeros(sizes);
const params = digitsZeros(sizes);
for (const [weights, inputs] of [
  [params.W1, pixels],
  [params.W2, hidden],
]) {
  // He's initialisation keeps the variance of a layer with relu.
  for (let i = 0; i < weights.length; i++) weights[i] = normal(uniform) * Math.sqrt(2 / inputs);
}

const testSizes = { ...sizes, B: test.count };
const testWorkspace = digitsWorkspace(testSizes);
const outputs = digitsOutputsZeros(testSizes);
const { prediction } = outputs;

function evaluate() {
  digitsOutputs(params, test, testSizes, outputs, testWorkspace);
  const right = prediction.reduce((count, digit, n) => count + (digit === test.label[n] ? 1 : 0), 0);
  return { accuracy: right / test.count, loss: digitsLoss(params, test, testSizes, testWorkspace) };
}

const minibatch = { image: new Float64Array(batch * pixels), label: new Int32Array(batch) };

/** The chosen images, each moved by at most a pixel: no two epochs see the same ones, and that is worth one per cent. */
function fill(chosen) {
  chosen.forEach((n, b) => {
    const by = () => Math.floor(3 * uniform()) - 1;
    drawShifted(train.image.subarray(n * pixels, (n + 1) * pixels), by(), by(), minibatch.image, b * pixels);
    minibatch.label[b] = train.label[n];
  });
}

const step = adam(() => digitsZeros(sizes));
const stepsPerEpoch = Math.floor(train.count / batch);
const total = epochs * stepsPerEpoch;
const order = Array.from({ length: train.count }, (_, n) => n);
const bar = progress(process.stderr, epochs, total);
const losses = [];
const milliseconds = [];
const history = [{ step: 0, ...evaluate() }];

for (let epoch = 1; epoch <= epochs; epoch++) {
  shuffle(order, uniform);
  for (let first = 0; first + batch <= train.count; first += batch) {
    fill(order.slice(first, first + batch));
    const start = performance.now();
    const loss = digitsLossAndGradient(params, minibatch, sizes, gradient, workspace);
    // The rate falls along half a cosine, so that the last epochs settle.
    const rate = 1e-3 * (1 + Math.cos((Math.PI * losses.length) / total));
    step(params, gradient, rate);
    milliseconds.push(performance.now() - start);
    losses.push(loss);
    bar.step({ epoch, done: losses.length, loss, accuracy: history.at(-1).accuracy });
  }
  history.push({ step: losses.length, ...evaluate() });
  bar.epoch({ epoch, done: losses.length, ...history.at(-1) });
}
bar.end();

// ---- report

const { accuracy } = history.at(-1);
const median = milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 1];
const misread = [...prediction.keys()].filter((n) => prediction[n] !== test.label[n]);
const picture = join(out, 'digits.svg');
writeFileSync(
  picture,
  drawReport({
    losses,
    history,
    accuracy,
    median,
    batch,
    count: test.count,
    layers: [pixels, hidden, classes],
    misread: misread.map((n) => ({
      image: test.image.subarray(n * pixels, (n + 1) * pixels),
      label: test.label[n],
      read: prediction[n],
    })),
  }),
);

const percent = (100 * accuracy).toFixed(2);
console.log(`accuracy  ${percent} % of ${test.count} held-out digits, ${misread.length} misread`);
console.log(`speed     ${median.toFixed(2)} ms a step of ${batch} digits (median of ${milliseconds.length})`);
console.log(`emitted   ${relative('.', emitted)}`);
console.log(`picture   ${relative('.', picture)}`);
if (accuracy < goal) {
  console.error(`the accuracy is below the goal of ${100 * goal} %`);
  process.exitCode = 1;
}
