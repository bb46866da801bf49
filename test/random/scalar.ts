// Random scalar expressions: reals, with the interval that holds them, and the bools and ints that they need.

import { anArray } from './array.ts';
import type { Choices } from './choices.ts';
import { elementary, squashers } from './elementary.ts';
import { argumentsOf } from './function.ts';
import { anInt, indexIn, some } from './int.ts';
import { aBool } from './bool.ts';
import { aReduction } from './reduction.ts';
import { difference, hull, magnitude, power, product, quotient, sum, elementText, type Entry, type Interval, type Scope, type Term } from './term.ts'; // prettier-ignore

/** The state of making one line of a program. */
export interface Making {
  readonly choices: Choices;
  /** How many more nodes the expression under way may have. */
  budget: number;
  /** Nothing with a kink or a jump is made. */
  readonly isSmooth: boolean;
}

/** Loops inside each other, the axes of whole arrays included: the cost of a program stays small. */
export const deepest = 3;
/** Numbers beyond this are squashed. */
const largest = 40;

export function aReal(g: Making, scope: Scope): Term {
  if (--g.budget <= 0) return leaf(g, scope);
  const loopsLeft = deepest - scope.loops;
  const make = g.choices.weighted<(g: Making, scope: Scope) => Term>([
    [3, leaf],
    [4, arithmetic],
    [3, call],
    [1, aPower],
    [1.5, twoArguments],
    [loopsLeft >= 1 ? 3.5 : 0, aReduction],
    [loopsLeft >= 2 ? 1 : 0, wholeReduction],
    [1.5, conditional],
    [0.7, converted],
    [scope.functions.some((f) => !f.yieldsArray) ? 1.5 : 0, userCall],
  ]);
  return moderate(g, make(g, scope));
}

/** Squashes what may be large, so that nothing overflows however the terms are combined. */
export function moderate(g: Making, term: Term, limit = largest): Term {
  return magnitude(term) <= limit ? term : squashed(g, term);
}

function squashed(g: Making, term: Term): Term {
  const { name, range } = g.choices.pick(squashers);
  return { text: `${name}(${term.text})`, ...range(term) };
}

export function literal(g: Making): Term {
  const text = g.choices.pick(['1.0', '0.5', '2.0', '0.25', '1.5', '-1.0', '-0.5', 'pi', '1e-3', '0.0']);
  const value = text === 'pi' ? Math.PI : Number(text);
  return { text: text.startsWith('-') ? `(${text})` : text, low: value, high: value };
}

function leaf(g: Making, scope: Scope): Term {
  const reals = scope.entries.filter((entry) => entry.scalar === 'real');
  return g.choices.weighted([
    ...reals.map((entry) => [entry.weight, () => element(g, scope, entry)] as const),
    [1, () => literal(g)],
  ])();
}

/** A named scalar, or an element of a named array. */
export function element(g: Making, scope: Scope, entry: Entry): Term {
  const indices = entry.dims.map((dim) => indexIn(g, scope, dim));
  return {
    text: elementText(entry, indices),
    low: entry.low,
    high: entry.high,
  };
}

/** The operation on two terms, with the right one kept away from zero where it divides. */
export function combined(g: Making, a: Term, b: Term): Term {
  const operator = g.choices.weighted([[3, '+'], [3, '*'], [2, '-'], [1, '/']] as const); // prettier-ignore
  switch (operator) {
    case '+':
      return { text: `(${a.text} + ${b.text})`, ...sum(a, b) };
    case '*':
      return { text: `(${a.text} * ${b.text})`, ...product(a, b) };
    case '-':
      return { text: `(${a.text} - ${b.text})`, ...difference(a, b) };
    case '/': {
      const divisor = b.low >= 0.2 || b.high <= -0.2 ? b : into(g, b, { low: 0.2, high: Infinity });
      return { text: `(${a.text} / ${divisor.text})`, ...quotient(a, divisor) };
    }
  }
}

function arithmetic(g: Making, scope: Scope): Term {
  const a = aReal(g, scope);
  // A literal without a point becomes real beside a real.
  const whole = 1 + g.choices.below(4);
  const b = whole > 3 ? { text: '2', low: 2, high: 2 } : aReal(g, scope);
  return combined(g, a, b);
}

/** The term made to lie in a domain: as it is where it provably does, else moved there by a smooth function. */
export function into(g: Making, term: Term, domain: Interval): Term {
  if (term.low >= domain.low && term.high <= domain.high) return term;
  if (Number.isFinite(domain.high)) {
    const { text } = squashed(g, term);
    const half = Math.min(domain.high, -domain.low);
    // Every squasher stays below 1.6.
    const factor = Math.floor((half / 1.6) * 10) / 10;
    return { text: `(${factor} * ${text})`, low: -half, high: half };
  }
  const least = domain.low;
  if (g.choices.chance(0.5)) {
    const high = least + 1 + Math.max(0, term.high);
    return { text: `(${least} + softplus(${term.text}))`, low: least, high };
  }
  const small = moderate(g, term, 6);
  return { text: `(${least} + ${small.text}^2)`, low: least, high: least + power(small, 2).high };
}

/** A function of one argument, of a term that may be an array. */
export function applied(g: Making, term: Term): Term {
  const f = g.choices.pick(some(elementary.filter((each) => each.isSmooth || !g.isSmooth)));
  const x = f.domain === undefined ? term : into(g, term, f.domain);
  return { text: `${f.name}(${x.text})`, ...f.range(x) };
}

