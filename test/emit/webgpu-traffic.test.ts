// How many kernels a step takes, and what they read and write: what docs/webgpu.md says is so.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { gradientOf, trafficOf } from '../support/kernels.ts';
import { referenceCase } from '../support/reference.ts';

const root = resolve(import.meta.dirname, '../..');
const digits = {
  source: readFileSync(resolve(root, 'examples/digits/digits.nabla'), 'utf8'),
  sizes: { B: 64, D: 784, H: 128, K: 10 },
};

const row = (name: string): string => {
  const { source, sizes } = name === 'digits' ? digits : referenceCase(name);
  const gradient = gradientOf(source);
  const [before, after] = [trafficOf(gradient, sizes, ['fuse', 'share']), trafficOf(gradient, sizes)];
  const figures = [before.kernels, after.kernels, before.bytes / 1000, after.bytes / 1000];
  return [name, ...figures.map((figure, k) => figure.toFixed(k < 2 ? 0 : 1))].join(' ');
};

it('the table of kernels is right', () => {
  const lines = readFileSync(resolve(root, 'docs/webgpu.md'), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| model'));
  const end = lines.findIndex((line, k) => k > start && line === '');
  const rows = lines.slice(start + 2, end).map((line) => line.replace(/[|`\s]+/g, ' ').trim());
  const names = ['digits', 'mlp-gelu', 'convnet', 'lstm', 'transformer-block', 'batch-norm'];
  expect(rows).toEqual(names.map(row));
});
