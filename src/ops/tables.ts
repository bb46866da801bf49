// Functions by tables, in TypeScript: e^x = 2^(k / 128) e^r with a whole number k and |r| below log(2) / 256, and sin(x) by what it
// is at k / 256 of a turn and the r beyond, where few terms of the series are enough; so are tanh(x) and log(1 + x), near k / 32. On V8 that takes half the time of `Math.exp`, which is
// further from the true value, and three quarters of that of `Math.sin`; of a sine and a cosine of one angle V8 computes most once.
// Nothing is used but arithmetic, and BigInt for the tables, so that the digits are the same in every engine.

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
  TANHS: `\
/** At 640 + i the hyperbolic tangent of i / 32. */
const TANHS: Numbers = /* @__PURE__ */ tanhsOf32nds();

function tanhsOf32nds(): Float64Array {
  const tanhs = new Float64Array(1281);
  // e^(-1 / 16), with 120 bits behind the point; below, 2^-120.
  const step = BigInt('0xf07d5fde38151e72f18ff03049ac5d');
  const bits = BigInt(120);
  const one = BigInt(1) << bits;
  for (let i = 0, power = one; i <= 640; i++, power = (power * step) >> bits) {
    const tanh = Number(((one - power) << bits) / (one + power)) * 7.52316384526264e-37;
    tanhs[640 + i] = tanh;
    // In the middle -0, to which the tangents of 0 and of -0 are added.
    tanhs[640 - i] = -tanh;
  }
  return tanhs;
}`,
  LOGS: `\
/** At 3i one over 1 + i / 32; behind it the double that is nearest to the logarithm of 1 + i / 32, and what that lacks. */
const LOGS: Numbers = /* @__PURE__ */ logsOf32nds();

function logsOf32nds(): Float64Array {
  const logs = new Float64Array(1536);
  // The logarithm in two parts: the first in whole units of 2^-45. It begins with -0, so that log1p(-0) is -0.
  let [high, low] = [-0, -0];
  for (let i = 0, odd = 65; i < 512; i++, odd += 2) {
    logs[3 * i] = 32 / (32 + i);
    logs[3 * i + 1] = high + low;
    logs[3 * i + 2] = high - (high + low) + low;
    // log((n + 1) / n) = 2 (r + r^3 / 3 + r^5 / 5 + ...) with r = 1 / (2n + 1)
    const near = Math.round(70368744177664 / odd) * 2.842170943040401e-14;
    const square = 1 / (odd * odd);
    high += near;
    low += (2 - near * odd + 2 * square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9))))) / odd;
  }
  return logs;
}`,
  SINES: `\
/** The sines of a turn in 256 parts, and of a quarter more, where the cosine of the first stands. */
const SINES: Numbers = /* @__PURE__ */ sinesOfTurn();

function sinesOfTurn(): Float64Array {
  const sines = new Float64Array(321);
  // The cosine and the sine of 1 / 256 of a turn, with 105 bits behind the point; below, 2^-105.
  const across = BigInt('0x1ffd886084cd0cbb2acaeaa46cd');
  const up = BigInt('0xc90aafbd1b33efc9c539edcc0');
  const bits = BigInt(105);
  let [cosine, sine] = [BigInt(1) << bits, BigInt(0)];
  for (let i = 0; i <= 32; i++) {
    const [low, high] = [Number(sine) * 2.465190328815662e-32, Number(cosine) * 2.465190328815662e-32];
    for (let half = 0, sign = 1; half <= 256; half += 128, sign = -sign) {
      sines[half + i] = sign * low;
      sines[half + 64 - i] = sign * high;
      if (half === 256) break;
      sines[half + 64 + i] = sign * high;
      sines[half + 128 - i] = sign * low;
    }
    [cosine, sine] = [
      (cosine * across - sine * up) >> bits,
      (sine * across + cosine * up) >> bits,
    ];
  }
  return sines;
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

/**
 * With a = k / 32 near x and r = x - a: tanh(a) + tanh(r) (1 - tanh(a)^2) / (1 + tanh(a) tanh(r)). It is as odd as the
 * tangent: a branch on the sign would be mispredicted for every other x.
 */
const hyperbolicTangent: Steps = {
  lines: [
    // Beyond these the result is 1, or -1.
    'const $bounded = $x > 20 ? 20 : $x < -20 ? -20 : $x;',
    'const $k = $bounded * 32 + 6755399441055744 - 6755399441055744;',
    'const $r = $bounded - $k * 0.03125;',
    'const $square = $r * $r;',
    'const $small = $r * (1 - $square * (1 / 3 - $square * (2 / 15 - $square * (17 / 315))));',
    'const $near = TANHS[($k + 640) | 0];',
  ],
  value: '$near + ($small * (1 - $near * $near)) / (1 + $near * $small)',
};

/**
 * With a = k / 32 near x and q = (x - a) / (2 + x + a): log(1 + a) + 2 artanh(q), whose first term 2q is r (1 - q) with
 * r = (x - a) / (1 + a). That is as good near 0, where r is x. In the table stands what exp(-|x|) comes to, and up to four of them
 * in one logarithm.
 */
const logarithmOf1Plus: Steps = {
  lines: [
    'const $k = $x * 32 + 6755399441055744 - 6755399441055744;',
    'const $i = 3 * ($k & 511);',
    'const $rest = $x - $k * 0.03125;',
    'const $q = $rest / (2 + $x + $k * 0.03125);',
    'const $square = $q * $q;',
    'const $r = $rest * LOGS[$i];',
    'const $less = $q * ($r - $square * (2 / 3 + $square * (2 / 5 + $square * (2 / 7))));',
  ],
  value: 'Math.abs($x - 7.5) <= 7.5 ? LOGS[$i + 1] + ($r - ($less - LOGS[$i + 2])) : Math.log1p($x)',
};

/** A whole number of 256ths of a turn, and the angle beyond; a 256th in three parts, with exact products of the first two. */
const beyond: readonly string[] = [
  'const $k = $x * 40.74366543152521 + 6755399441055744 - 6755399441055744;',
  'const $i = $k & 255;',
  'const $r = $x - $k * 0.024543692605220713 - $k * 9.495469545335112e-13 + $k * 3.9191856348971346e-22;',
  'const $square = $r * $r;',
  'const $up = SINES[$i];',
  'const $across = SINES[$i + 64];',
];
/** sin(r), and 1 - cos(r) */
const sineOfR = '($r - $r * $square * (1 / 6 - $square * (1 / 120 - $square * (1 / 5040))))';
const versine = '$square * (0.5 - $square * (1 / 24 - $square * (1 / 720)))';
/** Where products with k are no longer exact, that of the engine. */
const circular = (value: string, library: string): Steps => ({
  lines: beyond,
  value: `Math.abs($x) < 1e5 ? ${value} : ${library}($x)`,
});

const named = (text: string): string => text.replaceAll('$', '');

const tables = ['POWERS', 'ROOTS'];

/** The function of one argument that takes the steps. */
export const helper = (name: string, doc: string, needs: readonly string[], steps: Steps): Spelling => ({
  helper: name,
  needs,
  source: `\
