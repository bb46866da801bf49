// Ops table, the gamma function: its logarithm and the derivatives of that. The coefficients are Chebyshev fits, made in
// 60-digit arithmetic and good to 1e-16: between 3/4 and 3 of lgamma(x) / ((x - 1) (x - 2)) and of digamma(x) / (x - zero) in
// t = (x - 1.5) / (x + 1.5), so that the zeros are exact; from 8 on of what Stirling's formula leaves, in 1 / x².
// To the right of 0 results are good to two units of the last place; to the left of it this holds for what reflection adds up,
// not near the zeros of the sum.

import { op } from './define.ts';
import { fused, horner, nested } from './nested.ts';

const lgammaNear = [
  0.4831289505409809, -0.437879687742918, 0.1283229219281649, -0.15080363092820356, 0.08530564281503979,
  -0.09321052266562102, 0.06382812032341074, -0.06769490721890194, 0.050915757567650585, -0.05319455551364766,
  0.0423266427773372, -0.04383044224601787, 0.036214849568116304, -0.03720275649872248, 0.03155459591380018,
  -0.033196689399448046, 0.028924539579234937, -0.02344827485687398, 0.019907457889658562,
  -0.04471135139086967, 0.04115275013333885,
];
const lgammaFar = [
  0.08333333333333333, -0.0027777777777740443, 0.0007936507897939822, -0.0005952365958109715,
  0.0008414714760940962, -0.0018904619118891278, 0.005067585376179586,
];
const digammaNear = [
  0.951055876031833, -1.2708822638443817, 0.8940000943226422, -0.9480504699657331, 0.897052723996584,
  -0.9236820282511713, 0.9043231222884207, -0.9182041500836527, 0.9075833633790469, -0.9159354569383117,
  0.9091769240843187, -0.9147390209889005, 0.9103036284495487, -0.9143683213070638, 0.9069838629430996,
  -0.9089212112611971, 0.9490723362071996, -0.9588635900441228, 0.6699741101957428, -0.6418197919707203,
  1.7271718838674084, -1.7806648120311082,
];
const digammaFar = [
  0.08333333333333333, -0.00833333333327954, 0.003968253912624483, -0.00416664500536135, 0.007571712041585408,
  -0.020699259230253297, 0.06364857526008147,
];

function lgamma(x: number): number {
  if (x <= 0) {
    const apart = Math.abs(x - Math.round(x));
    return apart > 0 ? 1.1447298858494002 - Math.log(Math.sin(Math.PI * apart)) - lgamma(1 - x) : Infinity;
  }
  if (x < 0.75) return x * (x - 1) * horner(lgammaNear, (x - 0.5) / (x + 2.5)) - Math.log(x);
  if (!(x < 8))
    return (x - 0.5) * (Math.log(x) - 1) + 0.4189385332046727 + horner(lgammaFar, 1 / (x * x)) / x;
  let product = 1;
  let y = x;
  for (; y > 3; product *= y) y--;
  return (y - 1) * (y - 2) * horner(lgammaNear, (y - 1.5) / (y + 1.5)) + Math.log(product);
}

