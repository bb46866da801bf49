// Sums of products, of neighbours and of likelihoods, over points, rows, and matrices with zeros.

import { fixed, longer, named, type Made, type Maker } from './maker.ts';

/** Products of neighbours along a row, for several channels. */
export function convolution(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const row = dim();
  const taps = choices.pick([4, 4, 5, 2]);
  const grows = choices.chance(0.2);
  const channels = grows ? row : dim();
  const x = input('x', [channels, longer(row, taps - 1)]);
  const range = grows
    ? choices.pick(['0..i + 1', 'i..' + row.text])
    : choices.pick([channels.text, `1..${channels.text}`]);
  const kernels = dim();
  const isMany = choices.chance(0.5);
  const k = input('k', [...(isMany ? [kernels] : []), channels, fixed(taps)]);
  const weight = (tap: number | string) => `${k}[${isMany ? 'o, ' : ''}c, ${tap}]`;
  const products = Array.from(
    { length: taps },
    (_, tap) => `${x}[c, i${tap === 0 ? '' : ` + ${tap}`}] * ${weight(tap)}`,
  );
  const sum = choices.chance(0.5)
    ? `sum(${products.join(' + ')} for c in ${range})`
    : `sum(${x}[c, i + a] * ${weight('a')} for c in ${range}, a in ${taps})`;
  const axes = [...(isMany ? [['o', kernels] as const] : []), ['i', row] as const];
  return named(maker, axes, sum, 4 * taps * channels.value);
}

/** A sum over pairs of neighbours. */
export function stencil(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const over = dim();
  const x = input('x', [longer(over, 1)], 'param');
  const y = choices.chance(0.3) ? input('y', [longer(over, 1)], 'param') : x;
  const [a, b] = [`${x}[i]`, `${y}[i + 1]`];
  const term = choices.pick([`(${a} - ${b})^2`, `(${b} - ${a}^2)^2 + (1 - ${a})^2`, `sin(${a} * ${b})`, `${a} * ${b} * ${y}[i]`, `(i > 1 ? ${a} * ${b} : ${b}^2)`]); // prettier-ignore
  return named(maker, [], `sum(${term} for i in ${over.text})`, 50 * over.value);
}

/** Distances, of which the smallest counts. */
export function nearest(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const [points, centres, depth] = [dim(), dim(), dim()];
  const x = input('x', [points, depth]);
  const c = input('c', [centres, depth], 'param');
  const gap = `${maker.name}gap`;
  const distance = choices.pick([
    `(${x}[n, d] - ${c}[k, d])^2`,
    `(${x}[n, d] - ${c}[k, d])^2`,
    `${x}[n, d] * ${c}[k, d]`,
  ]);
  const made = named(
    maker,
    [['n', points]],
    `${choices.pick(['min', 'max'])}(${gap}[n, k] for k in ${centres.text})`,
    16 * depth.value,
  );
  const array = `let ${gap}[n in ${points.text}, k in ${centres.text}] = sum(${distance} for d in ${depth.text})`;
  return { ...made, lines: [array, ...made.lines] };
}

/** Sums over a matrix with zeros on one side, or with zeros beyond an index that may be negative. */
export function triangle(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const size = dim();
  const w = input('w', [size, size], 'param');
  const v = input('v', [size]);
  const condition = (a: string, b: string): string =>
    choices.pick([`${b} <= ${a}`, `${b} < ${a}`, `${a} <= ${b}`, `${a} == ${b}`, `${b} + 1 < ${a}`, `${a} + ${b} < ${size.text}`, `!(${b} > ${a})`]); // prettier-ignore
  if (choices.chance(0.3)) {
    const inner = `sum((${condition('r', 's')} ? ${v}[s]^2 * ${w}[s, 0] : 0) for s in ${size.text})`;
    return named(
      maker,
      [],
      `sum(${inner} * real(r) for r in ${choices.pick(['-2', '-1', '1'])}..${size.text})`,
      50 * size.value ** 3,
    );
  }
  const [l, chosen] = [`${maker.name}l`, condition('i', 'j')];
  const array = `let ${l}[i in ${size.text}, j in ${size.text}] = ${choices.pick([`${chosen} ? ${w}[i, j] : 0`, `${chosen} ? 0 : ${w}[i, j]`])}`;
  const element = choices.pick([`${l}[r, s]`, `${l}[s, r]`]);
  const made = named(maker, [['r', size]], `sum(${element} * ${v}[s] for s in ${size.text})`, 4 * size.value);
  return { ...made, lines: [array, ...made.lines] };
}

/** The same matrix for every point, whose products make a number of each point. */
export function linear(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const [points, from, to] = [dim(), dim(), dim()];
  const q = input('q', [to, from], 'param');
  const x = input('x', [points, from]);
  const m = input('m', [from], 'param');
  const product = choices.pick([
    `(${q} @ (${x}[n] - ${m}))`,
    `(${q} @ (${m} + ${x}[n] * ${m}[0]))`,
    `(${q} @ (2 * ${m}))`,
    `([-${m}[j] for j in ${from.text}] @ ${input('r', [from, to])})`,
  ]);
  const value = choices.pick([
    `exp(-0.1 * sum(${product}^2))`,
    `tanh(sum(${product}))`,
    `exp(-0.1 * sum((0.5 * ${product} + ${x}[n, 0])^2))`,
  ]);
  const guarded = choices.chance(0.2) ? `(n > 0 ? ${value} : ${m}[0])` : value;
  return choices.chance(0.5)
    ? named(maker, [], `sum(${guarded} for n in ${points.text})`, 2 * points.value)
    : named(maker, [['n', points]], guarded, 2);
}

/** Logistic terms of scores, added up. */
export function likelihood(maker: Maker): Made {
  const { choices, dim, input } = maker;
  const [points, depth] = [dim(), dim()];
  const x = input('x', [points, depth]);
  const w = input('w', [depth], 'param');
  const score = `sum(${w}[d] * ${x}[n, d] for d in ${depth.text})`;
  const term = (): string => choices.pick([`softplus(-${score})`, `logSigmoid(${score})`, `log1p(exp(-abs(${score} - 0.1)))`, `softplus(3 * ${score})`]); // prettier-ignore
  const terms = choices.chance(0.5) ? term() : `${term()} ${choices.pick(['+', '-'])} ${term()}`;
  return named(
    maker,
    [],
    `${choices.pick(['', '-'])}sum(${terms} for n in ${points.text})`,
    30 * depth.value * points.value,
  );
}
