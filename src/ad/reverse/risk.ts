// What may be wrong with the adjoint of a value at a point where a partial is infinite: found before the sweep, by a walk
// over the program from its loss backwards.
//
// An adjoint is exactly zero where nothing uses the value: in the arm of a branch that is not taken, in a loop that does
// not run, in an element of an array that nobody reads. So the walk collects which elements of a value are used, and when.

import type { Block, LoopStatement, Operand, OpStatement, Program, ReduceStatement, Statement, Value } from '../../ir/types.ts'; // prettier-ignore
import { ops } from '../../ops/index.ts';
import type { OpRecord } from '../../ops/types.ts';
import type { Facts } from '../infinite.ts';
import { singularityOf } from '../regular.ts';
import { isChoice, ruleFor } from '../rule.ts';
import { at, coverAll, inArm, keyOf, markedIn, outsideOf, rangeOf, whole, type Place, type Ranges, type Use } from './uses.ts'; // prettier-ignore

/**
 * `faded`: the adjoint may be exactly zero although the value is infinite (it passed through exp, tanh, …). `zero`: so it may
 * be, or the value is of no weight in a logSumExp. `unused`: it may be exactly zero because nothing uses the value, or an
 * element of it. `wild`: it may itself be infinite although the value is finite (the value went into a square root).
 */
export interface Risk {
  readonly faded: boolean;
  readonly zero: boolean;
  readonly unused: boolean;
  readonly wild: boolean;
}

/** Of what nothing is known, since nothing reaches it. */
export const unreached: Risk = { faded: false, zero: false, unused: true, wild: false };

export interface RiskFacts extends Facts {
  /** Updates that replace nothing but constants, by the ids of their outs. */
  readonly replaced: ReadonlyMap<number, unknown>;
}

/** The risks of all values that statements define, by id. */
export function risksOf({ body }: Program, loss: Operand, facts: RiskFacts): Map<number, Risk> {
  const top = new Region(facts, new Map());
  top.use(loss, { faded: false, zero: false, wild: false }, loss.kind === 'value' ? [whole(loss)] : []);
  top.walk(body);
  return top.risks;
}

interface Used {
  readonly value: Value;
  faded: boolean;
  zero: boolean;
  wild: boolean;
  /** By their keys. */
  readonly uses: Map<string, Use>;
}

/** What the statements of one region use, of its own values and of those around it. */
class Region {
  readonly #used = new Map<number, Used>();
  readonly #facts: RiskFacts;
  readonly #around: Region | undefined;
  readonly #terms: readonly Operand[];
  readonly risks: Map<number, Risk>;

  constructor(facts: RiskFacts, risks: Map<number, Risk>, around?: Region, terms: readonly Operand[] = []) {
    this.#facts = facts;
    this.risks = risks;
    this.#around = around;
    this.#terms = terms;
  }

  /** A region inside of this one; `terms` are what it adds up. */
  nested(terms?: readonly Operand[]): Region {
    return new Region(this.#facts, this.risks, this, terms);
  }

  use(operand: Operand, { faded, zero, wild }: Omit<Risk, 'unused'>, uses: readonly Use[]): void {
    if (operand.kind !== 'value') return;
    let used = this.#used.get(operand.id);
    if (used === undefined) {
      used = { value: operand, faded, zero, wild, uses: new Map() };
      this.#used.set(operand.id, used);
    }
    used.faded ||= faded;
    used.zero ||= zero;
    used.wild ||= wild;
    for (const use of uses) used.uses.set(keyOf(use), use);
  }

  /** Everything of an operand is used as far as something of such a risk is. */
  #pass(operand: Operand | undefined, risk: Risk): void {
    if (operand?.kind !== 'value') return;
    this.use(operand, risk, risk.unused ? [] : [whole(operand)]);
  }

