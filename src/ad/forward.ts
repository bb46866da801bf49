// Forward mode: the same program with a tangent beside every value that depends on a parameter. It works on every
// program, so on what reverse mode made as well: the Hessian-vector product is forward over reverse.

import { bug } from '../base/bug.ts';
import { BlockBuilder, int, real, zeros } from '../ir/build.ts';
import type { Block, Input, LoopStatement, Operand, OpStatement, Output, Program, ReduceStatement, RuleStatement, Statement, Value } from '../ir/types.ts'; // prettier-ignore
import { cloneBlock } from '../ir/walk.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';
import { activeValues, isActive } from './activity.ts';
import { certainRegions } from './certain.ts';
import { infiniteValues, isInfinite, overflows } from './infinite.ts';
import { addDefinitions, definitionsOf, singularityOf } from './regular.ts';
import { isConstantRule, isLiteral, isNumber, product, ruleFor, times } from './rule.ts';

/**
 * The derivative along one direction in parameter space, which becomes a new input for each parameter. Yields the
 * tangent of the loss, and for each gradient output (if the program has any) its tangent: the Hessian times the
 * direction.
 */
export function forward(program: Program): Program {
  const builder = new BlockBuilder(program.nextId);
  const pass = new Pass(program);
  const directions: Input[] = [];
  for (const input of program.inputs) {
    if (input.role !== 'param') continue;
    const value = builder.fresh(input.value.type, { name: `${input.name}Tangent` });
    pass.tangents.set(input.value.id, { value, risk: steady });
    directions.push({ role: 'direction', name: input.name, value });
  }
  pass.block(builder, program.body);
  const results: Operand[] = [];
  const outputs: Output[] = [];
  program.outputs.forEach((output, i) => {
    const primal = program.body.results[i] ?? bug(`output ${output.name} has no value`);
    if (output.role === 'loss') outputs.push({ role: 'tangent', name: output.name });
    else if (output.role === 'gradient') outputs.push({ role: 'hvp', name: output.name });
    else return;
    results.push(pass.tangentOf(builder, primal));
  });
  return {
    ...program,
    inputs: [...program.inputs, ...directions],
    body: builder.block(results),
    outputs,
    nextId: builder.nextId,
  };
}

/**
 * What may be wrong with a tangent at a singular point: it came through a partial that is infinite where the value is
 * finite (`wild`), or through one that is infinite where the value is too (`lost`).
 */
interface Risk {
  readonly wild: boolean;
  readonly lost: boolean;
}
const steady: Risk = { wild: false, lost: false };
const join = (a: Risk, b: Risk): Risk => ({ wild: a.wild || b.wild, lost: a.lost || b.lost });
const isSameRisk = (a: Risk, b: Risk): boolean => a.wild === b.wild && a.lost === b.lost;

interface Tangent {
  readonly value: Operand;
  readonly risk: Risk;
}

class Pass {
  readonly #active: Set<number>;
  readonly #definitions: Map<number, Statement>;
  readonly #infinite: ReadonlySet<number>;
  /** Tangents by the id of the primal value; those of accumulators are accumulators. */
  readonly tangents = new Map<number, Tangent>();

  constructor(program: Program) {
    this.#active = activeValues(program);
    this.#definitions = definitionsOf(program);
    const certain = certainRegions(program, this.#definitions);
    this.#infinite = infiniteValues(program, { definitions: this.#definitions, certain });
  }

  block(b: BlockBuilder, block: Block): void {
    for (const statement of block.statements) this.#statement(b, statement);
  }

  /** The tangent as an operand; zeros for what no parameter reaches. */
  tangentOf(b: BlockBuilder, primal: Operand): Operand {
    return this.#find(primal)?.value ?? zeros(b, primal.type);
  }

  #find(primal: Operand): Tangent | undefined {
    return primal.kind === 'value' ? this.tangents.get(primal.id) : undefined;
  }

  #riskOf(primal: Operand | undefined): Risk {
    return (primal === undefined ? undefined : this.#find(primal))?.risk ?? steady;
  }

