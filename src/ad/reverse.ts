// Reverse mode: from a program with a loss to the same program that also yields the gradient.
//
// Each region is differentiated where it stands: an iteration of a `build` or a `reduce` runs again, primal first and
// then its adjoint, so nothing needs a tape. What flows back to a value is a sum of contributions. In the block where a
// value is defined they add up as plain values; contributions from inside iterations, and all those to elements of
// arrays, go to an accumulator that is opened in the block of the value just before it is first needed and frozen where
// the sweep reaches the definition.

import { bug } from '../base/bug.ts';
import { bool, BlockBuilder, extent, int, real } from '../ir/build.ts';
import type { AddStatement, Block, Input, Operand, OpStatement, Output, Program, ReadStatement, Statement, Value } from '../ir/types.ts'; // prettier-ignore
import { blocksOf, cloneBlock, mapBlocks } from '../ir/walk.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { activeValues, isActive } from './activity.ts';
import { addDefinitions, definitionsOf, singularityOf } from './regular.ts';
import { isCostly } from './cost.ts';
import { isConstantRule, isLiteral, isNumber, product, ruleFor, times } from './rule.ts';

/** Adds the gradient of the loss with respect to every parameter; other outputs are dropped. */
export function reverse(program: Program): Program {
  const lossAt = program.outputs.findIndex((output) => output.role === 'loss');
  const loss = program.body.results[lossAt];
  const lossOutput = program.outputs[lossAt];
  if (loss === undefined || lossOutput === undefined)
    return bug(`model ${program.name} has no loss to differentiate`);

  const builder = new BlockBuilder(program.nextId);
  const sweep = new Sweep(activeValues(program), definitionsOf(program));
  const top = new Scope(builder);
  for (const input of program.inputs) sweep.owners.set(input.value.id, top);
  sweep.emit(top, program.body);
  sweep.seed(top, loss, real(1), steady);
  sweep.block(top, program.body);

  const params = program.inputs.filter((input) => input.role === 'param');
  const gradients = params.map((param) => sweep.gradientOf(top, param));
  const outputs: Output[] = params.map((param) => ({ role: 'gradient', name: param.name }));
  return {
    ...program,
    body: builder.block([loss, ...gradients]),
    outputs: [lossOutput, ...outputs],
    nextId: builder.nextId,
  };
}

/** The adjoint of an array that is (a slice of) another array: `array[...prefix, ...]`. */
interface View {
  readonly array: Value;
  readonly prefix: readonly Operand[];
}

/**
 * What may be wrong with an adjoint at a point where a partial is singular. `zero`: it may be exactly zero although the
 * value is infinite (the value passed through exp, tanh, max, …). `wild`: it may itself be infinite although the value
 * is finite (the value went into a square root).
 */
interface Risk {
  readonly zero: boolean;
  readonly wild: boolean;
}
const steady: Risk = { zero: false, wild: false };

/** A block of the result under construction, with the adjoints of the values defined in it. */
class Scope {
  readonly builder: BlockBuilder;
  /** Adjoints of scalars, summed as values. */
  readonly scalars = new Map<number, Operand>();
  /** Adjoints of arrays that have a single contribution, which is an array. */
  readonly views = new Map<number, View>();
  readonly accumulators = new Map<number, Value>();

  constructor(builder: BlockBuilder) {
    this.builder = builder;
  }
}

class Sweep {
  readonly #active: Set<number>;
  readonly #definitions: Map<number, Statement>;
  readonly #risks = new Map<number, Risk>();
  /** The scope in which each value is defined. */
  readonly owners = new Map<number, Scope>();

  constructor(active: Set<number>, definitions: Map<number, Statement>) {
    this.#active = active;
    this.#definitions = definitions;
  }

  /** Puts the primal statements of a block into a scope. */
  emit(scope: Scope, block: Block): void {
    for (const statement of block.statements) {
      scope.builder.push(statement);
      for (const out of statement.outs) this.owners.set(out.id, scope);
    }
  }