const call = (g: Making, scope: Scope): Term => applied(g, aReal(g, scope));

function aPower(g: Making, scope: Scope): Term {
  const base = aReal(g, scope);
  const kind = g.choices.pick(['whole', 'real', 'negative', 'index']);
  if (kind === 'whole') {
    const small = moderate(g, base, 6);
    const exponent = g.choices.pick([2, 3, 0, 1]);
    return { text: `(${small.text}^${exponent})`, ...power(small, exponent) };
  }
  const safe = into(g, moderate(g, base, 6), { low: 0.3, high: Infinity });
  if (kind === 'real') {
    const exponent = moderate(g, aReal(g, scope), 2);
    const ends = [exponent.low, exponent.high].flatMap((e) => [safe.low ** e, safe.high ** e]);
    return { text: `(${safe.text}^${exponent.text})`, ...hull(...ends) };
  }
  const [place] = scope.places;
  if (kind === 'negative' || place === undefined)
    return { text: `(${safe.text}^-1)`, ...hull(1 / safe.low, 1 / safe.high) };
  const low = into(g, base, { low: -1, high: 1 });
  return { text: `(${low.text}^${place.text})`, low: -1, high: 1 };
}

function twoArguments(g: Making, scope: Scope): Term {
  const a = aReal(g, scope);
  const b = aReal(g, scope);
  switch (
    g.choices.pick(g.isSmooth ? ['hypot', 'atan2', 'pow'] : ['hypot', 'atan2', 'pow', 'max', 'min', 'clamp'])
  ) {
    case 'hypot': {
      // Away from (0, 0), where it has a kink.
      const x = into(g, a, { low: 0.1, high: Infinity });
      const high = Math.hypot(magnitude(x), magnitude(b));
      return { text: `hypot(${x.text}, ${b.text})`, low: x.low, high };
    }
    case 'atan2': {
      const x = into(g, b, { low: 0.1, high: Infinity });
      return { text: `atan2(${a.text}, ${x.text})`, low: -Math.PI, high: Math.PI };
    }
    case 'pow': {
      const base = into(g, moderate(g, a, 6), { low: 0.3, high: Infinity });
      const exponent = moderate(g, b, 2);
      const ends = [exponent.low, exponent.high].flatMap((e) => [base.low ** e, base.high ** e]);
      return { text: `pow(${base.text}, ${exponent.text})`, ...hull(...ends) };
    }
    case 'max':
      return {
        text: `max(${a.text}, ${b.text})`,
        low: Math.max(a.low, b.low),
        high: Math.max(a.high, b.high),
      };
    case 'min':
      return {
        text: `min(${a.text}, ${b.text})`,
        low: Math.min(a.low, b.low),
        high: Math.min(a.high, b.high),
      };
    case 'clamp':
      return {
        text: `clamp(${a.text}, -1, ${into(g, b, { low: 0, high: Infinity }).text})`,
        ...hull(-1, magnitude(a), magnitude(b) + 1),
      };
  }
}

/** A branch; sometimes it guards what would be NaN without it. */
function conditional(g: Making, scope: Scope): Term {
  if (!g.isSmooth && g.choices.chance(0.3)) {
    const x = element(
      g,
      scope,
      g.choices.pick(some(scope.entries.filter((entry) => entry.scalar === 'real'))),
    );
    const guarded = g.choices.pick(['log', 'sqrt']);
    const high = Math.max(1, magnitude(x));
    return { text: `(${x.text} > 0.1 ? ${guarded}(${x.text}) : ${x.text})`, low: -Math.max(3, high), high };
  }
  const { text, places } = aBool(g, scope);
  const then = aReal(g, { ...scope, places: [...scope.places, ...places] });
  const otherwise = aReal(g, scope);
  return {
    text: `(${text} ? ${then.text} : ${otherwise.text})`,
    low: Math.min(then.low, otherwise.low),
    high: Math.max(then.high, otherwise.high),
  };
}

function converted(g: Making, scope: Scope): Term {
  const { text, high } = anInt(g, scope);
  return { text: `real(${text})`, low: -high, high };
}

function wholeReduction(g: Making, scope: Scope): Term {
  const dims = [g.choices.pick(scope.dims)];
  if (scope.loops + 1 < deepest && g.choices.chance(0.3)) dims.push(g.choices.pick(scope.dims));
  const array = anArray(g, scope, dims);
  const count = dims.reduce((points, dim) => points * dim.value, 1);
  const reducer = g.choices.pick([
    'sum',
    'mean',
    'logSumExp',
    ...(g.isSmooth ? [] : (['max', 'min'] as const)),
  ]);
  switch (reducer) {
    case 'sum':
      return {
        text: `sum(${array.text})`,
        ...hull(array.low, array.high, array.low * count, array.high * count),
      };
    case 'logSumExp':
      return { text: `logSumExp(${array.text})`, low: array.low, high: array.high + Math.log(count) };
    case 'max':
    case 'min':
      return { ...array, text: `${reducer}(${array.text})` };
    case 'mean':
      return { ...array, text: `mean(${array.text})` };
  }
}

function userCall(g: Making, scope: Scope): Term {
  const [first, ...others] = scope.functions.filter((f) => !f.yieldsArray);
  if (first === undefined) return leaf(g, scope);
  const f = g.choices.pick([first, ...others]);
  return { text: `${f.name}(${argumentsOf(g, scope, f).join(', ')})`, low: f.low, high: f.high };
}
