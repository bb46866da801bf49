// Random whole-array expressions of given axes: elementwise operations with broadcasting, products, rows and columns,
// comprehensions, lists, lifted functions.

import { argumentsOf } from './function.ts';
import { indexIn, some } from './int.ts';
import { clause, inside, newIndex } from './reduction.ts';
import { aReal, applied, combined, deepest, literal, moderate, type Making } from './scalar.ts';
import { hull, product, type Dim, type Entry, type Scope, type Term } from './term.ts';

const sameAxes = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((dim, k) => dim.key === b[k]?.key);

/** An array over these axes; `scope.loops` plus their number must not pass `deepest`. */
export function anArray(g: Making, scope: Scope, dims: readonly Dim[]): Term {
  const spent = --g.budget <= 0;
  const named = scope.entries.filter((entry) => entry.scalar === 'real' && parts(entry, dims).length > 0);
  const [dim] = dims;
  const fixed = dims.length === 1 && dim !== undefined && Number(dim.key) === dim.value ? dim : undefined;
  const lifting = scope.functions.filter((f) => !f.takesArrays);
  const generic = dims.length === 1 ? scope.functions.filter((f) => f.yieldsArray) : [];
  const hasRoom = scope.loops + dims.length < deepest;
  const make = g.choices.weighted<() => Term>([
    [named.length > 0 ? 4 : 0, () => part(g, scope, g.choices.pick(some(named)), dims)],
    [spent && named.length > 0 ? 0 : 1.5, () => comprehension(g, scope, dims)],
    [spent ? 0 : 2, () => applied(g, anArray(g, scope, dims))],
    [spent ? 0 : 2, () => combined(g, anArray(g, scope, dims), anArray(g, scope, dims))],
    [spent ? 0 : 1.5, () => combined(g, anArray(g, scope, dims), aReal(g, scope))],
    [
      spent || dims.length < 2 ? 0 : 1.5,
      () => combined(g, anArray(g, scope, dims), anArray(g, scope, dims.slice(1))),
    ],
    [spent || !hasRoom ? 0 : 1.5, () => matrixProduct(g, scope, dims)],
    [spent || g.isSmooth ? 0 : 0.7, () => choice(g, scope, dims)],
    [spent || fixed === undefined ? 0 : 1, () => list(g, scope, fixed?.value ?? 1)],
    [spent || lifting.length === 0 ? 0 : 1, () => lifted(g, scope, dims)],
    [spent || generic.length === 0 ? 0 : 1.5, () => genericCall(g, scope, dims)],
    [spent || dim === undefined || dims.length > 1 ? 0 : 1, () => vectorCall(g, scope, some(dims)[0])],
  ]);
  return moderate(g, make());
}

/** Ways to cut these axes out of a named array: the rest of its axes are read at one place. */
function parts(entry: Entry, dims: readonly Dim[]): readonly (readonly boolean[])[] {
  if (sameAxes(entry.dims, dims)) return [entry.dims.map(() => true)];
  if (entry.dims.length !== 2 || dims.length !== 1) return [];
  return [0, 1]
    .filter((axis) => entry.dims[axis]?.key === dims[0]?.key)
    .map((axis) => [axis === 0, axis === 1]);
}

function part(g: Making, scope: Scope, entry: Entry, dims: readonly Dim[]): Term {
  const kept = g.choices.pick(some(parts(entry, dims)));
  const items = entry.dims.map((dim, axis) => (kept[axis] === true ? ':' : indexIn(g, scope, dim)));
  if (items.every((item) => item === ':')) return { text: entry.name, low: entry.low, high: entry.high };
  // A row may leave out the colon of its last axis.
  const written = items.at(-1) === ':' && g.choices.chance(0.5) ? items.slice(0, -1) : items;
  return { text: `${entry.name}[${written.join(', ')}]`, low: entry.low, high: entry.high };
}

/** `[e for i in N, j in K]`; the ranges may be left out as in reductions. */
function comprehension(g: Making, scope: Scope, dims: readonly Dim[]): Term {
  const { clauses, element } = overAxes(g, scope, dims, aReal);
  return { ...element, text: `[${element.text} for ${clauses}]` };
}

/** What is made for each point of some axes, and the clauses over them. */
export function overAxes<Element>(
  g: Making,
  scope: Scope,
  dims: readonly Dim[],
  make: (g: Making, scope: Scope) => Element,
): { readonly clauses: string; readonly element: Element } {
  let inner = scope;
  const places = dims.map((dim) => {
    const place = newIndex(inner, dim);
    inner = inside(inner, place);
    return place;
  });
  const element = make(g, inner);
  return { clauses: places.map((place) => clause(g, place)).join(', '), element };
}

/** A product that sums over one more axis: vector by matrix, matrix by vector, matrix by matrix. */
function matrixProduct(g: Making, scope: Scope, dims: readonly Dim[]): Term {
  const summed = g.choices.pick(scope.dims);
  const [rows, columns] = dims;
  if (rows === undefined) throw new Error('a product has axes');
  const isLeft = columns === undefined && g.choices.chance(0.5);
  const left = isLeft ? [summed] : [rows, summed];
  const right = columns !== undefined ? [summed, columns] : isLeft ? [summed, rows] : [summed];
  const a = anArray(g, scope, left);
  const b = anArray(g, scope, right);
  const each = product(a, b);
  return {
    text: `(${a.text} @ ${b.text})`,
    ...hull(each.low, each.high, each.low * summed.value, each.high * summed.value),
  };
}

function choice(g: Making, scope: Scope, dims: readonly Dim[]): Term {
  const condition = anArray(g, scope, dims);
  const then = anArray(g, scope, dims);
  const otherwise = g.choices.chance(0.3) ? literal(g) : anArray(g, scope, dims);
  return {
    text: `(${condition.text} > ${literal(g).text} ? ${then.text} : ${otherwise.text})`,
    ...hull(then.low, then.high, otherwise.low, otherwise.high),
  };
}

function list(g: Making, scope: Scope, length: number): Term {
  const elements = Array.from({ length }, () => aReal(g, scope));
  return {
    text: `[${elements.map((element) => element.text).join(', ')}]`,
    ...hull(...elements.flatMap((element) => [element.low, element.high])),
  };
}

/** A function of scalars, called with at least one array. */
function lifted(g: Making, scope: Scope, dims: readonly Dim[]): Term {
  const f = g.choices.pick(some(scope.functions.filter((each) => !each.takesArrays)));
  const first = moderate(g, anArray(g, scope, dims), 3);
  const others = argumentsOf(g, scope, f, f.arity - 1);
  return { text: `${f.name}(${[first.text, ...others].join(', ')})`, low: f.low, high: f.high };
}

function genericCall(g: Making, scope: Scope, dims: readonly Dim[]): Term {
  const f = g.choices.pick(some(scope.functions.filter((each) => each.yieldsArray)));
  return {
    text: `${f.name}(${argumentsOf(g, scope, f, f.arity, dims[0]).join(', ')})`,
    low: f.low,
    high: f.high,
  };
}

/** A function of the prelude that takes a vector and gives one of its length. */
function vectorCall(g: Making, scope: Scope, dim: Dim): Term {
  const { text, low, high } = anArray(g, scope, [dim]);
  const ranges = {
    softmax: hull(0, 1),
    logSoftmax: hull(low - high - Math.log(dim.value), 0),
    cumulativeSum: hull(low, high, low * dim.value, high * dim.value),
  };
  const name = g.choices.pick(['softmax', 'logSoftmax', 'cumulativeSum'] as const);
  return { text: `${name}(${text})`, ...ranges[name] };
}
