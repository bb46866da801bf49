// Emitted gradients against those of other libraries and against central differences:
// node bench/peers/run.mjs [--rounds 3]

import { parseArgs } from 'node:util';
import { checkAgreement } from '../gradient/agree.mjs';
import { microseconds, ratios, serveVariant, timeInTurn } from '../gradient/times.mjs';
import { compileModel } from '../gradient/variants.mjs';
import { measuring, report, spread, table } from '../harness.mjs';
import { cases } from '../models/index.mjs';
import { comparisons, missing, peers, toleranceOf, versions } from './index.mjs';

async function main() {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
  const rounds = Number(values.rounds);
  const lacking = missing();
  if (lacking.length > 0) {
    console.error(`not installed: ${lacking.join(', ')}; run: npm ci --prefix bench`);
    process.exitCode = 1;
    return;
  }
  const names = Object.keys(comparisons);
  await Promise.all(names.map(compileModel));
  // One peer after the other: two may be backends of one library, which has one at a time.
  const differences = {};
  for (const name of names) {
    differences[name] = {};
    for (const peer of comparisons[name]) {
      differences[name][peer] = await checkAgreement(name, [peer], toleranceOf(peer));
    }
  }

  const results = {};
  for (const name of names) {
    results[name] = {
      sizes: cases[name].sizes,
      differences: differences[name],
      milliseconds: await timeInTurn(import.meta.url, name, ['emitted', ...comparisons[name]], rounds),
    };
  }
  const rows = names.flatMap((name) => comparisons[name].map((peer) => row(name, peer, results[name])));
  const note =
    `Median CPU time of ${rounds} processes for each, batch by batch in turn, to compute loss and gradient; quartiles in brackets. ` +
    'What is emitted computes in double precision. The last column is by how much the gradients differ, relative to ' +
    'the largest element: float32 may by 1e-4, double by 1e-8.';
  const used = Object.entries(versions()).map(([name, version]) => `${name} ${version}`);
  report('peers', `${table(rows)}\n\n${note}\n\n${used.join(', ')}.`, { versions: versions(), results });
}

function row(name, peer, { differences, milliseconds: { emitted, [peer]: times } }) {
  return {
    model: name,
    peer: peers[peer].title,
    numbers: peers[peer].numbers,
    'emitted, µs': microseconds(emitted),
    'peer, µs': microseconds(times),
    'peer / emitted': spread(ratios(times, emitted)),
    difference: differences[peer].toExponential(0),
  };
}

const argument = measuring();
if (argument === undefined) await main();
else await serveVariant(argument);
