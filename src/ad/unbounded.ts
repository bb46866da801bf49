// The one thing that reverse mode cannot do: save what a loop needs without knowing how much that can be.

import type { Span } from '../base/source.ts';
import type { LoopStatement } from '../ir/types.ts';

/** A loop whose number of iterations has no bound in the sizes, and whose adjoint needs what its iterations computed. */
export class UnboundedLoop extends Error {
  readonly span: Span | undefined;

  constructor(loop: LoopStatement) {
    super(`the loop over ${loop.index.name ?? 'an index'} has no bound in the sizes`);
    this.span = loop.index.span;
  }
}
