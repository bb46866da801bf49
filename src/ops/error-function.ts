// Ops table, the error function. The coefficients are Chebyshev fits of erf(x) / x in x² on [0, 1], and of
// erfc(x) exp(x²) (1 + 2x) in t = (x - 3.75) / (x + 3.75) on [1, ∞), made in 60-digit arithmetic and good to 1e-17.

import { op } from './define.ts';
import { fused, horner, nested } from './nested.ts';

const near = [
  1.1283791670955126, -0.37612638903183754, 0.1128379167095512, -0.02686617064512984, 0.0052239776254232985,
  -0.000854832702193483, 0.00012055332902888736, -1.4925647567519332e-5, 1.6462045441468418e-6,
  -1.6364642158167616e-7, 1.4792401209404813e-8, -1.216456005728345e-9, 8.709045129053106e-11,
  -4.230945824295338e-12,
];
const far = [
  1.2375126308378275, -0.14024059858554702, 0.003585415485463658, 0.0822767384901509, -0.10880393014170542,
  0.09230432116020681, -0.05869339859060187, 0.028362277421272217, -0.009746579546758827,
  0.001755625836080245, 0.0002937135851955571, -0.0002901540108272254, 5.164948565287682e-5,
  2.238407000187486e-5, -1.1445487537676303e-5, -9.732652897396229e-7, 1.7550574710779157e-6,
  -5.801968832878722e-8, -2.647387218971434e-7, 2.5886329215590826e-8, 4.5053955238185046e-8,
  -8.514982224155849e-9, -7.559012384310161e-9, 3.6903726194850532e-9, -5.037946944397402e-10,
];

/** erfc for x >= 1. The square is split so that its rounding error does not grow with x. */
function farErfc(x: number): number {
  if (x > 28) return 0;
  const head = Math.fround(x);
  const exponential = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  return (exponential * horner(far, (x - 3.75) / (x + 3.75))) / (1 + 2 * x);
}

function erfc(x: number): number {
  if (Math.abs(x) < 1) return 1 - x * horner(near, x * x);
  return x < 0 ? 2 - farErfc(-x) : farErfc(x);
}

function erf(x: number): number {
  if (Math.abs(x) < 1) return x * horner(near, x * x);
  return Math.sign(x) * (1 - erfc(Math.abs(x)));
}

/** In f32 the far fit needs no more than this many of its terms, the near one this many. */
const farTerms = far.slice(0, 16);
const nearTerms = near.slice(0, 11);

export const errorFunction = {
  erf: op({
    doc: 'Error function, `2 / sqrt(pi) * integral of exp(-t^2) from 0 to x`.',
    args: { x: 'real' },
    result: 'real',
    eval: erf,
    d: { x: '1.1283791670955126 * exp(-x * x)' },
    range: 'bounded',
    vanishes: true,
    ts: {
      helper: 'erf',
      needs: ['erfc'],
      source: `\
/** The error function. */
function erf(x: number): number {
  const square = x * x;
  if (Math.abs(x) < 1) return x * ${nested(near, 'square')};
  return Math.sign(x) * (1 - erfc(Math.abs(x)));
}`,
    },
    wgsl: {
      helper: 'erf',
      needs: ['erfc'],
      source: `\
/// The error function.
fn erf(x: f32) -> f32 {
  let square = min(x * x, 1.0);
  return select(sign(x) * (1.0 - erfc(abs(x))), x * ${fused(nearTerms, 'square')}, abs(x) < 1.0);
}`,
    },
    callable: true,
    samples: [[0.5], [-0.3], [1e-10], [1.5], [-2.5], [4], [-7]],
  }),
  erfc: op({
    doc: 'Complementary error function `1 - erf(x)`, without cancellation for large x.',
    args: { x: 'real' },
    result: 'real',
    eval: erfc,
    d: { x: '-1.1283791670955126 * exp(-x * x)' },
    range: 'bounded',
    vanishes: true,
    ts: {
      helper: 'erfc',
      source: `\
/** The complementary error function 1 - erf(x), without cancellation. */
function erfc(x: number): number {
  const size = Math.abs(x);
  const square = x * x;
  if (size < 1) return 1 - x * ${nested(near, 'square')};
  if (size > 28) return x < 0 ? 2 : 0;
  const head = Math.fround(size);
  const exponential = $exp(-head * head) * $exp((head - size) * (head + size));
  const t = (size - 3.75) / (size + 3.75);
  const tail = (exponential * ${nested(far, 't')}) / (1 + 2 * size);
  return x < 0 ? 2 - tail : tail;
}`,
    },
    wgsl: {
      helper: 'erfc',
      source: `\
/// The complementary error function 1 - erf(x), without cancellation.
fn erfc(x: f32) -> f32 {
  let size = min(abs(x), 12.0);
  let square = min(x * x, 1.0);
  let t = (size - 3.75) / (size + 3.75);
  let tail = $exp(-size * size) * ${fused(farTerms, 't')} / (1.0 + 2.0 * size);
  let wide = select(tail, 2.0 - tail, x < 0.0);
  return select(wide, 1.0 - x * ${fused(nearTerms, 'square')}, abs(x) < 1.0);
}`,
    },
    callable: true,
    samples: [[0.5], [-0.3], [1e-10], [1.5], [-2.5], [4], [12]],
  }),
};
