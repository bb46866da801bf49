// Exponentials by tables, in TypeScript: e^x = 2^(k / 128) e^r with a whole number k and |r| below log(2) / 256, where few
// terms of the series are enough. On V8 that takes half the time of `Math.exp`, and it is nearer to the true value. Nothing is
// used but arithmetic, and BigInt for the table, so that the digits are the same in every engine.

import type { Spelling, Steps } from './types.ts';

/** What a module declares once beside functions. */
export const declared: Readonly<Record<string, string>> = {
  POWERS: `\
/** 2^(i - 1075), exactly. */
const POWERS: Numbers = /* @__PURE__ */ powersOf2();

function powersOf2(): Float64Array {
  const powers = new Float64Array(2099);
  for (let i = 1, power = 5e-324; i < 2099; i++, power += power) powers[i] = power;
  return powers;
}`,
  ROOTS: `\
/** At 2i the double that is nearest to 2^(i / 128 + 1); behind it, in parts of it, what it lacks. */
const ROOTS: Numbers = /* @__PURE__ */ rootsOf2();

function rootsOf2(): Float64Array {
  const roots = new Float64Array(256);
  // 2^(1 / 128), with 105 bits behind the point; below, 2^-104.
  const step = BigInt('0x202c7b53f6666adb094cd5c66dc');
  const bits = BigInt(105);
  for (let i = 0, power = BigInt(1) << bits; i < 256; i += 2, power = (power * step) >> bits) {
    const nearest = Number(power);
    roots[i] = nearest * 4.930380657631324e-32;
    roots[i + 1] = Number(power - BigInt(nearest)) / nearest;
  }
  return roots;
}`,
};

/** A whole number of units of log(2) / 128, and the place of its root in the table; 1.5 * 2^52, added and taken away, rounds. */
const multiple = (x: string, perUnit: string): readonly string[] => [
  `const $k = ${x} * ${perUnit} + 6755399441055744 - 6755399441055744;`,
  'const $i = ($k << 1) & 254;',
];
const perLogarithm = '184.6649652337873';
/** log(2) / 128 in two parts: the first has 34 bits, so that its products with whole numbers are exact. */
const [unit, rest] = ['0.005415212347998022', '1.2655086083325438e-13'];
/** (e^r - 1 - r) / r^2 */
const series = '0.5 + $r * (1 / 6) + $square * (1 / 24 + $r * (1 / 120))';
const root = 'const $root = ROOTS[$i];';
/** The power of 2 comes last: before that nothing is infinite, nor rounded to fewer digits than it has. */
const scaled = `($root + $root * (ROOTS[$i | 1] + ($r + $square * (${series})))) * POWERS[($k >> 7) + 1074]`;

const exponential: Steps = {
  lines: [
    // Beyond these the result is infinite or below 1e-323, and zero.
    'const $bounded = $x > 710 ? 710 : $x < -744 ? -744 : $x;',
    ...multiple('$bounded', perLogarithm),
    `const $r = $bounded - $k * ${unit} - $k * ${rest};`,
    'const $square = $r * $r;',
    root,
  ],
  value: scaled,
};

const exponentialOf2: Steps = {
  lines: [
    'const $bounded = $x > 1024 ? 1024 : $x < -1074 ? -1074 : $x;',
    ...multiple('$bounded', '128'),
    'const $r = ($bounded - $k / 128) * 0.6931471805599453;',
    'const $square = $r * $r;',
    root,
  ],
  value: scaled,
};

/** e / (e + 2) with e = exp(2 |x|) - 1, whose terms are added in an order that keeps small ones. */
const hyperbolicTangent: Steps = {
  lines: [
    'const $double = 2 * Math.abs($x);',
    'const $bounded = $double > 40 ? 40 : $double;',
    ...multiple('$bounded', perLogarithm),
    `const $head = $bounded - $k * ${unit};`,
    `const $tail = $k * ${rest};`,
    'const $r = $head - $tail;',
    'const $square = $r * $r;',
    'const $power = ROOTS[$i] * POWERS[($k >> 7) + 1074];',
    'const $less = $power - 1;',
    `const $e = $less + $head + ($less * $head - $power * $tail + $power * (ROOTS[$i | 1] + $square * (${series})));`,
  ],
  value: '(Math.sign($x) * $e) / ($e + 2)',
};

const named = (text: string): string => text.replaceAll('$', '');

/** The function of one argument that takes the steps. */
const helper = (name: string, doc: string, steps: Steps): Spelling => ({
  helper: name,
  needs: ['POWERS', 'ROOTS'],
  source: `\
/** ${doc} */
function ${name}(x: number): number {
${steps.lines.map((line) => `  ${named(line)}\n`).join('')}  return ${named(steps.value)};
}`,
  steps,
});

export const exp = helper('exp', 'e to the power x, within 0.51 units in the last place.', exponential);
export const exp2 = helper('exp2', '2 to the power x, within 0.51 units in the last place.', exponentialOf2);
export const tanh = helper(
  'tanh',
  'The hyperbolic tangent, within 2.2 units in the last place.',
  hyperbolicTangent,
);
