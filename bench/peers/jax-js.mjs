// Models in jax-js on its backend in WebAssembly: arrays that stay, and one compiled `valueAndGrad`. An operation consumes
// its operands; `.ref` keeps one for another use.

import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { wishartConstant } from '../../dist/bench/models/gmm/prior.js';

await init('wasm');
defaultDevice('wasm');

export function mlp({ B, D, H, M, K }, { params, data }) {
  const shapes = { W1: [D, H], b1: [H], W2: [H, M], b2: [M], W3: [M, K], b3: [K] };
  const labels = new Float32Array(B * K);
  data.label.forEach((label, b) => (labels[b * K + label] = 1));
  const loss = ({ W1, b1, W2, b2, W3, b3 }, { x, labels }) => {
    const first = nn.relu(np.matmul(x, W1).add(b1));
    const second = nn.relu(np.matmul(first, W2).add(b2));
    const score = np.matmul(second, W3).add(b3);
    return np.sum(nn.logSoftmax(score).mul(labels)).mul(-1 / B);
  };
  return prepare(loss, arrays(params, shapes), {
    x: array(data.x, [B, D]),
    labels: array(labels, [B, K]),
  });
}

export function logistic({ N, D }, { params, data }) {
  const loss = ({ w, bias }, { X, y }) => {
    const score = np.matmul(X, w.ref).add(bias);
    const ridge = np.sum(np.square(w)).mul(0.5 * data.lambda);
    return ridge.sub(np.mean(nn.logSigmoid(y.mul(score))));
  };
  return prepare(loss, arrays(params, { w: [D], bias: [] }), {
    X: array(data.X, [N, D]),
    y: array(data.y, [N]),
  });
}

export function gmm({ N, D, K }, { params, data }) {
  const { wishart_gamma: gamma, wishart_m: m } = data;
  const constant = 0.5 * N * D * Math.log(2 * Math.PI) + K * wishartConstant(D, gamma, m);
  // Where in a row of icf each element of Q is that is below the diagonal.
  const places = new Int32Array(D * D);
  const below = new Float32Array(D * D);
  for (let j = 0, at = D; j < D; j++) {
    for (let i = j + 1; i < D; i++, at++) {
      places[i * D + j] = at;
      below[i * D + j] = 1;
    }
  }
  const loss = ({ alphas, means, icf }, { x, places, below, eye }) => {
    const logDiagonal = icf.ref.slice([], [0, D]);
    const logDet = np.sum(logDiagonal.ref, 1);
    const triangle = np.take(icf, places, 1).mul(below).reshape([K, D, D]);
    const Q = triangle.add(np.exp(logDiagonal).reshape([K, D, 1]).mul(eye));
    // Q (x - mean) as Q x - Q mean, so that all clusters' Q x are one product of matrices.
    const Qx = np.matmul(x, np.transpose(Q.ref.reshape([K * D, D]))).reshape([N, K, D]);
    const Qmean = np.matmul(Q.ref, means.reshape([K, D, 1])).reshape([K, D]);
    const squares = np.sum(np.square(Qx.sub(Qmean)), 2);
    const score = alphas.ref.add(logDet.ref).sub(squares.mul(0.5));
    const likelihood = np.sum(nn.logsumexp(score, 1)).sub(nn.logsumexp(alphas).mul(N));
    const prior = np
      .sum(np.square(Q))
      .mul(0.5 * gamma ** 2)
      .sub(np.sum(logDet).mul(m));
    return likelihood.add(prior).sub(constant);
  };
  const shapes = { alphas: [K], means: [K, D], icf: [K, (D * (D + 1)) / 2] };
  return prepare(loss, arrays(params, shapes), {
    x: array(data.x, [N, D]),
    places: np.array(places),
    below: array(below, [D * D]),
    eye: np.eye(D),
  });
}

/** All pairs twice, as arrays compute them. */
export function lennardJones({ n }, { params }) {
  const loss = ({ x }, { eye }) => {
    const off = x.ref.reshape([n, 1, 3]).sub(x.reshape([1, n, 3]));
    // 1 for an atom and itself, where the energy is 0 and the distance's gradient too.
    const square = np.sum(np.square(off), 2).add(eye);
    const attraction = np.reciprocal(square.ref.mul(square.ref).mul(square));
    return np.sum(np.square(attraction.ref).sub(attraction)).mul(2);
  };
  return prepare(loss, arrays(params, { x: [n, 3] }), { eye: np.eye(n) });
}

export function tanhNet({ B, D, H }, { params, data }) {
  const shapes = { W1: [D, H], b1: [H], W2: [H, H], b2: [H], w3: [H], b3: [] };
  const loss = ({ W1, b1, W2, b2, w3, b3 }, { x, y }) => {
    const first = np.tanh(np.matmul(x, W1).add(b1));
    const second = np.tanh(np.matmul(first, W2).add(b2));
    return np.mean(np.square(np.matmul(second, w3).add(b3).sub(y)));
  };
  return prepare(loss, arrays(params, shapes), { x: array(data.x, [B, D]), y: array(data.y, [B]) });
}

export { lennardJones as 'lennard-jones', tanhNet as 'tanh-net' };

function prepare(loss, params, data) {
  const lossAndGradient = jit(valueAndGrad(loss));
  const gradient = {};
  const run = () => {
    const [value, grads] = lossAndGradient(tree.ref(params), tree.ref(data));
    for (const name in grads) gradient[name] = grads[name].dataSync();
    return value.dataSync()[0];
  };
  return { gradient, run };
}

const arrays = (values, shapes) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, array(values[name], shape)]));

/** In float32, the library's own kind of number; a number is an array without axes. */
const array = (values, shape) =>
  np.array(Float32Array.from(typeof values === 'number' ? [values] : values)).reshape(shape);
