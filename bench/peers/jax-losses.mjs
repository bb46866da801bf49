// Models in jax-js, for any of its backends, each by its name: from sizes and inputs, arrays that stay, and the loss of these. An operation
// consumes its operands; `.ref` keeps one for another use.

import { jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { wishartConstant } from '../../dist/bench/models/gmm/prior.js';

export function digits({ B, D, H, K }, { params, data }) {
  const shapes = { W1: [D, H], b1: [H], W2: [H, K], b2: [K] };
  const loss = ({ W1, b1, W2, b2 }, { image, labels }) => {
    const hidden = nn.relu(np.matmul(image, W1).add(b1));
    return crossEntropy(np.matmul(hidden, W2).add(b2), labels).mul(1 / B);
  };
  return compiled(loss, arrays(params, shapes), {
    image: array(data.image, [B, D]),
    labels: oneHot(data.label, K),
  });
}

export function mlp({ B, D, H, M, K }, { params, data }) {
  const shapes = { W1: [D, H], b1: [H], W2: [H, M], b2: [M], W3: [M, K], b3: [K] };
  const loss = ({ W1, b1, W2, b2, W3, b3 }, { x, labels }) => {
    const first = nn.relu(np.matmul(x, W1).add(b1));
    const second = nn.relu(np.matmul(first, W2).add(b2));
    const score = np.matmul(second, W3).add(b3);
    return crossEntropy(score, labels).mul(1 / B);
  };
  return compiled(loss, arrays(params, shapes), {
    x: array(data.x, [B, D]),
    labels: oneHot(data.label, K),
  });
}

export function convnet({ B }, { params, data }) {
  const shapes = {
    K1: [16, 3, 3, 3],
    c1: [16],
    K2: [32, 16, 3, 3],
    c2: [32],
    W1: [1568, 64],
    b1: [64],
    W2: [64, 10],
    b2: [10],
  };
  const pooled = (x, K, c, padding, width) => {
    const rectified = nn.relu(lax.conv(x, K, [1, 1], padding).add(c.reshape([1, -1, 1, 1])));
    return np.max(rectified.reshape([B, -1, width / 2, 2, width / 2, 2]), [3, 5]);
  };
  const loss = ({ K1, c1, K2, c2, W1, b1, W2, b2 }, { x, labels }) => {
    const first = pooled(x, K1, c1, 'SAME', 32);
    const features = pooled(first, K2, c2, 'VALID', 14).reshape([B, 1568]);
    const hidden = nn.relu(np.matmul(features, W1).add(b1));
    return crossEntropy(np.matmul(hidden, W2).add(b2), labels).mul(1 / B);
  };
  return compiled(loss, arrays(params, shapes), {
    x: array(data.x, [B, 3, 32, 32]),
    labels: oneHot(data.y, 10),
  });
}

export function transformer({ T, C, heads, D }, { params, data }) {
  const shapes = {
    g1: [C],
    o1: [C],
    Wqkv: [C, 3 * C],
    Wo: [C, C],
    g2: [C],
    o2: [C],
    W1: [C, 4 * C],
    W2: [4 * C, C],
  };
  const normal = (v, gain, shift) => {
    const center = v.ref.sub(np.mean(v, 1, { keepdims: true }));
    const scale = np.reciprocal(np.sqrt(np.mean(np.square(center.ref), 1, { keepdims: true }).add(1e-5)));
    return center.mul(scale).mul(gain).add(shift);
  };
  const loss = ({ g1, o1, Wqkv, Wo, g2, o2, W1, W2 }, { x, y, mask }) => {
    const qkv = np.transpose(np.matmul(normal(x.ref, g1, o1), Wqkv).reshape([T, 3, heads, D]), [1, 2, 0, 3]);
    const [q, k, v] = [qkv.ref.slice(0), qkv.ref.slice(1), qkv.slice(2)];
    const scores = np
      .matmul(q, np.transpose(k, [0, 2, 1]))
      .mul(1 / Math.sqrt(D))
      .add(mask);
    const head = np.matmul(nn.softmax(scores, -1), v);
    const attended = x.add(np.matmul(np.transpose(head, [1, 0, 2]).reshape([T, C]), Wo));
    const wide = nn.gelu(np.matmul(normal(attended.ref, g2, o2), W1), { approximate: false });
    return np.mean(np.square(attended.add(np.matmul(wide, W2)).sub(y)));
  };
  const mask = Float32Array.from({ length: T * T }, (_, at) => (at % T <= Math.floor(at / T) ? 0 : -1e9));
  return compiled(loss, arrays(params, shapes), {
    x: array(data.x, [T, C]),
    y: array(data.y, [T, C]),
    mask: array(mask, [T, T]),
  });
}

/** The steps are written out one by one. */
export function lstm({ T, V, H }, { params, data }) {
  const loss = ({ E, Wh, b, Wy, by }, { text, labels, zeros }) => {
    const inputs = np.take(E, text, 0).add(b);
    const back = np.transpose(Wh);
    const states = [];
    let [h, c] = [zeros.ref, zeros];
    for (let t = 0; t < T - 1; t++) {
      const a = np.matmul(h, back.ref).add(inputs.ref.slice(t));
      const gate = (k) => a.ref.slice([k * H, (k + 1) * H]);
      c = nn
        .sigmoid(gate(1))
        .mul(c)
        .add(nn.sigmoid(gate(0)).mul(np.tanh(gate(2))));
      h = nn.sigmoid(gate(3)).mul(np.tanh(c.ref));
      states.push(h.ref);
      a.dispose();
    }
    for (const rest of [h, c, back, inputs]) rest.dispose();
    return crossEntropy(np.matmul(np.stack(states), np.transpose(Wy)).add(by), labels);
  };
  const shapes = { E: [V, 4 * H], Wh: [4 * H, H], b: [4 * H], Wy: [V, H], by: [V] };
  return compiled(loss, arrays(params, shapes), {
    text: np.array(data.text.slice(0, T - 1)),
    labels: oneHot(data.text.slice(1), V),
    zeros: np.zeros([H]),
  });
}

export function embedding({ N, V, D }, { params, data }) {
  const loss = ({ E, bias, w }, { token, y }) => {
    const score = np.matmul(np.take(E, token.ref, 0), w).add(np.take(bias, token, 0));
    return np.mean(np.square(score.sub(y)));
  };
  return compiled(loss, arrays(params, { E: [V, D], bias: [V], w: [D] }), {
    token: np.array(data.token),
    y: array(data.y, [N]),
  });
}

export function logistic({ N, D }, { params, data }) {
  const loss = ({ w, bias }, { X, y }) => {
    const score = np.matmul(X, w.ref).add(bias);
    const ridge = np.sum(np.square(w)).mul(0.5 * data.lambda);
    return ridge.sub(np.mean(nn.logSigmoid(y.mul(score))));
  };
  return compiled(loss, arrays(params, { w: [D], bias: [] }), {
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
  return compiled(loss, arrays(params, shapes), {
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
  return compiled(loss, arrays(params, { x: [n, 3] }), { eye: np.eye(n) });
}

export function tanhNet({ B, D, H }, { params, data }) {
  const shapes = { W1: [D, H], b1: [H], W2: [H, H], b2: [H], w3: [H], b3: [] };
  const loss = ({ W1, b1, W2, b2, w3, b3 }, { x, y }) => {
    const first = np.tanh(np.matmul(x, W1).add(b1));
    const second = np.tanh(np.matmul(first, W2).add(b2));
    return np.mean(np.square(np.matmul(second, w3).add(b3).sub(y)));
  };
  return compiled(loss, arrays(params, shapes), { x: array(data.x, [B, D]), y: array(data.y, [B]) });
}

export { lennardJones as 'lennard-jones', tanhNet as 'tanh-net' };

/** `lossAndGradient` is compiled by its first call; it leaves params and data as they are. */
function compiled(loss, params, data) {
  const both = jit(valueAndGrad(loss));
  return { params, lossAndGradient: (given) => both(tree.ref(given), tree.ref(data)) };
}

const arrays = (values, shapes) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, array(values[name], shape)]));

/** In float32, the library's own kind of number; a number is an array without axes. */
const array = (values, shape) =>
  np.array(Float32Array.from(typeof values === 'number' ? [values] : values)).reshape(shape);

const oneHot = (labels, K) => {
  const values = new Float32Array(labels.length * K);
  labels.forEach((label, b) => (values[b * K + label] = 1));
  return array(values, [labels.length, K]);
};

/** Summed over all rows. */
const crossEntropy = (score, labels) => np.sum(nn.logSoftmax(score).mul(labels)).mul(-1);
