// What a step of a model asks of a GPU, as it is planned.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse } from '../../dist/src/analyse.js';
import { planOf } from '../../dist/src/emit/webgpu/plan.js';
import { workOf } from '../../dist/src/emit/webgpu/work.js';
import { derive, forKernels } from '../../dist/src/generate.js';
import { root } from '../harness.mjs';
import { cases } from './models.mjs';

export function workOfCase(name) {
  const { model, sizes } = cases[name];
  const [program] = analyse(readFileSync(join(root, model), 'utf8')).programs;
  const gradient = derive(program, 'gradient', 'none', { without: forKernels });
  return workOf(planOf(gradient), gradient, sizes);
}
