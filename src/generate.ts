// The back half of the pipeline: from checked IR to the text of a module.

import { checkpoint as cutLoops, type Checkpoint } from './ad/checkpoint.ts';
import { forward } from './ad/forward.ts';
import { reverse } from './ad/reverse.ts';
import { format } from './emit/format.ts';
import { emitTypeScript, type EmittedModel, type Maths, type Precision } from './emit/typescript.ts';
import type { Problem } from './emit/wgsl/limits.ts';
import type { Optimisation } from './base/optimisations.ts';
import type { Output, Program } from './ir/types.ts';
import { countOps, statementsOf } from './ir/walk.ts';
import { toRoutine, type RoutineOptions } from './loops/index.ts';
import type { Routine, RoutineKind } from './loops/types.ts';
import { constrain, free, hasConstraints, unconstrain } from './passes/free.ts';
import { gather } from './passes/gather.ts';
import { optimise, prepare, prepareReverse, type PassOptions } from './passes/index.ts';
import { only } from './passes/only.ts';
import { choose } from './passes/versions.ts';

export interface GenerateOptions extends Pick<PassOptions, 'without'> {
  /** What the header of the module names as its source. */
  readonly sourcePath: string;
  readonly emit: readonly RoutineKind[];
  readonly precision: Precision;
  readonly math?: Maths | undefined;
  readonly format: boolean | 'auto';
  readonly checked: boolean;
  readonly checkpoint: Checkpoint;
  /** Take the log-Jacobian off the losses of free params. */
  readonly jacobian?: boolean;
}

/** In lines. Prettier takes a second for as many, and its time grows with the length. */
const FORMATTED_BY_DEFAULT = 5_000;

/** The module of all models of a file. */
export async function generate(programs: readonly Program[], options: GenerateOptions): Promise<string> {
  const { sourcePath, precision, math, checked } = options;
  const models = programs.map((program) => modelOf(program, options));
  const text = await emitTypeScript(models, { sourcePath, precision, math, checked });
  const isShort = text.split('\n').length <= FORMATTED_BY_DEFAULT;
  return options.format === true || (options.format === 'auto' && isShort) ? format(text, 'module.ts') : text;
}

/**
 * Optimisations that pay on a CPU alone. Shaders are compiled in a time that grows faster than their length, so loops stay
 * loops; and scratch memory is scarce.
 */
const forCpus: readonly Optimisation[] = ['jam', 'products', 'interchange', 'expand', 'gather', 'defer'];

/** What gradients are derived without that kernels are made of. */
export const forKernels: readonly Optimisation[] = forCpus;

/** Optimisations that take memory to save time. */
const keeping: readonly Optimisation[] = ['store', 'keep', 'weights'];

/** A module with WGSL in it, or what WGSL cannot hold, by the name of the model. */
type WgslModule =
  { readonly text: string } | { readonly problems: readonly (readonly [model: string, Problem])[] };

/** The WGSL module of all models of a file, whose sizes are numbers; or what it cannot hold. */
export async function generateWgsl(
  programs: readonly Program[],
  options: GenerateOptions,
): Promise<WgslModule> {
  const [{ problemsOf }, { emitWgsl }] = await Promise.all([
    import('./emit/wgsl/limits.ts'),
    import('./emit/wgsl/module.ts'),
  ]);
  const { sourcePath, math, checked, checkpoint, without = [] } = options;
  const made = (less: readonly Optimisation[]): readonly EmittedModel[] => {
    const settings: GenerateOptions & RoutineOptions = {
      ...options,
      // The steps of functions by tables are not written out.
      math: 'exact',
      isSingle: true,
      checkpoint: checkpoint === 'auto' ? 'none' : checkpoint,
      without: [...without, ...forCpus, ...less],
      partStatements: Infinity,
    };
    return programs.map((program) => modelOf(program, settings));
  };
  let models = made([]);
  if (problemsOf(models).length > 0) models = made(keeping);
  const problems = problemsOf(models);
  return problems.length > 0 ? { problems } : { text: emitWgsl(models, { sourcePath, math, checked }) };
}

