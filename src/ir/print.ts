// IR as text, one statement a line; parse.ts reads it back. Documentation and spans are left out, all else survives.
//
//   program Logistic(N, D, K = 10) {                      (`L = length of N by D`: a derived size)
//     data X%0: real[N, D]                                inputs: role, name, value, type
//     data label%1: int[N] in 0..K                        int data with its range
//     param w%2: real[D]
//     param s%3: real > 0.0                               constraints: also `in 0.0..1.0`, `simplex`, `ordered`, and
//                                                         `ordered positive`
//     direction w = wTangent%3: real[D]                   where the input and its value have different names
//     margin%4: real[N] = build n%5 {                     axes; their extents are in the type of the outs
//       %6: real = sum d%7 in 0..<D> {                    <…> is an int: a polynomial in the sizes
//         %8: real = X%0[n%5, d%7]                        a read proved in range
//         %9: real = w%2[d%7] checked                     one that is checked when it runs
//         %10: real = mul(%8, %9)
//         yield %10
//       }
//       yield %6
//     }
//     best%11: real, at%12: int = max k%13 in 0..<K> {
//       …
//     }
//     %14: real[2] = [best%11, 1.0]                       reals have a point or an exponent, ints have none
//     %15: real = if %16 {
//       yield best%11
//     } else {
//       yield -0.5
//     }
//     path%21: real[T] = path%20 with [t%22] = %15        the array with an element replaced; `checked` as above
//     %23: real[D] = row X%0[n%5]                         the sub-array at leading indices
//     s%24: real, s%25: real[T] = loop t%26 in 0..<T> with s%27: real = 0.0 {
//       …                                                 state and its next value, then histories; `down` before `with`
//       yield %28, s%27                                   counts down; `while { … yield %9 } do {` asks before each
//     }                                                   iteration, and its outs end with the trip count
//     y%30: real = rule partials (x%31: real = %4) out (y%32: real) adjoint () {
//       …                                                 a function with a derivative of its own: its body,
//     } derivative {                                      and the partial (or the adjoint) of each real param
//       …
//     }
//     g%17: real[D] = open                                an accumulator; `open from g%16` begins with its content
//     for d%18 in 0..<D> {
//       g%17[d%18] += %15                                 (a scalar accumulator: `g%17 += %15`)
//     }
//     g%19: real[D] = freeze g%17
//     loss = %15                                          outputs: role, name (left out where it is the role's), value
//     gradient w = g%19
//   }
//
// A value is `name%id`, or `%id` without a name; a name that is no identifier is in double quotes. `//` comments are read
// and not printed.

import { print as printSize } from '../base/polynomial.ts';
import type { Block, Constraint, Input, Operand, Program, Size, Statement, Type, Value } from './types.ts';

export function printProgram(program: Program): string {
  const lines = [
    `program ${printName(program.name)}(${program.sizes.map(printSizeDeclaration).join(', ')}) {`,
  ];
  for (const input of program.inputs) lines.push(`  ${printInput(input)}`);
  for (const statement of program.body.statements) pushStatement(lines, statement, '  ');
  program.outputs.forEach((output, i) => {
    const name = output.name === output.role ? '' : ` ${printName(output.name)}`;
    const result = program.body.results[i];
    lines.push(`  ${output.role}${name} = ${result === undefined ? 'nothing' : printOperand(result)}`);
  });
  return `${lines.join('\n')}\n}\n`;
}

/** The statement with its blocks, as in a program. */
export function printStatement(statement: Statement): string {
  const lines: string[] = [];
  pushStatement(lines, statement, '');
  return lines.join('\n');
}

/** The first line of the statement: enough to find it by. */
export function printHeader(statement: Statement): string {
  const { outs } = statement;
  const bound = outs.length === 0 ? '' : `${outs.map(printBinding).join(', ')} = `;
  const list = (operands: readonly Operand[]): string => operands.map(printOperand).join(', ');
  switch (statement.kind) {
    case 'op':
      return `${bound}${statement.op}(${list(statement.args)})`;
    case 'read':
      return `${bound}${printOperand(statement.array)}[${list(statement.indices)}]${statement.inRange ? '' : ' checked'}`;
    case 'set': {
      const checked = statement.inRange ? '' : ' checked';
      return `${bound}${printOperand(statement.array)} with [${list(statement.indices)}] = ${printOperand(statement.value)}${checked}`;
    }
    case 'row':
      return `${bound}row ${printOperand(statement.array)}[${list(statement.indices)}]`;
    case 'list':
      return `${bound}[${list(statement.elements)}]`;
    case 'build':
      return `${bound}build ${list(statement.axes)} {`;
    case 'reduce':
      return `${bound}${statement.reducer} ${printRange(statement)} {`;
    case 'if':
      return `${bound}if ${printOperand(statement.condition)} {`;
    case 'loop': {
      const state = statement.state.map(({ value, initial }) => `${printBinding(value)} = ${printOperand(initial)}`); // prettier-ignore
      const words = [
        `${bound}loop ${printRange(statement)}`,
        ...(statement.order === 'down' ? ['down'] : []),
        ...(state.length > 0 ? [`with ${state.join(', ')}`] : []),
        ...(statement.checkpoints === true ? ['checkpoints'] : []),
        ...(statement.condition === undefined ? [] : ['while']),
      ];
      return `${words.join(' ')} {`;
    }
    case 'rule': {
      const { form, params, args, results, adjoints } = statement;
      const given = params.map((param, i) => `${printBinding(param)} = ${printOperand(args[i] ?? param)}`);
      const words = [
        `${bound}rule ${form} (${given.join(', ')})`,
        `out (${results.map(printBinding).join(', ')})`,
        `adjoint (${adjoints.map(printBinding).join(', ')})`,
      ];
      return `${words.join(' ')} {`;
    }
    case 'open':
      return `${bound}open${statement.initial === undefined ? '' : ` from ${printOperand(statement.initial)}`}`;
    case 'add': {
      const place = statement.indices.length === 0 ? '' : `[${list(statement.indices)}]`;
      const checked = statement.inRange ? '' : ' checked';
      return `${printOperand(statement.accumulator)}${place} += ${printOperand(statement.value)}${checked}`;
    }
    case 'freeze':
      return `${bound}freeze ${printOperand(statement.accumulator)}`;
    case 'for':
      return `for ${printRange(statement)} {`;
  }
}

