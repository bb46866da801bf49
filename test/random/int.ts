// Random ints: places on an axis, and ints that become numbers.

import type { Making } from './scalar.ts';
import type { Dim, Entry, Place, Scope } from './term.ts';

/** An int that lies in 0..dim. */
export function indexIn(g: Making, scope: Scope, dim: Dim, depth = 2): string {
  const fitting = scope.places.filter((place) => place.dim.key === dim.key);
  const other = scope.places.find((place) => place.dim.key !== dim.key);
  const stored = depth > 0 ? scope.entries.filter((entry) => entry.range?.key === dim.key) : [];
  return g.choices.weighted<() => string>([
    [fitting.length > 0 ? 6 : 0, () => plain(g.choices.pick(some(fitting)))],
    [fitting.length > 0 ? 0.2 : 1, () => '0'],
    [stored.length > 0 ? 2 : 0, () => lookUp(g, scope, g.choices.pick(some(stored)), depth - 1)],
    [fitting.length > 0 ? 0.6 : 0, () => `${dim.text} - 1 - ${g.choices.pick(some(fitting)).text}`],
    [other === undefined ? 0 : 1, () => `(${other?.text ?? ''} + 1) mod ${modulus(dim)}`],
    [0.4, () => `${dim.text} - 1`],
  ])();
}

const modulus = (dim: Dim): string => (/^\w+$/.test(dim.text) ? dim.text : `(${dim.text})`);

/** The place as it is; an index that stands alone on an axis of its range may have the range left out. */
function plain(place: Place): string {
  if (place.index !== undefined) place.index.usedOnItsAxis = true;
  return place.text.replace(/^\((.*)\)$/, '$1');
}

function lookUp(g: Making, scope: Scope, entry: Entry, depth: number): string {
  const indices = entry.dims.map((dim) => indexIn(g, scope, dim, depth));
  return indices.length === 0 ? entry.name : `${entry.name}[${indices.join(', ')}]`;
}

/** Any int, with a bound of its magnitude. */
export function anInt(g: Making, scope: Scope): { readonly text: string; readonly high: number } {
  const [place] = scope.places;
  const ints = scope.entries.filter((entry) => entry.scalar === 'int');
  const size = g.choices.pick(scope.dims);
  const { text, high } = g.choices.weighted<() => { readonly text: string; readonly high: number }>([
    [1, () => ({ text: size.text, high: size.value })],
    [place === undefined ? 0 : 3, () => placed(g.choices.pick(some(scope.places)))],
    [ints.length === 0 ? 0 : 2, () => stored(g, scope, g.choices.pick(some(ints)))],
  ])();
  switch (g.choices.pick(['same', 'twice', 'half', 'rest', 'sum'])) {
    case 'same':
      return { text, high };
    case 'twice':
      return { text: `2 * (${text}) - 1`, high: 2 * high + 1 };
    case 'half':
      return { text: `(${text}) div 2`, high };
    case 'rest':
      return { text: `(${text}) mod 2`, high: 1 };
    case 'sum':
      return { text: `(${text}) + ${size.text}`, high: high + size.value };
  }
}

const placed = (place: Place) => ({ text: place.text, high: place.dim.value });

function stored(g: Making, scope: Scope, entry: Entry) {
  return { text: lookUp(g, scope, entry, 1), high: entry.range?.value ?? 1 };
}

/** A list that has been looked at and is not empty. */
export function some<Item>(items: readonly Item[]): readonly [Item, ...Item[]] {
  const [first, ...others] = items;
  if (first === undefined) throw new Error('nothing to pick from');
  return [first, ...others];
}
