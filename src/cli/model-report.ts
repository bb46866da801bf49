// `nabla report`: what a model costs when it is compiled, and what each pass did.

import { analyse } from '../analyse.ts';
import { hasErrors } from '../base/diagnostic.ts';
import type { Program } from '../ir/types.ts';
import { loadImports } from '../lang/modules.ts';
import { free, hasConstraints } from '../passes/free.ts';
import { reader, type ImportOptions } from './imports.ts';
import { readInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { measure, type MeasureOptions } from './measure.ts';
import { measureText } from './measure-text.ts';
import { chooseModels, refuseUnknownSizes } from './models.ts';
import { renderAll, summary, usesColor } from './report.ts';
import { exitCodes } from './stop.ts';
import { orFindings } from './unbounded.ts';

export interface ReportCommand extends ImportOptions, MeasureOptions {
  readonly model?: string;
  readonly format: 'pretty' | 'json';
  readonly stdinPath?: string;
}

export async function report(io: Io, file: string, options: ReportCommand): Promise<number> {
  const [input] = await readInputs(io, [file], options.stdinPath);
  if (input === undefined) return exitCodes.usage;
  const { path, text } = input;
  const imports = await loadImports(input, reader(io, input, options));
  const { file: tree, programs, diagnostics } = analyse(text, { path, imports });
  io.stderr.write(renderAll([{ path, diagnostics }], 'pretty', usesColor(io, io.stderr)));
  if (hasErrors(diagnostics)) {
    io.stderr.write(`${summary([{ path, diagnostics }])}\n`);
    return exitCodes.findings;
  }
  const models = chooseModels(programs, path, options.model);
  refuseUnknownSizes(
    models.flatMap((model) => model.sizes.map((size) => size.name)),
    options.sizes,
  );
  const reports = await orFindings(tree, path, io, () =>
    models.flatMap(formsOf).map((program) => measure(program, options)),
  );
  if (reports === undefined) return exitCodes.findings;
  if (options.format === 'json') io.stdout.write(`${JSON.stringify({ models: reports }, null, 2)}\n`);
  else io.stdout.write(reports.map((one) => measureText(one, usesColor(io, io.stdout))).join('\n'));
  return exitCodes.ok;
}

/** With free params, too, where params are constrained: their functions cost something else. */
const formsOf = (program: Program): readonly Program[] =>
  hasConstraints(program) ? [program, free(program, { jacobian: false })] : [program];