function pushStatement(lines: string[], statement: Statement, indent: string): void {
  lines.push(indent + printHeader(statement));
  switch (statement.kind) {
    case 'build':
    case 'reduce':
    case 'for':
      pushBlock(lines, statement.body, `${indent}  `);
      lines.push(`${indent}}`);
      return;
    case 'rule':
      pushBlock(lines, statement.body, `${indent}  `);
      lines.push(`${indent}} derivative {`);
      pushBlock(lines, statement.derivative, `${indent}  `);
      lines.push(`${indent}}`);
      return;
    case 'loop':
      if (statement.condition !== undefined) {
        pushBlock(lines, statement.condition, `${indent}  `);
        lines.push(`${indent}} do {`);
      }
      pushBlock(lines, statement.body, `${indent}  `);
      lines.push(`${indent}}`);
      return;
    case 'if':
      pushBlock(lines, statement.then, `${indent}  `);
      lines.push(`${indent}} else {`);
      pushBlock(lines, statement.otherwise, `${indent}  `);
      lines.push(`${indent}}`);
      return;
    case 'op':
    case 'read':
    case 'set':
    case 'row':
    case 'list':
    case 'open':
    case 'add':
    case 'freeze':
      return;
  }
}

function pushBlock(lines: string[], block: Block, indent: string): void {
  for (const statement of block.statements) pushStatement(lines, statement, indent);
  if (block.results.length > 0) lines.push(`${indent}yield ${block.results.map(printOperand).join(', ')}`);
}

export function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'value':
      return `${operand.name === undefined ? '' : printName(operand.name)}%${operand.id}`;
    case 'literal':
      return operand.type.scalar === 'real' ? printReal(Number(operand.value)) : printExact(operand.value);
    case 'extent':
      return `<${printSize(operand.size)}>`;
  }
}

/** `real[N, 2*L + 1]` */
export function printType(type: Type): string {
  return type.dims.length === 0 ? type.scalar : `${type.scalar}[${type.dims.map(printSize).join(', ')}]`;
}

const printBinding = (value: Value): string => `${printOperand(value)}: ${printType(value.type)}`;

const printRange = (range: { readonly index: Value; readonly from: Operand; readonly to: Operand }): string =>
  `${printOperand(range.index)} in ${printOperand(range.from)}..${printOperand(range.to)}`;

function printSizeDeclaration({ name, value, derived }: Size): string {
  if (derived === undefined) return value === undefined ? name : `${name} = ${value}`;
  const { rule, trips } = derived;
  return `${name} = ${rule} of ${printSize(trips)} by ${printSize(rule === 'earlier' ? derived.length : derived.row)}`;
}

function printInput(input: Input): string {
  const name = input.name === input.value.name ? '' : `${printName(input.name)} = `;
  const range =
    input.range === undefined ? '' : ` in ${printSize(input.range.from)}..${printSize(input.range.to)}`;
  const constraint = input.constraint === undefined ? '' : ` ${printConstraint(input.constraint)}`;
  return `${input.role} ${name}${printBinding(input.value)}${range}${constraint}`;
}

function printConstraint(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'bound':
      return `${constraint.operator} ${printReal(constraint.bound)}`;
    case 'interval':
      return `in ${printReal(constraint.from)}..${printReal(constraint.to)}`;
    case 'simplex':
      return 'simplex';
    case 'ordered':
      return constraint.positive ? 'ordered positive' : 'ordered';
  }
}

/** The shortest text that reads back as the same number, and that no int can have. */
function printReal(value: number): string {
  const text = printExact(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const printExact = (value: number | boolean): string => (Object.is(value, -0) ? '-0' : String(value));

/** As the reader knows identifiers; what is none is quoted. */
const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;
const printName = (name: string): string => (identifier.test(name) ? name : JSON.stringify(name));
