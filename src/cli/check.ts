// `nabla check`: what is wrong with models, and nothing else.

import { hasErrors } from '../base/diagnostic.ts';
import { reader, type ImportOptions } from './imports.ts';
import { readInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { plural, renderAll, summary, usesColor, withoutRepeats, type Checked } from './report.ts';
import { exitCodes } from './stop.ts';
import type { ReportFormat } from './values.ts';

export interface CheckOptions extends ImportOptions {
  readonly format: ReportFormat;
  readonly stdinPath?: string;
}

export async function check(io: Io, args: readonly string[], options: CheckOptions): Promise<number> {
  const { format, stdinPath } = options;
  const inputs = await readInputs(io, args, stdinPath);
  const { analyse } = await import('../analyse.ts');
  const { loadImports } = await import('../lang/modules.ts');
  const all: Checked[] = [];
  for (const input of inputs) {
    const { path, text } = input;
    const imports = await loadImports(input, reader(io, input, options));
    all.push({ path, diagnostics: analyse(text, { path, imports, library: true }).diagnostics });
  }
  const checked = withoutRepeats(all);
  io.stdout.write(renderAll(checked, format, usesColor(io, io.stdout)));
  const found = summary(checked);
  if (format !== 'json')
    io.stderr.write(`${found === '' ? `${plural(checked.length, 'file')} checked, no errors` : found}\n`);
  return checked.some((file) => hasErrors(file.diagnostics)) ? exitCodes.findings : exitCodes.ok;
}