  /** The adjoint statements of a block whose primal statements stand in `scope` and whose results are seeded. */
  block(scope: Scope, block: Block): void {
    for (let i = block.statements.length - 1; i >= 0; i--) {
      const statement = block.statements[i];
      if (statement !== undefined) this.#statement(scope, statement);
    }
  }

  /** Adds `adjoint`, a scalar or a view, to what is known of the adjoint of `target`. */
  seed(scope: Scope, target: Operand, adjoint: Operand | View, risk: Risk): void {
    if (!isActive(target, this.#active)) return;
    this.#note(target, risk);
    if ('kind' in adjoint) this.#addScalar(scope, target, adjoint);
    else this.#addArray(scope, target, adjoint);
  }

  gradientOf(top: Scope, param: Input): Operand {
    if (param.value.type.dims.length === 0) return this.#scalarAdjoint(top, param.value) ?? real(0);
    const view = this.#arrayAdjoint(top, param.value, param.name);
    if (view !== undefined && view.prefix.length === 0) return view.array;
    if (view !== undefined) return bug('the gradient of a parameter is a slice');
    return top.builder.freeze(top.builder.open(param.value.type));
  }

  // ---- contributions

  #note(target: Value, risk: Risk): void {
    const before = this.#risks.get(target.id) ?? steady;
    this.#risks.set(target.id, { zero: before.zero || risk.zero, wild: before.wild || risk.wild });
  }

  #riskOf(value: Value): Risk {
    return this.#risks.get(value.id) ?? steady;
  }

