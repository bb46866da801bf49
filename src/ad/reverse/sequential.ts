// The adjoints of what runs in order: loops with state, updates of arrays in place, and branches that contain them.
//
// A loop runs backwards. Its body is copied; the adjoint of the copy is made first, then what that needs of the copy's
// values is put in front of it: read from histories that the loop forward now yields too, or computed again
// (record.ts decides). The state of the loop backwards is the adjoint of the state of the loop forward, and, for arrays
// that are updated element by element, the array itself, whose updates are undone: each saves the element that it
// replaces, so that no array is kept twice.

import { bug } from '../../base/bug.ts';
import { arrayType, replaceIn, zeros, type BlockBuilder } from '../../ir/build.ts';
import type { Block, Carried, IfStatement, LoopStatement, Operand, SetStatement, Statement, Type, Value } from '../../ir/types.ts'; // prettier-ignore
import { blocksOf, cloneBlock } from '../../ir/walk.ts';
import { UnboundedLoop } from '../unbounded.ts';
import { commonRoot, rootOf } from '../updates.ts';
import { record } from './record.ts';
import { elementOf, isView, Scope, wholeOf, type Adjoint, type Primal, type View } from './scope.ts'; // prettier-ignore
import type { Bindings, Sweep } from './sweep.ts';

/** Whether a statement contains updates or loops, which must not simply run again where the adjoint is. */
export function isSequential(statement: Statement): boolean {
  return (
    statement.kind === 'loop' ||
    statement.kind === 'set' ||
    blocksOf(statement).some((block) => block.statements.some(isSequential))
  );
}

// ---- loops

export function reverseLoop(sweep: Sweep, scope: Scope, loop: LoopStatement): void {
  const { state, outs, body } = loop;
  const b = scope.builder;
  const active = state.flatMap(({ value }, k) => (sweep.isActive(value) ? [k] : []));
  const finals = active.map((k) => sweep.adjointOf(scope, at(outs, k)));
  if (finals.every((adjoint) => adjoint === undefined) && !sweep.hasActiveAdds(loop)) return;

  const adjoints = active.map((k, i): Carried => ({
    value: b.fresh(at(outs, k).type, { name: adjointName(at(state, k).value) }),
    initial: operandOf(b, finals[i], at(outs, k).type),
  }));
  const updated = state.flatMap(({ value }, k) =>
    isArray(value) && rootOf(at(body.results, k), sweep.definitions) === value ? [k] : [],
  );
  const restored = updated.map((k): Carried => ({
    value: b.fresh(at(outs, k).type, at(outs, k)),
    initial: sweep.current(at(outs, k)),
  }));
  const index = b.fresh(loop.index.type, loop.index);
  sweep.bounds.set(index.id, sweep.bounds.get(loop.index.id));

  const before = state.map(({ value }) => b.fresh(value.type, value));
  const bindings: Bindings = [
    [loop.index, index],
    ...state.map(({ value }, k) => [value, at(before, k)] as const),
  ];
  const copy = new Copy(sweep, b.nested(), body, bindings, before, loop.checkpoints);
  active.forEach((k, i) =>
    sweep.seed(copy.scope, at(copy.block.results, k), adjointOf(at(adjoints, i).value)),
  );
  updated.forEach((k, i) => copy.setEnd(at(copy.block.results, k), at(restored, i).value));
  sweep.block(copy.scope, copy.block);
  const results = [
    ...active.map((k) => copy.adjointOf(at(before, k))),
    ...updated.map((k) => sweep.current(at(before, k))),
  ];
  const finalState = runBackwards(sweep, scope, loop, index, copy, [...adjoints, ...restored], results);
  updated.forEach((k, i) =>
    setVersion(sweep, scope, at(state, k).initial, at(finalState, active.length + i)),
  );
  active.forEach((k, i) => sweep.seed(scope, at(state, k).initial, adjointOf(at(finalState, i))));
}