  #set(primal: Value | undefined, value: Operand | undefined, risk: Risk): void {
    if (primal !== undefined && value !== undefined) this.tangents.set(primal.id, { value, risk });
  }

  #statement(b: BlockBuilder, statement: Statement): void {
    switch (statement.kind) {
      case 'op':
        b.push(statement);
        this.#op(b, statement);
        return;
      case 'read': {
        b.push(statement);
        const array = this.#find(statement.array);
        if (array?.value.kind !== 'value') return;
        const { indices, inRange } = statement;
        this.#set(statement.outs[0], b.read(array.value, indices, { inRange }), array.risk);
        return;
      }
      case 'row': {
        b.push(statement);
        const array = this.#find(statement.array);
        if (array?.value.kind !== 'value') return;
        this.#set(statement.outs[0], b.row(array.value, statement.indices), array.risk);
        return;
      }
      case 'set': {
        b.push(statement);
        const [out] = statement.outs;
        if (!this.#moves(out)) return;
        const { array, indices, value, inRange } = statement;
        const tangents = this.tangentOf(b, array);
        if (tangents.kind !== 'value') return bug('the tangent of an array is no array');
        const changed = b.set(tangents, indices, this.tangentOf(b, value), {
          inRange,
          name: tangentName(out),
        });
        this.#set(out, changed, join(this.#riskOf(array), this.#riskOf(value)));
        return;
      }
      case 'rule':
        b.push(statement);
        if (statement.outs.some((out) => this.#moves(out))) this.#rule(b, statement);
        return;
      case 'loop':
        this.#loop(b, statement);
        return;
      case 'list': {
        b.push(statement);
        const tangents = statement.elements.map((element) => this.#find(element));
        if (tangents.every((tangent) => tangent === undefined)) return;
        const risk = tangents.reduce((all, tangent) => join(all, tangent?.risk ?? steady), steady);
        const values = statement.elements.map((element) => this.tangentOf(b, element));
        this.#set(statement.outs[0], b.list(values), risk);
        return;
      }
      case 'build': {
        const inner = b.nested();
        this.block(inner, statement.body);
        const { results } = statement.body;
        const moving = statement.outs
          .map((out, i) => [out, results[i]] as const)
          .filter(([out]) => this.#moves(out));
        const values = moving.map(([, result]) =>
          this.tangentOf(inner, result ?? bug('a build lacks a result')),
        );
        const outs = moving.map(([out]) => b.fresh(out.type, { name: tangentName(out) }));
        b.push({
          ...statement,
          outs: [...statement.outs, ...outs],
          body: inner.block([...results, ...values]),
        });
        moving.forEach(([out, result], i) => this.#set(out, outs[i], this.#riskOf(result)));
        return;
      }
      case 'if': {
        const then = b.nested();
        this.block(then, statement.then);
        const otherwise = b.nested();
        this.block(otherwise, statement.otherwise);
        const moving = statement.outs
          .map((out, i) => [out, statement.then.results[i], statement.otherwise.results[i]] as const)
          .filter(([out]) => this.#moves(out));
        const outs = moving.map(([out]) => b.fresh(out.type, { name: tangentName(out) }));
        const yields = (inner: BlockBuilder, block: Block, side: 1 | 2): Block =>
          inner.block([
            ...block.results,
            ...moving.map((row) => this.tangentOf(inner, row[side] ?? bug('a branch lacks a result'))),
          ]);
        b.push({
          ...statement,
          outs: [...statement.outs, ...outs],
          then: yields(then, statement.then, 1),
          otherwise: yields(otherwise, statement.otherwise, 2),
        });
        moving.forEach(([out, left, right], i) =>
          this.#set(out, outs[i], join(this.#riskOf(left), this.#riskOf(right))),
        );
        return;
      }
      case 'open': {
        b.push(statement);
        const [accumulator] = statement.outs;
        if (!this.#moves(accumulator)) return;
        const initial = statement.initial === undefined ? undefined : this.#find(statement.initial);
        const begun = initial === undefined ? {} : { initial: initial.value };
        const opened = b.open(accumulator.type, { name: tangentName(accumulator), ...begun });
        this.#set(accumulator, opened, initial?.risk ?? steady);
        return;
      }
      case 'add': {
        b.push(statement);
        const { accumulator, value, indices, inRange } = statement;
        const target = this.#find(accumulator);
        const tangent = this.#find(value);
        if (target?.value.kind !== 'value' || tangent === undefined) return;
        b.add(target.value, indices, tangent.value, inRange);
        this.#set(accumulator, target.value, join(target.risk, tangent.risk));
        return;
      }
      case 'freeze': {
        b.push(statement);
        const accumulator = this.#find(statement.accumulator);
        if (accumulator?.value.kind !== 'value') return;
        const frozen = b.freeze(accumulator.value, { name: tangentName(statement.outs[0]) });
        this.#set(statement.outs[0], frozen, accumulator.risk);
        return;
      }
      case 'for': {
        const inner = b.nested();
        this.block(inner, statement.body);
        b.push({ ...statement, body: inner.block() });
        return;
      }
      case 'reduce':
        this.#reduce(b, statement);
        return;
    }
  }

  #op(b: BlockBuilder, statement: OpStatement): void {
    const { op, args } = statement;
    const [out] = statement.outs;
    if (!this.#moves(out)) return;
    const record: OpRecord = ops[op];
    const names = Object.keys(record.args);
    const known = new Map<string, Operand>(
      names.map((name, i) => [name, args[i] ?? bug(`${op} lacks ${name}`)]),
    );
    known.set('out', out);
    const singular = singularityOf(op, args, this.#definitions);
    let total: Operand | undefined;
    const lost =
      singular === 'infinite' || overflows(op) || args.some((arg) => isInfinite(arg, this.#infinite));
    let risk: Risk = { wild: singular === 'finite', lost };
    names.forEach((name, i) => {
      const arg = args[i];
      const tangent = arg === undefined ? undefined : this.#find(arg);
      if (tangent === undefined) return;
      const rule = ruleFor(op, name);
      if (rule === undefined) return;
      risk = join(risk, tangent.risk);
      const nonzero = isLiteral(tangent.value) && tangent.value.value !== 0;
      const guarded =
        !isConstantRule(rule) &&
        ((singular === 'finite' && !nonzero) ||
          tangent.risk.wild ||
          (tangent.risk.lost && record.vanishes === true));
      const term = product(b, tangent.value, rule, known, guarded);
      if (isNumber(term, 0)) return;
      total = total === undefined ? term : b.op('add', [total, term]);
    });
    this.#set(out, total, risk);
  }

  /** Partials times tangents; where the rule is an adjoint, which says nothing forwards, the tangents of the body. */
  #rule(b: BlockBuilder, statement: RuleStatement): void {
    const { args, params, outs, results, body, derivative, form } = statement;
    const known = new Map<number, Operand>(
      params.map(({ id }, i) => [id, args[i] ?? bug('a lost argument')]),
    );
    const risk = args.map((arg) => this.#riskOf(arg)).reduce(join, steady);
    if (form === 'adjoint') {
      const copy = this.#copy(body, known, b);
      this.block(b, copy);
      outs.forEach((out, i) => {
        const result = copy.results[i];
        if (result !== undefined && this.#moves(out))
          this.#set(out, this.tangentOf(b, result), join(risk, this.#riskOf(result)));
      });
      return;
    }
    results.forEach(({ id }, i) => known.set(id, outs[i] ?? bug('a lost out')));
    const copy = this.#copy(derivative, known, b);
    for (const inner of copy.statements) b.push(inner);
    const reals = args.filter((_, i) => params[i]?.type.scalar === 'real');
    let total: Operand | undefined;
    reals.forEach((arg, i) => {
      const tangent = this.#find(arg);
      const partial = copy.results[i];
      if (tangent === undefined || partial === undefined) return;
      const term = b.op('chain', [tangent.value, partial]);
      total = total === undefined ? term : b.op('add', [total, term]);
    });
    this.#set(outs[0], total, { ...risk, wild: true });
  }

  /** Every active value that is carried, and every active history, gets one more for its tangent. */
  #loop(b: BlockBuilder, statement: LoopStatement): void {
    const { state, body, outs, condition } = statement;
    const movingState = state.flatMap(({ value }, k) => (this.#moves(value) ? [k] : []));
    const histories = body.results.map((_, k) => k).slice(state.length);
    const movingRows = histories.filter((k) => this.#moves(outs[k] ?? bug('a history without an out')));
    const tangents = movingState.map((k) => {
      const { value, initial } = state[k] ?? bug('a lost state');
      return {
        value: b.fresh(value.type, { name: tangentName(value) }),
        initial: this.tangentOf(b, initial),
      };
    });
    const result = (k: number): Operand => body.results[k] ?? bug('a loop lacks a result');
    const out = (k: number): Value => outs[k] ?? bug('a loop lacks an out');
    // The risks of an iteration are those of the next one, so they are looked for until they stay.
    let risks = movingState.map((k) => this.#riskOf(state[k]?.initial));
    for (;;) {
      const inner = b.nested();
      movingState.forEach((k, i) => this.#set(state[k]?.value, tangents[i]?.value, risks[i] ?? steady));
      this.block(inner, body);
      const next = movingState.map((k, i) => join(risks[i] ?? steady, this.#riskOf(result(k))));
      if (next.some((risk, i) => !isSameRisk(risk, risks[i] ?? steady))) {
        risks = next;
        continue;
      }
      const results = [
        ...body.results.slice(0, state.length),
        ...movingState.map((k) => this.tangentOf(inner, result(k))),
        ...histories.map(result),
        ...movingRows.map((k) => this.tangentOf(inner, result(k))),
      ];
      const fresh = (k: number): Value => b.fresh(out(k).type, { name: tangentName(out(k)) });
      const stateOuts = movingState.map(fresh);
      const rowOuts = movingRows.map(fresh);
      b.push({
        ...statement,
        outs: [
          ...outs.slice(0, state.length),
          ...stateOuts,
          ...histories.map(out),
          ...rowOuts,
          ...(condition === undefined ? [] : outs.slice(-1)),
        ],
        state: [...state, ...tangents],
        body: inner.block(results),
      });
      movingState.forEach((k, i) => this.#set(out(k), stateOuts[i], next[i] ?? steady));
      movingRows.forEach((k, i) => this.#set(out(k), rowOuts[i], this.#riskOf(result(k))));
      return;
    }
  }

  #reduce(b: BlockBuilder, statement: ReduceStatement): void {
    const { index, from, to, body, reducer } = statement;
    const range = { from, to, name: index.name };
    const [out, position] = statement.outs;
    if (reducer === 'sum') {
      const inner = b.nested();
      this.block(inner, body);
      const moving = statement.outs
        .map((sum, i) => [sum, body.results[i]] as const)
        .filter(([sum]) => this.#moves(sum));
      const values = moving.map(([, result]) => this.tangentOf(inner, result ?? bug('a sum lacks a result')));
      const outs = moving.map(([sum]) => b.fresh(sum.type, { name: tangentName(sum) }));
      b.push({
        ...statement,
        outs: [...statement.outs, ...outs],
        body: inner.block([...body.results, ...values]),
      });
      moving.forEach(([sum, result], i) => this.#set(sum, outs[i], this.#riskOf(result)));
      return;
    }
    b.push(statement);
    if (out === undefined || !this.#moves(out)) return;
    let risk = steady;
    /** Runs the body at one index and yields its value and its tangent there. */
    const at = (inner: BlockBuilder, by: Operand): { element: Operand; tangent: Operand } => {
      const copy = this.#copy(body, new Map([[index.id, by]]), inner);
      this.block(inner, copy);
      const element = copy.results[0] ?? bug('a reduction lacks a result');
      risk = join(risk, this.#riskOf(element));
      return { element, tangent: this.tangentOf(inner, element) };
    };
    switch (reducer) {
      case 'max':
      case 'min': {
        if (position === undefined) return bug(`${reducer} has no position`);
        const found = b.op('ige', [position, int(0)]);
        const [tangent] = b.branch(found, (inner) => [at(inner, position).tangent], () => [real(0)]); // prettier-ignore
        this.#set(out, tangent, risk);
        return;
      }
      case 'logSumExp': {
        const [tangent] = b.reduce('sum', range, (inner, i) => {
          const { element, tangent } = at(inner, i);
          const weight = inner.op('softmaxWeight', [element, out]);
          return inner.op('chain', [tangent, weight]);
        });
        this.#set(out, tangent, risk);
        return;
      }
      case 'prod': {
        const initial = [
          { value: real(1), name: out.name },
          { value: real(0), name: tangentName(out) },
        ];
        // The product rule, one factor after the other: no quotient, since factors may be zero.
        const [, tangent] = b.loop(range, initial, (inner, i, [before, change]) => {
          if (before === undefined || change === undefined) return bug('a loop without its state');
          const { element, tangent } = at(inner, i);
          const grown = risk.wild ? inner.op('chain', [tangent, before]) : times(inner, tangent, before);
          const scaled = inner.op(risk.wild ? 'chain' : 'mul', [change, element]);
          return [times(inner, before, element), inner.op('add', [scaled, grown])];
        });
        this.#set(out, tangent, risk);
        return;
      }
      case 'any':
      case 'all':
        return;
    }
  }

  /** A copy of a region with values of its own replaced; not pushed. */
  #copy(block: Block, substitution: ReadonlyMap<number, Operand>, b: BlockBuilder): Block {
    const copy = cloneBlock(block, substitution, (value) =>
      b.fresh(value.type, { name: value.name, span: value.span }),
    );
    for (const [id, operand] of copy.substitution) {
      if (this.#active.has(id) && operand.kind === 'value') this.#active.add(operand.id);
    }
    addDefinitions(copy.block, this.#definitions);
    return copy.block;
  }

  #moves(value: Value): boolean {
    return value.type.scalar === 'real' && isActive(value, this.#active);
  }
}

const tangentName = (value: Value): string | undefined =>
  value.name === undefined ? undefined : `${value.name}Tangent`;
