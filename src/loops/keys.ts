// Expressions as text that is equal exactly when the expressions are: the way passes find equal ones.

import type { Buffer, Expression, Local } from './types.ts';

export interface Keys {
  readonly expression: (expression: Expression) => string;
  /** Of an element of a buffer. */
  readonly element: (buffer: Buffer, indices: readonly Expression[]) => string;
}

/** Locals and buffers are told apart by identity, so keys of one `keysFor` are comparable with each other only. */
export function keysFor(): Keys {
  const numbers = new Map<Local | Buffer, number>();
  const number = (thing: Local | Buffer): number => {
    let found = numbers.get(thing);
    if (found === undefined) numbers.set(thing, (found = numbers.size));
    return found;
  };
  const element = (buffer: Buffer, indices: readonly Expression[]): string =>
    `@${number(buffer)}[${indices.map(expression).join()}]`;
  function expression(of: Expression): string {
    switch (of.kind) {
      case 'literal':
        return `${of.scalar} ${Object.is(of.value, -0) ? '-0' : String(of.value)}`;
      case 'extent':
        return `<${of.size.key}>`;
      case 'local':
        return `%${number(of.local)}`;
      case 'op':
        return `${of.op}(${of.args.map(expression).join()})`;
      case 'conditional':
        return `?(${expression(of.condition)},${expression(of.then)},${expression(of.otherwise)})`;
      case 'load':
        return element(of.buffer, of.indices);
    }
  }
  return { expression, element };
}