  #ownerOf(value: Value): Scope {
    return this.owners.get(value.id) ?? bug(`%${value.id} has no scope`);
  }

  /** The accumulator of a value, opened in the value's own block if there is none yet. */
  #accumulator(target: Value): Value {
    const owner = this.#ownerOf(target);
    let accumulator = owner.accumulators.get(target.id);
    if (accumulator === undefined) {
      accumulator = owner.builder.open(target.type, { name: target.name });
      owner.accumulators.set(target.id, accumulator);
    }
    return accumulator;
  }

  #addScalar(scope: Scope, target: Value, adjoint: Operand): void {
    if (isNumber(adjoint, 0)) return;
    if (this.#ownerOf(target) !== scope) {
      scope.builder.add(this.#accumulator(target), [], adjoint);
      return;
    }
    const before = scope.scalars.get(target.id);
    scope.scalars.set(target.id, before === undefined ? adjoint : sum(scope.builder, before, adjoint));
  }

  #addArray(scope: Scope, target: Value, view: View): void {
    const owner = this.#ownerOf(target);
    const first = owner.accumulators.get(target.id) === undefined && !owner.views.has(target.id);
    if (owner === scope && first) {
      scope.views.set(target.id, view);
      return;
    }
    const accumulator = this.#accumulator(target);
    const before = owner === scope ? scope.views.get(target.id) : undefined;
    if (before !== undefined) {
      scope.views.delete(target.id);
      addWhole(scope.builder, accumulator, before);
    }
    addWhole(scope.builder, accumulator, view);
  }

  #addElement(
    scope: Scope,
    target: Value,
    indices: readonly Operand[],
    adjoint: Operand,
    inRange: boolean,
  ): void {
    if (isNumber(adjoint, 0)) return;
    scope.builder.add(this.#accumulator(target), indices, adjoint, inRange);
  }

  /** The finished adjoint of a scalar defined in this scope; undefined when nothing reached it. */
  #scalarAdjoint(scope: Scope, value: Value): Operand | undefined {
    const direct = scope.scalars.get(value.id);
    const accumulator = scope.accumulators.get(value.id);
    if (accumulator === undefined) return direct;
    const collected = scope.builder.freeze(accumulator);
    return direct === undefined ? collected : sum(scope.builder, collected, direct);
  }

  #arrayAdjoint(scope: Scope, value: Value, name = value.name): View | undefined {
    const view = scope.views.get(value.id);
    const accumulator = scope.accumulators.get(value.id);
    if (accumulator === undefined) return view;
    if (view !== undefined) addWhole(scope.builder, accumulator, view);
    return { array: scope.builder.freeze(accumulator, { name }), prefix: [] };
  }

  #adjointOf(scope: Scope, value: Value): Operand | View | undefined {
    if (value.type.scalar !== 'real' || !this.#active.has(value.id)) return undefined;
    return value.type.dims.length === 0
      ? this.#scalarAdjoint(scope, value)
      : this.#arrayAdjoint(scope, value);
  }

  // ---- statements

  #statement(scope: Scope, statement: Statement): void {
    switch (statement.kind) {
      case 'open':
        return;
      case 'add':
        this.#add(scope, statement);
        return;
      case 'for': {
        if (!this.#hasActiveAdds(statement)) return;
        scope.builder.forEach(
          { from: statement.from, to: statement.to, name: statement.index.name },
          (inner, index) => {
            this.#again(inner, statement.body, [[statement.index, index]], []);
          },
        );
        return;
      }
      default:
    }
    const adjoints = statement.outs.map((out) => this.#adjointOf(scope, out));
    const reached = adjoints.some((adjoint) => adjoint !== undefined);
    if (!reached && !(statement.kind === 'if' && this.#hasActiveAdds(statement))) return;
    const risk = statement.outs.reduce((all, out) => join(all, this.#riskOf(out)), steady);
    const [adjoint] = adjoints;
    const b = scope.builder;
    switch (statement.kind) {
      case 'op':
        if (adjoint !== undefined && 'kind' in adjoint) this.#op(scope, statement, adjoint, risk);
        return;
      case 'read':
        if (adjoint !== undefined && 'kind' in adjoint) this.#read(scope, statement, adjoint, risk);
        return;
      case 'list':
        statement.elements.forEach((element, k) => {
          if (isActive(element, this.#active))
            this.seed(scope, element, elementOf(b, adjoint, [int(k)]), risk);
        });
        return;
      case 'build':
        nest(
          b,
          statement.axes,
          statement.outs[0]?.type.dims.map((dim) => extent(dim)) ?? [],
          (inner, axes) => {
            const seeds = adjoints.map((view) =>
              view === undefined ? undefined : elementOf(inner, view, axes),
            );
            const copy = this.#fresh(
              inner,
              statement.body,
              statement.axes.map((axis, k) => [axis, axes[k] ?? axis]),
            );
            // An element that was costly to compute is read back from the array rather than computed again.
            for (const primal of withoutOuterAdds(copy.statements)) {
              const which = isCostly(primal) ? copy.results.indexOf(primal.outs[0] ?? int(0)) : -1;
              const array = statement.outs[which];
              const [element] = primal.outs;
              if (array === undefined || element === undefined) inner.push(primal);
              else inner.push({ kind: 'read', outs: [element], array, indices: axes, inRange: true });
            }
            this.#reverseCopy(inner, copy, seeds, risk);
          },
        );
        return;
      case 'if':
        b.branch(
          statement.condition,
          (inner) => (this.#again(inner, statement.then, [], adjoints, risk), []),
          (inner) => (this.#again(inner, statement.otherwise, [], adjoints, risk), []),
        );
        return;
      case 'freeze':
        // From here on the adds into this accumulator find its adjoint under the accumulator's own id.
        if (adjoint === undefined) return;
        this.#note(statement.accumulator, risk);
        if ('kind' in adjoint) scope.scalars.set(statement.accumulator.id, adjoint);
        else scope.views.set(statement.accumulator.id, adjoint);
        return;
      case 'reduce':
        this.#reduce(scope, statement, adjoints, risk);
        return;
    }
  }

  #op(scope: Scope, statement: OpStatement, adjoint: Operand, risk: Risk): void {
    const { op, args } = statement;
    const record: OpRecord = ops[op];
    const names = Object.keys(record.args);
    const known = new Map<string, Operand>(
      names.map((name, i) => [name, args[i] ?? bug(`${op} lacks ${name}`)]),
    );
    known.set('out', statement.outs[0]);
    const singular = singularityOf(op, args, this.#definitions);
    const nonzero = isLiteral(adjoint) && adjoint.value !== 0;
    names.forEach((name, i) => {
      const arg = args[i];
      if (arg === undefined || !isActive(arg, this.#active)) return;
      const rule = ruleFor(op, name);
      if (rule === undefined) return;
      const guarded =
        !isConstantRule(rule) &&
        ((!nonzero && (singular === 'finite' || (singular === 'infinite' && risk.zero))) || risk.wild);
      const contribution = product(scope.builder, adjoint, rule, known, guarded);
      const passed = {
        zero: risk.zero || record.vanishes === true,
        wild: risk.wild || singular === 'finite',
      };
      this.seed(scope, arg, contribution, passed);
    });
  }

  #read(scope: Scope, statement: ReadStatement, adjoint: Operand, risk: Risk): void {
    this.#note(statement.array, risk);
    this.#addElement(scope, statement.array, statement.indices, adjoint, statement.inRange);
  }

  #add(scope: Scope, statement: AddStatement): void {
    const { accumulator, value, indices } = statement;
    if (!isActive(value, this.#active)) return;
    const owner = this.#ownerOf(accumulator);
    const adjoint = owner.scalars.get(accumulator.id) ?? owner.views.get(accumulator.id);
    if (adjoint === undefined) return;
    this.seed(
      scope,
      value,
      'kind' in adjoint ? adjoint : elementOf(scope.builder, adjoint, indices),
      this.#riskOf(accumulator),
    );
  }

  #reduce(
    scope: Scope,
    statement: Statement & { readonly kind: 'reduce' },
    adjoints: readonly (Operand | View | undefined)[],
    risk: Risk,
  ): void {
    const { index, from, to, body, reducer } = statement;
    const range = { from, to, name: index.name };
    const b = scope.builder;
    const [out, position] = statement.outs;
    const [adjoint] = adjoints;
    const scalar = (): Operand =>
      adjoint !== undefined && 'kind' in adjoint
        ? adjoint
        : bug(`the adjoint of a ${reducer} is not a scalar`);
    switch (reducer) {
      case 'sum':
        b.forEach(range, (inner, i) => this.#again(inner, body, [[index, i]], adjoints, risk));
        return;
      case 'prod':
        b.forEach(range, (inner, i) => {
          // The product of all the others, not out / element: elements may be zero.
          const others = inner.reduce('prod', range, (factor, j) => {
            const isSame = factor.op('ieq', [i, j]);
            const [result] = factor.branch(
              isSame,
              () => [real(1)],
              (other) => this.#copy(other, body, [[index, j]]).results,
            );
            return result ?? bug('a branch without a result');
          });
          const factor = others[0] ?? bug('a product without a value');
          const seed = risk.wild ? inner.op('chain', [scalar(), factor]) : times(inner, scalar(), factor);
          this.#again(inner, body, [[index, i]], [seed], risk);
        });
        return;
      case 'max':
      case 'min': {
        if (position === undefined) return bug(`${reducer} has no position`);
        const found = b.op('ige', [position, int(0)]);
        b.branch(
          found,
          (inner) => (this.#again(inner, body, [[index, position]], [scalar()], risk), []),
          () => [],
        );
        return;
      }
      case 'logSumExp':
        b.forEach(range, (inner, i) => {
          const copy = this.#copy(inner, body, [[index, i]]);
          const [element] = copy.results;
          if (element === undefined || out === undefined) return bug('logSumExp without an element');
          const weight = inner.op('softmaxWeight', [element, out]);
          // An element of -Infinity has weight zero, so what made it infinite may meet an adjoint of zero.
          this.#reverseCopy(inner, copy, [times(inner, scalar(), weight)], { ...risk, zero: true });
        });
        return;
      case 'any':
      case 'all':
        return;
    }
  }

  // ---- regions

  /** Runs a region again in `b`: its primal statements as fresh copies, then its adjoint. */
  #again(
    b: BlockBuilder,
    block: Block,
    bindings: readonly (readonly [Value, Operand])[],
    seeds: readonly (Operand | View | undefined)[],
    risk: Risk = steady,
  ): void {
    this.#reverseCopy(b, this.#copy(b, block, bindings), seeds, risk);
  }

  #reverseCopy(
    b: BlockBuilder,
    copy: Block,
    seeds: readonly (Operand | View | undefined)[],
    risk: Risk,
  ): void {
    const scope = new Scope(b);
    for (const statement of copy.statements) for (const out of statement.outs) this.owners.set(out.id, scope);
    copy.results.forEach((result, i) => {
      const seed = seeds[i];
      if (seed !== undefined) this.seed(scope, result, seed, risk);
    });
    this.block(scope, copy);
  }

  /** A copy of a region with fresh values, its index values replaced, pushed into `b`. */
  #copy(b: BlockBuilder, block: Block, bindings: readonly (readonly [Value, Operand])[]): Block {
    const copy = this.#fresh(b, block, bindings);
    for (const statement of withoutOuterAdds(copy.statements)) b.push(statement);
    return copy;
  }

  /** The same, not pushed. */
  #fresh(b: BlockBuilder, block: Block, bindings: readonly (readonly [Value, Operand])[]): Block {
    const copy = cloneBlock(block, new Map(bindings.map(([value, by]) => [value.id, by])), (value) =>
      b.fresh(value.type, value),
    );
    for (const [id, operand] of copy.substitution) {
      if (this.#active.has(id) && operand.kind === 'value') this.#active.add(operand.id);
    }
    addDefinitions(copy.block, this.#definitions);
    return copy.block;
  }

  /** Whether a statement adds active values to an accumulator, at any depth. */
  #hasActiveAdds(statement: Statement): boolean {
    if (statement.kind === 'add') return isActive(statement.value, this.#active);
    return blocksOf(statement).some((block) => block.statements.some((inner) => this.#hasActiveAdds(inner)));
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
    if (blocksOf(statement).length === 0) return [statement];
    return [
      mapBlocks(statement, (block) => ({ ...block, statements: withoutOuterAdds(block.statements, opened) })),
    ];
  });
}

const join = (a: Risk, b: Risk): Risk => ({ zero: a.zero || b.zero, wild: a.wild || b.wild });

function sum(b: BlockBuilder, left: Operand, right: Operand): Operand {
  if (isLiteral(left) && isLiteral(right)) return real(Number(left.value) + Number(right.value));
  return b.op('add', [left, right]);
}

/** The element of an adjoint array at these indices: a scalar, or a view when indices are left over. */
function elementOf(
  b: BlockBuilder,
  adjoint: Operand | View | undefined,
  indices: readonly Operand[],
): Operand | View {
  if (adjoint === undefined || 'kind' in adjoint) return bug('an array has a scalar adjoint');
  const all = [...adjoint.prefix, ...indices];
  return all.length === adjoint.array.type.dims.length
    ? b.read(adjoint.array, all)
    : { array: adjoint.array, prefix: all };
}

function addWhole(b: BlockBuilder, accumulator: Value, view: View): void {
  const extents = accumulator.type.dims.map((dim) => extent(dim));
  nest(
    b,
    accumulator.type.dims.map(() => undefined),
    extents,
    (inner, axes) => {
      const element = elementOf(inner, view, axes);
      if ('kind' in element) inner.add(accumulator, axes, element);
    },
  );
}

/** Nested loops over extents; the axes lend their names. */
function nest(
  b: BlockBuilder,
  axes: readonly (Value | undefined)[],
  extents: readonly Operand[],
  body: (inner: BlockBuilder, indices: readonly Value[]) => void,
  indices: readonly Value[] = [],
): void {
  if (indices.length === axes.length) {
    body(b, indices);
    return;
  }
  const depth = indices.length;
  b.forEach({ from: int(0), to: extents[depth] ?? bool(false), name: axes[depth]?.name }, (inner, index) =>
    nest(inner, axes, extents, body, [...indices, index]),
  );
}
