// The gradient through a loop of T iterations: time linear in T; memory linear, or about √T with checkpoints:
// node bench/loops/run.mjs

import { compile } from '../../dist/src/index.js';
import { loadEmitted } from '../../dist/src/gradcheck/emitted.js';
import { found, measureInTurn, measuring, median, report, rounded, table, timeCalls } from '../harness.mjs';

const ROUNDS = 3;
const LENGTHS = [10, 100, 1_000, 10_000, 100_000];

/** A pendulum pushed at each of T steps: the state is two numbers. */
const pendulum = {
  name: 'pendulum',
  source: `model Pendulum {
  dim T
  param u: real[T]
  var angle = 0.3
  var speed = 0.0
  for t in T {
    speed += 0.01 * (u[t] - sin(angle))
    angle += 0.01 * speed
  }
  loss angle^2 + speed^2
}
`,
  sizes: (T) => ({ T }),
  inputs: ({ T }) => ({ params: { u: Float64Array.from({ length: T }, (_, t) => Math.sin(t)) } }),
};

/** Heat on a rod of N cells with a conductivity for each: the state is an array. */
const rod = {
  name: 'rod',
  source: `model Rod {
  dim T, N
  param k: real[N]
  data start: real[N], goal: real[N]
  var u = start
  for t in T {
    u = [u[i] + 0.2 * sigmoid(k[i]) * (u[(i + 1) mod N] - 2 * u[i] + u[(i + N - 1) mod N]) - 0.001 * u[i]^3 for i in N]
  }
  loss sum((u[i] - goal[i])^2 for i in N)
}
`,
  sizes: (T) => ({ T, N: 200 }),
  inputs: ({ N }) => {
    const wave = (f) => Float64Array.from({ length: N }, (_, i) => f((2 * Math.PI * i) / N));
    return {
      params: { k: wave(Math.cos) },
      data: { start: wave((x) => 1 + Math.sin(x)), goal: wave(Math.cos) },
    };
  },
};

const models = { pendulum, rod };
const cases = [
  ...LENGTHS.map((T) => ({ model: 'pendulum', T, checkpoint: 'none' })),
  ...LENGTHS.flatMap((T) => ['none', 'auto'].map((checkpoint) => ({ model: 'rod', T, checkpoint }))).filter(
    ({ T, checkpoint }) => T < 100_000 || checkpoint === 'auto',
  ),
];

async function measureCase({ model, T, checkpoint }) {
  const { name, source, sizes: sizesOf, inputs } = models[model];
  const { files, diagnostics } = await compile(source, {
    path: `${name}.nabla`,
    checkpoint,
    emit: ['gradient'],
  });
  if (files.length === 0) throw new Error(diagnostics[0].message);
  const [{ text }] = files;
  const module = await loadEmitted(text);
  const sizes = sizesOf(T);
  const { params, data } = inputs(sizes);
  const ws = module[`${name}Workspace`](sizes);
  const gradient = module[`${name}Zeros`](sizes);
  const given = data === undefined ? [params, sizes] : [params, data, sizes];
  const loss = () => module[`${name}LossAndGradient`](...given, gradient, ws);
  const value = loss();
  const checksum = Object.values(gradient).reduce(
    (sum, array) => array.reduce((all, x) => all + Math.abs(x), sum),
    0,
  );
  if (!Number.isFinite(value) || !(checksum > 0))
    throw new Error(`${name} at T = ${T}: ${value}, ${checksum}`);
  const bytes = Object.values(ws).reduce((sum, array) => sum + array.byteLength, 0);
  return {
    time: timeCalls(loss, { warmUp: 500, batches: 3 }),
    bytes,
    lines: text.split('\n').length,
    value,
    checksum,
  };
}

async function main() {
  const all = measureInTurn(import.meta.url, cases, ROUNDS);
  const results = cases.map((each, i) => ({
    ...each,
    ...all[i][0],
    time: median(all[i].map(({ time }) => time)),
  }));
  for (const { model, T, value, checksum } of results) {
    const twin = results.find((other) => other.model === model && other.T === T);
    if (
      Math.abs(twin.value - value) > 1e-12 * Math.abs(value) ||
      Math.abs(twin.checksum - checksum) > 1e-9 * checksum
    )
      throw new Error(`${model} at T = ${T} depends on checkpoints`);
  }
  const rows = results.map(({ model, T, checkpoint, time, bytes, lines }) => ({
    model,
    T: String(T),
    checkpoint,
    'gradient, ms': rounded(time),
    'per iteration, µs': rounded((time * 1e3) / T),
    'workspace, kB': rounded(bytes / 1e3),
    'emitted lines': String(lines),
  }));
  const note = `Median CPU time of ${ROUNDS} processes each. The emitted code is the same for all T.`;
  report('loops', `${table(rows)}\n\n${note}`, { results });
}

const argument = measuring();
if (argument === undefined) await main();
else found(await measureCase(argument));