  #usedOf(value: Value): Used | undefined {
    const around = this.#around;
    return this.#used.get(value.id) ?? (around === undefined ? undefined : around.#usedOf(value));
  }

  #usesOf(value: Value): readonly Use[] {
    return [...(this.#usedOf(value)?.uses.values() ?? [])];
  }

  riskOf(value: Value): Risk {
    const used = this.#usedOf(value);
    if (used === undefined) return unreached;
    const unused = !coverAll([...used.uses.values()], value.type.dims);
    return { faded: used.faded, zero: used.zero, wild: used.wild, unused };
  }

  walk(block: Block): void {
    for (let i = block.statements.length - 1; i >= 0; i--) {
      const statement = block.statements[i];
      if (statement === undefined) continue;
      for (const out of statement.outs) this.risks.set(out.id, this.#riskHere(statement, out));
      this.#statement(statement);
    }
  }

  /** In sums of products, adjoints fade unguarded: a guard would cost more than the product, and there 0 · ∞ is NaN forwards, too. */
  #riskHere(statement: Statement, out: Value): Risk {
    const isTerm = statement.kind === 'op' && statement.op === 'mul' && this.#terms.includes(out);
    return isTerm ? { ...this.riskOf(out), faded: false } : this.riskOf(out);
  }

  #statement(statement: Statement): void {
    const [out] = statement.outs;
    const risk = out === undefined ? unreached : this.riskOf(out);
    switch (statement.kind) {
      case 'op':
        return this.#op(statement, risk);
      case 'read':
      case 'row': {
        const { array, indices, outs } = statement;
        const places = indices.map(placeOf);
        const uses = this.#usesOf(outs[0]).map((use) => ({ ...use, places: [...places, ...use.places] }));
        return this.use(array, risk, uses);
      }
      case 'set': {
        const { array, outs, value } = statement;
        this.#pass(value, risk);
        // The adjoint of what is replaced is zero.
        const isConstant = this.#facts.replaced.has(outs[0].id);
        return this.use(array, risk, isConstant ? this.#usesOf(outs[0]) : []);
      }
      case 'list': {
        const { outs, elements } = statement;
        elements.forEach((element, k) => this.use(element, risk, at(this.#usesOf(outs[0]), k)));
        return;
      }
      case 'build': {
        const inner = this.nested();
        const marked = markedIn(statement, this.#facts.definitions);
        statement.outs.forEach((each, i) => {
          const named = this.#usesOf(each).map(({ places: [first, ...rest], arms }): Use =>
            typeof first === 'object' && first.kind === 'rows' && first.key === marked
              ? { places: ['all', ...rest], arms }
              : { places: [first ?? 'all', ...rest], arms },
          );
          const unused = !coverAll(named, each.type.dims);
          inner.#pass(statement.body.results[i], { ...this.riskOf(each), unused });
        });
        inner.walk(statement.body);
        const { dims = [] } = statement.outs[0]?.type ?? {};
        const axes = new Map(statement.axes.map(({ id }, k) => [id, dims[k]] as const));
        return this.#leave(inner, statement, axes);
      }
      case 'reduce':
        return this.#reduce(statement, risk);
      case 'if': {
        for (const side of [true, false]) {
          const block = side ? statement.then : statement.otherwise;
          const inner = this.nested();
          statement.outs.forEach((each, i) => {
            const result = block.results[i];
            if (result !== undefined) inner.use(result, this.riskOf(each), this.#usesOf(each));
          });
          inner.walk(block);
          for (const { value, uses, ...risks } of inner.#used.values()) {
            const inside = [...uses.values()].map((use) => inArm(use, statement.condition, side));
            this.use(value, risks, inside);
          }
        }
        return;
      }
      case 'loop':
        return this.#loop(statement);
      case 'rule':
        // Nothing is known of where its partials are infinite.
        for (const arg of statement.args)
          this.#pass(arg, { ...statement.outs.map((each) => this.riskOf(each)).reduce(join, risk), wild: true }); // prettier-ignore
        return;
      case 'open':
        return;
      case 'add':
        return this.#pass(statement.value, this.riskOf(statement.accumulator));
      case 'freeze':
        return this.#pass(statement.accumulator, risk);
      case 'for': {
        const inner = this.nested();
        inner.walk(statement.body);
        return this.#leave(inner, statement, rangeOf(statement));
      }
    }
  }

  #op({ op, args, outs }: OpStatement, risk: Risk): void {
    if (outs[0].type.scalar !== 'real') return;
    const record: OpRecord = ops[op];
    const singular = singularityOf(op, args, this.#facts.definitions);
    Object.keys(record.args).forEach((name, i) => {
      const arg = args[i];
      if (arg?.kind !== 'value' || arg.type.scalar !== 'real') return;
      const rule = ruleFor(op, name);
      if (rule === undefined) return;
      const passed = {
        faded: risk.faded || record.vanishes === true,
        zero: risk.zero || record.vanishes === true,
        wild: risk.wild || singular === 'finite',
      };
      this.use(arg, passed, isChoice(rule) ? [] : this.#usesOf(outs[0]));
    });
  }

  #reduce(statement: ReduceStatement, risk: Risk): void {
    const { reducer, outs, body } = statement;
    if (reducer === 'any' || reducer === 'all') return;
    const inner = this.nested(reducer === 'sum' ? body.results : []);
    if (reducer === 'sum') outs.forEach((out, i) => inner.#pass(body.results[i], this.riskOf(out)));
    // An element of -Infinity has weight zero, so what made it infinite may meet an adjoint of zero.
    else inner.#pass(body.results[0], { ...risk, zero: risk.zero || reducer === 'logSumExp' });
    inner.walk(body);
    const isOnePlace = reducer === 'max' || reducer === 'min';
    this.#leave(
      inner,
      statement,
      isOnePlace ? new Map([[statement.index.id, undefined]]) : rangeOf(statement),
    );
  }

  /** The risks of an iteration are those of the one before it, so they are looked for until they stay. */
  #loop(loop: LoopStatement): void {
    const { state, body, outs } = loop;
    let risks = outs.map((out) => this.riskOf(out));
    for (;;) {
      const inner = this.nested();
      body.results.forEach((result, k) => inner.#pass(result, risks[k] ?? unreached));
      inner.walk(body);
      const next = risks.map((risk, k) => {
        const value = state[k]?.value;
        return value === undefined ? risk : join(risk, inner.riskOf(value));
      });
      if (next.every((risk, k) => isSame(risk, risks[k] ?? unreached))) {
        this.#leave(inner, loop, rangeOf(loop));
        state.forEach(({ initial }, k) => this.#pass(initial, risks[k] ?? unreached));
        return;
      }
      risks = next;
    }
  }

  /** Of what iterations use, what the block around them uses. */
  #leave(inner: Region, owner: Statement, ranges: Ranges): void {
    const isCertain = this.#facts.certain.has(owner);
    for (const { value, uses, ...risks } of inner.#used.values())
      this.use(
        value,
        risks,
        isCertain ? outsideOf([...uses.values()], value, ranges, this.#facts.definitions) : [],
      );
  }
}

const join = (a: Risk, b: Risk): Risk => ({
  faded: a.faded || b.faded,
  zero: a.zero || b.zero,
  unused: a.unused || b.unused,
  wild: a.wild || b.wild,
});
const isSame = (a: Risk, b: Risk): boolean =>
  a.faded === b.faded && a.zero === b.zero && a.unused === b.unused && a.wild === b.wild;

const placeOf = (index: Operand): Place => (index.kind === 'literal' ? Number(index.value) : index);
