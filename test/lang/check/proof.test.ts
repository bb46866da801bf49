// The prover of index ranges, held to what it claims: a read that is proved never leaves its axis, and a read that is refused
// always does. Random loops and indices are tried at all small sizes.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { printProgram } from '../../../src/ir/print.ts';
import { check } from '../../../src/lang/check.ts';
import { parse } from '../../../src/lang/parse.ts';

/** The same in Nabla and in JavaScript. */
interface Text {
  readonly nabla: string;
  readonly js: string;
}

const same = (text: string): Text => ({ nabla: text, js: text });
const both = (f: (part: (text: Text) => string, js: boolean) => string): Text => ({
  nabla: f((text) => text.nabla, false),
  js: f((text) => text.js, true),
});

const leaf = fc.constantFrom('i', 'j', 'N', 'D', 'k', 'i', 'j', '0', '1', '2', '3').map(same);
const index: fc.Arbitrary<Text> = fc.letrec<{ term: Text }>((tie) => {
  const pair = fc.tuple(tie('term'), tie('term'));
  return {
    term: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.tuple(pair, fc.constantFrom('+', '-', '+', '-', '*')).map(([[a, b], op]) => both((p) => `(${p(a)} ${op} ${p(b)})`)),
      pair.map(([a, b]) => both((p) => `min(${p(a)}, ${p(b)})`)),
      pair.map(([a, b]) => both((p) => `max(${p(a)}, ${p(b)})`)),
      tie('term').map((a) => both((p) => `abs(${p(a)})`)),
      fc.tuple(tie('term'), fc.constantFrom('N', 'D', '2', '3')).map(([a, m]) => both((p, js) => (js ? `mod(${p(a)}, ${m})` : `((${p(a)}) mod ${m})`))),
      fc.tuple(tie('term'), fc.constantFrom('N', '2', '3')).map(([a, m]) => both((p, js) => (js ? `div(${p(a)}, ${m})` : `((${p(a)}) div ${m})`))),
      fc.tuple(pair, pair).map(([[a, b], [c, d]]) => both((p) => `(${p(a)} < ${p(b)} ? ${p(c)} : ${p(d)})`)),
    ),
  };
}).term; // prettier-ignore

const plain = fc
  .tuple(leaf, fc.constantFrom('+', '-'), leaf)
  .map(([a, op, b]) => both((p) => `${p(a)} ${op} ${p(b)}`));

const comparison = fc
  .tuple(index, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), index)
  .map(([a, op, b]) => both((p) => `${p(a)} ${op} ${p(b)}`));
const guard = fc.oneof(
  { weight: 3, arbitrary: fc.constant(same('true')) },
  { weight: 2, arbitrary: comparison },
  {
    weight: 2,
    arbitrary: fc
      .tuple(comparison, fc.constantFrom('&&', '||'), comparison)
      .map(([a, op, b]) => both((p) => `${p(a)} ${op} ${p(b)}`)),
  },
  { weight: 1, arbitrary: comparison.map((a) => both((p) => `!(${p(a)})`)) },
);

const cases = fc.record({
  index: fc.oneof(index, plain),
  guard,
  first: fc.constantFrom(['0', 'N'], ['1', 'N'], ['0', 'N - 1'], ['0', 'N*D'], ['2', 'D + 2'], ['0', '3']),
  second: fc.constantFrom(['0', 'D'], ['0', 'i'], ['0', 'i + 1'], ['i', 'N'], ['i + 1', 'N'], ['0', 'N - i'], ['0', 'k']),
  extent: fc.constantFrom('N', 'N', 'D', 'N*D', 'N + D', 'N*(N + 1)/2', '2*N + 1', '3'),
}); // prettier-ignore
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function verdict({ index, guard, first, second, extent }: Case): 'proved' | 'checked' | 'refused' {
  const test = guard.nabla === 'true' ? '' : ` if ${guard.nabla}`;
  const text = `model M {
    dim N, D
    data k: int in 0..N, v: real[${extent}]
    output result = sum(v[${index.nabla}] for i in ${first.join('..')}, j in ${second.join('..')}${test}) + real(k * D)
  }`;
  const { file, diagnostics } = parse({ path: 'proof.nabla', text });
  const found = check(file, []);
  const errors = [...diagnostics, ...found.diagnostics].filter(({ severity }) => severity === 'error');
  expect(
    errors.filter(({ code }) => code !== 'N0407' && code !== 'N0408').map(({ message }) => message),
  ).toEqual([]);
  if (errors.length > 0) return 'refused';
  return found.programs.map(printProgram).join('').includes(' checked') ? 'checked' : 'proved';
}

/** At each setting of the sizes and data: a read leaves its axis, all stay, or there are none. */
function outcomes({ index, guard, first, second, extent }: Case): readonly string[] {
  const run = new Function('N', 'D', 'k', `
    const { min, max, abs } = Math, mod = (a, b) => a - b * Math.floor(a / b), div = (a, b) => Math.floor(a / b);
    let outcome = 'none';
    for (let i = ${first[0]}; i < ${first[1]}; i++) for (let j = ${second[0]}; j < ${second[1]}; j++)
      if (${guard.js}) { const at = ${index.js}; if (at < 0 || at >= ${extent}) return 'leaves'; outcome = 'stays'; }
    return outcome;`) as (N: number, D: number, k: number) => string; // prettier-ignore
  const found: string[] = [];
  for (let N = 1; N <= 4; N++)
    for (let D = 1; D <= 4; D++) for (let k = 0; k < N; k++) found.push(run(N, D, k));
  return found;
}

test('proved reads stay in range, refused ones leave it', () => {
  const counts = { proved: 0, checked: 0, refused: 0 };
  fc.assert(
    fc.property(cases, (one) => {
      const said = verdict(one);
      counts[said]++;
      if (said === 'proved') expect(outcomes(one)).not.toContain('leaves');
      if (said === 'refused') expect(outcomes(one)).not.toContain('stays');
    }),
    { numRuns: 4000, seed: 7 },
  );
  // Each verdict is met often enough to mean something.
  expect(Math.min(counts.proved, counts.checked, counts.refused)).toBeGreaterThan(50);
});
