// Central differences of the emitted loss.

export const rosenbrock = (sizes, { params }, loss) => prepare('x', params.x, loss);

export const inverseKinematics = (sizes, { params }, loss) => prepare('theta', params.theta, loss);

export { inverseKinematics as 'inverse-kinematics' };

/** Where the errors of rounding and of the series are about alike. */
const STEP = Math.cbrt(Number.EPSILON);

function prepare(name, values, loss) {
  const gradient = { [name]: new Float64Array(values.length) };
  const run = () => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const step = STEP * Math.max(1, Math.abs(value));
      values[i] = value + step;
      const above = loss();
      values[i] = value - step;
      const below = loss();
      values[i] = value;
      gradient[name][i] = (above - below) / (2 * step);
    }
    return loss();
  };
  return { gradient, run };
}
