// Random records: in inputs, from literals, choices, comprehensions, functions and several results, and changed as vars.
// Their fields are read as any other values, under the names `r.x`.

import { aBool } from './bool.ts';
import { overAxes } from './array.ts';
import type { Choices } from './choices.ts';
import { aReal, moderate, type Making } from './scalar.ts';
import { hull, type Dim, type Entry, type Scope, type Term } from './term.ts';

/** What stands before a program that uses records. */
export const declarations = `\
type Pair = { x: real, y: real }
type Nested = { pair: Pair, z: real[2] }
fn mixed(a: Pair, b: Pair): Pair = Pair { x: (a.x + b.y) / 2, y: (a.y + b.x) / 2 }
fn parted(a: Pair, k: real): (Pair, real) {
  var b = a
  b.x *= k / 3
  return (mixed(b, a), a.x)
}
`;

const two: Dim = { text: '2', key: '2', value: 2 };

/** The fields of a record, or of an array of records, as entries. */
function fields(
  name: string,
  type: 'Pair' | 'Nested',
  dims: readonly Dim[],
  of: Omit<Entry, 'name' | 'dims'>,
): readonly Entry[] {
  const field = (path: string, ...own: readonly Dim[]): Entry => ({
    ...of,
    name: `${name}.${path}`,
    dims: [...dims, ...own],
    records: dims.length,
  });
  return type === 'Pair' ? [field('x'), field('y')] : [field('pair.x'), field('pair.y'), field('z', two)];
}

export interface RecordInput {
  readonly declaration: string;
  readonly entries: readonly Entry[];
}

/** A record, or an array of them, as an input. */
export function recordInput(
  choices: Choices,
  name: string,
  dims: readonly [Dim, ...Dim[]],
  of: Omit<Entry, 'name' | 'dims'>,
): RecordInput {
  const type = choices.pick(['Pair', 'Nested']);
  const axes = choices.chance(0.6) ? [choices.pick(dims)] : [];
  const written = axes.length === 0 ? type : `${type}[${axes.map((dim) => dim.text).join(', ')}]`;
  return { declaration: `${name}: ${written}`, entries: fields(name, type, axes, of) };
}

/** A `Pair` that is written here. */
function aPair(g: Making, scope: Scope): Term {
  const [x, y] = [moderate(g, aReal(g, scope), 3), moderate(g, aReal(g, scope), 3)];
  const written = g.choices.chance(0.3) ? `y: ${y.text}, x: ${x.text}` : `x: ${x.text}, y: ${y.text}`;
  return { text: `Pair { ${written} }`, ...hull(x.low, x.high, y.low, y.high) };
}

/** Lines that make a record under a name, and the entries for its fields. */
export function aRecord(
  g: Making,
  scope: Scope,
  name: string,
): { readonly lines: readonly string[]; readonly entries: readonly Entry[] } {
  const { choices } = g;
  const made = (lines: readonly string[], of: Term, dims: readonly Dim[] = []) => ({
    lines,
    entries: fields(name, 'Pair', dims, { scalar: 'real', low: of.low, high: of.high, weight: 4 }),
  });
  const first = aPair(g, scope);
  switch (choices.pick(['literal', 'mixed', 'parted', 'array', 'var', 'loop', 'choice', 'nested'])) {
    case 'literal':
      return made([`  let ${name} = ${first.text}`], first);
    case 'mixed': {
      const second = aPair(g, scope);
      return made([`  let ${name} = mixed(${first.text}, ${second.text})`], { text: '', ...hull(first.low, first.high, second.low, second.high) }); // prettier-ignore
    }
    case 'parted': {
      const k = moderate(g, aReal(g, scope), 3);
      const all = symmetric(first);
      const { lines, entries } = made([`  let (${name}, ${name}_k) = parted(${first.text}, ${k.text})`], all);
      const other: Entry = {
        name: `${name}_k`,
        scalar: 'real',
        dims: [],
        low: all.low,
        high: all.high,
        weight: 4,
      };
      return { lines, entries: [...entries, other] };
    }
    case 'array': {
      const dims = [choices.pick(scope.dims)];
      const { clauses, element } = overAxes(g, scope, dims, aPair);
      return made([`  let ${name}[${clauses}] = ${element.text}`], element, dims);
    }
    case 'var': {
      const value = moderate(g, aReal(g, scope), 3);
      const all = { text: '', ...hull(first.low, first.high, value.low, value.high, 0) };
      return made(
        [`  var ${name} = ${first.text}`, `  ${name}.y = ${value.text}`, `  ${name}.x *= 0.5`],
        all,
      );
    }
    case 'loop': {
      const dim = choices.pick(scope.dims);
      const all = { text: '', ...hull(first.low, first.high, 0) };
      const lines = [
        `  var ${name}: Pair[${dim.text}] = Pair { x: 0, y: 0 }`,
        `  var ${name}_s = ${first.text}`,
        `  for i_${name} in ${dim.text} {`,
        `    ${name}_s = mixed(${name}_s, ${name}[i_${name}])`,
        `    ${name}[i_${name}] = ${name}_s`,
        `    (${name}[i_${name}].x, ${name}_s.y) = (${name}_s.y, ${name}_s.x)`,
        '  }',
      ];
      return made(lines, all, [dim]);
    }
    case 'choice': {
      if (g.isSmooth) return made([`  let ${name} = ${first.text}`], first);
      const second = aPair(g, scope);
      const condition = aBool(g, scope).text;
      return made([`  let ${name} = ${condition} ? ${first.text} : ${second.text}`], { text: '', ...hull(first.low, first.high, second.low, second.high) }); // prettier-ignore
    }
    case 'nested': {
      const z = moderate(g, aReal(g, scope), 3);
      const all = hull(first.low, first.high, z.low, z.high, 0.5);
      const line = `  let ${name} = Nested { pair: ${first.text}, z: [${z.text}, 0.5] }`;
      return { lines: [line], entries: fields(name, 'Nested', [], { scalar: 'real', ...all, weight: 4 }) };
    }
  }
}

/** Wide enough for halves and for parts of it with either sign. */
function symmetric({ low, high }: Term): Term {
  const bound = Math.max(Math.abs(low), Math.abs(high));
  return { text: '', low: -bound, high: bound };
}
