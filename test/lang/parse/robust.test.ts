// Any text at all: the parser answers, soon, and with places that exist.

import { describe, expect, it } from 'vitest';
import { renderDiagnostic, renderPlain } from '../../../src/base/frame.ts';
import { parse, parseExpression } from '../../../src/lang/parse.ts';
import { printAst } from '../../../src/lang/print.ts';
import { randomFrom } from './sentences.ts';

const path = 'test.nabla';
const codesOf = (text: string): string[] =>
  parse({ path, text }).diagnostics.map((diagnostic) => diagnostic.code);

const program = `/// Two layers.
const scale = 1e-3
fn step(s: real[2], u: real): real[2] {
  let a = -sin(s[0]) + u
  return [s[0] + s[1], s[1] + a]
}
model Mlp {
  dim B, D, H = 10 // sizes
  data x: real[B, D], label: int[B] in 0..H
  param W: real[D, H]; param b: real[H]
  var s = 0.0
  for i in B {
    while (s > 1) max 2 * B { s /= 2 }
    if (s > 0) { s = 1 } else if (b[0] > 0) {
      s += x[i, 0]
    }
    else { loss s }
  }
  let h = relu(x @ W + b)
  let z[i in B, j] = h[i, j] > 0 && i != j ? h[i, j]^2 : -1
  loss mean(crossEntropy(z[b, :], label[b]) for b in B if b mod 2 == 0)
  output p[b in B] = argmax(z[b, 2..5]) /* done */
}
`;

const pieces = ['(', ')', '[', ']', '{', '}', ',', ';', ':', '?', '..', '=', '==', '+', '-', '!', '*', '**', '&', '"', "'", '/*', '*/', '//',
  '///', '\n', '\r', ' ', '.', '.5', '1e', '9', 'model', 'fn', 'let', 'var', 'return', 'for', 'while', 'max', 'in', 'if', 'else', 'else if', '+=', 'loss', 'x', 'λ', '×', '‐', '\u200b',
  '\u0301', '\ud800', '\udc00', '😀', '\0', '\ufeff', '$', '#', '\\', '->']; // prettier-ignore

describe('mutated programs', () => {
  it('2,000 of them are read without an exception, and every place lies in the text', () => {
    const random = randomFrom(7);
    const below = (count: number): number => Math.floor(random() * count);
    let accepted = 0;
    for (let made = 0; made < 2000; made += 1) {
      let text = program;
      for (let edit = below(4); edit >= 0; edit -= 1) {
        const at = below(text.length);
        const cut = below(3) === 0 ? below(30) : 0;
        text = text.slice(0, at) + (pieces[below(pieces.length)] ?? '') + text.slice(at + cut);
      }
      const { file, diagnostics } = parse({ path, text });
      expect(diagnostics.length, text).toBeLessThanOrEqual(20);
      for (const diagnostic of diagnostics) {
        expect(diagnostic.code, text).toMatch(/^N0[16]\d\d$/);
        expect(renderDiagnostic(diagnostic), text).toContain(renderPlain(diagnostic));
        for (const { span } of [diagnostic, ...diagnostic.notes]) {
          if (span === undefined) continue;
          expect(0 <= span.start && span.start <= span.end && span.end <= text.length, text).toBe(true);
        }
      }
      printAst(file);
      if (diagnostics.length === 0) accepted += 1;
    }
    // Comments and blanks take an edit or two without harm; most edits are mistakes.
    expect(accepted).toBeGreaterThan(20);
    expect(accepted).toBeLessThan(1000);
  });

  it('programs that break off anywhere are read without an exception', () => {
    for (let length = 0; length <= program.length; length += 1) {
      const text = program.slice(0, length);
      expect(() => parse({ path, text }), text).not.toThrow();
      expect(() => parseExpression({ path, text }), text).not.toThrow();
    }
  });
});

