// print and parse are inverse to each other, and what parse cannot read it says so with a line.

import { expect, test } from 'vitest';
import { bool, int, real } from '../../src/ir/build.ts';
import { parseProgram } from '../../src/ir/parse.ts';
import { printOperand, printProgram } from '../../src/ir/print.ts';
import { control, logistic, trace } from './examples.ts';

test.each([logistic, trace, control])('the text is read and printed again', (text) => {
  expect(printProgram(parseProgram(text))).toBe(text);
});

test.each([logistic, trace, control])('what is printed and read is the same data', (text) => {
  const program = parseProgram(text);
  expect(parseProgram(printProgram(program))).toEqual(program);
});

test('constraints are read and printed again', () => {
  const text = `program Constrained(K) {
  param a%0: real > 1.5
  param b%1: real[K] <= -2.0
  param c%2: real in -1.0..1e+21
  param d%3: real[K] simplex
  param e%4: real[K] ordered
  param f%5: real[K] ordered positive
  output a = a%0
}
`;
  const program = parseProgram(text);
  expect(printProgram(program)).toBe(text);
  expect(program.inputs.map(({ constraint }) => constraint?.kind)).toEqual(
    ['bound', 'bound', 'interval', 'simplex', 'ordered', 'ordered'], // prettier-ignore
  );
});

test.each([
  [real(1), '1.0'],
  [real(-3), '-3.0'],
  [real(0.1), '0.1'],
  [real(1e21), '1e+21'],
  [real(5e-324), '5e-324'],
  [real(1.7976931348623157e308), '1.7976931348623157e+308'],
  [real(0), '0.0'],
  [real(-0), '-0.0'],
  [real(Infinity), 'Infinity'],
  [real(-Infinity), '-Infinity'],
  [real(NaN), 'NaN'],
  [int(0), '0'],
  [int(-7), '-7'],
  [int(Number.MAX_SAFE_INTEGER), '9007199254740991'],
  [bool(true), 'true'],
  [bool(false), 'false'],
])('the literal %o is printed as %s and survives', (literal, text) => {
  expect(printOperand(literal)).toBe(text);
  const { body } = parseProgram(`program P() { output out = ${text} }`);
  expect(body.results).toEqual([literal]);
});

test('comments and line ends mean nothing', () => {
  const program = parseProgram('program P(N){// a size\nparam x%0:real[N]%1:real=x%0[0]output y=%1}');
  expect(printProgram(program)).toBe(
    'program P(N) {\n  param x%0: real[N]\n  %1: real = x%0[0]\n  output y = %1\n}\n',
  );
});

test.each([
  ['program P() {\n  loss = %3\n}', 'line 2: %3 is not defined'],
  ['program P() {\n  %1: real = sine(1.0)\n}', 'line 2: there is no op sine'],
  ['program P() {\n  %1: real = total i%2 in 0..3 { yield 1.0 }\n}', 'line 2: there is no reducer total'],
  ['program P() {\n  %1: number = open\n}', 'line 2: expected a type, found number'],
  ['program P() {\n  %1: real = sin(1.0\n}', 'line 3: expected ), found }'],
  ['program P() {\n  %1: real = sin(?)\n}', 'line 2: unexpected "?"'],
  ['program P() {\n  gain = 1.0\n}', 'line 2: expected an output, found gain'],
  ['program P() {\n  %1: real, %2: real = sin(1.0)\n}', 'line 2: this statement has one out'],
  ['program P() {', 'line 1: expected a name, found the end'],
  ['program P() { } x', 'line 1: expected the end'],
])('%s is refused', (text, message) => {
  expect(() => parseProgram(text)).toThrow(message);
});

test('a long block takes no stack and linear time', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `  %${i + 1}: real = sin(%${i})`);
  const text = `program Long() {\n  param %0: real\n${lines.join('\n')}\n  loss = %20000\n}\n`;
  const named = text.replace('param %0', 'param x = %0');
  expect(printProgram(parseProgram(named))).toBe(named);
});
