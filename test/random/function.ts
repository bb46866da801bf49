// Random functions: of scalars, or generic in the length of their arrays; and the arguments of their calls.

import { anArray, overAxes } from './array.ts';
import { aVar } from './control.ts';
import { aReal, moderate, type Making } from './scalar.ts';
import type { Callable, Dim, Entry, Interval, Scope, Term } from './term.ts';

/** All arguments lie in here. */
const accepted: Interval = { low: -3, high: 3 };

const argumentNames = ['x', 'y', 'z'];

/** Arguments for a call; `count` leaves out those that the caller has made. */
export function argumentsOf(
  g: Making,
  scope: Scope,
  f: Callable,
  count = f.arity,
  length: Dim = g.choices.pick(scope.dims),
): readonly string[] {
  return Array.from({ length: count }, () => {
    const argument = f.takesArrays ? anArray(g, scope, [length]) : aReal(g, scope);
    return moderate(g, argument, accepted.high).text;
  });
}

/** `fn name(x: real, …): real`, or with `real[n]` in these places. */
export function aFunction(
  g: Making,
  name: string,
  longest: number,
): { readonly text: string; readonly callable: Callable } {
  const { choices } = g;
  const n: Dim = { text: 'n', key: 'n', value: longest };
  const takesArrays = choices.chance(0.5);
  const yieldsArray = takesArrays && choices.chance(0.4);
  const arity = 1 + choices.below(2);
  const type = takesArrays ? 'real[n]' : 'real';
  const names = argumentNames.slice(0, arity);
  const entries = names.map((argument): Entry => ({
    name: argument,
    scalar: 'real',
    dims: takesArrays ? [n] : [],
    weight: 3,
    ...accepted,
  }));
  // Without arrays the only axes are those of comprehensions over a literal length.
  const dim: Dim = takesArrays ? n : { text: '2', key: '2', value: 2 };
  const scope: Scope = { dims: [dim], entries, places: [], functions: [], loops: 0 };
  const make = (inner: Scope): Term => (yieldsArray ? anArray(g, inner, [n]) : aReal(g, inner));
  const head = `fn ${name}(${names.map((argument) => `${argument}: ${type}`).join(', ')}): ${yieldsArray ? 'real[n]' : 'real'}`;
  const callable = ({ low, high }: Interval): Callable => ({
    name,
    takesArrays,
    yieldsArray,
    arity,
    low,
    high,
  });
  if (choices.chance(0.5)) {
    const value = make(scope);
    return { text: `${head} = ${value.text}`, callable: callable(value) };
  }
  if (choices.chance(0.35)) {
    const made = aVar(g, scope, 'v', { mayLose: false });
    const value = make({ ...scope, entries: [...entries, made.entry] });
    return {
      text: `${head} {\n${made.lines.join('\n')}\n  return ${value.text}\n}`,
      callable: callable(value),
    };
  }
  const isIndexed = takesArrays && choices.chance(0.5);
  const local = isIndexed ? overAxes(g, scope, [n], aReal) : { clauses: '', element: aReal(g, scope) };
  const { element, clauses } = local;
  const entry: Entry = {
    name: 't',
    scalar: 'real',
    dims: isIndexed ? [n] : [],
    weight: 3,
    low: element.low,
    high: element.high,
  };
  const value = make({ ...scope, entries: [...entries, entry] });
  const binder = isIndexed ? `t[${clauses}]` : 't';
  return {
    text: `${head} {\n  let ${binder} = ${element.text}\n  return ${value.text}\n}`,
    callable: callable(value),
  };
}
