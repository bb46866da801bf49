// Holds a program against the invariants of types.ts: values and their scopes, accumulators, sizes, inputs and outputs
// here; the types of each statement in typing.ts. It runs after every pass; what it finds is a bug of the compiler.

import { bug } from '../base/bug.ts';
import { symbolsOf, type Polynomial } from '../base/polynomial.ts';
import { realType, sameType } from './build.ts';
import { misfit } from './constraint.ts';
import { printHeader, printOperand, printType } from './print.ts';
import type { Block, Operand, Program, Statement, Type, Value } from './types.ts';
import { typeFault } from './typing.ts';
import { blocksOf, boundBy, operandsOf } from './walk.ts';

/** Throws a CompilerBug that quotes the statement and says what is wrong with it. */
export function verify(program: Program): void {
  const verifier = new Verifier(program);
  verifier.header();
  verifier.body();
  verifier.outputs();
}

/** Where a block stands. */
interface Place {
  /** The statement that owns the block, as messages quote it. */
  readonly owner: () => string;
  /** How many regions of `build` and `reduce`, which must be pure, are around it. */
  readonly pureDepth: number;
}

interface Accumulator {
  readonly block: Block;
  readonly pureDepth: number;
  frozen: boolean;
}

class Verifier {
  readonly #program: Program;
  readonly #sizes: ReadonlySet<string>;
  /** What every id bound so far stands for, by the ids, which are dense; 'gone' once it is out of scope. */
  readonly #bound: (Value | 'gone' | undefined)[];
  readonly #accumulators = new Map<number, Accumulator>();
  /** What a message quotes: the statement, or the part of the program, that is being looked at. */
  #quote: () => string;

  constructor(program: Program) {
    this.#program = program;
    this.#bound = Array.from({ length: program.nextId });
    this.#sizes = new Set(program.sizes.map((size) => size.name));
    this.#quote = () => 'the header';
  }

  header(): void {
    const { sizes, inputs, outputs } = this.#program;
    this.#distinct(sizes.map((size) => size.name), 'sizes'); // prettier-ignore
    this.#distinct(inputs.map((input) => `${input.role} ${input.name}`), 'inputs'); // prettier-ignore
    this.#distinct(outputs.map((output) => `${output.role} ${output.name}`), 'outputs'); // prettier-ignore
    for (const { name, value, derived } of sizes) {
      if (derived !== undefined) this.#sized(derived.trips);
      if (derived !== undefined) this.#sized(derived.rule === 'earlier' ? derived.length : derived.row);
      if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
        this.#fail(`size ${name} is ${value}`);
    }
    const typeOfParam = this.#typesOfParams();
    for (const { role, name, value, range, constraint } of inputs) {
      this.#quote = () => `${role} ${name}`;
      this.#bind(value);
      if (role !== 'data' && value.type.scalar !== 'real') this.#fail(`a ${role} must be real`);
      if (role === 'direction') {
        this.#typed(value, typeOfParam.get(name) ?? this.#fail('there is no such param'));
      }
      if (constraint !== undefined) {
        const problem = role === 'param' ? misfit(value.type, constraint) : 'only params are constrained';
        if (problem !== undefined) this.#fail(problem);
      }
      if (range === undefined) continue;
      if (role !== 'data' || value.type.scalar !== 'int') this.#fail('only int data has a range');
      this.#sized(range.from);
      this.#sized(range.to);
    }
  }

