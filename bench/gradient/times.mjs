// What comparisons of gradients share: the cases that are asked for, and the CPU time of their variants.

import { measureTogether, median, serveBatches, spread, warmedUp } from '../harness.mjs';
import { prepare } from './variants.mjs';

/** All models, or those that are named, by their names or by how these begin. */
export function chosen(asked, all) {
  if (asked.length === 0) return all;
  const named = asked.flatMap((name) => {
    const found = all.includes(name) ? [name] : all.filter((other) => other.startsWith(name));
    if (found.length === 0) throw new Error(`no model ${name}; there are ${all.join(', ')}`);
    return found;
  });
  return all.filter((name) => named.includes(name));
}

/** Milliseconds of each variant of a case, round by round; `script` is to call `serveVariant` with its argument. */
export async function timeInTurn(script, name, variants, rounds) {
  const times = await measureTogether(
    script,
    variants.map((variant) => ({ name, variant })),
    rounds,
  );
  process.stderr.write(
    `${name}: ${variants.map((v, i) => `${v} ${median(times[i]).toPrecision(3)}`).join(', ')} ms\n`,
  );
  return Object.fromEntries(variants.map((variant, i) => [variant, times[i]]));
}

/** In a process of its own. One that is a program itself times itself. */
export async function serveVariant({ name, variant }) {
  const { run, time } = await prepare(name, variant);
  await serveBatches(time ?? warmedUp(run));
}

export const microseconds = (times) => spread(times.map((time) => 1e3 * time));

/** Round by round, so that a change of the machine's speed between rounds falls out. */
export const ratios = (times, others) => times.map((time, round) => time / others[round]);
