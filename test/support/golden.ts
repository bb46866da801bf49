// The models whose emitted forms are kept as files: the examples that users see, and small ones that show what those do not.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const tests = resolve(import.meta.dirname, '..');

export interface GoldenModel {
  readonly name: string;
  readonly text: string;
}

const modelsIn = (folder: string): readonly GoldenModel[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.nabla'))
    .map((file) => ({
      name: file.slice(0, -'.nabla'.length),
      text: readFileSync(join(folder, file), 'utf8'),
    }));

export const examples = modelsIn(resolve(tests, '../examples'));
export const smallModels = modelsIn(join(tests, 'golden'));

/** The loops form of the gradient, as it is kept. */
export const goldenLoops = (name: string): string =>
  readFileSync(join(tests, 'golden', `${name}.gradient.loops`), 'utf8');