/** Makes the loop forward yield what the adjoint needs, and adds the loop backwards; returns its final state. */
function runBackwards(
  sweep: Sweep,
  scope: Scope,
  loop: LoopStatement,
  index: Value,
  copy: Copy,
  state: readonly Carried[],
  results: readonly Operand[],
): readonly Value[] {
  const b = scope.builder;
  const { from, to, condition, outs } = loop;
  const histories: { readonly value: Value; readonly history: Value }[] = [];
  const reading = b.nested();
  const isFromZero = from.kind === 'literal' && from.value === 0;
  let row: Value | undefined;
  const block = record(sweep, copy, copy.scope.builder.block(results), (value): Statement => {
    const rows = sweep.bounds.get(loop.index.id);
    if (rows === undefined) throw new UnboundedLoop(loop.index);
    row ??= isFromZero ? index : reading.op('isub', [index, from]);
    const history = b.fresh(arrayType(value.type.scalar, [rows, ...value.type.dims]), {
      name: value.name === undefined ? 'kept' : `${value.name}History`,
    });
    histories.push({ value, history });
    const read = { outs: [value], array: history, indices: [row] } as const;
    return isArray(value) ? { kind: 'row', ...read } : { kind: 'read', ...read, inRange: true };
  });
  if (histories.length > 0) {
    const substitution = new Map<number, Operand>([[index.id, loop.index]]);
    loop.state.forEach(({ value }, k) => substitution.set(at(copy.before, k).id, value));
    const finals = condition === undefined ? outs : outs.slice(0, -1);
    const forward: LoopStatement = {
      ...loop,
      outs: [...finals, ...histories.map(({ history }) => history), ...outs.slice(finals.length)],
      body: copy.again(substitution, histories.map(({ value }) => value)), // prettier-ignore
    };
    for (const { history } of histories) sweep.owners.set(history.id, scope);
    scope.primal.replace(loop, [forward]);
  }
  const finals = state.map(({ value }) => b.fresh(value.type, value));
  b.push({
    kind: 'loop',
    outs: finals,
    index,
    from,
    // With a condition, as many iterations as ran.
    to: condition === undefined ? to : (outs.at(-1) ?? bug('a loop without a trip count')),
    order: loop.order === 'up' ? 'down' : 'up',
    state,
    body: { ...block, statements: [...reading.block().statements, ...block.statements] },
  });
  return finals;
}

// ---- updates

export function reverseSet(sweep: Sweep, scope: Scope, set: SetStatement): void {
  const { array, indices, value, inRange } = set;
  const [out] = set.outs;
  const b = scope.builder;

  const constant = sweep.replaced.get(out.id);
  const old = constant === undefined ? saveReplaced(sweep, scope, set) : filled(b, value.type, constant);
  setVersion(sweep, scope, array, b.set(sweep.current(out), indices, old, { name: array.name, inRange }));

  const adjoint = sweep.adjointOf(scope, out);
  if (adjoint === undefined || !isView(adjoint)) return;
  const whole = wholeOf(b, adjoint);
  if (isArray(value)) {
    if (sweep.isActive(value)) {
      const part = copyOf(b, { array: whole, prefix: indices }, value.type);
      sweep.seed(scope, value, adjointOf(part));
    }
  } else sweep.seed(scope, value, elementOf(b, { array: whole, prefix: [] }, indices, inRange));
  if (!sweep.isActive(array)) return;
  const rest = b.set(whole, indices, zeros(b, value.type), { name: adjointName(array), inRange });
  sweep.seed(scope, array, adjointOf(rest));
}

/** What an update is about to replace, read before it on the way forward. */
function saveReplaced(sweep: Sweep, scope: Scope, set: SetStatement): Value {
  const { array, indices, value, inRange } = set;
  const saving = scope.builder.nested();
  const old = isArray(value)
    ? copyOf(saving, { array, prefix: indices }, value.type)
    : saving.read(array, indices, { inRange });
  const { statements } = saving.block();
  sweep.own(scope, { statements, results: [] });
  scope.primal.replace(set, [...statements, set]);
  return old;
}

