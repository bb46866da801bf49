// Checks that params lie inside their constraints: at the door of the function that makes free params of them. The logarithm
// of what is outside is NaN, or infinite at the edge of a simplex, and nobody could tell which element it came from.

import { boundText, isJoint, type OfElements } from '../ir/constraint.ts';
import { nearestFloat } from '../ops/single.ts';
import type { Constraint } from '../ir/types.ts';
import { checkFunction, helperCall, type Check, type Line } from './check.ts';
import { isArray, needSizes, sizesParameter, type Model, type ModelField, type SizeNames } from './model.ts';
import { quote } from './syntax.ts';

/** How far the sum of a simplex may be from 1, by the precision of its elements; Stan has 1e-8, too. */
const rounding = { f64: '1e-8', f32: '1e-5' } as const;

export function insideCheck(model: Model): Check | undefined {
  if (!model.checked || model.holder === 'free') return undefined;
  const constrained = model.params.flatMap((field) =>
    field.constraint === undefined ? [] : [{ field, constraint: field.constraint }],
  );
  const counts = constrained.flatMap(({ field, constraint }) =>
    isJoint(constraint) ? field.type.dims.slice(-1) : [],
  );
  const params = { name: 'params', type: `Readonly<${model.typeName('params')}>` };
  const parameters = [params, ...(needSizes(model, counts) ? sizesParameter(model) : [])];
  return checkFunction(model, 'Inside', parameters, (names) =>
    constrained.map(({ field, constraint }) => insideLine(model, field, constraint, names)),
  );
}

function insideLine(model: Model, field: ModelField, constraint: Constraint, names: SizeNames): Line {
  const value = `params.${field.field}`;
  /** Printed only where it is wanted: what is printed is declared. */
  const count = (): readonly string[] => field.type.dims.slice(-1).map((dim) => names.print(dim));
  switch (constraint.kind) {
    case 'simplex':
      return helperCall('checkSimplex', quote(value), value, ...count(), rounding[model.precision]);
    case 'ordered':
      return helperCall(
        'checkOrdered',
        quote(value),
        value,
        ...count(),
        constraint.positive ? '0' : '-Infinity',
      );
    case 'bound':
    case 'interval': {
      const text = quote(boundText(constraint));
      // As the function sees them.
      const isSingle = model.precision === 'f32';
      const number = isSingle ? `Math.fround(${value})` : value;
      const limit = (bound: number): number => (isSingle ? nearestFloat(bound) : bound);
      return isArray(field)
        ? helperCall(
            'checkAllInside',
            quote(value),
            value,
            `(x) => ${condition('x', constraint, limit)}`,
            text,
          )
        : helperCall('checkInside', quote(value), number, condition(number, constraint, limit), text);
    }
  }
}

/** The ends of an interval are inside, and so is a bound where it is written with `=`: their free params are infinite. */
const condition = (x: string, constraint: OfElements, limit: (bound: number) => number): string =>
  constraint.kind === 'bound'
    ? `${x} ${constraint.operator} ${limit(constraint.bound)}`
    : `${x} >= ${limit(constraint.from)} && ${x} <= ${limit(constraint.to)}`;
