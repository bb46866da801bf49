// The catalogue of diagnostics: one row for each thing that can be wrong with a model. `docs/errors.md` is made from it,
// and a test holds that each row has a bad program that triggers it. N01xx syntax, N02xx names, N03xx types,
// N04xx shapes and ranges, N05xx models and differentiation, N06xx limits.

import type { Diagnostic, Note } from './diagnostic.ts';
import type { Row } from './row.ts';
import type { Span } from './source.ts';
import { names } from './catalogue/names.ts';
import { types } from './catalogue/types.ts';
import { shapes } from './catalogue/shapes.ts';
import { models } from './catalogue/models.ts';
import { syntax } from './catalogue/syntax.ts';
import { modules } from './catalogue/modules.ts';
import { rules } from './catalogue/rules.ts';
import { limits } from './catalogue/limits.ts';

export type { Row } from './row.ts';

export const catalogue = {
  ...syntax,
  ...names,
  ...types,
  ...shapes,
  ...models,
  ...modules,
  ...rules,
  ...limits,
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
