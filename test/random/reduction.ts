// Random reductions over index clauses: ranges written, left out or dependent on outer indices, and guards.

import { aBool } from './bool.ts';
import { aReal, deepest, moderate, type Making } from './scalar.ts';
import { hull, type Dim, type Index, type Place, type Scope, type Term } from './term.ts';

/** Names for indices, by how many loops are around. */
const indexNames = ['i', 'j', 'k', 'l', 'm'];

/** An index that is not yet in scope, over a whole axis. */
export function newIndex(scope: Scope, dim: Dim): Place & { readonly index: Index } {
  const name = indexNames[scope.loops] ?? `i${scope.loops}`;
  return { text: name, dim, index: { name, usedOnItsAxis: false } };
}

export const inside = (scope: Scope, place: Place): Scope => ({
  ...scope,
  places: [place, ...scope.places],
  loops: scope.loops + 1,
});

/** `i in N`, or `i` where an axis fixes the range. */
export function clause(g: Making, { index, dim }: Place & { readonly index: Index }): string {
  return index.usedOnItsAxis && g.choices.chance(0.4) ? index.name : `${index.name} in ${dim.text}`;
}

/** What is made inside the loops of a reduction. */
interface Reduced<Element> {
  readonly text: string;
  readonly element: Element;
  /** At most so many elements. */
  readonly count: number;
  readonly mayBeEmpty: boolean;
}

/** `reducer(element for i in N, j in 0..i if guard)`; `element` is made in the scope of the clauses. */
export function aReduced<Element extends { readonly text: string }>(
  g: Making,
  scope: Scope,
  reducer: string,
  element: (inner: Scope) => Element,
  { single = false } = {},
): Reduced<Element> {
  const { choices } = g;
  let inner = scope;
  let count = 1;
  let mayBeEmpty = false;
  const clauses: (() => string)[] = [];
  do {
    const [outer] = inner.places.filter((place) => place.index !== undefined);
    const dim = choices.pick(scope.dims);
    if (outer !== undefined && choices.chance(0.25)) {
      // Dependent: as many as the outer index has come to, itself included or not.
      const place = newIndex(inner, outer.dim);
      const range = choices.pick([
        `0..${outer.text} + 1`,
        `0..${outer.text}`,
        `${outer.text}..${outer.dim.text}`,
      ]);
      mayBeEmpty ||= range === `0..${outer.text}`;
      clauses.push(() => `${place.text} in ${range}`);
      inner = inside(inner, place);
      count *= outer.dim.value;
    } else {
      const place = newIndex(inner, dim);
      const later = choices.chance(0.1);
      mayBeEmpty ||= later;
      clauses.push(() => (later ? `${place.text} in 1..${dim.text}` : clause(g, place)));
      inner = inside(inner, place);
      count *= dim.value;
    }
  } while (!single && inner.loops < deepest && choices.chance(0.3));
  let guard = '';
  if (choices.chance(0.25)) {
    const condition = aBool(g, inner);
    guard = ` if ${condition.text}`;
    inner = { ...inner, places: [...inner.places, ...condition.places] };
    mayBeEmpty = true;
  }
  const made = element(inner);
  const text = `${reducer}(${made.text} for ${clauses.map((write) => write()).join(', ')}${guard})`;
  return { text, element: made, count, mayBeEmpty };
}

export function aReduction(g: Making, scope: Scope): Term {
  const kinked = g.isSmooth ? 0 : 1;
  const reducer = g.choices.weighted([[5, 'sum'], [1, 'mean'], [1.5, 'logSumExp'], [kinked, 'max'], [kinked, 'min'], [1, 'prod']] as const); // prettier-ignore
  const { text, element, count, mayBeEmpty } = aReduced(g, scope, reducer, (inner) => {
    const term = aReal(g, inner);
    return reducer === 'prod' ? moderate(g, term, 1.5) : term;
  });
  switch (reducer) {
    case 'sum':
      return { text, ...hull(0, element.low, element.high, element.low * count, element.high * count) };
    case 'mean':
      // The mean of nothing is NaN, so it is only taken where there is something.
      return mayBeEmpty
        ? { text: text.replace(/^mean/, 'sum'), ...hull(0, element.low * count, element.high * count) }
        : { ...element, text };
    case 'prod': {
      const most = Math.max(1, Math.abs(element.low), Math.abs(element.high)) ** count;
      return { text, low: -most, high: most };
    }
    case 'logSumExp': {
      const high = element.high + Math.log(count);
      if (!mayBeEmpty) return { text, low: element.low, high };
      // Over nothing it is -Infinity, whose exponential is an ordinary number.
      const small = Math.min(high, 4);
      return high <= 4
        ? { text: `exp(${text})`, low: 0, high: Math.exp(small) }
        : { text: `sigmoid(${text})`, low: 0, high: 1 };
    }
    case 'max':
    case 'min': {
      if (!mayBeEmpty) return { ...element, text };
      const bound = reducer === 'max' ? -1 : 1;
      return { text: `${reducer}(${bound}, ${text})`, ...hull(bound, element.low, element.high) };
    }
  }
}

/** The position of an extremum on an axis: an int in 0..dim. */
export function aPosition(g: Making, scope: Scope, dim: Dim): string {
  const place = newIndex(scope, dim);
  const { text } = aReal(g, inside(scope, place));
  return `${g.choices.pick(['argmax', 'argmin'])}(${text} for ${clause(g, place)})`;
}
