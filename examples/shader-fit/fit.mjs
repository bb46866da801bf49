// Fits thousands of curves in one compute shader, a thread each: decay.nabla is compiled to WGSL functions, and fit.wgsl, which
// calls them, is put behind. The same in TypeScript says whether it is right. Run it with `npm run demo:shader`.

import { readFileSync } from 'node:fs';
import chooseDriver from '../../scripts/gpu-driver.mjs';
import { compile, renderDiagnostic } from '../../dist/src/index.js';
import { fitOnCpu, load } from './cpu.mjs';
import { curves, errors, median, points } from './curves.mjs';
import { fitOnGpu } from './gpu.mjs';

const count = 4096;
const steps = 12;
/** Of the params in the median: the noise makes half of it. */
const goal = 0.02;

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

async function compiled(target) {
  const options = { path: 'decay.nabla', target, emit: ['gradient'] };
  const { files, diagnostics } = await compile(read('decay.nabla'), options);
  for (const diagnostic of diagnostics) console.error(renderDiagnostic(diagnostic));
  if (files.length === 0) process.exit(1);
  return files[0].text;
}

// SwiftShader, unless VK_DRIVER_FILES names the driver of a GPU.
chooseDriver();
const { params, measured } = curves(count);
const gpu = await fitOnGpu((await compiled('wgsl')) + read('fit.wgsl'), measured, { points, steps });
const module = await load(await compiled('typescript'));
const start = performance.now();
const fits = fitOnCpu(module, measured, { points, steps });
const cpu = { fits, milliseconds: performance.now() - start };

console.log(`${count} curves of ${points} points`);
for (const [what, { fits: found, milliseconds }] of [
  [`WGSL in f32 on ${gpu.name}`, gpu],
  ['TypeScript in f64, one thread', cpu],
]) {
  const off = errors(found, params, 3);
  const told = `${median(off).toFixed(4)} off in the median, ${off.at(-1).toFixed(4)} at most`;
  console.log(`${what.padEnd(42)} ${String(Math.round(milliseconds)).padStart(5)} ms   ${told}`);
}
const apart = errors(gpu.fits, cpu.fits, 4);
console.log(
  `They differ by ${median(apart).toExponential(1)} in the median, ${apart.at(-1).toExponential(1)} at most.`,
);
if (!(median(errors(gpu.fits, params, 3)) < goal && apart.at(-1) < 1e-2)) {
  console.error('the shader has not found the curves');
  process.exitCode = 1;
}
