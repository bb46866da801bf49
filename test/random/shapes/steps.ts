// What goes step by step: states through matrices, sums that grow, arrays that are replaced.

import { aBool } from '../bool.ts';
import { inside } from '../reduction.ts';
import { aReal, moderate } from '../scalar.ts';
import type { Dim, Place, Scope } from '../term.ts';
import { named, type Made, type Maker } from './maker.ts';

/** logSumExps over the states before, step by step. */
export function forward({ g, choices, dim, input, name, scope }: Maker): Made {
  const [states, steps] = [dim(), dim()];
  const a = input('a', [states, states]);
  const y = input('y', [steps, states]);
  const start = input('p', [states]);
  const place = (text: string, of: Dim): Place => ({ text, dim: of });
  const isGrowing = choices.chance(0.2);
  const range = isGrowing ? choices.pick(['0..j + 1', `j..${states.text}`]) : states.text;
  const inner: Scope = {
    ...scope,
    places: [place('i', states), place('j', states), place('t', steps)],
    loops: 3,
  };
  const more = choices.chance(0.3) ? moderate(g, aReal({ ...g, budget: 2 }, inner), 3).text : `${y}[t, i]`;
  const terms = [
    `${name}[i]`,
    choices.pick([`${a}[i, j]`, `${a}[j, i]`, `2 * ${a}[i, j]`]),
    ...(choices.chance(0.4) ? [more] : []),
  ];
  const first = choices.below(terms.length);
  const exponent = [
    terms[first],
    ...terms.filter((_, k) => k !== first).map((term) => `${choices.pick(['+', '-'])} ${term}`),
  ].join(' ');
  const rest = choices.pick(['', ` + ${y}[t, j]`, ` - ${name}[0]`]);
  const step = `${name} = [logSumExp(${exponent} for i in ${range})${rest} for j in ${states.text}]`;
  const isGuarded = choices.chance(0.2);
  const condition = aBool({ ...g, budget: 2 }, { ...scope, places: [place('t', steps)], loops: 2 }).text;
  let most = 2;
  for (let k = 0; k < steps.value; k++) most = 2 * most + 8 + Math.log(states.value);
  return {
    lines: [
      `var ${name}: real[${states.text}] = ${start}`,
      `for t in ${choices.pick([steps.text, `1..${steps.text}`])} {`,
      isGuarded ? `  if (${condition}) { ${step} }` : `  ${step}`,
      '}',
    ],
    dims: [states],
    most,
  };
}

/** A state that goes through matrices in every step. */
export function recurrent({ g, choices, dim, input, name, scope }: Maker): Made {
  const [size, steps] = [dim(), dim()];
  const w = input('w', [size, size], 'param');
  const x = input('x', [steps, size]);
  const start = input('b', [size]);
  const through = choices.pick([`${w} @ ${name}`, `${name} @ ${w}`, `${w} @ (${w} @ ${name})`]);
  const more = choices.pick([` + ${x}[t]`, ` * ${x}[t]`, '', ` + ${w} @ ${x}[t]`]);
  const squash = choices.pick(['tanh', 'sigmoid', 'sin']);
  const step = `${name} = ${squash}(${through}${more})${choices.pick(['', ` * ${name}`])}`;
  const inner: Scope = { ...scope, places: [{ text: 't', dim: steps }], loops: 2 };
  const guarded = choices.chance(0.2) ? `if (${aBool({ ...g, budget: 2 }, inner).text}) { ${step} }` : step;
  return {
    lines: [
      `var ${name}: real[${size.text}] = ${start}`,
      `for t in ${choices.pick([steps.text, `1..${steps.text}`])} {`,
      `  ${guarded}`,
      ...(choices.chance(0.3) ? [`  loss sum(${name}^2)`] : []),
      '}',
    ],
    dims: [size],
    most: 2,
  };
}

/** Sums over ranges that grow or shrink with an index. */
export function running(maker: Maker): Made {
  const { g, choices, dim, scope } = maker;
  const over = dim();
  const term = (): string => {
    const inner = inside({ ...scope, places: [], loops: 1 }, { text: 'j', dim: over });
    const value = moderate(g, aReal({ ...g, budget: 3 }, inner), 2);
    const range = choices.pick([
      '0..i + 1',
      '0..i',
      `i..${over.text}`,
      `i + 1..${over.text}`,
      '1..i',
      '1..i + 1',
    ]);
    return `sum(${value.text} for j in ${range})`;
  };
  const terms = Array.from({ length: 1 + choices.below(3) }, term);
  return named(
    maker,
    [['i', over]],
    terms.join(` ${choices.pick(['*', '+', '-'])} `),
    (2 * over.value + 1) ** terms.length,
  );
}

/** Costly values of the elements of a matrix, before, while and after they are replaced. */
export function replaced({ choices, dim, input, name }: Maker): Made {
  const [rows, columns] = [dim(), dim()];
  const x = input('x', [rows, columns], 'param');
  const b = `${name}b`;
  const f = choices.pick(['sin', 'tanh', 'cos']);
  const reading = `  for j in ${columns.text} { ${name} += ${f}(${b}[i, j]) }`;
  const replacing = `  for j in ${columns.text} { ${b}[i, j] = ${choices.pick([`0.5 * ${b}[i, j] + 0.1`, `${f}(${b}[i, j])`, `${x}[i, j]^2`])} }`;
  const lines = choices.pick([[reading, replacing], [replacing, reading], [replacing]] as const);
  return {
    lines: [
      `var ${b} = ${choices.pick([`${x} * 1.0`, `sin(${x})`])}`,
      `var ${name} = 0.0`,
      `for i in ${rows.text} {`,
      ...lines,
      '}',
      `${name} += sum(${f}(${b}[i, j])${choices.pick(['', ` * ${x}[i, j]`])} for i in ${rows.text}, j in ${columns.text})`,
    ],
    dims: [],
    most: 4 * rows.value * columns.value,
  };
}
