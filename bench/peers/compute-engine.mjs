// Scalar models in the Compute Engine: loss and partial derivatives, as its `D` simplifies them, in one compiled function.

import { compile, ComputeEngine } from '@cortex-js/compute-engine';

export function rosenbrock({ N }, { params }) {
  const terms = Array.from({ length: N - 1 }, (_, i) => [
    'Add',
    ['Multiply', 100, ['Square', ['Subtract', `x_${i + 1}`, ['Square', `x_${i}`]]]],
    ['Square', ['Subtract', 1, `x_${i}`]],
  ]);
  return prepare('x', params.x, ['Add', ...terms]);
}

export function inverseKinematics({ n }, { params, data: { len, tx, ty } }) {
  const theta = Array.from({ length: n }, (_, i) => `theta_${i}`);
  const angle = (i) => (i === 0 ? theta[0] : ['Add', ...theta.slice(0, i + 1)]);
  const reach = (f) => ['Add', ...Array.from(len, (length, i) => ['Multiply', length, [f, angle(i)]])];
  return prepare('theta', params.theta, [
    'Add',
    ['Square', ['Subtract', reach('Cos'), tx]],
    ['Square', ['Subtract', reach('Sin'), ty]],
    ['Multiply', 1e-3, ['Add', ...theta.map((each) => ['Square', each])]],
  ]);
}

export { inverseKinematics as 'inverse-kinematics' };

function prepare(name, values, loss) {
  const engine = new ComputeEngine();
  const variables = Array.from(values, (_, i) => `${name}_${i}`);
  const partials = variables.map((variable) => engine.expr(['D', loss, variable]).evaluate().json);
  const { success, run: lossAndPartials } = compile(engine.expr(['List', loss, ...partials]));
  if (!success) throw new Error('the Compute Engine did not compile the derivatives');
  const gradient = { [name]: new Float64Array(values.length) };
  const given = {};
  const run = () => {
    for (let i = 0; i < values.length; i++) given[variables[i]] = values[i];
    const results = lossAndPartials(given);
    for (let i = 0; i < values.length; i++) gradient[name][i] = results[i + 1];
    return results[0];
  };
  return { gradient, run };
}
