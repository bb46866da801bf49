// Scalar models in math.js: each partial derivative by `derivative`, simplified and compiled once.

import { derivative, parse } from 'mathjs';

export function rosenbrock({ N }, { params }) {
  const terms = Array.from({ length: N - 1 }, (_, i) => `100 * (x${i + 1} - x${i}^2)^2 + (1 - x${i})^2`);
  return prepare('x', params.x, terms);
}

export function inverseKinematics({ n }, { params, data: { len, tx, ty } }) {
  const angle = (i) => sum(Array.from({ length: i + 1 }, (_, j) => `theta${j}`));
  const reach = (f) => sum(Array.from(len, (length, i) => `${length} * ${f}(${angle(i)})`));
  const bend = sum(Array.from({ length: n }, (_, i) => `theta${i}^2`));
  return prepare('theta', params.theta, [
    `(${reach('cos')} - ${tx})^2`,
    `(${reach('sin')} - ${ty})^2`,
    `1e-3 * (${bend})`,
  ]);
}

export { inverseKinematics as 'inverse-kinematics' };

/**
 * The loss is the sum of terms, and a partial derivative is that of the terms with its variable: a hundred terms at once,
 * nearly all of which become 0, math.js had not simplified after 100 s.
 */
function prepare(name, values, terms) {
  const variables = Array.from(values, (_, i) => `${name}${i}`);
  const trees = terms.map((term) => parse(term));
  const names = trees.map(
    (tree) => new Set(tree.filter((node) => node.isSymbolNode).map((node) => node.name)),
  );
  const loss = parse(sum(terms)).compile();
  const partials = variables.map((variable) =>
    parse(
      sum(
        trees.filter((_, i) => names[i].has(variable)).map((tree) => derivative(tree, variable).toString()),
      ),
    ).compile(),
  );
  const gradient = { [name]: new Float64Array(values.length) };
  const scope = new Map();
  const run = () => {
    for (let i = 0; i < values.length; i++) scope.set(variables[i], values[i]);
    for (let i = 0; i < values.length; i++) gradient[name][i] = partials[i].evaluate(scope);
    return loss.evaluate(scope);
  };
  return { gradient, run };
}

const sum = (terms) => terms.join(' + ');
