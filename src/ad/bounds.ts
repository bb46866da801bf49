// How many iterations a loop or a reduction can have at most, as a polynomial in the sizes: what it takes to save something of each.

import { bug } from '../base/bug.ts';
import { add, constant, multiply, negate, one, subtract, zero, type Polynomial } from '../base/polynomial.ts'; // prettier-ignore
import { asPolynomial } from '../ir/build.ts';
import type { Block, Operand, Program, Statement } from '../ir/types.ts';
import { blocksOf } from '../ir/walk.ts';
import { definitionsOf, type Definitions } from './regular.ts';

/** The bound of each loop and each reduction, if it has one, by the id of its index. */
export type Bounds = Map<number, Polynomial | undefined>;

/** An int lies between these, ends included; undefined where nothing is known. */
interface Interval {
  readonly least: Polynomial | undefined;
  readonly greatest: Polynomial | undefined;
}
const unknown: Interval = { least: undefined, greatest: undefined };

export function boundsOf(program: Program): Bounds {
  const bounds: Bounds = new Map();
  const known = new Map<number, Interval>();
  for (const { value, range } of program.inputs) {
    if (range !== undefined) known.set(value.id, { least: range.from, greatest: subtract(range.to, one) });
  }
  visit(program.body, known, bounds, definitionsOf(program));
  return bounds;
}

function visit(block: Block, known: Map<number, Interval>, bounds: Bounds, definitions: Definitions): void {
  const of = (operand: Operand | undefined): Interval => {
    if (operand === undefined) return unknown;
    const size = asPolynomial(operand);
    if (size !== undefined) return { least: size, greatest: size };
    return operand.kind === 'value' ? (known.get(operand.id) ?? unknown) : unknown;
  };
  const below = (to: Polynomial | undefined): Polynomial | undefined => both(to, one, subtract);
  for (const statement of block.statements) {
    switch (statement.kind) {
      case 'op':
        known.set(statement.outs[0].id, intervalOf(statement.op, statement.args.map(of)));
        break;
      case 'read':
        known.set(statement.outs[0].id, of(statement.array));
        break;
      case 'build':
        statement.axes.forEach((axis, k) => {
          const dim = statement.outs[0]?.type.dims[k] ?? bug('an axis without an extent');
          known.set(axis.id, { least: zero, greatest: below(dim) });
        });
        break;
      case 'reduce':
      case 'for':
      case 'loop': {
        const [from, to] = [of(statement.from), of(statement.to)];
        known.set(statement.index.id, { least: from.least, greatest: below(to.greatest) });
        const trips = distance(statement, definitions, of) ?? both(to.greatest, from.least, subtract);
        bounds.set(statement.index.id, trips);
        break;
      }
      default:
    }
    for (const inner of blocksOf(statement)) visit(inner, known, bounds, definitions);
    passOn(statement, of, known);
  }
}

/** The length of `from .. from + length`, whatever is known of `from`. */
function distance(
  { from, to }: { readonly from: Operand; readonly to: Operand },
  definitions: Definitions,
  of: (operand: Operand) => Interval,
): Polynomial | undefined {
  const sum = to.kind === 'value' ? definitions.get(to.id) : undefined;
  if (sum?.kind !== 'op' || sum.op !== 'iadd' || from.kind !== 'value') return undefined;
  const rest = sum.args.filter((arg) => arg !== from);
  return rest.length === 1 && rest[0] !== undefined ? of(rest[0]).greatest : undefined;
}

/** What is known of the outs from what the regions yield. */
function passOn(
  statement: Statement,
  of: (operand: Operand) => Interval,
  known: Map<number, Interval>,
): void {
  switch (statement.kind) {
    case 'build':
      statement.outs.forEach((out, k) => known.set(out.id, of(statement.body.results[k] ?? out)));
      return;
    case 'list':
      known.set(statement.outs[0].id, statement.elements.map(of).reduce(eitherOf));
      return;
    case 'if': {
      const { then, otherwise } = statement;
      statement.outs.forEach((out, k) =>
        known.set(out.id, eitherOf(of(then.results[k] ?? out), of(otherwise.results[k] ?? out))),
      );
      return;
    }
    case 'reduce': {
      const { reducer, outs, body, index } = statement;
      if (reducer !== 'max' && reducer !== 'min') return;
      const [extremum, position] = outs;
      const [result] = body.results;
      // Over nothing the extremum is infinite, which is no place and no bound.
      if (extremum !== undefined && result !== undefined) known.set(extremum.id, of(result));
      if (position !== undefined)
        known.set(position.id, { least: constant(-1), greatest: of(index).greatest });
      return;
    }
    default:
  }
}

/** What holds for one of two that nobody knows which. */
const eitherOf = (a: Interval, b: Interval): Interval => ({
  least: a.least?.key === b.least?.key ? a.least : undefined,
  greatest: a.greatest?.key === b.greatest?.key ? a.greatest : undefined,
});

function intervalOf(op: string, args: readonly Interval[]): Interval {
  const [a = unknown, b = unknown] = args;
  switch (op) {
    case 'iadd':
      return { least: both(a.least, b.least, add), greatest: both(a.greatest, b.greatest, add) };
    case 'isub':
      return { least: both(a.least, b.greatest, subtract), greatest: both(a.greatest, b.least, subtract) };
    case 'ineg':
      return { least: opposite(a.greatest), greatest: opposite(a.least) };
    case 'imul': {
      if (isNatural(a.least) && isNatural(b.least))
        return { least: both(a.least, b.least, multiply), greatest: both(a.greatest, b.greatest, multiply) };
      const [factor, other] = isExact(a) ? [a.least, b] : isExact(b) ? [b.least, a] : [undefined, a];
      if (factor === undefined || !isNatural(factor)) return unknown;
      return { least: both(other.least, factor, multiply), greatest: both(other.greatest, factor, multiply) };
    }
    case 'imod':
    case 'imodChecked':
      return isExact(b) ? { least: zero, greatest: both(b.greatest, one, subtract) } : unknown;
    case 'iselect':
      return eitherOf(b, args[2] ?? unknown);
    case 'imin':
      return { least: undefined, greatest: a.greatest ?? b.greatest };
    case 'imax':
      return { least: a.least ?? b.least, greatest: undefined };
    default:
      return unknown;
  }
}

const isExact = ({ least, greatest }: Interval): boolean => least !== undefined && least === greatest;

/** Not negative for any sizes. */
const isNatural = (size: Polynomial | undefined): boolean =>
  size?.terms.every((term) => term.coefficient >= 0) ?? false;

const opposite = (size: Polynomial | undefined): Polynomial | undefined =>
  size === undefined ? undefined : negate(size);

function both(
  a: Polynomial | undefined,
  b: Polynomial | undefined,
  f: (a: Polynomial, b: Polynomial) => Polynomial,
): Polynomial | undefined {
  return a === undefined || b === undefined ? undefined : f(a, b);
}
