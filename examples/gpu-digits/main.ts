// The page: trains, on whichever device is chosen, and reads what is drawn.

import { random } from '../digits/random.mjs';
import type { DigitsParams } from '../digits/digits.nabla';
import source from '../digits/digits.nabla?raw';
import { batches, fetchDigits, firstParams, heldOutDigits } from './digits.ts';
import { pad } from './pad.ts';
import { accuracyOn, reader } from './reader.ts';
import { trainOnCpu } from './train-cpu.ts';
import { openGpu, trainOnGpu } from './train-gpu.ts';
import type { Device, Trainer } from './trainer.ts';
import * as view from './view.ts';

const rate = 0.1;
/** Between two looks at the loss; the page stays responsive. */
const turnMilliseconds = 30;
const uniform = random(2024);

view.showSource(source);
const [digits, gpu] = await Promise.all([fetchDigits(), openGpu()]).catch((error: unknown) => {
  view.showStatus(messageOf(error));
  throw error;
});
const nextBatch = batches(digits, uniform);
const accuracy = accuracyOn(heldOutDigits(digits, 500));
const read = reader(1);

/** Those that were last read from the trainer. */
let params = firstParams(uniform);
let trainer: Trainer = trainOnCpu(params);
let running = false;
let looping = false;
let steps = 0;
let stepsPerTurn = 1;
let drawn: Float32Array | undefined;

// One thing at a time: while a trainer is asked for its params it is not stepped or replaced.
let queue: Promise<void> = Promise.resolve();
function inTurn(task: () => Promise<void>): Promise<void> {
  queue = queue.then(task).catch((error: unknown) => {
    running = false;
    view.showRunning(false);
    view.showDevice(trainer.device);
    view.showStatus(messageOf(error));
  });
  return queue;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function turn(): Promise<void> {
  const start = performance.now();
  for (let i = 0; i < stepsPerTurn; i++) trainer.step(nextBatch(), rate);
  const loss = await trainer.loss();
  const each = (performance.now() - start) / stepsPerTurn;
  steps += stepsPerTurn;
  stepsPerTurn = Math.min(20, Math.max(1, Math.round(turnMilliseconds / each)));
  view.showLoss(steps, loss, trainer.device);
  view.showTime(trainer.device, each);
}

async function look(): Promise<void> {
  params = await trainer.params();
  view.showAccuracy(accuracy(params));
  showReading();
}

function showReading(): void {
  if (drawn === undefined) view.showReading();
  else {
    const { prediction, probability } = read(params, { image: drawn, label: Int32Array.of(0) });
    view.showReading(prediction[0], probability);
  }
}

async function train(): Promise<void> {
  if (looping) return;
  looping = true;
  view.showBusy(true);
  let lookedAt = performance.now();
  while (running) {
    await inTurn(turn);
    if (performance.now() - lookedAt > 1000) {
      await inTurn(look);
      lookedAt = performance.now();
    }
    await new Promise(requestAnimationFrame);
  }
  looping = false;
  await inTurn(look);
  view.showBusy(looping);
}

/** Goes on with the same params on another device, or with others. Of a GPU that was lost, with those that were last read. */
async function change(device: Device, others?: DigitsParams): Promise<void> {
  const from = others ?? (await trainer.params().catch(() => params));
  const next = device === 'gpu' && typeof gpu !== 'string' ? await trainOnGpu(gpu, from) : trainOnCpu(from);
  trainer.destroy();
  trainer = next;
  stepsPerTurn = 1;
  await look();
  view.showDevice(device);
  view.showStatus(typeof gpu === 'string' ? `Trains on the CPU only: ${gpu}.` : `The GPU is ${nameOf(gpu)}.`);
}

/** As far as the browser tells. */
function nameOf({ adapterInfo: { description, vendor, architecture } }: GPUDevice): string {
  return description || `${vendor} ${architecture}`.trim() || 'there';
}

view.trainButton.addEventListener('click', () => {
  running = !running;
  view.showRunning(running);
  if (running) void train();
});
view.restartButton.addEventListener('click', () =>
  inTurn(async () => {
    await change(trainer.device, firstParams(uniform));
    steps = 0;
    view.showRestart();
  }),
);
const paper = pad(view.paper, view.seen, (image) => {
  drawn = image;
  showReading();
});
view.clearButton.addEventListener('click', paper.clear);
await inTurn(() => change(typeof gpu === 'string' ? 'cpu' : 'gpu'));
view.allow(typeof gpu === 'string' ? ['cpu'] : ['gpu', 'cpu'], (device) => inTurn(() => change(device)));
