// `nabla check`: what is wrong with models, and nothing else.

import { hasErrors } from '../base/diagnostic.ts';
import { readInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { plural, renderAll, summary, usesColor, type Checked } from './report.ts';
import { exitCodes } from './stop.ts';
import type { ReportFormat } from './values.ts';

export interface CheckOptions {
  readonly format: ReportFormat;
  readonly stdinPath?: string;
}

export async function check(
  io: Io,
  args: readonly string[],
  { format, stdinPath }: CheckOptions,
): Promise<number> {
  const inputs = await readInputs(io, args, stdinPath);
  const { analyse } = await import('../analyse.ts');
  const checked: Checked[] = inputs.map(({ path, text }) => ({
    path,
    diagnostics: analyse(text, { path }).diagnostics,
  }));
  io.stdout.write(renderAll(checked, format, usesColor(io, io.stdout)));
  const found = summary(checked);
  if (format !== 'json')
    io.stderr.write(`${found === '' ? `${plural(checked.length, 'file')} checked, no errors` : found}\n`);
  return checked.some((file) => hasErrors(file.diagnostics)) ? exitCodes.findings : exitCodes.ok;
}