describe('large and hostile texts', () => {
  const size = 10_000_000;
  const filled = (text: string): string => text.repeat(Math.ceil(size / text.length));

  function randomBytes(encoding: 'utf8' | 'latin1', from = 0, to = 256): string {
    const random = randomFrom(3);
    return Buffer.from(Uint8Array.from({ length: size }, () => from + random() * (to - from))).toString(
      encoding,
    );
  }

  const cases: readonly (readonly [what: string, make: () => string, code: string])[] = [
    ['open parentheses', () => filled('('), 'N0601'],
    ['open parentheses in a loss', () => `model M { loss ${filled('(')}`, 'N0601'],
    ['open braces', () => filled('{'), 'N0601'],
    ['closing brackets', () => filled(')'), 'N0103'],
    ['pairs of brackets', () => filled('[]'), 'N0602'],
    ['indices of indices', () => `const a = a${filled('[0]')}`, 'N0602'],
    ['nesting 10,000 deep', () => `const a = ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, 'N0601'],
    ['a sum', () => `const a = ${filled('1+')}1`, 'N0602'],
    ['signs', () => `const a = ${filled('-')}1`, 'N0602'],
    ['conditionals', () => `const a = ${filled('1 ? 1 : ')}1`, 'N0602'],
    ['conditionals in conditions', () => `const a = ${filled('1 ? ')}1`, 'N0602'],
    ['one long name', () => filled('a'), 'N0115'],
    ['one long number', () => `const a = ${filled('1')}`, 'N0108'],
    ['open comments', () => `a ${filled('/* ')}`, 'N0115'],
    ['quotes', () => filled('"'), 'N0109'],
    ['NUL bytes', () => `model M {\n${filled('\0')}`, 'N0116'],
    ['random bytes as UTF-8', () => randomBytes('utf8'), 'N0116'],
    ['random bytes as Latin-1', () => randomBytes('latin1'), 'N0116'],
    ['random control characters', () => randomBytes('latin1', 1, 32), 'N0116'],
    ['too many characters', () => ' '.repeat(64_000_001), 'N0603'],
  ];

  it.each(cases)('%s', (_, make, code) => {
    const text = make();
    const start = process.cpuUsage();
    expect(codesOf(text)).toContain(code);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  it('too many tokens', () => {
    expect(codesOf('const a = 1;'.repeat(1_100_000))).toEqual(['N0603']);
  });

  it('random printable characters', () => {
    expect(codesOf(randomBytes('latin1', 32, 127)).length).toBe(20);
  });
});

describe('limits', () => {
  const sum = (operators: number): string => `1${' + 1'.repeat(operators)}`;
  const nested = (depth: number): string => '('.repeat(depth) + '1' + ')'.repeat(depth);
  /** `levels` of brackets, each the left end of a sum, which is the deepest that a tree gets. */
  const leaning = (levels: number, operators: number): string =>
    '('.repeat(levels) + '1' + `${' + 1'.repeat(operators)})`.repeat(levels);

  const cases: readonly (readonly [what: string, value: string, codes: readonly string[]])[] = [
    ['200 brackets', nested(200), []],
    ['201 brackets', nested(201), ['N0601']],
    ['1000 operators', sum(1000), []],
    ['1001 operators', sum(1001), ['N0602']],
    ['1000 operators on each side of a comma', `f(${sum(999)}, ${sum(999)})`, []],
    ['brackets and operators together, just right', leaning(10, 99), []],
    ['brackets and operators together, too deep', leaning(10, 100), ['N0602']],
    ['1001 indices', `a${'[0]'.repeat(1001)}`, ['N0602']],
    ['1001 signs', `${'-'.repeat(1001)}1`, ['N0602']],
    ['1001 conditionals', `${'c ? 1 : '.repeat(1001)}1`, ['N0602']],
    ['comparisons apart', 'a < b && b < c ? a == b : (a < b) != (b < c)', []],
    ['comparisons in a chain', 'a < b == c', ['N0105']],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, value, codes) => {
    const text = `const a = ${value}`;
    const { file, diagnostics } = parse({ path, text });
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(codes);
    if (codes.length === 0) expect(printAst(file)).toMatch(/^\(const a /);
  });

  it('10,000 statements in sequence', () => {
    const text = `model M {\n${'  let a = 1\n'.repeat(10_000)}}`;
    const { file, diagnostics } = parse({ path, text });
    expect(diagnostics).toEqual([]);
    expect(printAst(file).split('\n').length).toBe(10_001);
  });

  it('of many errors the first 20 are shown, and that there are more', () => {
    const { diagnostics } = parse({ path, text: 'const a = \n'.repeat(30) });
    expect(diagnostics.map((diagnostic) => diagnostic.notes.length)).toEqual([
      ...Array.from({ length: 19 }, () => 0),
      1,
    ]);
    expect(diagnostics[19]?.notes[0]?.message).toBe('there are more errors; these are the first 20');
    expect(parse({ path, text: 'const a = \n'.repeat(20) }).diagnostics[19]?.notes).toEqual([]);
  });
});
