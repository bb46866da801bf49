// The readable text of a routine, for `nabla show --stage loops` and for tests.

import { print as printSize } from '../base/polynomial.ts';
import type { Buffer, Expression, Routine, Statement } from './types.ts';

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
  const lines = [`routine ${routine.program.name} ${routine.kind}`];
  for (const buffer of routine.scratch) lines.push(`  scratch ${declaration(buffer)}`);
  printStatements(routine.body, '  ', lines);
  if (routine.result !== undefined) lines.push(`  return ${printExpression(routine.result)}`);
  for (const part of routine.parts) {
    lines.push(`part ${part.name}`);
    printStatements(part.body, '  ', lines);
  }
  return `${lines.join('\n')}\n`;
}

const declaration = ({ name, scalar, dims }: Buffer): string =>
  `${name}: ${scalar}[${dims.map(printSize).join(', ')}]`;

function printStatements(statements: readonly Statement[], indent: string, lines: string[]): void {
  const say = (text: string): void => void lines.push(indent + text);
  for (const statement of statements) {
    switch (statement.kind) {
      case 'declare': {
        const word = statement.local.mutable ? 'let' : 'const';
        const value = statement.value === undefined ? '' : ` = ${printExpression(statement.value)}`;
        say(`${word} ${statement.local.name}: ${statement.local.scalar}${value}`);
        break;
      }
      case 'assign':
        say(`${statement.local.name} = ${printExpression(statement.value)}`);
        break;
      case 'increase':
        say(`${statement.local.name} += ${printExpression(statement.value)}`);
        break;
      case 'store':
        say(`${element(statement.buffer, statement.indices)} = ${printExpression(statement.value)}`);
        break;
      case 'accumulate':
        say(`${element(statement.buffer, statement.indices)} += ${printExpression(statement.value)}`);
        break;
      case 'fill':
        say(`fill ${bufferName(statement.buffer)} ${printExpression(statement.value)}`);
        break;
      case 'for':
        say(
          `for ${statement.index.name} in ${printExpression(statement.from)}..${printExpression(statement.to)}`,
        );
        printStatements(statement.body, `${indent}  `, lines);
        break;
      case 'if':
        say(`if ${printExpression(statement.condition)}`);
        printStatements(statement.then, `${indent}  `, lines);
        if (statement.otherwise.length > 0) {
          say('else');
          printStatements(statement.otherwise, `${indent}  `, lines);
        }
        break;
      case 'check':
        say(
          `check ${printExpression(statement.index)} < ${printSize(statement.extent)} (${statement.array}, axis ${statement.axis})`,
        );
        break;
      case 'section':
        say(`-- ${statement.title}`);
        break;
      case 'call':
        say(`call ${statement.part}`);
        break;
    }
  }
}

/** A parameter, its gradient and its direction share a name; here they must look different. */
function bufferName({ role, name }: Buffer): string {
  if (role === 'gradient') return `gradient.${name}`;
  if (role === 'hvp') return `product.${name}`;
  if (role === 'direction') return `direction.${name}`;
  return name;
}

const element = (buffer: Buffer, indices: readonly Expression[]): string =>
  indices.length === 0
    ? bufferName(buffer)
    : `${bufferName(buffer)}[${indices.map(printExpression).join(', ')}]`;

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return String(expression.value);
    case 'extent':
      return printSize(expression.size);
    case 'local':
      return expression.local.name;
    case 'op': {
      const args = expression.args.map(printExpression);
      const symbol = infix[expression.op] ?? infix[expression.op.replace(/^i/, '')];
      if (symbol !== undefined && args.length === 2) return `(${args.join(` ${symbol} `)})`;
      return `${expression.op}(${args.join(', ')})`;
    }
    case 'conditional':
      return `(${printExpression(expression.condition)} ? ${printExpression(expression.then)} : ${printExpression(expression.otherwise)})`;
    case 'load':
      return element(expression.buffer, expression.indices);
  }
}
