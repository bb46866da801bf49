// What the compiler tells its user. The messages themselves are rows of the catalogue (catalogue.ts).

import type { Span } from './source.ts';

/** A second place that belongs to a message, e.g. where the other shape was declared. */
export interface Note {
  readonly message: string;
  readonly span?: Span;
}

/** A user's mistake is a value with a place. */
export interface Diagnostic {
  /** Stable code such as `N0301`; `docs/errors.md` has a section for each. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly span: Span;
  readonly notes: readonly Note[];
  /** What to do about it: the nearest name, the expected shape. */
  readonly help?: string;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
