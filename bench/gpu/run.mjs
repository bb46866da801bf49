// The kernel form on a GPU, against the same in TypeScript and against other libraries on the same GPU:
// node bench/gpu/run.mjs [--software] [--rounds 5] [--seconds 1] [--bandwidth GB/s] [--flops GFLOP/s] [--python python3] [model …]

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosen, ratios } from '../gradient/times.mjs';
import { measuring, median, report, root, rounded, spread, table } from '../harness.mjs';
import { chooseAdapter, limitsOf } from './adapter.mjs';
import { cases } from './models.mjs';
import { ask, measureHere, probeTorch, variants } from './variants.mjs';
import { workOfCase } from './work.mjs';

/** What a variant may differ from double precision by, relative to the largest element of a field. */
const tolerance = 1e-4;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      software: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      bandwidth: { type: 'string' },
      flops: { type: 'string' },
      python: { type: 'string', default: 'python3' },
    },
  });
  const names = chosen(positionals, Object.keys(cases));
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const { adapter, env } = chooseAdapter(values.software);
  const limits = limitsOf(adapter, values);
  const torch = probeTorch(values.python);
  const context = { env, python: values.python, torch };
  const askFor = (what, name, variant) => ask(import.meta.url, { what, name, variant, seconds }, context);

  const results = {};
  const broken = [];
  for (const name of names) {
    const agreement = agreementOf(name, askFor);
    broken.push(...agreement.broken);
    const times = {};
    for (let round = 0; round < rounds; round++) {
      for (const variant of Object.keys(agreement.differences)) {
        const time = askFor('time', name, variant);
        if (time.reason !== undefined) agreement.reasons[variant] = time.reason;
        else (times[variant] ??= []).push(time);
      }
    }
    for (const variant of Object.keys(agreement.reasons)) delete times[variant];
    results[name] = { sizes: cases[name].sizes, ...agreement, work: workOfCase(name), times };
    const medians = Object.entries(times).map(([variant, own]) => `${variant} ${rounded(median(own.map(({ step }) => step)))}`); // prettier-ignore
    process.stderr.write(`${name}: ${medians.join(', ')} ms a step\n`);
  }

  // What is not the whole suite, or disagrees, does not replace its results.
  const isWhole = names.length === Object.keys(cases).length && broken.length === 0;
  const file = isWhole ? (adapter.isSoftware ? 'gpu-software' : 'gpu') : 'gpu-chosen';
  report(file, markdown({ adapter, torch, limits, rounds, results }), {
    adapter,
    torch,
    limits,
    versions: versions(),
    results,
  });
  for (const line of broken) console.error(`DISAGREES: ${line}`);
  if (broken.length > 0) process.exitCode = 1;
}

/** By how much each variant differs from double precision, and why the others cannot be compared. */
function agreementOf(name, askFor) {
  const wanted = askFor('check', name, 'reference');
  if (wanted.reason !== undefined) throw new Error(`${name}: ${wanted.reason}`);
  const differences = {};
  const reasons = {};
  const broken = [];
  for (const variant of Object.keys(variants)) {
    const given = askFor('check', name, variant);
    if (given.reason !== undefined) {
      reasons[variant] = given.reason;
      // What is emitted has to run.
      if (variant === 'kernels' || variant === 'typescript')
        broken.push(`${name}: ${variant}: ${given.reason}`);
      continue;
    }
    const fields = Object.keys(wanted.gradient);
    const lacking = fields.filter((field) => given.gradient[field] === undefined);
    const apart = Math.max(
      distance([wanted.loss], [given.loss]),
      ...fields.map((field) => distance(wanted.gradient[field], given.gradient[field] ?? [])),
    );
    if (apart < tolerance && lacking.length === 0) differences[variant] = apart;
    else {
      reasons[variant] = `differs by ${apart}`;
      broken.push(
        `${name}: ${variant} differs by ${apart}${lacking.length > 0 ? ` and lacks ${lacking.join(', ')}` : ''}`,
      );
    }
  }
  return { differences, reasons, broken };
}

