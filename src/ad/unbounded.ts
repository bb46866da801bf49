// The one thing that reverse mode cannot do: save what a loop needs without knowing how much that can be.

import type { Span } from '../base/source.ts';
import type { Value } from '../ir/types.ts';

/** A range whose length has no bound in the sizes, where the adjoint needs what its iterations computed. */
export class UnboundedLoop extends Error {
  readonly indexName: string | undefined;
  readonly span: Span | undefined;

  constructor(index: Value) {
    super(`the range of ${index.name ?? 'an index'} has no bound in the sizes`);
    this.indexName = index.name;
    this.span = index.span;
  }
}
