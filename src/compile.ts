// The pipeline as one function: from the text of a model file to emitted modules. Pure: it reads no file and touches no
// process. The back half is loaded when there is something to emit.

import type { Checkpoint } from './ad/checkpoint.ts';
import { analyse, analyseRules, type AnalyseOptions } from './analyse.ts';
import type { UnboundedLoop } from './ad/unbounded.ts';
import { bug } from './base/bug.ts';
import { catalogue, report } from './base/catalogue.ts';
import { hasErrors, type Diagnostic } from './base/diagnostic.ts';
import { optimisationNames, type Optimisation } from './base/optimisations.ts';
import type { Span } from './base/source.ts';
import type { File } from './lang/ast.ts';
import type { Maths, Precision } from './emit/typescript.ts';
import type { Problem } from './emit/wgsl/limits.ts';
import type { Program } from './ir/types.ts';
import { loadImports, type Load } from './lang/modules.ts';
import { routineKinds, type RoutineKind } from './loops/types.ts';
import { maths, precisions } from './ops/types.ts';
import {
  boolean,
  booleanOrAuto,
  callback,
  checkArguments,
  checkpoints,
  listOf,
  oneOf,
  targets,
  type Rule,
  type TargetName,
} from './options.ts';

export type { TargetName };

export interface CompileOptions extends Pick<AnalyseOptions, 'path' | 'sizes'> {
  /** Which functions to emit, as far as the model has what they compute; by default loss, gradient and outputs. */
  readonly emit?: readonly RoutineKind[];
  /**
   * What is emitted; by default TypeScript. `wgsl`: functions for shaders, of models whose sizes are numbers. `webgpu`: kernels
   * that compute loss, gradient and outputs, and the TypeScript that runs them.
   */
  readonly target?: TargetName;
  /**
   * Of reals as they come in, go out and are written in the model; by default f64, on GPUs f32. Arithmetic in TypeScript is in
   * double precision either way, and so are the workspace and the loss that is returned; in WGSL all is in single precision.
   */
  readonly precision?: Precision;
  /**
   * Whose elementary functions are used. In TypeScript `fast`, the default: exp, exp2, log1p, tanh, sin and cos, and what is made of them, by
   * tables in the emitted module. They take from a twelfth to four fifths of the time, are within 2.6 units in the last place, and the same in every engine.
   * Outside of loops, a function that calls more than a few takes those of `Math`. `exact`: the functions of `Math` everywhere. In WGSL `exact`, the default: functions in the emitted module that are right to a few
   * units in the last place. `fast`: the builtins, some of which may be wrong in the fourth digit.
   */
  readonly math?: Maths;
  /** Run prettier over the result; `auto`, the default, leaves it out for long modules, where it takes long. */
  readonly format?: boolean | 'auto';
  /** Whether the emitted code checks indices that are not proved in range, and ranges of int data; true by default. */
  readonly checked?: boolean;
  /**
   * What a loop saves for its derivative. `none`: everything, in every iteration. A number: everything within one segment of
   * so many iterations at a time, and the state between segments; each iteration then runs once more. `auto`, the
   * default: segments of √T of the T iterations, where a loop over arrays would otherwise save more than 8 MB.
   */
  readonly checkpoint?: Checkpoint;
  /**
   * Of models with constrained params: take log |det J| of the transform from free params off the loss of these. A loss that
   * is minus the logarithm of a density is then that of the density of the free params, as samplers want it; false by default.
   */
  readonly jacobian?: boolean;
  /** Optimisations to leave out, to find the one that a fault comes from; base/optimisations.ts says what each does. */
  readonly without?: readonly Optimisation[];
  /** Gives the text of imported files, by path; without it nothing can be imported. */
  readonly load?: Load;
}

const rules = {
  path: analyseRules.path,
  sizes: analyseRules.sizes,
  emit: listOf(routineKinds),
  target: oneOf(targets),
  precision: oneOf(precisions),
  math: oneOf(maths),
  format: booleanOrAuto,
  checked: boolean,
  checkpoint: checkpoints,
  jacobian: boolean,
  without: listOf(optimisationNames),
  load: callback,
} satisfies Record<keyof CompileOptions, Rule>;

export interface EmittedFile {
  /** A file name without folders. */
  readonly path: string;
  readonly text: string;
}