/** NaN if there is one on either side, or if the lengths differ. */
function distance(a, b) {
  if (a.length !== b.length) return NaN;
  let [scale, most] = [0, 0];
  for (const [i, value] of a.entries()) {
    const apart = Math.abs(value - b[i]);
    if (Number.isNaN(apart)) return NaN;
    scale = Math.max(scale, Math.abs(value));
    most = Math.max(most, apart);
  }
  return most === 0 ? 0 : most / scale;
}

function markdown({ adapter, torch, limits, rounds, results }) {
  const kind = adapter.isSoftware
    ? '**software adapter**, no GPU: the times say nothing of a GPU'
    : 'adapter';
  const reasons = Object.entries(results).flatMap(([name, { reasons: own }]) =>
    Object.entries(own).map(([variant, reason]) => ({ name, variant, reason })),
  );
  const parts = [
    `${adapter.name} (${kind}).`,
    '## A step\n\nMilliseconds of a step down the gradient, where many are waited for at once.',
    times(results, 'step'),
    '## Loss and gradient\n\nMilliseconds until both are read.',
    times(results, 'latency'),
    `Medians of ${rounds} processes for each variant, in turn; quartiles in brackets. Columns with × say how often the time of the kernels fits
into that of the variant, round by round. All agree with double precision to ${tolerance} of the largest element of each field.`,
    '## What a step takes\n\nKernels, bytes and operations as planned (docs/webgpu.md), and what comes of them in the time of a step.',
    table(Object.entries(results).map(([name, result]) => workRow(name, result, limits))),
  ];
  if (reasons.length > 0) parts.push('## What was not measured', table(grouped(reasons)));
  const used = Object.entries(versions()).map(([name, version]) => `${name} ${version}`);
  if (torch.version !== undefined) used.push(`PyTorch ${torch.version} on ${torch.card}`);
  return [...parts, `${used.join(', ')}.`].join('\n\n');
}

function times(results, what) {
  const of = (own) => own?.map((time) => time[what]);
  return table(
    Object.entries(results).map(([name, { times: all }]) => {
      const kernels = of(all.kernels);
      const cells = Object.entries(variants).flatMap(([variant, { title }]) => {
        const own = of(all[variant]);
        const isRatio = variant !== 'kernels' && own !== undefined && kernels !== undefined;
        return [
          [title, own === undefined ? '—' : spread(own)],
          ...(variant === 'kernels' ? [] : [[`${title} ×`, isRatio ? spread(ratios(own, kernels)) : '—']]),
        ];
      });
      return { model: cases[name].title, ...Object.fromEntries(cells) };
    }),
  );
}

function workRow(name, { work: { kernels, bytes, flops }, times: all }, { bandwidth, flops: most }) {
  const seconds = all.kernels === undefined ? NaN : median(all.kernels.map(({ step }) => step)) / 1e3;
  const number = (value) => (Number.isNaN(value) ? '—' : rounded(value));
  const share = (value, limit) => (limit === undefined ? '—' : `${number((100 * value) / limit)} %`);
  const perSecond = [bytes / seconds, flops / seconds];
  return {
    model: cases[name].title,
    kernels,
    MB: number(bytes / 1e6),
    MFLOP: number(flops / 1e6),
    'GB/s': number(perSecond[0] / 1e9),
    'of the limit': share(perSecond[0], bandwidth),
    'GFLOP/s': number(perSecond[1] / 1e9),
    'of its limit': share(perSecond[1], most),
  };
}

/** One row for all models that a variant lacks for one reason. */
function grouped(reasons) {
  const groups = new Map();
  for (const { name, variant, reason } of reasons) {
    const key = `${variant}\n${reason}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([key, names]) => {
    const [variant, reason] = key.split('\n');
    return { variant: variants[variant].title, models: names.join(', '), reason };
  });
}

function versions() {
  const own = [
    'node_modules/webgpu',
    'bench/node_modules/@tensorflow/tfjs',
    'bench/node_modules/@jax-js/jax',
  ];
  return Object.fromEntries(
    own.flatMap((folder) => {
      try {
        const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
        return [[name, version]];
      } catch {
        return [];
      }
    }),
  );
}

const argument = measuring();
if (argument === undefined) await main();
else {
  await measureHere(argument);
  // A device may keep the process; what was found is written.
  process.exitCode = 0;
}
