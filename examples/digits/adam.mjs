// Adam (Kingma and Ba, 2015) over the parameter object of an emitted model: arrays go in, the same arrays are changed.

/** `zeros` makes an empty parameter object, such as the emitted `digitsZeros(sizes)`. */
export function adam(zeros, { decay1 = 0.9, decay2 = 0.999, epsilon = 1e-8 } = {}) {
  const mean = zeros();
  const square = zeros();
  let steps = 0;

  return function step(params, gradient, rate) {
    steps += 1;
    const scale = (rate * Math.sqrt(1 - decay2 ** steps)) / (1 - decay1 ** steps);
    for (const name of Object.keys(params))
      update(params[name], gradient[name], mean[name], square[name], scale);
  };

  function update(x, g, m, v, scale) {
    for (let i = 0; i < x.length; i++) {
      m[i] = decay1 * m[i] + (1 - decay1) * g[i];
      v[i] = decay2 * v[i] + (1 - decay2) * g[i] * g[i];
      x[i] -= (scale * m[i]) / (Math.sqrt(v[i]) + epsilon);
    }
  }
}
