// The WGSL of one model: constants that the host gives, buffers, kernels, and the helpers that they call.

import { bug } from '../../base/bug.ts';
import type { Optimisation } from '../../base/optimisations.ts';
import { constant, type Polynomial } from '../../base/polynomial.ts';
import type { Program, Scalar } from '../../ir/types.ts';
import { Scope } from '../names.ts';
import { opHelpersOf } from '../typescript.ts';
import { usageOf } from '../usage.ts';
import { snakeCase, wgslLexicon } from '../wgsl/names.ts';
import { nanFunction } from '../wgsl/module.ts';
import { wgsl } from '../wgsl/target.ts';
import type { Target } from '../target.ts';
import type { Routine } from '../../loops/types.ts';
import {
  lowerKernel,
  mapWidth,
  printKernel,
  sumWidth,
  termsOf,
  threadsOf,
  wholeName,
  type LoweredKernel,
} from './kernel.ts';
import { lowerKeys } from './keys.ts';
import { livesOf, type Life } from './memory.ts';
import { planOf } from './plan.ts';
import type { Sort } from './segments.ts';
import { kernelsOf, type Arena, type Kernel, type Plan, type Storage } from './steps.ts';
import { lowerShare, mostSplit, printShare, type LoweredShare } from './share.ts';
import { lowerTile, printTile, tileWidth, type LoweredTile } from './tile.ts';

export interface KernelOptions {
  readonly checked: boolean;
  readonly without: readonly Optimisation[];
}

/** A gradient as kernels whose bodies are in the loops form. */
export interface Lowered {
  readonly program: Program;
  readonly plan: Plan;
  readonly kernels: readonly LoweredKernel[];
  /** How long arrays are needed that may share their places with others. */
  readonly lives: ReadonlyMap<Storage, Life>;
  /** Another form of kernels that are products of matrices, by the plain one. */
  readonly tiles: ReadonlyMap<Kernel, LoweredTile>;
  /** Another form of kernels whose elements are long sums. */
  readonly shares: ReadonlyMap<Kernel, LoweredShare>;
  /** What the host sorts by, as routines of the host. */
  readonly sorts: readonly { readonly sort: Sort; readonly routine: Routine }[];
  /** Those of the plan, and what threads have for themselves. */
  readonly storages: readonly Storage[];
}

export function lowerProgram(program: Program, { checked, without }: KernelOptions): Lowered {
  const plan = planOf(program, without);
  const [hasShares, hasTiles] = [!without.includes('workgroups'), !without.includes('tiles')];
  const settings = { checked, math: 'exact', partStatements: Infinity, without } as const;
  const scratch: Storage[] = [];
  const shares = new Map<Kernel, LoweredShare>();
  const names = new Scope(wgslLexicon);
  for (const { name } of plan.storages) names.reserve(name);
  const kernels = kernelsOf(plan.steps).map((kernel, k): LoweredKernel => {
    const routine = lowerKernel(kernel, plan, program, settings);
    const keep = (hint: string, scalar: Scalar, dims: readonly Polynomial[]): Storage => {
      const arena = scalar === 'real' ? 'work' : 'counts';
      const storage: Storage = { name: names.declare(hint), scalar, dims, arena };
      scratch.push(storage);
      return storage;
    };
    const own = routine.scratch.map((buffer) => [buffer, keep(buffer.name, buffer.scalar, [...threadsOf(kernel), ...buffer.dims])] as const); // prettier-ignore
    const name = `${snakeCase(program.name)}_${k + 1}`;
    const share = hasShares ? lowerShare(kernel, name, plan, program, settings, ({ name: hint = kernel.goals[0]?.place.storage.name, type }) => keep(`${hint}_parts`, type.scalar, [constant(mostSplit * mapWidth)])) : undefined; // prettier-ignore
    if (share !== undefined) shares.set(kernel, share);
    const isShared = termsOf(kernel, routine) !== undefined;
    const parts = (isShared ? kernel.goals : []).map(({ place: { storage } }) => keep(`${storage.name}_parts`, storage.scalar, [constant(sumWidth)])); // prettier-ignore
    return { name, kernel, routine, scratch: new Map(own), parts: share?.parts ?? parts };
  });
  const tiles = new Map(
    kernels.flatMap(({ kernel, name }) => {
      const tile = hasTiles ? lowerTile(kernel, name, plan, program, settings) : undefined;
      return tile === undefined ? [] : [[kernel, tile] as const];
    }),
  );
  const sorts = plan.sorts.map((sort) => ({ sort, routine: lowerKeys(sort, settings) }));
  const lives = without.includes('reuse') ? new Map<Storage, Life>() : livesOf(plan, kernels, program);
  return { program, plan, kernels, lives, tiles, shares, sorts, storages: [...plan.storages, ...scratch] };
}

