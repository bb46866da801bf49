// From text to the checked primal program of a model, for tests that start from the language.

import { stdFiles } from '../../generated/std.ts';
import { renderDiagnostic } from '../../src/base/frame.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import type { Program } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { check } from '../../src/lang/check.ts';
import { parse } from '../../src/lang/parse.ts';

const prelude = stdFiles.map((source) => parse(source).file);

export function programsOf(text: string, path = 'model.nabla'): readonly Program[] {
  const { file, diagnostics } = parse({ path, text });
  refuse(diagnostics);
  const checked = check(file, prelude);
  refuse(checked.diagnostics);
  checked.programs.forEach(verify);
  return checked.programs;
}

/** The first model of a text. */
export function programOf(text: string, path?: string): Program {
  const [program] = programsOf(text, path);
  if (program === undefined) throw new Error('the text has no model');
  return program;
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((error) => renderDiagnostic(error)).join('\n'));
}
