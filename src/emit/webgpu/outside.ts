// Adds whose index is not proved in range: how many of them are out of it. The threads that sum up what belongs to their element do
// not see what belongs to none, and nobody would notice.

import type { Polynomial } from '../../base/polynomial.ts';
import { extent, int, intType, scalarType } from '../../ir/build.ts';
import type { Block, Operand, Statement, Type, Value } from '../../ir/types.ts';
import { ops, type OpName } from '../../ops/index.ts';
import { dropDeadIn } from '../../passes/dead.ts';
import type { Path } from './invert.ts';

/** Yields the number as an int. */
export function outsideOf(
  { levels, before, add }: Path,
  dims: readonly Polynomial[],
  counter: { next: number },
): Block {
  const fresh = (type: Type): Value => ({ kind: 'value', id: counter.next++, type });
  const op = (into: Statement[], name: OpName, args: readonly Operand[]): Value => {
    const out = fresh(scalarType(ops[name].result));
    into.push({ kind: 'op', outs: [out], op: name, args });
    return out;
  };
  const constant = (value: number): Block => ({ statements: [], results: [int(value)] });
  const choose = (before: readonly Statement[], condition: Operand, then: Block, otherwise: Block): Block => {
    const out = fresh(intType);
    return {
      statements: [...before, { kind: 'if', outs: [out], condition, then, otherwise }],
      results: [out],
    };
  };
  const own = (): Block => {
    const statements = [...before];
    const isInside = add.indices.reduce<Operand | undefined>((all, index, dim) => {
      const size = dims[dim];
      if (size === undefined) return all;
      const inside = op(statements, 'and', [
        op(statements, 'ile', [int(0), index]),
        op(statements, 'ilt', [index, extent(size)]),
      ]);
      return all === undefined ? inside : op(statements, 'and', [all, inside]);
    }, undefined);
    return isInside === undefined ? constant(0) : choose(statements, isInside, constant(0), constant(1));
  };
  const block = levels.reduceRight<Block>((inner, { statement, before, otherwise }) => {
    if (statement.kind === 'if') {
      const [then, other] = otherwise ? [constant(0), inner] : [inner, constant(0)];
      return choose(before, statement.condition, then, other);
    }
    const { index, from, to } = statement;
    const out = fresh(intType);
    const sum: Statement = { kind: 'reduce', outs: [out], reducer: 'sum', index, from, to, body: inner };
    return { statements: [...before, sum], results: [out] };
  }, own());
  return dropDeadIn(block);
}
