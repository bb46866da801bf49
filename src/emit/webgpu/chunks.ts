// Long reductions that are no sums, such as the largest of all elements: each of 256 threads reduces a part of the range, and one thread
// what they found. The parts stand in order, so that the first of equal elements stays the first.

import { add, asConstant, constant, subtract } from '../../base/polynomial.ts';
import { bug } from '../../base/bug.ts';
import { asPolynomial, extent, int, intType, scalarType } from '../../ir/build.ts';
import type { Block, BuildStatement, Operand, ReduceStatement, Statement, Type, Value } from '../../ir/types.ts'; // prettier-ignore
import { ops, type OpName } from '../../ops/index.ts';

const chunks = 256;

export interface Chunks {
  /** What is found in each part of the range. */
  readonly parts: BuildStatement;
  /** Yields the outs of the reduction. */
  readonly whole: readonly Statement[];
}

export function inChunks(
  s: ReduceStatement,
  fresh: (type: Type, name?: string) => Value,
): Chunks | undefined {
  const [begin, end] = [s.from, s.to].map(asPolynomial);
  if (begin === undefined || end === undefined) return undefined;
  const length = subtract(end, begin);
  if ((asConstant(length) ?? Infinity) <= chunks) return undefined;
  const op = (into: Statement[], name: OpName, ...args: readonly Operand[]): Value => {
    const out = fresh(scalarType(ops[name].result));
    into.push({ kind: 'op', outs: [out], op: name, args });
    return out;
  };
  /** The length of a part. */
  const widthOf = (into: Statement[]): Value =>
    op(into, 'imax', op(into, 'idiv', extent(add(length, constant(chunks - 1))), int(chunks)), int(1));

  const own: Statement[] = [];
  const part = fresh(intType, 'part');
  const width = widthOf(own);
  const from = op(own, 'iadd', op(own, 'imul', part, width), extent(begin));
  const to = op(own, 'imin', op(own, 'iadd', from, width), extent(end));
  const found = s.outs.map(({ type, name }) => fresh(type, name));
  const arrays = s.outs.map(({ type: { scalar }, name }) =>
    fresh({ scalar, dims: [constant(chunks)] }, name),
  );
  const body: Block = { statements: [...own, { ...s, outs: found, from, to }], results: found };

  const whole: Statement[] = [];
  const at = fresh(intType, 'part');
  const read = (k: number, index: Operand): Block => {
    const out = fresh(s.outs[k]?.type ?? intType);
    const array = arrays[k] ?? bug('a reduction without parts');
    return { statements: [{ kind: 'read', outs: [out], array, indices: [index], inRange: true }], results: [out] }; // prettier-ignore
  };
  const step = widthOf(whole);
  const count = op(whole, 'idiv', op(whole, 'iadd', extent(length), op(whole, 'isub', step, int(1))), step);
  const [out, place] = s.outs;
  if (out === undefined) return bug('a reduction to nothing');
  const where = fresh(intType);
  whole.push({ ...s, outs: place === undefined ? [out] : [out, where], index: at, from: int(0), to: count, body: read(0, at) }); // prettier-ignore
  if (place !== undefined) {
    const condition = op(whole, 'ilt', where, int(0));
    const none: Block = { statements: [], results: [int(-1)] };
    whole.push({ kind: 'if', outs: [place], condition, then: none, otherwise: read(1, where) });
  }
  return { parts: { kind: 'build', outs: arrays, axes: [part], body }, whole };
}
