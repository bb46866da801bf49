// Random programs in the shapes that optimisations look for, which terms put together at random seldom have: convolutions,
// forward algorithms, recurrent nets, running sums, stencils, nearest of several, triangular matrices, linear maps, likelihoods, rows
// that data name, or that lie back by what data say, reshaped arrays, pooling, arrays that are replaced while they are read. They vary in ranges, orders and signs, since a pass must tell what it may do from what it may not.

import type { Making } from './scalar.ts';
import { convolution, likelihood, linear, nearest, stencil, triangle } from './shapes/sums.ts';
import { forward, recurrent, replaced, running } from './shapes/steps.ts';
import { lagged, looked, pooled, reshaped } from './shapes/places.ts';
import type { Maker, ShapeInput } from './shapes/maker.ts';
import type { Entry, Scope } from './term.ts';

interface Shape {
  readonly lines: readonly string[];
  readonly inputs: readonly ShapeInput[];
  /** What it comes to. */
  readonly entry: Entry;
}

export function aShape(g: Making, scope: Scope, name: string): Shape {
  const { choices } = g;
  const inputs: ShapeInput[] = [];
  const maker: Maker = {
    g,
    choices,
    scope,
    name,
    dim: () => choices.pick(scope.dims),
    input: (letter, dims, role = choices.pick(['param', 'data'])) => {
      const entry: Entry = { name: `${name}${letter}`, scalar: 'real', dims, low: -2, high: 2, weight: 1 };
      inputs.push({ role, entry });
      return entry.name;
    },
    rows: (letter, dims, range) => {
      const entry: Entry = { name: `${name}${letter}`, scalar: 'int', dims, range, low: 0, high: range.value, weight: 0 }; // prettier-ignore
      inputs.push({ role: 'data', entry });
      return entry.name;
    },
  };
  const make = choices.weighted([[2, convolution], [1, forward], [1, recurrent], [1, running], [1, stencil], [1, triangle], [2, linear], [1, likelihood], [1, replaced], [1, pooled], [2, reshaped], [2, looked], [1, lagged], [g.isSmooth ? 0 : 2, nearest]] as const); // prettier-ignore
  const { lines, dims, most } = make(maker);
  const entry: Entry = { name, scalar: 'real', dims, low: -most, high: most, weight: 5 };
  const declared = inputs.map(
    ({ role, entry: { name: input, scalar, dims: axes, range } }) =>
      `${role} ${input}: ${scalar}[${axes.map(({ text }) => text).join(', ')}]${range === undefined ? '' : ` in 0..${range.text}`}`,
  );
  // Other lines use it, too, or do not.
  const all = (value: string): string => (dims.length === 0 ? value : `sum(${value})`);
  const loss = choices.pick([[all(`sin(${name})`)], [all(name)], []] as const).map((text) => `loss ${text}`);
  return { lines: [...declared, ...lines, ...loss].map((line) => `  ${line}`), inputs, entry };
}
