// The gradient of a mixture of Gaussians as a careful developer writes it: point by point, cluster by cluster.

import type { Inputs, Prepared } from '../variant.js';
import { wishartConstant } from './prior.js';
import type { Data, Params, Sizes } from './types.js';

export function prepare(sizes: Sizes, inputs: Inputs<Params, Data>): Prepared<Params> {
  const { D, K } = sizes;
  const gradient = {
    alphas: new Float64Array(K),
    means: new Float64Array(K * D),
    icf: new Float64Array((K * D * (D + 1)) / 2),
  };
  const scratch = {
    Q: new Float64Array(K * D * D),
    dQ: new Float64Array(K * D * D),
    logDet: new Float64Array(K),
    z: new Float64Array(K * D),
    score: new Float64Array(K),
  };
  return { gradient, run: () => lossAndGradient(sizes, inputs, gradient, scratch) };
}

type Scratch = Record<'Q' | 'dQ' | 'logDet' | 'z' | 'score', Float64Array>;

function lossAndGradient(
  { N, D, K }: Sizes,
  { params, data }: Inputs<Params, Data>,
  gradient: Params,
  { Q, dQ, logDet, z, score }: Scratch,
): number {
  const { alphas, means, icf } = params;
  const { x, wishart_gamma, wishart_m } = data;
  const { alphas: dAlphas, means: dMeans, icf: dIcf } = gradient;
  const triangle = (D * (D + 1)) / 2;

  for (let k = 0; k < K; k++) {
    logDet[k] = 0;
    let from = k * triangle;
    for (let i = 0; i < D; i++) {
      logDet[k] += icf[from];
      Q[(k * D + i) * D + i] = Math.exp(icf[from++]);
    }
    for (let j = 0; j < D; j++) {
      for (let i = j + 1; i < D; i++) Q[(k * D + i) * D + j] = icf[from++];
    }
  }

  dAlphas.fill(0);
  dMeans.fill(0);
  dQ.fill(0);
  let loss = 0;
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) {
      let square = 0;
      for (let i = 0; i < D; i++) {
        const row = (k * D + i) * D;
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += Q[row + j] * (x[n * D + j] - means[k * D + j]);
        z[k * D + i] = sum;
        square += sum * sum;
      }
      score[k] = alphas[k] + logDet[k] - 0.5 * square;
    }
    loss += logSumExp(score);
    softmax(score);
    for (let k = 0; k < K; k++) {
      const weight = score[k];
      dAlphas[k] += weight;
      for (let i = 0; i < D; i++) {
        const row = (k * D + i) * D;
        const g = weight * z[k * D + i];
        for (let j = 0; j <= i; j++) {
          dQ[row + j] -= g * (x[n * D + j] - means[k * D + j]);
          dMeans[k * D + j] += g * Q[row + j];
        }
      }
    }
  }

  loss -= N * (logSumExp(alphas) + 0.5 * D * Math.log(2 * Math.PI));
  score.set(alphas);
  softmax(score);

  loss -= K * wishartConstant(D, wishart_gamma, wishart_m);
  for (let k = 0; k < K; k++) {
    let squares = 0;
    for (let i = k * D * D; i < (k + 1) * D * D; i++) {
      squares += Q[i] * Q[i];
      dQ[i] += wishart_gamma * wishart_gamma * Q[i];
    }
    loss += 0.5 * wishart_gamma * wishart_gamma * squares - wishart_m * logDet[k];

    // The adjoint of logDet[k] is the sum of the cluster's weights, less that of the prior.
    const dLogDet = dAlphas[k] - wishart_m;
    let to = k * triangle;
    for (let i = 0; i < D; i++) {
      const diagonal = (k * D + i) * D + i;
      dIcf[to++] = dLogDet + dQ[diagonal] * Q[diagonal];
    }
    for (let j = 0; j < D; j++) {
      for (let i = j + 1; i < D; i++) dIcf[to++] = dQ[(k * D + i) * D + j];
    }
    dAlphas[k] -= N * score[k];
  }
  return loss;
}

function logSumExp(values: Float64Array): number {
  let greatest = -Infinity;
  for (let k = 0; k < values.length; k++) greatest = Math.max(greatest, values[k]);
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += Math.exp(values[k] - greatest);
  return greatest + Math.log(sum);
}

function softmax(values: Float64Array): void {
  let greatest = -Infinity;
  for (let k = 0; k < values.length; k++) greatest = Math.max(greatest, values[k]);
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] = Math.exp(values[k] - greatest);
  for (let k = 0; k < values.length; k++) values[k] /= sum;
}
