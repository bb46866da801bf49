// Powers of two that two terms have in common: 2 a - 2 b c is 2 (a - b c), one product less, and the same to the last bit, since
// a power of two changes no digits. Such terms are what sums of squares leave of one param.

import { apply, real } from './make.ts';
import type { Expression, Routine, Statement } from './types.ts';
import { mapExpression, mapExpressions, mapList, mapRegions } from './walk.ts';

export function factorTwos(routine: Routine): Routine {
  const list = (statements: readonly Statement[]): readonly Statement[] =>
    mapList(statements, (statement) => mapExpressions(mapRegions(statement, list), (root) => mapExpression(root, factored))); // prettier-ignore
  const { body, result } = routine;
  return { ...routine, body: list(body), ...(result && { result: mapExpression(result, factored) }) };
}

function factored(e: Expression): Expression {
  if (e.kind !== 'op' || (e.op !== 'add' && e.op !== 'sub')) return e;
  const [a, b] = e.args.map(scaledIn);
  if (a === undefined || b === undefined || Math.abs(a.factor) !== Math.abs(b.factor)) return e;
  const adds = (e.op === 'add') === (a.factor === b.factor);
  return apply('mul', real(a.factor), apply(adds ? 'add' : 'sub', a.of, b.of));
}

/** A product of a power of two from 2 on, or of its negative, and something. */
interface Scaled {
  readonly factor: number;
  readonly of: Expression;
}

function scaledIn(e: Expression): Scaled | undefined {
  if (e.kind !== 'op') return undefined;
  const [x, y] = e.args;
  if (e.op === 'neg' && x !== undefined) {
    const inner = scaledIn(x);
    return inner && { factor: -inner.factor, of: inner.of };
  }
  if (e.op !== 'mul' || x === undefined || y === undefined) return undefined;
  if (isTwo(x)) return { factor: Number(x.value), of: y };
  if (isTwo(y)) return { factor: Number(y.value), of: x };
  const [left, right] = [scaledIn(x), scaledIn(y)];
  if (left !== undefined) return { factor: left.factor, of: apply('mul', left.of, y) };
  return right && { factor: right.factor, of: apply('mul', x, right.of) };
}

type Literal = Extract<Expression, { readonly kind: 'literal' }>;

const isTwo = (e: Expression): e is Literal => {
  if (e.kind !== 'literal' || e.scalar !== 'real') return false;
  const exponent = Math.log2(Math.abs(Number(e.value)));
  return Number.isInteger(exponent) && exponent >= 1;
};
