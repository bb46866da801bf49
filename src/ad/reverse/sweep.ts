// The backward walk over statements: each one hands the adjoints of its outs on to what it was computed from.

import { bug } from '../../base/bug.ts';
import { BlockBuilder, extent, int } from '../../ir/build.ts';
import type { AddStatement, Block, BuildStatement, IfStatement, Literal, Operand, OpStatement, Program, ReadStatement, RowStatement, Statement, Value } from '../../ir/types.ts'; // prettier-ignore
import { blocksOf, cloneBlock, freeValuesOfStatement, isEffect, mapBlocks, mapUses } from '../../ir/walk.ts';
import { ops } from '../../ops/index.ts';
import type { OpRecord } from '../../ops/types.ts';
import { activeValues, isActive } from '../activity.ts';
import { boundsOf, type Bounds } from '../bounds.ts';
import { certainRegions } from '../certain.ts';
import { isCostly } from '../cost.ts';
import { infiniteValues, isInfinite, overflows } from '../infinite.ts';
import { replacedConstants } from '../once.ts';
import { addDefinitions, definitionsOf, isSmooth, singularityOf } from '../regular.ts';
import { isConstantRule, isLiteral, isNumber, namesIn, product, ruleFor } from '../rule.ts';
import { reverseReduce } from './reduce.ts';
import { risksOf, unreached, type Risk } from './risk.ts';
import { reverseRule } from './rule.ts';
import { addWhole, elementOf, isView, nest, Scope, type Adjoint, type View } from './scope.ts';
import { isSequential, reverseBranches, reverseLoop, reverseSet } from './sequential.ts';

/** Values of a region and what takes their places in a copy of it. */
export type Bindings = readonly (readonly [Value, Operand])[];

export class Sweep {
  readonly #active: Set<number>;
  readonly definitions: Map<number, Statement>;
  readonly bounds: Bounds;
  /** What an update replaces where that is a constant, by the id of its out. */
  readonly replaced: Map<number, Literal>;
  readonly inputs: ReadonlySet<number>;
  readonly #risks: Map<number, Risk>;
  readonly #infinite: Set<number>;
  /** The scope in which each value is defined. */
  readonly owners = new Map<number, Scope>();
  /**
   * Arrays that were updated in place on the way forward, by id: the array that holds the same now. The sweep undoes
   * updates as it passes them, so that what it runs again finds what it found the first time.
   */
  readonly versions = new Map<number, Value>();

  constructor(program: Program, loss: Operand) {
    this.#active = activeValues(program);
    this.definitions = definitionsOf(program);
    this.bounds = boundsOf(program);
    this.replaced = replacedConstants(program);
    const certain = certainRegions(program, this.definitions);
    const facts = { definitions: this.definitions, certain, replaced: this.replaced };
    this.#infinite = infiniteValues(program, facts);
    // Without anything to guard against nobody asks for risks.
    const isRegular = this.#infinite.size === 0 && isSmooth(program, this.definitions);
    this.#risks = isRegular ? new Map() : risksOf(program, loss, facts);
    this.inputs = new Set(program.inputs.map(({ value }) => value.id));
  }

  /** Puts the primal statements of a block into a scope. */
  emit(scope: Scope, block: Block): void {
    for (const statement of block.statements) scope.builder.push(statement);
    this.own(scope, block);
  }

  /** The values that the statements of a block define belong to a scope. */
  own(scope: Scope, block: Block): void {
    for (const statement of block.statements)
      for (const out of statement.outs) this.owners.set(out.id, scope);
  }

  /** The adjoint statements of a block whose primal statements stand in `scope` and whose results are seeded. */
  block(scope: Scope, block: Block): void {
    for (let i = block.statements.length - 1; i >= 0; i--) {
      const statement = block.statements[i];
      if (statement !== undefined) this.#statement(scope, statement);
    }
  }

