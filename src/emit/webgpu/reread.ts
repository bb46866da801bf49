// What an array holds is read from it rather than computed again. Within a statement equal expressions are one (passes/cse.ts), but each loop
// over arrays is a kernel of its own: where one keeps the elements of an array, and another computes the same in each round of its
// sum, the second can read them. The array is made early enough for that. It pays where an element takes a reduction, or two reads of arrays of
// its size: those of smaller arrays stay in caches.

import { equal, type Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Block, BuildStatement, Operand, Program, Statement, Value } from '../../ir/types.ts';
import { blocksOf, freeValuesOfStatement, mapBlocks, someStatement, statementsOf } from '../../ir/walk.ts';
import { dropDead } from '../../passes/dead.ts';

/** What every value is defined by, and how far indices run from zero on. */
interface Known {
  readonly defs: ReadonlyMap<number, Statement>;
  readonly ranges: ReadonlyMap<number, Polynomial>;
}

export function reread(program: Program): Program {
  const body = within(program.body);
  return body === program.body ? program : dropDead({ ...program, body });
}

/** A block whose statements are kernels, or loops of such blocks. */
function within(block: Block): Block {
  let statements = block.statements.map((s) => (s.kind === 'loop' ? mapBlocks(s, within) : s));
  const builds = statements.filter((s) => s.kind === 'build');
  for (const { outs } of builds) {
    const build = statements.find((s) => s.outs === outs);
    if (build?.kind === 'build') statements = [...withReads(statements, build)];
  }
  const isAsBefore = statements.every((s, k) => s === block.statements[k]);
  return isAsBefore ? block : { ...block, statements };
}

/** The statements with reads of what one of them makes. */
function withReads(statements: readonly Statement[], build: BuildStatement): readonly Statement[] {
  const ids = new Set(freeValuesOfStatement(build).keys());
  const from = 1 + statements.findLastIndex((s) => s.outs.some(({ id }) => ids.has(id)));
  const known = knownOf(statements);
  let list = statements;
  build.outs.forEach((array, k) => {
    const result = build.body.results[k];
    if (result?.kind !== 'value' || !isWorth(result, build, known)) return;
    const change = (block: Block): Block => {
      let hasChanged = false;
      const changed = block.statements.map((s): Statement => {
        const [out, ...more] = s.outs;
        const isOne = out !== undefined && more.length === 0 && isSafe([s]);
        const indices = isOne ? indicesOf(result, out, build, known) : undefined;
        const next: Statement =
          indices === undefined || out === undefined
            ? withBlocks(s)
            : { kind: 'read', outs: [out], array, indices, inRange: true };
        hasChanged ||= next !== s;
        return next;
      });
      return hasChanged ? { ...block, statements: changed } : block;
    };
    const withBlocks = (s: Statement): Statement => {
      const inner = blocksOf(s).map(change);
      const isSame = blocksOf(s).every((block, at) => block === inner[at]);
      return isSame ? s : mapBlocks(s, change);
    };
    list = list.map((s, at) => (at < from || s.outs === build.outs ? s : withBlocks(s)));
  });
  const first = list.findIndex((s, at) => s !== statements[at]);
  const own = list.indexOf(build);
  if (first < 0 || first > own) return list;
  return [...list.slice(0, first), build, ...list.slice(first).filter((s) => s !== build)];
}

function knownOf(statements: readonly Statement[]): Known {
  const defs = new Map<number, Statement>();
  const ranges = new Map<number, Polynomial>();
  for (const s of statementsOf({ statements, results: [] })) {
    for (const out of s.outs) defs.set(out.id, s);
    if (s.kind === 'build')
      s.axes.forEach(({ id }, k) => {
        const extent = s.outs[0]?.type.dims[k];
        if (extent !== undefined) ranges.set(id, extent);
      });
    else if ((s.kind === 'reduce' || s.kind === 'for') && s.from.kind === 'literal' && s.from.value === 0) {
      const to = asPolynomial(s.to);
      if (to !== undefined) ranges.set(s.index.id, to);
    }
  }
  return { defs, ranges };
}

