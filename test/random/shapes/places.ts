// What is read at places that are computed or given: rows that data name, reshaped arrays, and the largest of neighbours.

import { fixed, longer, named, type Made, type Maker } from './maker.ts';

/** More iterations than rows that data name for them, mostly, with something costly to compute of each row. */
export function looked(maker: Maker): Made {
  const { choices, dim, input, rows } = maker;
  const [range, trips] = [dim(), choices.pick([fixed(9), longer(dim(), 5), dim()])];
  const isPair = choices.chance(0.3);
  const which = rows('k', isPair ? [trips, fixed(2)] : [trips], range);
  const [a, v] = [input('a', [range]), input('v', [trips])];
  const row = (axis: number): string => `${a}[${which}[n${isPair ? `, ${axis}` : ''}]]`;
  const costly = (x: string): string => choices.pick([`exp(sin(${x}) * cos(${x}))`, `(sin(exp(${x})) + tanh(${x}) * cos(3 * ${x}))`, `sum(cos(${x} * ${a}[l]) * atan(${x}) for l)`]); // prettier-ignore
  const by = `${v}[n]`;
  const turned = `(cos(exp(${row(0)})) * ${by} - sin(${row(0)}) * (cos(exp(${row(0)})) * ${by} + ${row(0)} * ${v}[0]))`;
  const term = choices.pick([`${by} * ${costly(row(0))}`, `(${costly(row(0))} - ${by})^2`, `${costly(row(0))} * ${by} + ${costly(row(1))}`, turned]); // prettier-ignore
  const guarded = choices.chance(0.2) ? `(n > 0 ? ${term} : ${by})` : term;
  return choices.chance(0.6)
    ? named(maker, [], `sum(${guarded} for n in ${trips.text})`, 150 * trips.value)
    : named(maker, [['n', trips]], guarded, 150);
}

/** Rows that lie back by what data say, in a matrix: where there is none, a branch keeps out of it. */
export function lagged(maker: Maker): Made {
  const { choices, dim, input, rows } = maker;
  const [across, trips] = [dim(), dim()];
  const lag = rows('k', [across], trips);
  const turned = choices.chance(0.4);
  const w = input('w', turned ? [across, trips] : [trips, across], 'param');
  const v = input('v', [trips]);
  const at = choices.pick([`n - ${lag}[k]`, `${trips.text} - 1 - n - ${lag}[k]`, `n - ${lag}[k] - 1`]);
  const read = turned ? `${w}[k, ${at}]` : `${w}[${at}, k]`;
  const term = choices.pick([`${read} * ${v}[n]`, `sin(${read})`, `(${read} - ${v}[n])^2`]);
  const all = choices.chance(0.5)
    ? `sum((${at} >= 0 ? ${term} : ${v}[n]) for n in ${trips.text}, k in ${across.text})`
    : `sum(${term} for n in ${trips.text}, k in ${across.text} if ${at} >= 0)`;
  return named(maker, [], all, 16 * trips.value * across.value);
}

/** An array with several axes, read at one number. */
export function reshaped(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const [outer, across] = [dim(), fixed(choices.pick([2, 3, 4]))];
  const x = input('x', [outer, across]);
  const w = input('w', [outer, across]);
  const array = `${maker.name}z`;
  const base = choices.pick([across.text, across.text, '2']);
  const at = `${array}[f div ${across.text}, f mod ${base}]`;
  const all = `${outer.text} * ${across.text}`;
  const values = `let ${array}[i in ${outer.text}, j in ${across.text}] = sin(${x}[i, j] * ${w}[i, 0])`;
  const read = choices.pick([`${at} * ${x}[f div ${across.text}, f mod ${across.text}]`, `${at} * ${w}[(${all} - 1 - f) div ${across.text}, f mod ${base}]`]); // prettier-ignore
  const made = named(maker, [], `sum(${read} * real(f + 1) for f in ${all})`, 60 * outer.value ** 2 * 16);
  return { ...made, lines: [values, ...made.lines] };
}

/** The largest of four neighbours of a convolution, weighted. */
export function pooled(maker: Maker): Made {
  const { g, choices, dim, input } = maker;
  const [points, kernels] = [dim(), dim()];
  const channels = fixed(choices.pick([2, 2, 1]));
  const x = input('x', [points, channels, fixed(6), fixed(4)]);
  const k = input('k', [kernels, channels, fixed(3), fixed(3)], 'param');
  const w = input('w', [kernels, fixed(2)]);
  const [z, p] = [`${maker.name}z`, `${maker.name}p`];
  const pool = g.isSmooth ? 'logSumExp' : choices.pick(['max', 'max', 'min']);
  const product = `${x}[n, c, i + a, j + b] * ${k}[o, c, a, b]`;
  const axes = `n in ${points.text}, o in ${kernels.text}`;
  const lines = [
    `let ${z}[${axes}, i in 4, j in 2] = sum(${product} for c in ${channels.text}, a in 3, b in 3)`,
    `let ${p}[${axes}, i in 2] = ${pool}(${z}[n, o, 2 * i + a, b] for a in 2, b in 2)`,
  ];
  const sum = `sum((sum(${p}[n, o, i] * ${w}[o, i] for o, i) - real(n))^2 for n in ${points.text})`;
  const made = named(maker, [], sum, 1e5 * points.value * kernels.value ** 2);
  return { ...made, lines: [...lines, ...made.lines] };
}
