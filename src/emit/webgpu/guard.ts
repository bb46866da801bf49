// Reads whose index a branch keeps in range, for where they are done without the branch.

import { bug } from '../../base/bug.ts';
import { bool, boolType, extent, int } from '../../ir/build.ts';
import type { Block, Operand, Statement, Type, Value } from '../../ir/types.ts';
import { blocksOf, mapBlocks } from '../../ir/walk.ts';
import type { OpName } from '../../ops/index.ts';

/** Whether its reads yield numbers. */
export function isGuardable(s: Statement): boolean {
  if (s.kind === 'read') return s.outs[0].type.dims.length === 0;
  return blocksOf(s).every(({ statements }) => statements.every(isGuardable));
}

/** Yields 0 (or no) where an index of a read is out of range. */
export function guardReads(statements: readonly Statement[], fresh: (type: Type) => Value): Statement[] {
  return statements.flatMap((s) => {
    if (s.kind !== 'read')
      return [mapBlocks(s, (block) => ({ ...block, statements: guardReads(block.statements, fresh) }))];
    const { array, indices, outs: [out] } = s; // prettier-ignore
    const tests: Statement[] = [];
    const test = (op: OpName, args: readonly Operand[]): Value => {
      const is = fresh(boolType);
      tests.push({ kind: 'op', outs: [is], op, args });
      return is;
    };
    const isInside = indices
      .flatMap((index, k) => [
        test('ile', [int(0), index]),
        test('ilt', [index, extent(array.type.dims[k] ?? bug('a dim'))]),
      ])
      .reduce((all, one) => test('and', [all, one]));
    const found = fresh(out.type);
    const then: Block = { statements: [{ ...s, outs: [found] }], results: [found] };
    const none = out.type.scalar === 'bool' ? bool(false) : int(0);
    return [...tests, { kind: 'if', outs: [out], condition: isInside, then, otherwise: { statements: [], results: [none] } }]; // prettier-ignore
  });
}