export interface CompileResult {
  /** Empty when there are errors. */
  readonly files: readonly EmittedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

export const defaultEmit: readonly RoutineKind[] = ['loss', 'gradient', 'outputs'];

/** Compiles the models of one source. A mistake in them is a diagnostic, never an exception; one in the options is a TypeError. */
export async function compile(text: string, options: CompileOptions = {}): Promise<CompileResult> {
  checkArguments(text, options, rules);
  const {
    path = 'model.nabla',
    sizes = {},
    emit = defaultEmit,
    target = 'typescript',
    precision = target === 'typescript' ? 'f64' : 'f32',
    math,
    checked = true,
    format = 'auto',
    checkpoint = 'auto',
    jacobian = false,
    without = [],
  } = options;
  const imports =
    options.load === undefined ? {} : { imports: await loadImports({ path, text }, options.load) };
  const { file, programs, diagnostics } = analyse(text, { path, sizes, ...imports });
  const all = [...diagnostics, ...unfit[target](file, programs, precision)];
  if (hasErrors(all)) return { files: [], diagnostics: all };

  const [{ generate, generateWebGpu, generateWgsl }, unboundedLoops] = await Promise.all([
    import('./generate.ts'),
    import('./ad/unbounded.ts'),
  ]);
  const name = path.replace(/^.*[/\\]/, '');
  const settings = {
    sourcePath: name,
    emit: [...new Set(emit)],
    precision,
    math,
    format,
    checked,
    checkpoint,
    jacobian,
    without,
  };
  const stem = name.replace(/\.nabla$/, '');
  try {
    if (target === 'typescript') {
      const text = await generate(programs, settings);
      return { files: [{ path: `${stem}${endings[target]}`, text }], diagnostics };
    }
    const made =
      target === 'wgsl' ? await generateWgsl(programs, settings) : await generateWebGpu(programs, settings);
    if ('text' in made)
      return { files: [{ path: `${stem}${endings[target]}`, text: made.text }], diagnostics };
    const problems = made.problems.map(([model, problem]) => tooMuch(file, model, problem));
    return { files: [], diagnostics: [...diagnostics, ...problems] };
  } catch (problem) {
    if (!(problem instanceof unboundedLoops.UnboundedLoop)) throw problem;
    return { files: [], diagnostics: [...diagnostics, unbounded(problem, file)] };
  }
}

/** What files are called behind the name of the model's. */
const endings: Readonly<Record<TargetName, string>> = {
  typescript: '.ts',
  wgsl: '.wgsl',
  webgpu: '.gpu.ts',
};

/** What keeps programs from being in the language, as far as they show it. */
const unfit: Readonly<
  Record<
    TargetName,
    (file: File, programs: readonly Program[], precision: Precision) => readonly Diagnostic[]
  >
> = {
  typescript: () => [],
  wgsl: (file, programs, precision) => [...doubles(file, programs, precision), ...openSizes(file, programs)],
  webgpu: (file, programs, precision) => [
    ...doubles(file, programs, precision),
    ...programs.flatMap((program) => {
      const hasLoss = program.outputs.some(({ role }) => role === 'loss');
      return hasLoss ? [] : [report(catalogue.kernelsWithoutLoss, program, spanOf(file, program.name))];
    }),
  ],
};

function openSizes(file: File, programs: readonly Program[]): readonly Diagnostic[] {
  return programs.flatMap((program) =>
    program.sizes
      .filter(({ value }) => value === undefined)
      .map(({ name }) =>
        report(catalogue.sizeWithoutNumber, { name }, spanOf(file, program.name, name), {
          help: `give it one: --size ${name}=…`,
        }),
      ),
  );
}

function doubles(file: File, [first]: readonly Program[], precision: Precision): readonly Diagnostic[] {
  return precision === 'f64' && first !== undefined
    ? [report(catalogue.noDoubles, {}, spanOf(file, first.name))]
    : [];
}

/** What is said of a model that WGSL cannot hold. */
function tooMuch(file: File, model: string, problem: Problem): Diagnostic {
  const place = spanOf(file, model);
  if (problem.kind === 'literal') return report(catalogue.literalOutOfRange, problem, problem.span ?? place);
  if (problem.kind === 'argument') return report(catalogue.argumentTooLarge, problem, place);
  return report(catalogue.tooMuchFunctionMemory, problem, place);
}

/** Where a model, or a size of it, has its name. */
function spanOf(file: File, model: string, size?: string): Span {
  const found = file.declarations.find((one) => one.kind === 'model' && one.name.text === model);
  if (found?.kind !== 'model') return bug(`no model ${model} in the file`);
  const dim = found.items.find((item) => item.kind === 'dim' && item.name.text === size);
  return (dim?.kind === 'dim' ? dim : found).name.span;
}

/** What is said of a loop that would have to save too much for its derivative. */
export function unbounded({ indexName, span }: UnboundedLoop, file: File): Diagnostic {
  const name = indexName === undefined ? 'this loop' : `the loop over \`${indexName}\``;
  const place = span ?? file.declarations[0]?.span ?? bug('a loop in an empty file');
  const help =
    indexName === undefined
      ? undefined
      : `let a size bound it, \`${indexName} in min(…, N)\`, or declare the range of the data that decides`;
  return report(catalogue.unboundedLoop, { name }, place, { help });
}
