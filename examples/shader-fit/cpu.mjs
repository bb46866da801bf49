// What fit.wgsl does, in double precision with the emitted TypeScript.

import { ts } from 'ts-morph';

/** The functions of an emitted module. */
export function load(text) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  return import(`data:text/javascript;charset=utf-8,${encodeURIComponent(outputText)}`);
}

/** Params and cost of each curve, as the shader writes them. */
export function fitOnCpu({ decayLossAndGradient }, measured, { points, steps }) {
  const count = measured.length / (2 * points);
  const fits = new Float64Array(4 * count);
  const data = { t: 0, y: 0 };
  const gradient = { amplitude: 0, rate: 0, offset: 0 };

  function system(curve, [amplitude, rate, offset]) {
    const matrix = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]; // prettier-ignore
    const vector = [0, 0, 0];
    let cost = 0;
    for (let i = curve * points; i < (curve + 1) * points; i++) {
      [data.t, data.y] = [measured[2 * i], measured[2 * i + 1]];
      const residual = decayLossAndGradient({ amplitude, rate, offset }, data, gradient);
      const row = [gradient.amplitude, gradient.rate, gradient.offset];
      for (let j = 0; j < 3; j++) {
        vector[j] += row[j] * residual;
        for (let k = 0; k < 3; k++) matrix[j][k] += row[j] * row[k];
      }
      cost += 0.5 * residual * residual;
    }
    return { matrix, vector, cost };
  }

  for (let curve = 0; curve < count; curve++) {
    const first = measured[2 * curve * points + 1];
    const last = measured[2 * (curve + 1) * points - 1];
    let params = [first - last, 1, last];
    let here = system(curve, params);
    let damping = 1e-2;
    for (let step = 0; step < steps; step++) {
      const change = solve(here.matrix, damping, here.vector);
      const trial = params.map((value, i) => value - change[i]);
      const there = system(curve, trial);
      if (there.cost < here.cost) {
        params = trial;
        here = there;
        damping *= 0.2;
      } else damping *= 5;
    }
    fits.set([...params, here.cost], 4 * curve);
  }
  return fits;
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** x with (A + damping·diag A) x = b, by Cramer's rule. */
function solve(matrix, damping, b) {
  const [p, q, r] = matrix.map((row, i) => row.map((value, j) => (i === j ? (1 + damping) * value : value)));
  const determinant = dot(p, cross(q, r));
  return [dot(b, cross(q, r)), dot(p, cross(b, r)), dot(p, cross(q, b))].map((value) => value / determinant);
}
