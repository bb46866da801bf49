// The reference cases: values and gradients computed by PyTorch in float64, and the models that state them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Numbers } from './compare.ts';

const folder = resolve(import.meta.dirname, '../reference');

type Stored = number | { readonly shape: readonly number[]; readonly values: readonly number[] };
type StoredRecord = Readonly<Record<string, Stored>>;

interface StoredCase {
  readonly name: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly data: StoredRecord;
  readonly params: StoredRecord;
  readonly expect: {
    readonly loss: number;
    readonly gradient: StoredRecord;
    readonly outputs?: StoredRecord;
    readonly direction?: StoredRecord;
    readonly directional?: number;
    readonly hessianVector?: StoredRecord;
  };
}

type Values = Readonly<Record<string, number | readonly number[]>>;

export interface ReferenceCase {
  readonly name: string;
  readonly source: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly data: Values;
  readonly params: Values;
  readonly loss: number;
  readonly gradient: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
  readonly direction?: Values;
  readonly directional?: number;
  readonly hessianVector?: Readonly<Record<string, Numbers>>;
}

const plain = (values: StoredRecord): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value : value.values]),
  );

/** Names of all reference cases, and of those that have a model. */
export const allNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();
const modelPath = (name: string): string => join(folder, 'models', `${name}.nabla`);
export const modelNames: readonly string[] = allNames.filter((name) => existsSync(modelPath(name)));

export function referenceCase(name: string): ReferenceCase {
  const stored = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as StoredCase;
  const { direction, directional, hessianVector } = stored.expect;
  return {
    name,
    source: readFileSync(modelPath(name), 'utf8'),
    sizes: stored.sizes,
    data: plain(stored.data),
    params: plain(stored.params),
    loss: stored.expect.loss,
    gradient: plain(stored.expect.gradient),
    outputs: plain(stored.expect.outputs ?? {}),
    ...(direction === undefined ? {} : { direction: plain(direction) }),
    ...(directional === undefined ? {} : { directional }),
    ...(hessianVector === undefined ? {} : { hessianVector: plain(hessianVector) }),
  };
}
