// Collects what is wrong with a text while it is read. Reading stops when there is more than a person wants to see.

import type { Row } from '../base/catalogue.ts';
import { report } from '../base/catalogue.ts';
import type { Diagnostic, Note } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';

const most = 20;

export interface Mistakes {
  add<Args>(
    row: Row<Args>,
    args: Args,
    span: Span,
    extra?: { readonly notes?: readonly Note[]; readonly help?: string | undefined },
  ): void;
  any(): boolean;
  /** No more need be looked for. */
  full(): boolean;
  /** In the order of the text. */
  sorted(): readonly Diagnostic[];
}

export function collectMistakes(): Mistakes {
  const found: Diagnostic[] = [];
  return {
    add: (row, args, span, extra) => {
      found.push(report(row, args, span, extra));
    },
    any: () => found.length > 0,
    full: () => found.length > most,
    sorted: () => {
      const sorted = [...found].sort((a, b) => a.span.start - b.span.start);
      if (sorted.length <= most) return sorted;
      const kept = sorted.slice(0, most);
      const last = kept[most - 1];
      if (last === undefined) return kept;
      const note = { message: `there are more errors; these are the first ${most}` };
      return [...kept.slice(0, -1), { ...last, notes: [...last.notes, note] }];
    },
  };
}
