// The pipeline: from the text of a model file to emitted modules. Pure: it reads no file and touches no process.
// Each stage is a function of its own, for tools that want to show or use what lies between.

import { stdFiles } from '../generated/std.ts';
import { forward } from './ad/forward.ts';
import { reverse } from './ad/reverse.ts';
import { hasErrors, type Diagnostic } from './base/diagnostic.ts';
import { emitTypeScript, type Precision } from './emit/typescript.ts';
import { format } from './emit/format.ts';
import type { Program } from './ir/types.ts';
import type { File } from './lang/ast.ts';
import { check } from './lang/check.ts';
import { parse } from './lang/parse.ts';
import { fixSizes } from './lang/sizes.ts';
import { toRoutine } from './loops/index.ts';
import type { Routine, RoutineKind } from './loops/types.ts';
import { optimise, prepare, prepareReverse } from './passes/index.ts';

export interface AnalyseOptions {
  /** What messages call the source; the emitted file is named after it. It is never opened. */
  readonly path?: string;
  /** Values for sizes that the models leave open, as if they said `dim N = 100`. */
  readonly sizes?: Readonly<Record<string, number>>;
}

export interface CompileOptions extends AnalyseOptions {
  /** Which functions to emit, as far as the model has what they compute; by default loss, gradient and outputs. */
  readonly emit?: readonly RoutineKind[];
  /** Of arrays of reals; arithmetic is in double precision either way. */
  readonly precision?: Precision;
  /** Run prettier over the result; `auto`, the default, leaves it out for long modules, where it takes long. */
  readonly format?: boolean | 'auto';
  /** Whether the emitted code checks indices that are not proved in range, and ranges of int data; true by default. */
  readonly checked?: boolean;
}

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

/** In lines: prettier takes 0.2 s per 1,000 of them, and 2 GB for 100,000. */
const FORMATTED_BY_DEFAULT = 5_000;

const defaultEmit: readonly RoutineKind[] = ['loss', 'gradient', 'outputs'];

/** Compiles the models of one source. A mistake of the user is a diagnostic, never an exception. */
export async function compile(text: string, options: CompileOptions = {}): Promise<CompileResult> {
  const { path = 'model.nabla', emit = defaultEmit, precision = 'f64', checked = true } = options;
  const { programs, diagnostics } = analyse(text, options);
  if (hasErrors(diagnostics)) return { files: [], diagnostics };

  const name = path.replace(/^.*[/\\]/, '');
  const models = programs.map((program) => ({ program, routines: routines(program, emit, { checked }) }));
  const emitted = await emitTypeScript(models, { sourcePath: name, precision, checked });
  const file = `${name.replace(/\.nabla$/, '')}.ts`;
  const formats = options.format ?? 'auto';
  const isFormatted = formats === 'auto' ? emitted.split('\n').length <= FORMATTED_BY_DEFAULT : formats;
  return { files: [{ path: file, text: isFormatted ? await format(emitted, file) : emitted }], diagnostics };
}

export interface Analysis {
  /** The syntax tree; of a file with mistakes, what could be read. */
  readonly file: File;
  /** The models as checked IR; none when there are errors. */
  readonly programs: readonly Program[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses and checks. */
export function analyse(text: string, { path = 'model.nabla', sizes = {} }: AnalyseOptions = {}): Analysis {
  const parsed = parse({ path, text });
  if (hasErrors(parsed.diagnostics))
    return { file: parsed.file, programs: [], diagnostics: parsed.diagnostics };
  const fixed = fixSizes(parsed.file, sizes);
  const early = [...parsed.diagnostics, ...fixed.diagnostics];
  if (hasErrors(fixed.diagnostics)) return { file: fixed.file, programs: [], diagnostics: early };
  const { programs, diagnostics } = check(fixed.file, prelude());
  return { file: fixed.file, programs, diagnostics: [...early, ...diagnostics] };
}

/** The files of `std`, which every model sees. */
export const prelude = (): readonly File[] => stdFiles.map((source) => parse(source).file);

/** The functions that a model can have, of those asked for. */
function routines(
  program: Program,
  emit: readonly RoutineKind[],
  options: { checked: boolean },
): readonly Routine[] {
  const has = (role: 'loss' | 'output'): boolean => program.outputs.some((output) => output.role === role);
  const possible = emit.filter((kind) => has(kind === 'outputs' ? 'output' : 'loss'));
  return possible.map((kind) => toRoutine(derive(program, kind), kind, options));
}

/** The optimised program that computes what a function of this kind returns and fills. */
export function derive(program: Program, kind: RoutineKind): Program {
  const primal = prepare(program);
  switch (kind) {
    case 'loss':
    case 'outputs':
      return optimise(primal);
    case 'gradient':
      return optimise(reverse(prepareReverse(primal)));
    case 'jvp':
      return optimise(forward(primal));
    case 'hvp':
      return optimise(forward(reverse(prepareReverse(primal))));
  }
}
