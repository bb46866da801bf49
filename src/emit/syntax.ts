// How a target writes statements; expressions are the affair of `Target`. The table for TypeScript is here.

import { visitExpression } from '../loops/walk.ts';
import type { Buffer, Expression, Statement } from '../loops/types.ts';

type Of<Kind extends Statement['kind']> = Statement & { readonly kind: Kind };

export interface Syntax {
  /** A local, by its name and the text of its value, if it begins with one. */
  readonly declare: (name: string, statement: Of<'declare'>, value: string | undefined) => string;
  /** The word before the counter of a loop. */
  readonly counter: string;
  /** The head of a loop that only `leave` ends. */
  readonly endless: string;
  readonly leave: (condition: string) => string;
  /** All elements of the array at `place` become the value; `few`: they may be zeros in a short array. */
  readonly fill: (place: string, buffer: Buffer, value: string, few: boolean) => readonly string[];
  /** What happens where a loop has run as often as it may. */
  readonly exceeded: (name: string, trips: string) => readonly string[];
  readonly check: (index: string, extent: string, statement: Of<'check'>) => readonly string[];
  /** An int, checked to fit into the 32 bits of an output. */
  readonly fitting: (value: string, buffer: Buffer) => string;
  /** Whether the bools of a buffer are kept as 0 and 1, and a bool as that. */
  readonly hasBits: (buffer: Buffer) => boolean;
  readonly bit: (value: Expression, print: (e: Expression) => string) => string;
}

export const typescriptSyntax: Syntax = {
  declare: (name, { local, value }, text) =>
    text === undefined
      ? `let ${name}: ${typeOf[local.scalar]};`
      : `${local.mutable ? 'let' : 'const'} ${name}${annotation(local, value)} = ${text};`,
  counter: 'let',
  endless: 'for (;;) {',
  leave: (condition) => `if (${condition}) break;`,
  fill: (place, _buffer, value, few) => [few ? `clearArray(${place});` : `${place}.fill(${value});`],
  exceeded: (name, trips) => [
    `throw new RangeError(\`${templated(name)}: the condition still holds after \${${trips}} iterations\`);`,
  ],
  check: (index, extent, { array, axis }) => [`checkIndex(${index}, ${extent}, ${quote(array)}, ${axis});`],
  fitting: (value, { name }) => `checkInt32(${value}, ${quote(`outputs.${name}`)})`,
  hasBits: ({ dims }) => dims.length > 0,
  bit: (condition, print) =>
    print({
      kind: 'conditional',
      condition,
      then: { kind: 'literal', scalar: 'int', value: 1 },
      otherwise: { kind: 'literal', scalar: 'int', value: 0 },
    }),
};

const typeOf = { real: 'number', int: 'number', bool: 'boolean' } as const;

/**
 * TypeScript would narrow a bool to the literal that it begins with, and finds it circular to infer a bool from one that
 * is assigned later.
 */
function annotation(local: Of<'declare'>['local'], value: Expression | undefined): string {
  if (local.scalar !== 'bool' || value === undefined) return '';
  let isNeeded = local.mutable;
  visitExpression(value, (e) => {
    if (e.kind === 'local' && e.local.scalar === 'bool' && e.local.mutable) isNeeded = true;
  });
  return isNeeded ? ': boolean' : '';
}

/** As the literal part of a template. */
const templated = (text: string): string => text.replace(/[\\`]|\$(?=\{)/g, '\\$&');

export const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
