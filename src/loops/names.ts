// Names for locals that the user did not name: short words which say what the local holds. They are hints; the
// emitter makes them unique.

import type { Buffer, Expression } from './types.ts';

const nouns: Readonly<Record<string, string>> = {
  add: 'sum',
  sub: 'difference',
  mul: 'product',
  div: 'quotient',
  neg: 'negative',
  pow: 'power',
  powi: 'power',
  rootOfSquares: 'root',
  sqrt: 'root',
  softmaxWeight: 'weight',
  chain: 'product',
  exp: 'exponential',
  exp2: 'power',
  log1p: 'logarithm',
  sin: 'sine',
  cos: 'cosine',
  select: 'chosen',
  iselect: 'chosen',
  bselect: 'chosen',
  iadd: 'index',
  isub: 'index',
  imul: 'index',
  idiv: 'index',
  imod: 'index',
  idivChecked: 'index',
  imodChecked: 'index',
  ineg: 'index',
  toInt: 'index',
  toIntChecked: 'index',
  toReal: 'number',
  and: 'both',
  or: 'either',
  not: 'holds',
};

const comparison = /^(?:i|b)?(?:eq|ne|lt|le|gt|ge)$/;

/** `margin` for margin[0], `marginN` for margin[n], `wd` for w[d]: what a person would call the element. */
function elementName(buffer: Buffer, indices: readonly Expression[]): string {
  const base = buffer.role === 'gradient' ? `${buffer.name}Gradient` : buffer.name;
  let suffix = '';
  for (const index of indices) {
    if (index.kind === 'local') suffix += base.length === 1 ? index.local.name : capital(index.local.name);
    else if (index.kind === 'literal') suffix += String(index.value);
  }
  return suffix === '' || suffix.length > 16 ? `${base}Value` : base + suffix;
}

export const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

export function nameFor(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
    case 'extent':
      return 'constant';
    case 'local':
      return expression.local.name;
    case 'op':
      return comparison.test(expression.op) ? 'holds' : (nouns[expression.op] ?? expression.op);
    case 'conditional':
      return 'chosen';
    case 'load':
      return elementName(expression.buffer, expression.indices);
  }
}
