// A loop that adds to each element of an empty array once is a comprehension: `for i, j { A[i, j] += v }`. What is known of those holds for
// the array then: other adds of the loop can read `v` from it (reread.ts).

import { equal } from '../../base/polynomial.ts';
import { asPolynomial, intType } from '../../ir/build.ts';
import type { Block, BuildStatement, ForStatement, Program, Statement, Value } from '../../ir/types.ts';
import { accumulatorsOf, cloneBlock, mapBlocks } from '../../ir/walk.ts';
import { dropDead, dropDeadIn } from '../../passes/dead.ts';
import { pathsOf, type Path } from './invert.ts';
import { isSafe } from './reread.ts';

export function filled(program: Program): Program {
  const counter = { next: program.nextId };
  const fresh = (value: Value): Value => ({ ...value, id: counter.next++ });
  const body = filledIn(program.body, fresh, ({ kind }) => kind === 'loop');
  return dropDead({ ...program, body, nextId: counter.next });
}

/** The same of a block, and of those within the statements that `isEntered` says. */
export function filledIn(
  body: Block,
  fresh: (value: Value) => Value,
  isEntered: (statement: Statement) => boolean,
): Block {
  const within = (block: Block): Block => {
    const done = new Set<number>();
    const statements = block.statements.flatMap((s): readonly Statement[] => {
      if (isEntered(s)) return [mapBlocks(s, within)];
      if (s.kind !== 'for') return [s];
      const paths = pathsOf(s) ?? [];
      const builds = paths.flatMap((path) => {
        const { id } = path.add.accumulator;
        const isOnly = paths.filter(({ add }) => add.accumulator.id === id).length === 1;
        const array = isOnly ? arrayOf(id, block) : undefined;
        const build = array && buildOf(path, array, fresh);
        if (build !== undefined) done.add(id);
        return build ?? [];
      });
      return builds.length === 0 ? [s] : [...builds, withoutAdds(s, done)];
    });
    const isDone = (s: Statement): boolean =>
      (s.kind === 'open' && done.has(s.outs[0].id)) || (s.kind === 'freeze' && done.has(s.accumulator.id));
    return { ...block, statements: statements.filter((s) => !isDone(s)) };
  };
  return within(body);
}

/** What an accumulator becomes that is empty before one statement of the block and complete after it. */
function arrayOf(id: number, { statements }: Block): Value | undefined {
  const [open, , freeze, ...more] = statements.filter((s) => accumulatorsOf(s).has(id));
  const isEmpty = open?.kind === 'open' && open.initial === undefined;
  return isEmpty && freeze?.kind === 'freeze' && more.length === 0 ? freeze.outs[0] : undefined;
}

/** The array as a comprehension, if each iteration adds to an element of its own, and they add to all. */
function buildOf(
  { levels, before, add }: Path,
  array: Value,
  fresh: (value: Value) => Value,
): BuildStatement | undefined {
  const loops = levels.flatMap(({ statement }) => (statement.kind === 'for' ? [statement] : []));
  const own = add.indices.map((index) => loops.find((loop) => loop.index === index));
  const isWhole =
    levels.length === own.length &&
    new Set(own).size === array.type.dims.length &&
    own.every((loop, k) => loop !== undefined && isOver(loop, array.type.dims[k]));
  if (!isWhole) return undefined;
  const axes = own.map((loop) => fresh({ kind: 'value', id: 0, type: intType, ...named(loop) }));
  const indices = new Map(own.flatMap((loop, k) => (loop === undefined ? [] : [[loop.index.id, axes[k] ?? loop.index]]))); // prettier-ignore
  const statements = [...levels.flatMap((level) => level.before), ...before];
  const { block } = cloneBlock({ statements, results: [add.value] }, indices, fresh);
  const body = dropDeadIn(block);
  // What may go wrong is reported by the last kernel where it does, so those stay in their order.
  return isSafe(body.statements) ? { kind: 'build', outs: [array], axes, body } : undefined;
}

const named = (loop: ForStatement | undefined): { readonly name?: string } =>
  loop?.index.name === undefined ? {} : { name: loop.index.name };

const isOver = ({ from, to }: ForStatement, dim: Value['type']['dims'][number] | undefined): boolean => {
  const end = asPolynomial(to);
  return from.kind === 'literal' && from.value === 0 && dim !== undefined && end !== undefined && equal(end, dim); // prettier-ignore
};

function withoutAdds(statement: Statement, done: ReadonlySet<number>): Statement {
  return mapBlocks(statement, ({ statements, results }) => ({
    statements: statements
      .filter((s) => s.kind !== 'add' || !done.has(s.accumulator.id))
      .map((s) => withoutAdds(s, done)),
    results,
  }));
}