/** Whether an element takes a reduction, or two reads at its own place, and nothing can go wrong with it. */
function isWorth(result: Value, { outs, axes, body }: BuildStatement, { defs }: Known): boolean {
  if (outs[0]?.type.dims.length !== axes.length) return false;
  if (!isSafe(body.statements) || !body.statements.some((s) => s === defs.get(result.id))) return false;
  const reads = [...statementsOf(body)].filter((s) => s.kind === 'read' && axes.every((axis) => s.indices.includes(axis))); // prettier-ignore
  return reads.length > 1 || body.statements.some((s) => s.kind === 'reduce');
}

/** Whether they do nothing but compute, and nothing can go wrong. */
export const isSafe = (statements: readonly Statement[]): boolean =>
  !someStatement({ statements, results: [] }, (s) => !isPure.has(s.kind) || ('inRange' in s && !s.inRange));

const isPure: ReadonlySet<Statement['kind']> = new Set(['op', 'read', 'if', 'reduce']);

/** Where in the array a value stands, if that is what the value is. */
function indicesOf(
  result: Value,
  value: Value,
  { outs, axes }: BuildStatement,
  { defs, ranges }: Known,
): readonly Operand[] | undefined {
  const found = new Map<number, Operand>();
  const pairs = new Map<number, number>();
  const isSame = (a: Operand, b: Operand): boolean => {
    if (a.kind === 'literal')
      return b.kind === 'literal' && a.type.scalar === b.type.scalar && Object.is(a.value, b.value);
    if (a.kind === 'extent') return b.kind === 'extent' && equal(a.size, b.size);
    if (b.kind !== 'value') return false;
    const dim = axes.indexOf(a);
    const known = found.get(a.id);
    if (known !== undefined) return known === b;
    const [range, extent] = [ranges.get(b.id), outs[0]?.type.dims[dim]];
    if (dim >= 0) {
      // An index of the value's own sum is not known outside of it.
      const isInner = [...pairs.values()].includes(b.id);
      if (isInner || range === undefined || extent === undefined || !equal(range, extent)) return false;
      found.set(a.id, b);
      return true;
    }
    if (a.id === b.id || pairs.get(a.id) === b.id) return true;
    const [one, other] = [defs.get(a.id), defs.get(b.id)];
    if (one === undefined || other === undefined) return false;
    const at = one.outs.findIndex(({ id }) => id === a.id);
    if (other.outs[at]?.id !== b.id || !isSameStatement(one, other)) return false;
    pairs.set(a.id, b.id);
    return true;
  };
  const areSame = (a: readonly Operand[], b: readonly Operand[]): boolean =>
    a.length === b.length && a.every((operand, k) => isSame(operand, b[k] ?? operand));
  const isSameStatement = (a: Statement, b: Statement): boolean => {
    if (a.kind === 'op') return b.kind === 'op' && a.op === b.op && areSame(a.args, b.args);
    if (a.kind === 'read')
      return b.kind === 'read' && a.array.id === b.array.id && areSame(a.indices, b.indices);
    if (a.kind === 'if')
      return (
        b.kind === 'if' &&
        isSame(a.condition, b.condition) &&
        areSame(a.then.results, b.then.results) &&
        areSame(a.otherwise.results, b.otherwise.results)
      );
    if (a.kind !== 'reduce' || b.kind !== 'reduce' || a.reducer !== b.reducer) return false;
    pairs.set(a.index.id, b.index.id);
    return areSame([a.from, a.to], [b.from, b.to]) && areSame(a.body.results, b.body.results);
  };
  if (!isSame(result, value)) return undefined;
  const indices = axes.flatMap(({ id }) => found.get(id) ?? []);
  return indices.length === axes.length ? indices : undefined;
}