// ---- branches

/** A branch in which arrays are updated or loops run. What its adjoint needs comes out of the branch on the way forward. */
export function reverseBranches(sweep: Sweep, scope: Scope, statement: IfStatement): void {
  const { outs, condition } = statement;
  const b = scope.builder;
  const finals = outs.map((out) => sweep.adjointOf(scope, out));
  if (finals.every((adjoint) => adjoint === undefined) && !sweep.hasActiveAdds(statement)) return;

  // Arrays of the block around that the branch updates: their adjoints go through the branch as they do.
  const roots = outs.map((_, k) => commonRoot(statement, k, sweep.definitions));
  const updated = outs.flatMap((_, k) => {
    const root = roots[k];
    return root !== undefined && roots.indexOf(root) === k && sweep.ownerOf(root) === scope ? [k] : [];
  });
  const rootAt = (k: number): Value => roots[k] ?? bug('an updated array without a root');
  const extra: { readonly side: 'then' | 'otherwise'; readonly value: Value; readonly out: Value }[] = [];
  const swept = (side: 'then' | 'otherwise'): Copy => {
    const before = updated.map((k) => b.fresh(rootAt(k).type, rootAt(k)));
    const bindings = updated.map((k, i) => [rootAt(k), at(before, i)] as const);
    const copy = new Copy(sweep, b.nested(), statement[side], bindings, before);
    finals.forEach((adjoint, k) => {
      const result = at(copy.block.results, k);
      if (adjoint !== undefined) sweep.seed(copy.scope, result, adjoint);
    });
    for (const k of updated) copy.setEnd(at(copy.block.results, k), sweep.current(at(outs, k)));
    sweep.block(copy.scope, copy.block);
    return copy;
  };
  const [then, otherwise] = [swept('then'), swept('otherwise')];
  const passed = updated.flatMap((_, i) =>
    [then, otherwise].some(({ scope: within, before }) => within.isReached(at(before, i))) ? [i] : [],
  );
  const completed = (side: 'then' | 'otherwise', copy: Copy): Block => {
    const results = [
      ...passed.map((i) => copy.adjointOf(at(copy.before, i))),
      ...copy.before.map((value) => sweep.current(value)),
    ];
    return record(sweep, copy, copy.scope.builder.block(results), (value) => {
      const out = b.fresh(value.type, value);
      extra.push({ side, value, out });
      sweep.owners.set(out.id, scope);
      return out;
    });
  };
  const blocks = { then: completed('then', then), otherwise: completed('otherwise', otherwise) };

  if (extra.length > 0) {
    const forward = (side: 'then' | 'otherwise', copy: Copy): Block => {
      const substitution = new Map(updated.map((k, i) => [at(copy.before, i).id, rootAt(k)] as const));
      const filler = b.nested();
      const results = extra.map((each) => (each.side === side ? each.value : zeros(filler, each.value.type)));
      const block = copy.again(substitution, results);
      return { ...block, statements: [...filler.block().statements, ...block.statements] };
    };
    const rebuilt: IfStatement = {
      ...statement,
      outs: [...outs, ...extra.map(({ out }) => out)],
      then: forward('then', then),
      otherwise: forward('otherwise', otherwise),
    };
    scope.primal.replace(statement, [rebuilt]);
  }
  const updatedRoots = updated.map(rootAt);
  const adjoints = passed.map((i) => {
    const root = at(updatedRoots, i);
    return b.fresh(root.type, { name: adjointName(root) });
  });
  const restored = updatedRoots.map((root) => b.fresh(root.type, root));
  b.push({ kind: 'if', outs: [...adjoints, ...restored], condition, ...blocks });
  updatedRoots.forEach((root, i) => setVersion(sweep, scope, root, at(restored, i)));
  passed.forEach((i, place) => {
    sweep.seed(scope, at(updatedRoots, i), adjointOf(at(adjoints, place)));
  });
}

