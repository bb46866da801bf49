// Random conditions, with what they prove: inside `i + 1 < N` there is a place i + 1.

import { anInt, some } from './int.ts';
import { aReduced } from './reduction.ts';
import { aReal, deepest, element, type Making } from './scalar.ts';
import type { Place, Scope } from './term.ts';

export interface Condition {
  readonly text: string;
  /** Places that exist where it holds. */
  readonly places: readonly Place[];
}

export function aBool(g: Making, scope: Scope): Condition {
  const { choices } = g;
  const shifted = scope.places.filter((place) => place.index !== undefined);
  const bools = scope.entries.filter((entry) => entry.scalar === 'bool');
  const spent = --g.budget <= 0;
  return choices.weighted<() => Condition>([
    [1, () => unproved(`${anInt(g, scope).text} < ${choices.pick(scope.dims).text}`)],
    [g.isSmooth ? 0 : 1.5, () => comparison(g, scope)],
    [shifted.length > 0 ? 3 : 0, () => neighbour(g, choices.pick(some(shifted)))],
    [shifted.length > 1 ? 1.5 : 0, () => ({ text: betweenIndices(g, scope), places: [] })],
    [bools.length > 0 ? 1.5 : 0, () => unproved(element(g, scope, choices.pick(some(bools))).text)],
    [spent ? 0 : 0.5, () => unproved(`!(${aBool(g, scope).text})`)],
    [spent ? 0 : 0.5, () => both(aBool(g, scope), aBool(g, scope))],
    [spent ? 0 : 0.5, () => unproved(`(${aBool(g, scope).text} || ${aBool(g, scope).text})`)],
    [spent || scope.loops >= deepest ? 0 : 0.5, () => quantified(g, scope)],
  ])();
}

const unproved = (text: string): Condition => ({ text, places: [] });

/** Of reals: where the two sides are equal there is a jump. */
function comparison(g: Making, scope: Scope): Condition {
  const left = aReal(g, scope);
  const right = aReal(g, scope);
  return unproved(`${left.text} ${g.choices.pick(['<', '>', '<=', '>=', '==', '!='])} ${right.text}`);
}

function neighbour(g: Making, { text, dim }: Place): Condition {
  return g.choices.chance(0.4)
    ? { text: `${text} >= 1`, places: [{ text: `(${text} - 1)`, dim }] }
    : { text: `${text} + 1 < ${dim.text}`, places: [{ text: `(${text} + 1)`, dim }] };
}

function betweenIndices(g: Making, scope: Scope): string {
  const [left, right] = [g.choices.pick(some(scope.places)), g.choices.pick(some(scope.places))];
  return `${left.text} ${g.choices.pick(['!=', '<', '=='])} ${right.text}`;
}

const both = (left: Condition, right: Condition): Condition => ({
  text: `(${left.text} && ${right.text})`,
  places: [...left.places, ...right.places],
});

function quantified(g: Making, scope: Scope): Condition {
  const reducer = g.choices.pick(['any', 'all']);
  return unproved(aReduced(g, scope, reducer, (inner) => aBool(g, inner)).text);
}
