// The gradient of examples/digits/digits.nabla as a careful developer writes it: every inner loop runs along rows.

export interface Params {
  W1: Float64Array;
  b1: Float64Array;
  W2: Float64Array;
  b2: Float64Array;
}

export interface Workspace {
  hidden: Float64Array;
  score: Float64Array;
  dHidden: Float64Array;
}

interface Sizes {
  B: number;
  D: number;
  H: number;
  K: number;
}

export function workspace({ B, H, K }: Sizes): Workspace {
  return {
    hidden: new Float64Array(B * H),
    score: new Float64Array(B * K),
    dHidden: new Float64Array(H),
  };
}

export function lossAndGradient(
  params: Params,
  data: { image: Float64Array; label: Int32Array },
  sizes: Sizes,
  gradient: Params,
  ws: Workspace,
): number {
  const { W1, b1, W2, b2 } = params;
  const { image, label } = data;
  const { B, D, H, K } = sizes;
  const { hidden, score, dHidden } = ws;
  const { W1: dW1, b1: db1, W2: dW2, b2: db2 } = gradient;

  affine(image, W1, b1, hidden, B, D, H);
  for (let i = 0; i < B * H; i++) if (hidden[i]! < 0) hidden[i] = 0;
  affine(hidden, W2, b2, score, B, H, K);

  dW1.fill(0);
  db1.fill(0);
  dW2.fill(0);
  db2.fill(0);
  let loss = 0;
  for (let b = 0; b < B; b++) {
    // The scores become their adjoints: softmax minus the label, over B.
    const s = b * K;
    let greatest = -Infinity;
    for (let k = 0; k < K; k++) greatest = Math.max(greatest, score[s + k]!);
    const labelScore = score[s + label[b]!]! - greatest;
    let total = 0;
    for (let k = 0; k < K; k++) total += score[s + k] = Math.exp(score[s + k]! - greatest);
    loss += Math.log(total) - labelScore;
    for (let k = 0; k < K; k++) score[s + k]! /= total * B;
    score[s + label[b]!]! -= 1 / B;

    for (let k = 0; k < K; k++) db2[k]! += score[s + k]!;
    const h = b * H;
    for (let j = 0; j < H; j++) {
      const w = j * K;
      const a = hidden[h + j]!;
      let g = 0;
      for (let k = 0; k < K; k++) {
        dW2[w + k]! += a * score[s + k]!;
        g += W2[w + k]! * score[s + k]!;
      }
      dHidden[j] = a > 0 ? g : 0;
      db1[j]! += dHidden[j]!;
    }

    const x = b * D;
    for (let d = 0; d < D; d++) {
      const w = d * H;
      const a = image[x + d]!;
      for (let j = 0; j < H; j++) dW1[w + j]! += a * dHidden[j]!;
    }
  }
  return loss / B;
}

/** out = x·W + bias, for x of n rows and m columns. */
function affine(
  x: Float64Array,
  W: Float64Array,
  bias: Float64Array,
  out: Float64Array,
  n: number,
  m: number,
  p: number,
): void {
  for (let i = 0; i < n; i++) {
    const o = i * p;
    for (let j = 0; j < p; j++) out[o + j] = bias[j]!;
    for (let k = 0; k < m; k++) {
      const a = x[i * m + k]!;
      const w = k * p;
      for (let j = 0; j < p; j++) out[o + j]! += a * W[w + j]!;
    }
  }
}
