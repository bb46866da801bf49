// Random control flow: a `var`, a scalar or an array, and statements that change it: loops one in another, over ranges that
// depend on outer indices and on data, branches, bounded whiles, assignments to the whole and to elements, losses on the way.

import { anArray } from './array.ts';
import { aBool } from './bool.ts';
import { indexIn, some } from './int.ts';
import { inside, newIndex } from './reduction.ts';
import { aReal, deepest, moderate, type Making } from './scalar.ts';
import type { Dim, Entry, Scope } from './term.ts';

/** What a var holds stays in here, however often it is changed. */
const bound = 3;

/** What statements are about. */
interface Change {
  readonly entry: Entry;
  readonly mayLose: boolean;
  /** How many names were given to locals of blocks: none may hide another. */
  readonly locals: { count: number };
}

const localName = ({ entry, locals }: Change, letter: string): string =>
  `${letter}${locals.count++}_${entry.name}`;

/** Lines that declare a var and change it, and the entry under which later lines read it. */
export function aVar(
  g: Making,
  scope: Scope,
  name: string,
  { mayLose = true, indent = '  ' } = {},
): { readonly lines: readonly string[]; readonly entry: Entry } {
  const { choices } = g;
  const dims = Array.from({ length: choices.below(3) }, () => choices.pick(scope.dims));
  const entry: Entry = { name, scalar: 'real', dims, low: -bound, high: bound, weight: 4 };
  const inner: Scope = { ...scope, entries: [...scope.entries, entry] };
  const type = `: real[${dims.map((dim) => dim.text).join(', ')}]`;
  const lines =
    dims.length === 0
      ? [`var ${name} = ${bounded(g, scope, []).text}`]
      : choices.chance(0.4)
        ? [`var ${name}${type} = ${choices.pick(['0', '0.5'])}`]
        : [`var ${name} = ${bounded(g, scope, dims).text}`];
  const change: Change = { entry, mayLose, locals: { count: 0 } };
  const statements = Array.from({ length: 1 + choices.below(2) }, () =>
    aStatement({ ...g, budget: 6 }, inner, change, indent),
  );
  return { lines: [...lines.map((line) => indent + line), ...statements.flat()], entry };
}

const bounded = (g: Making, scope: Scope, dims: readonly Dim[]) =>
  moderate(g, dims.length === 0 ? aReal(g, scope) : anArray(g, scope, dims), bound);

/** A statement, as lines, that changes the var. Loops count as loops of comprehensions do: programs stay small. */
function aStatement(g: Making, scope: Scope, change: Change, indent: string): readonly string[] {
  const { choices } = g;
  // Room for the axes of what is assigned.
  const mayLoop = scope.loops + Math.max(1, change.entry.dims.length) < deepest;
  const make = choices.weighted<() => readonly string[]>([
    [scope.loops > 0 ? 3 : 0.3, () => [indent + anAssignment(g, scope, change.entry)]],
    [scope.loops > 0 && change.entry.dims.length > 0 ? 1 : 0, () => twoAssignments(g, scope, change.entry, indent)],
    [mayLoop ? 5 : 0, () => aFor(g, scope, change, indent)],
    [scope.loops > 0 ? 1.5 : 0.5, () => anIf(g, scope, change, indent)],
    [mayLoop ? 0.8 : 0, () => aWhile(g, scope, change, indent)],
    [change.mayLose && scope.loops > 0 ? 0.7 : 0, () => [`${indent}loss ${aReal(g, scope).text}`]],
  ]); // prettier-ignore
  return make();
}

function aBlock(g: Making, scope: Scope, change: Change, indent: string): readonly string[] {
  const { choices } = g;
  const lines: string[] = [];
  let inner = scope;
  if (choices.chance(0.3)) {
    // A local of the block that reads the var as it is now.
    const name = localName(change, 's');
    const value = aReal({ ...g, budget: 4 }, scope);
    lines.push(`${indent}let ${name} = ${value.text}`);
    const local: Entry = { name, scalar: 'real', dims: [], low: value.low, high: value.high, weight: 3 };
    inner = { ...scope, entries: [...scope.entries, local] };
  }
  for (let k = 0, count = 1 + choices.below(2); k < count; k++)
    lines.push(...aStatement({ ...g, budget: 6 }, inner, change, indent));
  return lines;
}