  /** Adds `adjoint` to what is known of the adjoint of `target`. */
  seed(scope: Scope, target: Operand, adjoint: Adjoint): void {
    if (!this.isActive(target)) return;
    const owner = this.ownerOf(target);
    if (isView(adjoint)) {
      if (owner === scope) scope.addArray(target, adjoint);
      else addWhole(scope.builder, owner.accumulator(target), adjoint);
    } else if (!isNumber(adjoint, 0)) {
      if (owner === scope) scope.addScalar(target, adjoint);
      else scope.builder.add(owner.accumulator(target), [], adjoint);
    }
  }

  isActive(operand: Operand): operand is Value {
    return isActive(operand, this.#active);
  }

  riskOf(value: Value): Risk {
    return this.#risks.get(value.id) ?? unreached;
  }

  /** Whether an adjoint of exactly zero may meet a partial made of such operands that is no finite number. */
  needsGuard(value: Value, operands: readonly Operand[]): boolean {
    const { unused, faded } = this.riskOf(value);
    if (!unused && !faded) return false;
    const infinite = operands.filter((operand) => isInfinite(operand, this.#infinite));
    // Of what is used, the loss is NaN where this is: then only infinities matter.
    return unused ? infinite.length > 0 : faded && infinite.some((operand) => !this.#isBounded(operand));
  }

  #isBounded(operand: Operand): boolean {
    const statement = operand.kind === 'value' ? this.definitions.get(operand.id) : undefined;
    return statement?.kind === 'op' && (ops[statement.op] as OpRecord).range === 'bounded';
  }

  ownerOf(value: Value): Scope {
    return this.owners.get(value.id) ?? bug(`%${value.id} has no scope`);
  }

  /** The finished adjoint of a value of this scope; undefined when nothing reached it. */
  adjointOf(scope: Scope, value: Value): Adjoint | undefined {
    if (value.type.scalar !== 'real' || !this.isActive(value)) return undefined;
    return value.type.dims.length === 0 ? scope.scalarAdjoint(value) : scope.arrayAdjoint(value);
  }

  /** The array that holds what `array` held when the statement that the sweep is at ran. */
  current(array: Value): Value {
    return this.versions.get(array.id) ?? array;
  }

  #statement(scope: Scope, statement: Statement): void {
    switch (statement.kind) {
      case 'open':
        return;
      case 'add':
        return this.#add(scope, statement);
      case 'set':
        return reverseSet(this, scope, statement);
      case 'loop':
        return reverseLoop(this, scope, statement);
      case 'for': {
        if (!this.hasActiveAdds(statement)) return;
        const { from, to, index, body } = statement;
        scope.builder.forEach({ from, to, name: index.name }, (inner, i) =>
          this.again(inner, body, [[index, i]], []),
        );
        return;
      }
      case 'if':
        if (isSequential(statement)) return reverseBranches(this, scope, statement);
        break;
      default:
    }
    const adjoints = statement.outs.map((out) => this.adjointOf(scope, out));
    const reached = adjoints.some((adjoint) => adjoint !== undefined);
    if (!reached && !(statement.kind === 'if' && this.hasActiveAdds(statement))) return;
    const [adjoint] = adjoints;
    switch (statement.kind) {
      case 'op':
        if (adjoint !== undefined && !isView(adjoint)) this.#op(scope, statement, adjoint);
        return;
      case 'read':
        if (adjoint !== undefined && !isView(adjoint)) this.#read(scope, statement, adjoint);
        return;
      case 'row':
        if (adjoint !== undefined && isView(adjoint)) this.#row(scope, statement, adjoint);
        return;
      case 'list':
        statement.elements.forEach((element, k) => {
          if (this.isActive(element)) this.seed(scope, element, elementOf(scope.builder, adjoint, [int(k)]));
        });
        return;
      case 'build':
        return this.#build(scope, statement, adjoints);
      case 'if':
        return this.#branches(scope, statement, adjoints);
      case 'freeze':
        // From here on the adds into this accumulator find its adjoint under the accumulator's own id.
        if (adjoint === undefined) return;
        if (isView(adjoint)) scope.views.set(statement.accumulator.id, adjoint);
        else scope.scalars.set(statement.accumulator.id, adjoint);
        return;
      case 'rule':
        return reverseRule(this, scope, statement, adjoints);
      case 'reduce':
        return reverseReduce(this, scope, statement, adjoint, adjoints);
    }
  }

  #op(scope: Scope, statement: OpStatement, adjoint: Operand): void {
    const { op, args } = statement;
    const record: OpRecord = ops[op];
    const names = Object.keys(record.args);
    const known = new Map<string, Operand>(
      names.map((name, i) => [name, args[i] ?? bug(`${op} lacks ${name}`)]),
    );
    known.set('out', statement.outs[0]);
    const singular = singularityOf(op, args, this.definitions);
    const risk = this.riskOf(statement.outs[0]);
    const nonzero = isLiteral(adjoint) && adjoint.value !== 0;
    names.forEach((name, i) => {
      const arg = args[i];
      if (arg === undefined || !this.isActive(arg)) return;
      const rule = ruleFor(op, name);
      if (rule === undefined) return;
      const madeOf = overflows(op) ? ['out'] : namesIn(rule);
      const meets =
        singular === 'finite' ||
        (singular === 'infinite' && (risk.zero || risk.unused)) ||
        this.needsGuard(statement.outs[0], madeOf.flatMap((each) => known.get(each) ?? [])); // prettier-ignore
      const guarded = !isConstantRule(rule) && ((!nonzero && meets) || risk.wild);
      this.seed(scope, arg, product(scope.builder, adjoint, rule, known, guarded));
    });
  }

  #read(scope: Scope, statement: ReadStatement, adjoint: Operand): void {
    const { array, indices, inRange } = statement;
    if (isNumber(adjoint, 0)) return;
    scope.builder.add(this.ownerOf(array).accumulator(array), indices, adjoint, inRange);
  }

