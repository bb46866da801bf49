// How a variant is timed: wall-clock time, since a GPU works while the process waits.

import { median } from '../harness.mjs';

/** How far a step goes: hardly anywhere, so that the thousandth is like the first. */
export const rate = 1e-7;

/** Milliseconds of a step, where many are waited for at once, and of loss and gradient that are read each time. */
export async function timed({ step, finish, lossAndGradient }, seconds) {
  const elapsed = async (call, count) => {
    const start = performance.now();
    for (let k = 0; k < count; k++) call();
    await finish();
    return performance.now() - start;
  };
  /** For so long, and at least once. */
  const each = async (call) => {
    const times = [];
    const until = performance.now() + 1e3 * seconds;
    do {
      const start = performance.now();
      await call();
      times.push(performance.now() - start);
    } while (performance.now() < until);
    return times;
  };
  await each(() => elapsed(step, 1));
  let count = 1;
  while ((await elapsed(step, count)) < (1e3 * seconds) / 3 && count < 4096) count *= 2;
  const steps = (await each(() => elapsed(step, count))).map((time) => time / count);
  return { step: median(steps), latency: median(await each(lossAndGradient)) };
}
