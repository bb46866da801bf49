// The readable text of a routine, for `nabla show --stage loops` and for tests.

import { print as printSize } from '../base/polynomial.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { childrenOf, regionsOf } from './walk.ts';

const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  and: '&&',
  or: '||',
};

export function printRoutine(routine: Routine): string {
  const printer = new Printer();
  const lines = [`routine ${routine.program.name} ${routine.kind}`];
  for (const buffer of routine.scratch) lines.push(`  scratch ${declaration(buffer)}`);
  printer.statements(routine.body, '  ', lines);
  if (routine.result !== undefined) lines.push(`  return ${printer.expression(routine.result)}`);
  for (const part of routine.parts) {
    lines.push(`part ${part.name}`);
    printer.statements(part.body, '  ', lines);
  }
  return `${lines.join('\n')}\n`;
}

const declaration = ({ name, scalar, dims }: Buffer): string =>
  `${name}: ${scalar}[${dims.map(printSize).join(', ')}]`;

/** A parameter, its gradient and its direction share a name; here they must look different. */
function bufferName({ role, name }: Buffer): string {
  if (role === 'gradient') return `gradient.${name}`;
  if (role === 'hvp') return `product.${name}`;
  if (role === 'direction') return `direction.${name}`;
  return name;
}

/** Prints with names that are told apart: the second local called `sum` is `sum'2`. */
class Printer {
  readonly #names = new Map<Local, string>();
  readonly #counts = new Map<string, number>();

  #name(local: Local): string {
    let name = this.#names.get(local);
    if (name === undefined) {
      const count = (this.#counts.get(local.name) ?? 0) + 1;
      this.#counts.set(local.name, count);
      this.#given.push(local.name);
      name = count === 1 ? local.name : `${local.name}'${count}`;
      this.#names.set(local, name);
    }
    return name;
  }

  /** Names given since, to be free again when the region ends that declares them. */
  readonly #given: string[] = [];

  statements(statements: readonly Statement[], indent: string, lines: string[]): void {
    for (const statement of statements) {
      const mark = this.#given.length;
      lines.push(indent + this.#head(statement));
      const [first, second] = regionsOf(statement);
      if (first === undefined) continue;
      this.statements(first, `${indent}  `, lines);
      this.#free(mark);
      if (second === undefined || second.length === 0) continue;
      lines.push(`${indent}else`);
      this.statements(second, `${indent}  `, lines);
      this.#free(mark);
    }
  }

  #free(mark: number): void {
    for (const name of this.#given.splice(mark)) this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
  }

  #head(statement: Statement): string {
    switch (statement.kind) {
      case 'declare': {
        const { local } = statement;
        const value = statement.value === undefined ? '' : ` = ${this.expression(statement.value)}`;
        const how = statement.isExpanded === true ? ', step by step' : '';
        return `${local.mutable ? 'let' : 'const'} ${this.#name(local)}: ${local.scalar}${value}${how}`;
      }
      case 'assign':
        return `${this.#name(statement.local)} = ${this.expression(statement.value)}`;
      case 'increase':
        return `${this.#name(statement.local)} += ${this.expression(statement.value)}`;
      case 'store':
        return `${this.#element(statement.buffer, statement.indices)} = ${this.expression(statement.value)}`;
      case 'accumulate':
        return `${this.#element(statement.buffer, statement.indices)} += ${this.expression(statement.value)}`;
      case 'fill':
        return `fill ${bufferName(statement.buffer)} ${this.expression(statement.value)}`;
      case 'for': {
        const range = `${this.expression(statement.from)}..${this.expression(statement.to)}`;
        const { order } = statement;
        const word = order === undefined ? 'for' : 'loop';
        return `${word} ${this.#name(statement.index)} in ${range}${order === 'down' ? ' down' : ''}`;
      }
      case 'while':
        return 'while';
      case 'leave':
        return `leave if ${this.expression(statement.condition)}`;
      case 'limit': {
        const { trips, most, name } = statement;
        return `limit ${this.expression(trips)} < ${this.expression(most)} (${name})`;
      }
      case 'if':
        return `if ${this.expression(statement.condition)}`;
      case 'check': {
        const { index, extent, array, axis } = statement;
        return `check ${this.expression(index)} < ${printSize(extent)} (${array}, axis ${axis})`;
      }
      case 'section':
        return `-- ${statement.title}`;
      case 'call':
        return `call ${statement.part}`;
    }
  }

  #element(buffer: Buffer, indices: readonly Expression[]): string {
    const name = bufferName(buffer);
    return indices.length === 0
      ? name
      : `${name}[${indices.map((index) => this.expression(index)).join(', ')}]`;
  }

  expression(expression: Expression): string {
    switch (expression.kind) {
      case 'literal':
        return String(expression.value);
      case 'extent':
        return printSize(expression.size);
      case 'local':
        return this.#name(expression.local);
      case 'op': {
        const args = expression.args.map((arg) => this.expression(arg));
        const symbol = infix[expression.op] ?? infix[expression.op.replace(/^i/, '')];
        if (symbol !== undefined && args.length === 2) return `(${args.join(` ${symbol} `)})`;
        return `${expression.math === 'exact' ? 'Math.' : ''}${expression.op}(${args.join(', ')})`;
      }
      case 'conditional': {
        const [condition, then, otherwise] = childrenOf(expression).map((child) => this.expression(child));
        return `(${condition} ? ${then} : ${otherwise})`;
      }
      case 'load':
        return this.#element(expression.buffer, expression.indices);
    }
  }
}