  #row(scope: Scope, statement: RowStatement, adjoint: View): void {
    const { array, indices } = statement;
    addWhole(scope.builder, this.ownerOf(array).accumulator(array), adjoint, indices);
  }

  #add(scope: Scope, statement: AddStatement): void {
    const { accumulator, value, indices } = statement;
    if (!this.isActive(value)) return;
    const owner = this.ownerOf(accumulator);
    const adjoint = owner.scalars.get(accumulator.id) ?? owner.views.get(accumulator.id);
    if (adjoint === undefined) return;
    const element = isView(adjoint) ? elementOf(scope.builder, adjoint, indices) : adjoint;
    this.seed(scope, value, element);
  }

  #build(scope: Scope, statement: BuildStatement, adjoints: readonly (Adjoint | undefined)[]): void {
    const { axes: before, outs, body } = statement;
    const extents = outs[0]?.type.dims.slice(0, before.length).map((dim) => extent(dim)) ?? [];
    nest(scope.builder, before, extents, (inner, axes) => {
      const seeds = adjoints.map((view) => (view === undefined ? undefined : elementOf(inner, view, axes)));
      const copy = this.fresh(inner, body, before.map((axis, k) => [axis, axes[k] ?? axis])); // prettier-ignore
      // An element that was costly to compute is read back from the array rather than computed again.
      for (const primal of withoutOuterAdds(copy.statements)) {
        const arrays = isCostly(primal) ? primal.outs.map((out) => outs[copy.results.indexOf(out)]) : [];
        if (arrays.length === 0 || arrays.includes(undefined)) inner.push(this.reading(primal));
        else primal.outs.forEach((out, k) => inner.push(this.#readingBack(out, arrays[k], axes)));
      }
      this.reverseCopy(inner, copy, seeds);
    });
  }

  /** An element, or a row, of what an array holds now. */
  #readingBack(out: Value, array: Value | undefined, indices: readonly Value[]): Statement {
    const from = this.current(array ?? bug('an array to read back from is missing'));
    return out.type.dims.length === 0
      ? { kind: 'read', outs: [out], array: from, indices, inRange: true }
      : { kind: 'row', outs: [out], array: from, indices };
  }

  #branches(scope: Scope, statement: IfStatement, adjoints: readonly (Adjoint | undefined)[]): void {
    scope.builder.branch(
      statement.condition,
      (inner) => (this.again(inner, statement.then, [], adjoints), []),
      (inner) => (this.again(inner, statement.otherwise, [], adjoints), []),
    );
  }

  // ---- regions

  /** Runs a region again in `b`: its primal statements as fresh copies, then its adjoint. */
  again(b: BlockBuilder, block: Block, bindings: Bindings, seeds: readonly (Adjoint | undefined)[]): void {
    this.reverseCopy(b, this.copy(b, block, bindings), seeds);
  }

  /** The adjoint of a copy whose primal statements stand in `b`. */
  reverseCopy(b: BlockBuilder, copy: Block, seeds: readonly (Adjoint | undefined)[]): void {
    const scope: Scope = new Scope(b, {
      replace: (statement, by) => b.replace(statement, by.map((each) => this.reading(each, scope))), // prettier-ignore
    });
    this.own(scope, copy);
    copy.results.forEach((result, i) => {
      const seed = seeds[i];
      if (seed !== undefined) this.seed(scope, result, seed);
    });
    this.block(scope, copy);
  }

  /** A copy of a region with fresh values, its index values replaced, pushed into `b`. */
  copy(b: BlockBuilder, block: Block, bindings: Bindings): Block {
    const copy = this.fresh(b, block, bindings);
    for (const statement of withoutOuterAdds(copy.statements)) b.push(this.reading(statement));
    return copy;
  }

  /**
   * The statement as it runs again now: where it reads arrays of other scopes than `scope` that were updated in place
   * since, it reads what holds the same.
   */
  reading(statement: Statement, scope?: Scope): Statement {
    const isStale = (value: Value): boolean =>
      this.versions.has(value.id) && (scope === undefined || this.owners.get(value.id) !== scope);
    if (![...freeValuesOfStatement(statement).values()].some(isStale)) return statement;
    return mapUses(statement, (operand) =>
      operand.kind === 'value' && isStale(operand) ? this.current(operand) : operand,
    );
  }

  /** A copy of a region, not pushed. */
  fresh(b: BlockBuilder, block: Block, bindings: Bindings): Block {
    const substitution = new Map(bindings.map(([value, by]) => [value.id, by]));
    const copy = cloneBlock(block, substitution, (value) => b.fresh(value.type, value));
    for (const [id, operand] of copy.substitution) {
      if (operand.kind !== 'value') continue;
      if (this.#active.has(id)) this.#active.add(operand.id);
      if (this.bounds.has(id)) this.bounds.set(operand.id, this.bounds.get(id));
      const risk = this.#risks.get(id);
      if (risk !== undefined) this.#risks.set(operand.id, risk);
      if (this.#infinite.has(id)) this.#infinite.add(operand.id);
      const replaced = this.replaced.get(id);
      if (replaced !== undefined) this.replaced.set(operand.id, replaced);
    }
    addDefinitions(copy.block, this.definitions);
    return copy.block;
  }

  /** Whether a statement adds active values to an accumulator, at any depth. */
  hasActiveAdds(statement: Statement): boolean {
    if (statement.kind === 'add') return this.isActive(statement.value);
    return blocksOf(statement).some((block) => block.statements.some((inner) => this.hasActiveAdds(inner)));
  }
}

/** What a region computes, run again, without what it adds to accumulators of the blocks around it. */
function withoutOuterAdds(
  statements: readonly Statement[],
  opened = new Set<number>(),
): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    if (statement.kind === 'open') opened.add(statement.outs[0].id);
    if (statement.kind === 'add') return opened.has(statement.accumulator.id) ? [statement] : [];
    if (blocksOf(statement).length === 0 || !isEffect(statement)) return [statement];
    return [
      mapBlocks(statement, (block) => ({ ...block, statements: withoutOuterAdds(block.statements, opened) })),
    ];
  });
}