function anAssignment(g: Making, scope: Scope, entry: Entry): string {
  const { choices } = g;
  const { name, dims } = entry;
  if (dims.length === 0 || choices.chance(0.25)) {
    const value = bounded(g, scope, dims);
    return `${name} = ${value.text}`;
  }
  // An element, or a row of a matrix.
  const kept = dims.length === 2 && choices.chance(0.2) ? 1 : dims.length;
  const indices = dims.slice(0, kept).map((dim) => indexIn(g, scope, dim));
  const place = `${name}[${indices.join(', ')}]`;
  if (kept === dims.length && choices.chance(0.2)) {
    // Halved first, so that it stays where it belongs.
    const value = moderate(g, aReal(g, scope), bound / 2);
    return `${place} = 0.5 * ${place} + ${value.text}`;
  }
  return `${place} = ${bounded(g, scope, dims.slice(kept)).text}`;
}

/** Two, where the second may read, and may replace, what the first has written: whether it does depends on indices. */
function twoAssignments(g: Making, scope: Scope, { name, dims }: Entry, indent: string): readonly string[] {
  const { choices } = g;
  const anElement = (): string => `${name}[${dims.map((dim) => indexIn(g, scope, dim)).join(', ')}]`;
  const [first, other] = [anElement(), anElement()];
  const second = choices.chance(0.6) ? first : anElement();
  const rest = moderate(g, aReal(g, scope), bound / 2);
  return [
    `${indent}${first} = ${bounded(g, scope, []).text}`,
    `${indent}${second} = 0.5 * ${other} + ${rest.text}`,
  ];
}

function aFor(g: Making, scope: Scope, change: Change, indent: string): readonly string[] {
  const { choices } = g;
  const [outer] = scope.places.filter((place) => place.index !== undefined);
  const counted = scope.entries.filter(({ scalar, dims }) => scalar === 'int' && dims.length === 0);
  const dim = choices.pick(scope.dims);
  const { dim: over, range } = choices.weighted<() => { dim: Dim; range: string }>([
    [4, () => ({ dim, range: dim.text })],
    [1, () => ({ dim, range: `1..${dim.text}` })],
    [outer === undefined ? 0 : 2, () => dependent(g, outer?.text ?? '', outer?.dim ?? dim)],
    [counted.length === 0 ? 0 : 2, () => {
      const { name, range: most } = choices.pick(some(counted));
      return { dim: most ?? dim, range: `0..${name}` };
    }],
  ])(); // prettier-ignore
  const place = newIndex(scope, over);
  const lines = aBlock(g, inside(scope, place), change, `${indent}  `);
  return [`${indent}for ${place.text} in ${range} {`, ...lines, `${indent}}`];
}

const dependent = (g: Making, index: string, dim: Dim): { dim: Dim; range: string } => ({
  dim,
  range: g.choices.pick([`0..${index} + 1`, `0..${index}`, `${index}..${dim.text}`]),
});

function anIf(g: Making, scope: Scope, change: Change, indent: string): readonly string[] {
  const condition = aBool({ ...g, budget: 3 }, scope);
  const inner = { ...scope, places: [...scope.places, ...condition.places] };
  const then = aBlock(g, inner, change, `${indent}  `);
  const head = `${indent}if (${condition.text}) {`;
  if (g.choices.chance(0.5)) return [head, ...then, `${indent}}`];
  const otherwise = aBlock(g, scope, change, `${indent}  `);
  return [head, ...then, `${indent}} else {`, ...otherwise, `${indent}}`];
}

/** Counts, so that it ends; sometimes it ends before. */
function aWhile(g: Making, scope: Scope, change: Change, indent: string): readonly string[] {
  const { choices } = g;
  const dim = choices.pick(scope.dims);
  const counter = localName(change, 'c');
  const inner = { ...scope, loops: scope.loops + 1 };
  const early = choices.chance(0.5) ? ` && ${aBool({ ...g, budget: 2 }, scope).text}` : '';
  return [
    `${indent}var ${counter} = 0`,
    `${indent}while (${counter} < ${dim.text}${early}) max ${dim.text} {`,
    ...aBlock(g, inner, change, `${indent}  `),
    `${indent}  ${counter} += 1`,
    `${indent}}`,
  ];
}
