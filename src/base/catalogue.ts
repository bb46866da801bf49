// The catalogue of diagnostics: one row for each thing that can be wrong with a model. `docs/errors.md` is made from it,
// and a test holds that each row has a bad program that triggers it. N01xx syntax, N02xx names, N03xx types,
// N04xx shapes and ranges, N05xx models and differentiation, N06xx limits.

import type { Diagnostic, Note } from './diagnostic.ts';
import type { Span } from './source.ts';

export interface Row<Args> {
  readonly code: string;
  /** For the docs: what the code stands for, in a few words. */
  readonly title: string;
  readonly message: (args: Args) => string;
  /** For the docs: why it is an error and what to do, in a few sentences. */
  readonly explanation: string;
  readonly severity: 'error' | 'warning';
}

function error<Args>(code: string, title: string, message: (args: Args) => string, explanation: string): Row<Args> {
  return { code, title, message, explanation, severity: 'error' };
}

export const catalogue = {
  // ---- N01xx syntax
  unexpectedToken: error(
    'N0101',
    'unexpected token',
    (a: { found: string; expected: string }) => `unexpected ${a.found}, expected ${a.expected}`,
    'The text stops being a Nabla program at this token. The message lists what could stand here.',
  ),

  // ---- N02xx names
  unknownName: error(
    'N0201',
    'unknown name',
    (a: { name: string }) => `\`${a.name}\` is not defined`,
    'Nothing of this name is in scope here. Names are case-sensitive; the help line shows the nearest name that is in scope.',
  ),
} as const;

/** Makes a diagnostic from a row. */
export function report<Args>(
  row: Row<Args>,
  args: Args,
  span: Span,
  extra: { readonly notes?: readonly Note[]; readonly help?: string | undefined } = {},
): Diagnostic {
  const help = extra.help === undefined ? {} : { help: extra.help };
  return {
    code: row.code,
    severity: row.severity,
    message: row.message(args),
    span,
    notes: extra.notes ?? [],
    ...help,
  };
}
