// Ops table, what is there for differentiation alone.

import { op } from './define.ts';

export const stopping = {
  stop: op({
    doc: 'x, taken as a constant: its derivative is 0, so nothing is learned through it.',
    args: { x: 'real' },
    result: 'real',
    eval: (x: number) => x,
    d: { x: 'flat' },
    // Passes take it away once everything is differentiated.
    ts: { argument: 'x' },
    wgsl: { argument: 'x' },
    callable: true,
    samples: [[1.5], [-2], [1e-300], [-1e300]],
  }),
};