/** The module of kernels of all models of a file, and of what runs them; or what it cannot hold. */
export async function generateWebGpu(
  programs: readonly Program[],
  options: GenerateOptions,
): Promise<WgslModule> {
  const { emitWebGpu } = await import('./emit/webgpu/module.ts');
  const { sourcePath, precision, checked, format: formats, without: left = [] } = options;
  const without = [...left, ...forKernels];
  const made = programs.map((program) => {
    const model = formsOf(program, { ...options, math: 'exact' }, () => []);
    const gradient = derive(model.free?.program ?? program, 'gradient', 'none', { without, precision });
    const hasOutputs = program.outputs.some(({ role }) => role === 'output');
    const valued = hasConstraints(program) ? free(program, { outputs: true }) : program;
    const outputs = hasOutputs ? derive(valued, 'outputs', 'none', { without, precision }) : undefined;
    return { ...model, gradient, outputs };
  });
  const emitted = emitWebGpu(made, { sourcePath, checked, without });
  if ('problems' in emitted || formats === false) return emitted;
  return { text: await format(emitted.text, 'module.ts') };
}

const modelOf = (program: Program, options: GenerateOptions): EmittedModel =>
  formsOf(program, options, (form) => routines(form, options));

/** A model, and what it is with free params where params are constrained, with the functions from each form to the other. */
function formsOf(
  program: Program,
  options: GenerateOptions,
  routinesOf: (form: Program) => readonly Routine[],
): EmittedModel {
  const own = routinesOf(program);
  if (!hasConstraints(program)) return { program, routines: own };
  const { jacobian = false } = options;
  const withFree = free(program, { jacobian });
  const plainly = (form: Program): Program => optimise(prepare(form, options), options);
  const back = toRoutine(plainly(unconstrain(program)), 'unconstrain', options);
  const there = toRoutine(plainly(constrain(program)), 'constrain', options);
  return {
    program,
    routines: [...own, back],
    free: { program: withFree, routines: [...routinesOf(withFree), there], jacobian },
  };
}

/** The functions that a model can have, of those asked for. */
function routines(program: Program, options: GenerateOptions): readonly Routine[] {
  const { emit, checkpoint } = options;
  const has = (role: Output['role']): boolean => program.outputs.some((output) => output.role === role);
  const possible = emit.filter((kind) => has(kind === 'outputs' ? 'output' : 'loss'));
  const ready = prepare(program, options);
  return possible.map((kind) => toRoutine(deriveFrom(ready, kind, checkpoint, options), kind, options));
}

/** The optimised program that computes what a function of this kind returns and fills. */
export function derive(
  program: Program,
  kind: RoutineKind,
  checkpoint: Checkpoint = 'auto',
  options: PassOptions = {},
): Program {
  return deriveFrom(prepare(program, options), kind, checkpoint, options);
}

function deriveFrom(
  ready: Program,
  kind: RoutineKind,
  checkpoint: Checkpoint,
  options: PassOptions,
): Program {
  const gradient = (of = ready, to = options): Program =>
    reverse(cutLoops(prepareReverse(of, to), checkpoint));
  switch (kind) {
    case 'loss':
      return inVersions(ready, options, (version, to) => optimise(only(version, 'loss'), to));
    case 'outputs':
      return optimise(only(ready, 'output'), options);
    case 'gradient':
      return inVersions(ready, options, (version, to) => optimise(gradient(version, to), to));
    case 'jvp':
      return optimise(forward(only(ready, 'loss')), options);
    case 'hvp':
      return optimise(forward(gradient()), options);
  }
}

/** Ops of a program whose gradients, two of them in one function, are not too long for V8: a branch is not cut. */
const longestWithVersions = 150;

/**
 * What `make` makes of a program; where it depends on sizes whether to compute by rows, of both versions. The passes of the
 * second are not told of.
 */
function inVersions(
  ready: Program,
  options: PassOptions,
  make: (version: Program, options: PassOptions) => Program,
): Program {
  const { without } = options;
  const gathered = without?.includes('gather') === true ? undefined : gather(ready);
  if (gathered === undefined) return make(ready, options);
  if (gathered.where.length === 0) return make(gathered.program, options);
  // The segments of its loops would have lengths of their own in each version.
  const hasState = [...statementsOf(ready.body)].some(({ kind }) => kind === 'loop');
  if (hasState || countOps(ready) > longestWithVersions) return make(ready, options);
  return choose(
    gathered.where,
    make(gathered.program, options),
    make(ready, { ...options, observe: undefined }),
  );
}