/** ${doc} */
function ${name}(x: number): number {
${steps.lines.map((line) => `  ${named(line)}\n`).join('')}  return ${named(steps.value)};
}`,
  steps,
});

export const exp = helper(
  'exp',
  'e to the power x, within 0.51 units in the last place.',
  tables,
  exponential,
);
export const exp2 = helper(
  'exp2',
  '2 to the power x, within 0.51 units in the last place.',
  tables,
  exponentialOf2,
);
export const tanh = helper(
  'tanh',
  'The hyperbolic tangent, within 1.6 units in the last place.',
  ['TANHS'],
  hyperbolicTangent,
);
export const log1p = helper(
  'log1p',
  'The logarithm of 1 + x, within 1.3 units in the last place for x from 0 to 15, and beyond these what it is in the engine.',
  ['LOGS'],
  logarithmOf1Plus,
);
export const sin = helper(
  'sin',
  'The sine, within 2 units in the last place.',
  ['SINES'],
  circular(`$up + ($across * ${sineOfR} - $up * ${versine})`, 'Math.sin'),
);
export const cos = helper(
  'cos',
  'The cosine, within 2 units in the last place.',
  ['SINES'],
  circular(`$across - ($up * ${sineOfR} + $across * ${versine})`, 'Math.cos'),
);