function digamma(x: number): number {
  if (x <= 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  if (!(x < 8)) return Math.log(x) - (0.5 + horner(digammaFar, 1 / (x * x)) / x) / x;
  let y = x < 0.75 ? 1 + x : x;
  let sum = x < 0.75 ? -1 / x : 0;
  for (; y > 3; sum += 1 / y) y--;
  const apart = y - 1.4616321449683622 - 9.549995429965697e-17;
  return apart * horner(digammaNear, (y - 1.5) / (y + 1.5)) + sum;
}

/** B(2k) / (2k)! with the Bernoulli numbers B. */
const bernoulli = [
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7,
  2.08767569878681e-8, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
];

/** n! times the sum of 1 / (x + k)^(n + 1) over all k >= 0, with a sign; the end of the sum by Euler and Maclaurin. */
function polygamma(n: number, x: number): number {
  if (!(n >= 1 && n <= 100)) return NaN;
  let factor = n % 2 === 0 ? -1 : 1;
  const sign = factor;
  for (let k = 2; k <= n; k++) factor *= k;
  const s = n + 1;
  if (x <= 0) {
    const apart = x - Math.round(x);
    const others = polygamma(n, 1 + apart) + sign * (polygamma(n, 1 - apart) - polygamma(n, 1 - x));
    return others + factor * apart ** -s;
  }
  let steps = Math.max(0, Math.ceil(s + 9 - x));
  const y = x + steps;
  let tail = 0;
  for (let k = bernoulli.length - 1; k > 0; k--) {
    tail = ((s + 2 * k - 1) / y) * ((s + 2 * k) / y) * ((bernoulli[k] ?? NaN) + tail);
  }
  let sum = y ** -n * (1 / n + (0.5 + ((bernoulli[0] ?? NaN) + tail) * (s / y)) / y);
  while (steps > 0) sum += (x + --steps) ** -s;
  return factor * sum;
}

/** What `polygamma` calls `tail`, written out. */
const tailText = (s: string, y: string): string =>
  bernoulli
    .slice(1)
    .map(String)
    .reduceRight((inner, coefficient, place, all) => {
      const sum = place === all.length - 1 ? coefficient : `(${coefficient} + ${inner})`;
      return `((${s} + ${2 * place + 1}) / ${y}) * ((${s} + ${2 * place + 2}) / ${y}) * ${sum}`;
    }, '');

/**
 * The sine and the cotangent of pi t for t in -1/2 .. 1/2, where reflection needs digits that the builtins of WGSL may not
 * have: sin(pi t) / t, and (1 / t - pi cot(pi t)) / t, in t² and good to 5e-8.
 */
const sine = [
  3.1415926400772034, -5.167710076668315, 2.550077386528912, -0.5982904112834275, 0.07765591227601387,
];
const cotangent = [
  3.289868173033112, 2.1646310867883973, 2.0356576215195017, 1.9854411301876982, 2.249962260167145,
  0.6604359975657436, 5.279791960816903,
];

/** Terms enough for f32. */
const short = {
  lgammaNear: lgammaNear.slice(0, 14),
  lgammaFar: lgammaFar.slice(0, 3),
  digammaNear: digammaNear.slice(0, 17),
  digammaFar: digammaFar.slice(0, 3),
};

export const gamma = {
  lgamma: op({
    doc: 'Logarithm of |gamma(x)|, where gamma(n + 1) = n!; infinite at 0, -1, -2, ….',
    args: { x: 'real' },
    result: 'real',
    eval: lgamma,
    d: { x: 'digamma(x)' },
    singular: 'infinite',
    ts: {
      helper: 'lgamma',
      source: `\
/** The logarithm of |gamma(x)|; to the left of 0 by reflection. */
function lgamma(x: number): number {
  if (x <= 0) {
    const apart = Math.abs(x - Math.round(x));
    return apart > 0 ? 1.1447298858494002 - Math.log(Math.sin(Math.PI * apart)) - lgamma(1 - x) : Infinity;
  }
  const square = 1 / (x * x);
  if (!(x < 8)) return (x - 0.5) * (Math.log(x) - 1) + 0.4189385332046727 + ${nested(lgammaFar, 'square')} / x;
  let product = 1;
  let y = x < 0.75 ? 1 + x : x;
  for (; y > 3; product *= y) y--;
  const t = (y - 1.5) / (y + 1.5);
  const near = ${nested(lgammaNear, 't')};
  return x < 0.75 ? x * (x - 1) * near - Math.log(x) : (y - 1) * (y - 2) * near + Math.log(product);
}`,
    },
    wgsl: {
      helper: 'lgamma',
      source: `\
/// The logarithm of |gamma(x)|; to the left of 0 by reflection.
fn lgamma(x: f32) -> f32 {
  let reflects = x <= 0.0;
  let z = select(x, 1.0 - x, reflects);
  var product = 1.0;
  var y = select(z, 1.0 + z, z < 0.75);
  if (z < 8.0) {
    for (; y > 3.0; y -= 1.0) { product *= y - 1.0; }
  }
  let t = (y - 1.5) / (y + 1.5);
  let near = ${fused(short.lgammaNear, 't')};
  let square = 1.0 / (z * z);
  let logarithm = $log(select(z, product, (z >= 0.75) & (z < 8.0)));
  let far = (z - 0.5) * (logarithm - 1.0) + 0.41893853 + ${fused(short.lgammaFar, 'square')} / z;
  let small = select((y - 1.0) * (y - 2.0) * near + logarithm, z * (z - 1.0) * near - logarithm, z < 0.75);
  let value = select(far, small, z < 8.0);
  let apart = abs(x - round(x));
  let apart_squared = apart * apart;
  let sine = apart * ${fused(sine, 'apart_squared')};
  return select(value, 1.1447299 - $log(sine) - value, reflects);
}`,
    },
    callable: true,
    samples: [
      [0.5],
      [1e-10],
      [0.74],
      [1.0001],
      [1.3],
      [2.0001],
      [3.7],
      [7.9],
      [12.5],
      [1e10],
      [-0.3],
      [-1.5],
      [-20.25],
    ],
  }),
  digamma: op({
    doc: 'Derivative of `lgamma`.',
    args: { x: 'real' },
    result: 'real',
    eval: digamma,
    d: { x: 'polygamma(1, x)' },
    singular: 'infinite',
    ts: {
      helper: 'digamma',
      source: `\
/** The derivative of log |gamma(x)|; to the left of 0 by reflection. */
function digamma(x: number): number {
  if (x <= 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  const square = 1 / (x * x);
  if (!(x < 8)) return Math.log(x) - (0.5 + ${nested(digammaFar, 'square')} / x) / x;
  let y = x < 0.75 ? 1 + x : x;
  let sum = x < 0.75 ? -1 / x : 0;
  for (; y > 3; sum += 1 / y) y--;
  const t = (y - 1.5) / (y + 1.5);
  const apart = y - 1.4616321449683622 - 9.549995429965697e-17;
  return apart * ${nested(digammaNear, 't')} + sum;
}`,
    },
    wgsl: {
      helper: 'digamma',
      source: `\
/// The derivative of log |gamma(x)|; to the left of 0 by reflection.
fn digamma(x: f32) -> f32 {
  let reflects = x <= 0.0;
  let z = select(x, 1.0 - x, reflects);
  var y = select(z, 1.0 + z, z < 0.75);
  var sum = select(0.0, -1.0 / z, z < 0.75);
  if (z < 8.0) {
    for (; y > 3.0; y -= 1.0) { sum += 1.0 / (y - 1.0); }
  }
  let t = (y - 1.5) / (y + 1.5);
  let near = (y - 1.4616321) * ${fused(short.digammaNear, 't')} + sum;
  let square = 1.0 / (z * z);
  let far = $log(z) - (0.5 + ${fused(short.digammaFar, 'square')} / z) / z;
  let value = select(far, near, z < 8.0);
  let apart = x - round(x);
  let apart_squared = apart * apart;
  let cotangent = 1.0 / apart - apart * ${fused(cotangent, 'apart_squared')};
  return select(value, value - cotangent, reflects);
}`,
    },
    callable: true,
    samples: [
      [0.5],
      [1e-10],
      [0.74],
      [1.4616],
      [1.5],
      [3.7],
      [7.9],
      [12.5],
      [1e10],
      [-0.3],
      [-1.75],
      [-20.25],
    ],
  }),
  polygamma: op({
    doc: 'Derivative of `digamma` of order n: `polygamma(1, x)` is also called trigamma.',
    args: { n: 'int', x: 'real' },
    result: 'real',
    eval: polygamma,
    d: { x: 'polygamma(n + 1, x)' },
    singular: 'infinite',
    ts: {
      helper: 'polygamma',
      source: `\
/** The derivative of order n of digamma: a sum over 1 / (x + k)^(n + 1), its end by the formula of Euler and Maclaurin. */
function polygamma(n: number, x: number): number {
  if (!(n >= 1 && n <= 100)) return NaN;
  const sign = n % 2 === 0 ? -1 : 1;
  let factor = sign;
  for (let k = 2; k <= n; k++) factor *= k;
  const s = n + 1;
  if (x <= 0) {
    const apart = x - Math.round(x);
    const others = polygamma(n, 1 + apart) + sign * (polygamma(n, 1 - apart) - polygamma(n, 1 - x));
    return others + factor * apart ** -s;
  }
  let steps = Math.max(0, Math.ceil(s + 9 - x));
  const y = x + steps;
  const tail = ${tailText('s', 'y')};
  let sum = y ** -n * (1 / n + (0.5 + (0.08333333333333333 + tail) * (s / y)) / y);
  while (steps > 0) sum += (x + --steps) ** -s;
  return factor * sum;
}`,
    },
    wgsl: {
      helper: 'polygamma',
      source: `\
/// The derivative of order n of digamma: a sum over n! / (x + k)^(n + 1), its end by the formula of Euler and Maclaurin. To
/// the left of 0 it is the sum over all integers k less that over the others. NaN where n is not in 1..101.
fn polygamma(n: i32, x: f32) -> f32 {
  if ((n < 1) | (n > 100)) { return sqrt(-1.0 - abs(x)); }
  let s = f32(n + 1);
  let sign = select(1.0, -1.0, n % 2 == 0);
  let reflects = x <= 0.0;
  let apart = x - round(x);
  var total = 0.0;
  for (var part = 0; part < select(1, 4, reflects); part++) {
    var z = x;
    var weight = 1.0;
    if (reflects) {
      switch part {
        case 0: { z = 1.0 + apart; }
        case 1: { z = 1.0 - apart; weight = sign; }
        case 2: { z = 1.0 - x; weight = -sign; }
        default: { z = abs(apart); weight = select(1.0, sign, apart < 0.0); }
      }
    }
    let is_pole = part == 3;
    let steps = select(max(0.0, ceil(s + 5.0 - z)), 0.0, is_pole);
    let y = z + steps;
    let tail = (s + 1.0) / y * (s + 2.0) / y * (-1.3888889e-3 + (s + 3.0) / y * (s + 4.0) / y * 3.3068783e-5);
    let end = select(y / f32(n) + 0.5 + (0.083333333 + tail) * s / y, 1.0, is_pole);
    var sum = 0.0;
    for (var k = steps; k >= 0.0; k -= 1.0) {
      let inverse = 1.0 / (z + k);
      var term = select(inverse, inverse * end, k == steps);
      for (var j = 1; j <= n; j++) { term *= f32(j) * inverse; }
      sum += term;
    }
    total += weight * sum;
  }
  return sign * total;
}`,
    },
    callable: true,
    samples: [
      [1, 0.5],
      [1, 1e-10],
      [1, 3.7],
      [2, 1.5],
      [1, 12.5],
      [1, 1e10],
      [3, 0.25],
      [1, -0.3],
      [1, -1.7],
      [2, -20.25],
      [4, -3.7],
    ],
    domain: 'n from 1 to 100',
  }),
};
