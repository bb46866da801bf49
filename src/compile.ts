// The pipeline as one function: from the text of a model file to emitted modules. Pure: it reads no file and touches no
// process. The back half is loaded when there is something to emit.

import { analyse, type AnalyseOptions } from './analyse.ts';
import { hasErrors, type Diagnostic } from './base/diagnostic.ts';
import type { Precision } from './emit/typescript.ts';
import type { RoutineKind } from './loops/types.ts';

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

export const defaultEmit: readonly RoutineKind[] = ['loss', 'gradient', 'outputs'];

/** Compiles the models of one source. A mistake of the user is a diagnostic, never an exception. */
export async function compile(text: string, options: CompileOptions = {}): Promise<CompileResult> {
  const {
    path = 'model.nabla',
    emit = defaultEmit,
    precision = 'f64',
    checked = true,
    format = 'auto',
  } = options;
  const { programs, diagnostics } = analyse(text, options);
  if (hasErrors(diagnostics)) return { files: [], diagnostics };

  const { generate } = await import('./generate.ts');
  const name = path.replace(/^.*[/\\]/, '');
  const module = await generate(programs, { sourcePath: name, emit, precision, format, checked });
  return { files: [{ path: `${name.replace(/\.nabla$/, '')}.ts`, text: module }], diagnostics };
}