// ---- copies of regions

/** A copy of a region that is not pushed anywhere: the adjoint and the way forward pick from it what they need. */
export class Copy implements Primal {
  readonly block: Block;
  readonly scope: Scope;
  /** What the region has in the places of state, or of arrays that it updates. */
  readonly before: readonly Value[];
  /** The arrays that hold what updated arrays held at the end of the region, by the id of the latter. */
  readonly ends = new Map<number, Value>();
  /** The statements, with what nested adjoints had put in. */
  readonly statements: Statement[];
  /** What the region computed is computed again rather than saved. */
  readonly checkpoints: boolean;
  readonly saves = true;
  readonly #sweep: Sweep;

  constructor(
    sweep: Sweep,
    b: BlockBuilder,
    region: Block,
    bindings: Bindings,
    before: readonly Value[],
    checkpoints = false,
  ) {
    this.checkpoints = checkpoints;
    this.#sweep = sweep;
    this.block = sweep.fresh(b, region, bindings);
    this.statements = [...this.block.statements];
    this.before = before;
    this.scope = new Scope(b, this);
    for (const value of before) sweep.owners.set(value.id, this.scope);
    sweep.own(this.scope, this.block);
  }

  replace(statement: Statement, by: readonly Statement[]): void {
    replaceIn(this.statements, statement, by);
  }

  /** At the end of the region `version` holds what `target` held. */
  setEnd(target: Operand, version: Value): void {
    if (target.kind === 'value') this.ends.set(target.id, version);
    setVersion(this.#sweep, this.scope, target, version);
  }

  /** The adjoint of one of `before`, as an operand. */
  adjointOf(value: Value): Operand {
    return operandOf(this.scope.builder, this.#sweep.adjointOf(this.scope, value), value.type);
  }

  /** The region for the way forward, with fresh values and further results. */
  again(substitution: ReadonlyMap<number, Operand>, more: readonly Operand[]): Block {
    const { builder } = this.scope;
    const { results } = this.block;
    const whole = { statements: this.statements, results: [...results, ...more] };
    return cloneBlock(whole, substitution, (value) => builder.fresh(value.type, value)).block;
  }
}

/**
 * From here on `version` holds what `target` held. Only where `target` is defined: outside, it may still be what it
 * was. Inputs never change.
 */
function setVersion(sweep: Sweep, scope: Scope, target: Operand, version: Value): void {
  if (target.kind !== 'value' || sweep.inputs.has(target.id)) return;
  if (sweep.owners.get(target.id) === scope) sweep.versions.set(target.id, version);
}

// ---- adjoints as values

const isArray = ({ type }: { readonly type: Type }): boolean => type.dims.length > 0;

const adjointName = ({ name }: Value): string | undefined =>
  name === undefined ? undefined : `${name}Adjoint`;

const adjointOf = (value: Value): Adjoint =>
  isArray(value) ? { array: value, prefix: [], owned: true } : value;

function operandOf(b: BlockBuilder, adjoint: Adjoint | undefined, type: Type): Operand {
  if (adjoint === undefined) return zeros(b, type);
  return isView(adjoint) ? wholeOf(b, adjoint) : adjoint;
}

const filled = (b: BlockBuilder, { dims }: Type, element: Operand): Operand =>
  dims.length === 0 ? element : b.build(dims, () => element);

/** The part of an array that a view shows, as an array of its own. */
function copyOf(b: BlockBuilder, view: View, { dims }: Type): Value {
  return b.build(dims, (inner, axes) => inner.read(view.array, [...view.prefix, ...axes]));
}

function at<T>(items: readonly T[], k: number): T {
  return items[k] ?? bug('a list is shorter than its twin');
}