  body(): void {
    this.#block(this.#program.body, {
      owner: () => 'the body',
      pureDepth: 0,
    });
  }

  outputs(): void {
    const { body, outputs } = this.#program;
    this.#quote = () => 'the outputs';
    const { length } = body.results;
    if (length !== outputs.length) this.#fail(`${outputs.length} outputs but ${length} results`);
    const typeOfParam = this.#typesOfParams();
    outputs.forEach(({ role, name }, i) => {
      const result = body.results[i];
      if (result === undefined) return;
      this.#quote = () => `${role} ${name}`;
      switch (role) {
        case 'loss':
        case 'tangent':
          return this.#typed(result, realType);
        case 'gradient':
        case 'hvp':
          return this.#typed(result, typeOfParam.get(name) ?? this.#fail('there is no such param'));
        case 'output':
          return;
      }
    });
  }

  #block(block: Block, { owner, pureDepth }: Place): void {
    for (const statement of block.statements) {
      const quote = (): string => quoted(statement);
      this.#quote = quote;
      this.#operands(statement);
      const blocks = blocksOf(statement);
      if (blocks.length > 0) {
        const isPure = statement.kind === 'build' || statement.kind === 'reduce';
        const place = {
          owner: quote,
          pureDepth: isPure ? pureDepth + 1 : pureDepth,
        };
        for (const value of boundBy(statement)) this.#bind(value);
        for (const inner of blocks) this.#block(inner, place);
        for (const value of boundBy(statement)) this.#bound[value.id] = 'gone';
        this.#quote = quote;
      }
      this.#accumulate(statement, block, pureDepth);
      const fault = typeFault(statement);
      if (fault !== undefined) this.#fail(fault);
      for (const out of statement.outs) this.#bind(out);
    }
    this.#quote = owner;
    for (const result of block.results) this.#use(result);
    this.#leave(block);
  }

  /** Everything that the block bound goes out of scope; what it opened must be frozen. */
  #leave(block: Block): void {
    for (const statement of block.statements) {
      for (const out of statement.outs) {
        this.#bound[out.id] = 'gone';
        if (statement.kind !== 'open' || this.#accumulators.get(out.id)?.frozen !== false) continue;
        this.#quote = () => quoted(statement);
        this.#fail('the accumulator is opened and never frozen');
      }
    }
  }

  #operands(statement: Statement): void {
    let asAccumulator = statement.kind === 'add' || statement.kind === 'freeze';
    for (const operand of operandsOf(statement)) {
      this.#use(operand, asAccumulator);
      asAccumulator = false;
    }
  }

  /** The life of an accumulator: open, adds at any depth but not from a pure region, freeze in the block of the open. */
  #accumulate(statement: Statement, block: Block, pureDepth: number): void {
    if (statement.kind === 'open') {
      this.#accumulators.set(statement.outs[0].id, { block, pureDepth, frozen: false });
      return;
    }
    if (statement.kind !== 'add' && statement.kind !== 'freeze') return;
    const name = printOperand(statement.accumulator);
    const accumulator =
      this.#accumulators.get(statement.accumulator.id) ?? this.#fail(`${name} is no accumulator`);
    if (accumulator.frozen) this.#fail(`${name} is already frozen`);
    if (accumulator.pureDepth !== pureDepth)
      this.#fail(`${name} is opened outside a region that must be pure`);
    if (statement.kind === 'add') return;
    if (accumulator.block !== block) this.#fail(`${name} is frozen in another block than it is opened in`);
    accumulator.frozen = true;
  }

  #bind(value: Value): void {
    const { id, type } = value;
    if (!Number.isSafeInteger(id) || id < 0) this.#fail(`${printOperand(value)} has no proper id`);
    if (id >= this.#program.nextId)
      this.#fail(`${printOperand(value)} is not below nextId, which is ${this.#program.nextId}`);
    if (this.#bound[id] !== undefined) this.#fail(`${printOperand(value)} is bound twice`);
    for (const dim of type.dims) this.#sized(dim);
    this.#bound[id] = value;
  }

  #use(operand: Operand, asAccumulator = false): void {
    switch (operand.kind) {
      case 'value': {
        const bound = this.#bound[operand.id];
        if (bound !== operand) this.#fail(`${printOperand(operand)} is ${unbound(bound)}`);
        if (!asAccumulator && this.#accumulators.has(operand.id))
          this.#fail(`the accumulator ${printOperand(operand)} is used as a value`);
        return;
      }
      case 'literal': {
        const { scalar, dims } = operand.type;
        const { value } = operand;
        const fits =
          scalar === 'bool' ? typeof value === 'boolean' : scalar === 'int' ? Number.isSafeInteger(value) : typeof value === 'number'; // prettier-ignore
        if (dims.length > 0 || !fits)
          this.#fail(`the literal ${String(value)} is no ${printType(operand.type)}`);
        return;
      }
      case 'extent':
        if (operand.type.scalar !== 'int' || operand.type.dims.length > 0)
          this.#fail(`${printOperand(operand)} is no int`);
        this.#sized(operand.size);
        return;
    }
  }

  #sized(size: Polynomial): void {
    for (const name of symbolsOf(size)) if (!this.#sizes.has(name)) this.#fail(`there is no size ${name}`);
  }

  #typed(operand: Operand, type: Type): void {
    if (sameType(operand.type, type)) return;
    this.#fail(`${printOperand(operand)} is ${printType(operand.type)}, not ${printType(type)}`);
  }

  #typesOfParams(): ReadonlyMap<string, Type> {
    const params = this.#program.inputs.filter((input) => input.role === 'param');
    return new Map(params.map(({ name, value }) => [name, value.type]));
  }

  #distinct(names: readonly string[], what: string): void {
    if (new Set(names).size !== names.length) this.#fail(`two ${what} share a name`);
  }

  #fail(message: string): never {
    return bug(`${this.#quote()} in ${this.#program.name}: ${message}`);
  }
}

/** What is wrong with the use of a value where something else is bound to its id. */
const unbound = (bound: Value | 'gone' | undefined): string =>
  bound === undefined
    ? 'not defined before'
    : bound === 'gone'
      ? 'out of scope'
      : 'not the object that was bound';

const quoted = (statement: Statement): string => `\`${printHeader(statement)}\``;
