// Expressions of one block that wait to be nested into the one statement that uses them.

import type { Value } from '../../ir/types.ts';
import type { Effects } from '../effects.ts';
import type { Buffer, Expression, Local } from '../types.ts';
import { visitExpression } from '../walk.ts';

export class Pending {
  readonly #expressions = new Map<Value, Expression>();
  /** What waits, or has waited, by what it reads; not what is in `#unread` yet. */
  readonly #readers = new Map<Buffer | Local, Value[]>();
  /** What has come since something changed: most of it is gone before anything does. */
  #unread: Value[] = [];

  wait(value: Value, expression: Expression): void {
    this.#expressions.set(value, expression);
    this.#unread.push(value);
  }

  #read(): void {
    for (const value of this.#unread) {
      const expression = this.#expressions.get(value);
      if (expression === undefined) continue;
      visitExpression(expression, (part) => {
        const thing = part.kind === 'load' ? part.buffer : part.kind === 'local' ? part.local : undefined;
        if (thing === undefined) return;
        const readers = this.#readers.get(thing);
        if (readers === undefined) this.#readers.set(thing, [value]);
        else readers.push(value);
      });
    }
    this.#unread = [];
  }

  /** It has come to its place. */
  take(value: Value): void {
    this.#expressions.delete(value);
  }

  get isEmpty(): boolean {
    return this.#expressions.size === 0;
  }

  /** What waits and would be something else after the effects. */
  changedBy({
    assigned,
    increased,
    stored,
    accumulated,
  }: Effects): readonly (readonly [Value, Expression])[] {
    this.#read();
    const values = [assigned, increased, stored, accumulated].flatMap((things) =>
      [...things].flatMap((thing) => this.#readers.get(thing) ?? []),
    );
    return [...new Set(values)].flatMap((value) => {
      const expression = this.#expressions.get(value);
      return expression === undefined ? [] : [[value, expression] as const];
    });
  }
}
