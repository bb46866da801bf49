// Common-subexpression elimination: value numbering, scoped over regions. Two statements are the same when their ops,
// operands and (up to the names of what is bound inside) regions are. A region sees what the blocks around it computed;
// what is computed inside a region is not seen outside.

import { bug } from '../base/bug.ts';
import type { Block, Operand, Program, Statement } from '../ir/types.ts';
import { blocksOf, mapBlocks, mapOperands } from '../ir/walk.ts';
import { ops } from '../ops/index.ts';
import type { OpRecord } from '../ops/types.ts';

export function cse(program: Program): Program {
  const numbering = new Numbering();
  const body = numbering.block(program.body);
  return numbering.merged ? { ...program, body } : program;
}

class Numbering {
  /** Whether there were equal statements. */
  merged = false;
  /** Keys of pure statements in scope → what they define. */
  readonly #known = new Map<string, Statement>();
  readonly #substitution = new Map<number, Operand>();
  /** Long keys (those of regions) as short ones. */
  readonly #interned = new Map<string, string>();

  block(block: Block, added: string[] = []): Block {
    const statements: Statement[] = [];
    const resolve = (operand: Operand): Operand => this.#resolve(operand);
    for (const before of block.statements) {
      const moved = mapOperands(before, resolve);
      const statement = mapBlocks(moved, (inner) => this.#region(inner));
      const key = isPure(statement) ? this.#key(statement, new Map()) : undefined;
      const known = key === undefined ? undefined : this.#known.get(key);
      if (known !== undefined) {
        this.merged = true;
        statement.outs.forEach((out, i) =>
          this.#substitution.set(out.id, known.outs[i] ?? bug('equal statements with unequal outs')),
        );
        continue;
      }
      if (key !== undefined) {
        this.#known.set(key, statement);
        added.push(key);
      }
      statements.push(statement);
    }
    return { statements, results: block.results.map(resolve) };
  }

  #region(block: Block): Block {
    const added: string[] = [];
    const region = this.block(block, added);
    for (const key of added) this.#known.delete(key);
    return region;
  }

  #resolve(operand: Operand): Operand {
    return operand.kind === 'value' ? (this.#substitution.get(operand.id) ?? operand) : operand;
  }

  /** Text that two statements share exactly when they compute the same. `bound` numbers what regions bind. */
  #key(statement: Statement, bound: Map<number, number>): string {
    const name = (operand: Operand): string => {
      switch (operand.kind) {
        case 'literal':
          return `${operand.type.scalar[0]}${Object.is(operand.value, -0) ? '-0' : String(operand.value)}`;
        case 'extent':
          return `<${operand.size.key}>`;
        case 'value': {
          const local = bound.get(operand.id);
          return local === undefined ? `%${operand.id}` : `#${local}`;
        }
      }
    };
    const bind = (id: number): void => {
      bound.set(id, bound.size);
    };
    const region = (block: Block): string => {
      const parts = block.statements.map((inner) => {
        const key = this.#key(inner, bound);
        for (const out of inner.outs) bind(out.id);
        return key;
      });
      return `{${parts.join(';')}=>${block.results.map(name).join()}}`;
    };
    switch (statement.kind) {
      case 'op': {
        const args = statement.args.map(name);
        // Commutative ops take two.
        const isCommutative = (ops[statement.op] as OpRecord).commutative === true;
        if (isCommutative && (args[0] ?? '') > (args[1] ?? '')) args.reverse();
        return `${statement.op}(${args.join()})`;
      }
      case 'read':
        return `read ${name(statement.array)}[${statement.indices.map(name).join()}]`;
      case 'row':
        return `row ${name(statement.array)}[${statement.indices.map(name).join()}]`;
      case 'set': {
        const place = statement.indices.map(name).join();
        return `set ${name(statement.array)}[${place}]=${name(statement.value)}`;
      }
      case 'loop': {
        const { from, to, order, state, condition, body } = statement;
        const initial = state.map((carried) => name(carried.initial));
        bind(statement.index.id);
        state.forEach(({ value }) => bind(value.id));
        const rows = statement.outs.slice(state.length).map((out) => out.type.dims[0]?.key ?? '');
        const asked = condition === undefined ? '' : `while ${region(condition)}`;
        return this.#short(
          `loop ${name(from)}..${name(to)} ${order} ${initial.join()}|${rows.join()} ${asked} ${region(body)}`,
        );
      }
      case 'rule': {
        const args = statement.args.map(name).join();
        for (const value of [...statement.params, ...statement.results, ...statement.adjoints])
          bind(value.id);
        return this.#short(
          `rule ${statement.form} (${args}) ${region(statement.body)} ${region(statement.derivative)}`,
        );
      }
      case 'list':
        return `list(${statement.elements.map(name).join()})`;
      case 'build': {
        statement.axes.forEach((axis) => bind(axis.id));
        const dims = statement.outs[0]?.type.dims.map((dim) => dim.key).join('|') ?? '';
        return this.#short(`build ${dims} ${region(statement.body)}`);
      }
      case 'reduce':
        bind(statement.index.id);
        return this.#short(
          `${statement.reducer} ${name(statement.from)}..${name(statement.to)} ${region(statement.body)}`,
        );
      case 'if':
        return this.#short(
          `if ${name(statement.condition)} ${region(statement.then)} else ${region(statement.otherwise)}`,
        );
      case 'for':
        bind(statement.index.id);
        return `for ${name(statement.from)}..${name(statement.to)} ${region(statement.body)}`;
      case 'open':
        return `open ${statement.outs[0].type.dims.map((dim) => dim.key).join('|')} ${statement.initial === undefined ? '' : name(statement.initial)}`;
      case 'add':
        return `add ${name(statement.accumulator)}[${statement.indices.map(name).join()}] ${name(statement.value)}`;
      case 'freeze':
        return `freeze ${name(statement.accumulator)}`;
    }
  }

  #short(key: string): string {
    let short = this.#interned.get(key);
    if (short === undefined) {
      short = `@${this.#interned.size}`;
      this.#interned.set(key, short);
    }
    return short;
  }
}

/** Whether a statement only computes its outs. Accumulators of a region's own do not make it impure. */
function isPure(statement: Statement): boolean {
  switch (statement.kind) {
    case 'op':
    case 'read':
    case 'row':
    case 'set':
    case 'list':
    case 'build':
    case 'reduce':
      return true;
    case 'if':
    case 'loop':
    case 'rule':
      return blocksOf(statement).every((block) => block.statements.every(isPure));
    case 'open':
    case 'add':
    case 'freeze':
    case 'for':
      return false;
  }
}
