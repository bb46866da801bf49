// The sizes, inputs and gradient that the hand-written variants of mlp take.

export interface Sizes {
  readonly B: number;
  readonly D: number;
  readonly H: number;
  readonly M: number;
  readonly K: number;
}

export interface Params {
  readonly W1: Float64Array;
  readonly b1: Float64Array;
  readonly W2: Float64Array;
  readonly b2: Float64Array;
  readonly W3: Float64Array;
  readonly b3: Float64Array;
}

export interface Data {
  readonly x: Float64Array;
  readonly label: Int32Array;
}

export const zeros = ({ D, H, M, K }: Sizes): Params => ({
  W1: new Float64Array(D * H),
  b1: new Float64Array(H),
  W2: new Float64Array(H * M),
  b2: new Float64Array(M),
  W3: new Float64Array(M * K),
  b3: new Float64Array(K),
});

/** The mean cross-entropy of scores, which become its adjoint. */
export function crossEntropies(score: Float64Array, label: Int32Array, B: number, K: number): number {
  let loss = 0;
  for (let b = 0; b < B; b++) {
    const s = b * K;
    let greatest = -Infinity;
    for (let k = 0; k < K; k++) greatest = Math.max(greatest, score[s + k]);
    loss += greatest - score[s + label[b]];
    let total = 0;
    for (let k = 0; k < K; k++) total += score[s + k] = Math.exp(score[s + k] - greatest);
    loss += Math.log(total);
    for (let k = 0; k < K; k++) score[s + k] /= total * B;
    score[s + label[b]] -= 1 / B;
  }
  return loss / B;
}
