// How much room an expression takes on the page, estimated before it is printed: what is nested must stay readable.

import { print } from '../base/polynomial.ts';
import { ops } from '../ops/index.ts';
import { childrenOf } from './walk.ts';
import type { Expression } from './types.ts';

export interface Shape {
  readonly depth: number;
  readonly width: number;
}

export interface Page {
  readonly shapeOf: (expression: Expression) => Shape;
  /** It may be one expression on one line. */
  readonly fits: (expression: Expression) => boolean;
}

const greatestDepth = 12;
const greatestWidth = 80;

const symbol = /^(?:i|b)?(?:add|sub|mul|div|neg|eq|ne|lt|le|gt|ge)$|^(?:and|or|not)$/;
const symbols: ReadonlySet<string> = new Set(Object.keys(ops).filter((op) => symbol.test(op)));

/** Remembers what it has measured, so that building expressions step by step stays linear. */
export function newPage(): Page {
  const known = new Map<Expression, Shape>();

  function shapeOf(expression: Expression): Shape {
    let shape = known.get(expression);
    if (shape === undefined) known.set(expression, (shape = measure(expression)));
    return shape;
  }

  function measure(expression: Expression): Shape {
    switch (expression.kind) {
      case 'literal':
        return { depth: 0, width: String(expression.value).length };
      case 'extent':
        return { depth: 0, width: print(expression.size).length };
      case 'local':
        return { depth: 0, width: expression.local.name.length };
      case 'op':
        return around(expression, symbols.has(expression.op) ? 0 : 6 + expression.op.length, 2);
      case 'conditional':
        return around(expression, 2, 3);
      case 'load':
        return around(expression, expression.buffer.name.length + 2, 3);
    }
  }

  function around(expression: Expression, text: number, between: number): Shape {
    let depth = 0;
    let width = text;
    for (const child of childrenOf(expression)) {
      const inner = shapeOf(child);
      if (inner.depth > depth) depth = inner.depth;
      width += inner.width + between;
    }
    return { depth: depth + 1, width };
  }

  const fits = (expression: Expression): boolean => {
    const { depth, width } = shapeOf(expression);
    return depth <= greatestDepth && width <= greatestWidth;
  };
  return { shapeOf, fits };
}