/** In the order of their bindings; behind them stands the status. */
export const arenas = [
  'params',
  'reals',
  'ints',
  'work',
  'counts',
  'result',
] as const satisfies readonly Arena[];

const elementType: Readonly<Record<Arena, string>> = {
  params: 'f32',
  reals: 'f32',
  ints: 'i32',
  work: 'f32',
  counts: 'i32',
  result: 'f32',
};
const isRead: ReadonlySet<Arena> = new Set<Arena>(['params', 'reals', 'ints']);

export interface Code {
  readonly text: string;
  /** What a size is called there. The constant of a storage is called like it, with `_at` behind. */
  readonly sizeName: (size: string) => string;
}

export function codeOf({ program, plan, kernels, tiles, shares, storages }: Lowered, checked: boolean): Code {
  const scope = new Scope(wgslLexicon);
  for (const name of [...arenas, 'status', 'partial_reals', 'partial_ints', 'tile_left', 'tile_right'])
    scope.reserve(name);
  for (const { name } of [...kernels, ...tiles.values()]) scope.reserve(name);
  for (const { name } of [...kernels, ...shares.values()]) scope.reserve(wholeName(name));
  for (const { name } of shares.values()) scope.reserve(name);
  const used = new Set(kernels.flatMap(({ routine }) => [...usageOf(routine, checked).ops]));
  const helpers = opHelpersOf(wgsl, used);
  for (const name of helpers.keys()) scope.reserve(name);
  const offsets = new Map(storages.map((storage) => [storage, scope.reserve(`${storage.name}_at`)]));
  const sizes = new Map(program.sizes.map(({ name }) => [name, scope.declare(name)]));
  const sizeName = (name: string): string => sizes.get(name) ?? bug(`no size ${name}`);
  const offsetName = (storage: Storage): string =>
    offsets.get(storage) ?? bug(`no place for ${storage.name}`);
  const nan = scope.declare('not_a_number');
  const target: Target = {
    ...wgsl,
    literal: (scalar, value) =>
      Number.isNaN(value) ? { text: `${nan}()`, level: wgsl.primary } : wgsl.literal(scalar, value),
  };
  const context = { plan, program, target, scope, sizeName, offsetName, checked };
  const texts = kernels.flatMap((lowered, k) => {
    const { kernel } = lowered;
    const plain = printKernel(lowered, k + 1, context);
    const [tile, share] = [tiles.get(kernel), shares.get(kernel)];
    if (kernel.kind !== 'map') return [plain];
    return [
      plain,
      ...(tile === undefined ? [] : [printTile(tile, kernel, context)]),
      ...(share === undefined ? [] : [printShare(share, kernel, k + 1, context)]),
    ];
  });
  const partial = (name: string, type: string): readonly string[] =>
    texts.some((text) => text.includes(name)) ? [`var<workgroup> ${name}: array<${type}, ${sumWidth}>;`] : [];
  const shared = (name: string): readonly string[] =>
    tiles.size > 0 ? [`var<workgroup> ${name}: array<f32, ${tileWidth * tileWidth}>;`] : [];
  const declarations = [
    ...[...sizes.values(), ...offsets.values()].map((name) => `override ${name}: i32;`),
    '',
    ...arenas.map(
      (arena, k) =>
        `@group(0) @binding(${k}) var<storage, ${isRead.has(arena) ? 'read' : 'read_write'}> ${arena}: array<${elementType[arena]}>;`,
    ),
    `@group(0) @binding(${arenas.length}) var<storage, read_write> status: atomic<u32>;`,
    ...partial('partial_reals', 'f32'),
    ...partial('partial_ints', 'i32'),
    ...shared('tile_left'),
    ...shared('tile_right'),
  ];
  const sources = [...helpers.values()].map((source) => source.replace(/^\/\/\/ /gm, '// '));
  if (texts.some((text) => text.includes(`${nan}()`))) sources.push(nanFunction(nan));
  return { text: [declarations.join('\n'), ...texts, ...sources].join('\n\n'), sizeName };
}
