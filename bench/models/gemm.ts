// Products of matrices for tuned code, as rank updates: coefficients of eight rows and four steps stay in locals, and the
// inner loop runs along rows of B and C.

/** C += A B for C of n rows and p columns and B of m rows; A[i, k] is A[i * down + k * across]. */
export function addProduct(
  A: Float64Array,
  down: number,
  across: number,
  B: Float64Array,
  C: Float64Array,
  n: number,
  m: number,
  p: number,
): void {
  let i = 0;
  for (; i + 8 <= n; i += 8) eightRows(A, i * down, down, across, B, C, i * p, m, p);
  for (; i < n; i++) oneRow(A, i * down, across, B, C, i * p, m, p);
}

function eightRows(
  A: Float64Array,
  first: number,
  down: number,
  across: number,
  B: Float64Array,
  C: Float64Array,
  r0: number,
  m: number,
  p: number,
): void {
  const r1 = r0 + p;
  const r2 = r1 + p;
  const r3 = r2 + p;
  const r4 = r3 + p;
  const r5 = r4 + p;
  const r6 = r5 + p;
  const r7 = r6 + p;
  let k = 0;
  for (; k + 4 <= m; k += 4) {
    const s0 = k * p;
    const s1 = s0 + p;
    const s2 = s1 + p;
    const s3 = s2 + p;
    const k0 = first + k * across;
    const k1 = k0 + across;
    const k2 = k1 + across;
    const k3 = k2 + across;
    const a00 = A[k0];
    const a01 = A[k1];
    const a02 = A[k2];
    const a03 = A[k3];
    const a10 = A[k0 + down];
    const a11 = A[k1 + down];
    const a12 = A[k2 + down];
    const a13 = A[k3 + down];
    const a20 = A[k0 + 2 * down];
    const a21 = A[k1 + 2 * down];
    const a22 = A[k2 + 2 * down];
    const a23 = A[k3 + 2 * down];
    const a30 = A[k0 + 3 * down];
    const a31 = A[k1 + 3 * down];
    const a32 = A[k2 + 3 * down];
    const a33 = A[k3 + 3 * down];
    const a40 = A[k0 + 4 * down];
    const a41 = A[k1 + 4 * down];
    const a42 = A[k2 + 4 * down];
    const a43 = A[k3 + 4 * down];
    const a50 = A[k0 + 5 * down];
    const a51 = A[k1 + 5 * down];
    const a52 = A[k2 + 5 * down];
    const a53 = A[k3 + 5 * down];
    const a60 = A[k0 + 6 * down];
    const a61 = A[k1 + 6 * down];
    const a62 = A[k2 + 6 * down];
    const a63 = A[k3 + 6 * down];
    const a70 = A[k0 + 7 * down];
    const a71 = A[k1 + 7 * down];
    const a72 = A[k2 + 7 * down];
    const a73 = A[k3 + 7 * down];
    for (let j = 0; j < p; j++) {
      const b0 = B[s0 + j];
      const b1 = B[s1 + j];
      const b2 = B[s2 + j];
      const b3 = B[s3 + j];
      C[r0 + j] += a00 * b0 + a01 * b1 + a02 * b2 + a03 * b3;
      C[r1 + j] += a10 * b0 + a11 * b1 + a12 * b2 + a13 * b3;
      C[r2 + j] += a20 * b0 + a21 * b1 + a22 * b2 + a23 * b3;
      C[r3 + j] += a30 * b0 + a31 * b1 + a32 * b2 + a33 * b3;
      C[r4 + j] += a40 * b0 + a41 * b1 + a42 * b2 + a43 * b3;
      C[r5 + j] += a50 * b0 + a51 * b1 + a52 * b2 + a53 * b3;
      C[r6 + j] += a60 * b0 + a61 * b1 + a62 * b2 + a63 * b3;
      C[r7 + j] += a70 * b0 + a71 * b1 + a72 * b2 + a73 * b3;
    }
  }
  for (; k < m; k++) {
    const s0 = k * p;
    const k0 = first + k * across;
    const a0 = A[k0];
    const a1 = A[k0 + down];
    const a2 = A[k0 + 2 * down];
    const a3 = A[k0 + 3 * down];
    const a4 = A[k0 + 4 * down];
    const a5 = A[k0 + 5 * down];
    const a6 = A[k0 + 6 * down];
    const a7 = A[k0 + 7 * down];
    for (let j = 0; j < p; j++) {
      const b = B[s0 + j];
      C[r0 + j] += a0 * b;
      C[r1 + j] += a1 * b;
      C[r2 + j] += a2 * b;
      C[r3 + j] += a3 * b;
      C[r4 + j] += a4 * b;
      C[r5 + j] += a5 * b;
      C[r6 + j] += a6 * b;
      C[r7 + j] += a7 * b;
    }
  }
}

function oneRow(
  A: Float64Array,
  first: number,
  across: number,
  B: Float64Array,
  C: Float64Array,
  r: number,
  m: number,
  p: number,
): void {
  let k = 0;
  for (; k + 4 <= m; k += 4) {
    const s0 = k * p;
    const s1 = s0 + p;
    const s2 = s1 + p;
    const s3 = s2 + p;
    const a0 = A[first + k * across];
    const a1 = A[first + (k + 1) * across];
    const a2 = A[first + (k + 2) * across];
    const a3 = A[first + (k + 3) * across];
    for (let j = 0; j < p; j++) C[r + j] += a0 * B[s0 + j] + a1 * B[s1 + j] + a2 * B[s2 + j] + a3 * B[s3 + j];
  }
  for (; k < m; k++) {
    const s = k * p;
    const a = A[first + k * across];
    for (let j = 0; j < p; j++) C[r + j] += a * B[s + j];
  }
}

/** The transpose of A, of n rows and m columns. */
export function transpose(A: Float64Array, out: Float64Array, n: number, m: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) out[j * n + i] = A[i * m + j];
  }
}

/** Each of n rows becomes `row`. */
export function fillRows(out: Float64Array, row: Float64Array, n: number): void {
  const p = row.length;
  for (let i = 0; i < n; i++) {
    const start = i * p;
    for (let j = 0; j < p; j++) out[start + j] = row[j];
  }
}

/** The sum of n rows. */
export function sumRows(A: Float64Array, out: Float64Array, n: number): void {
  const p = out.length;
  out.fill(0);
  for (let i = 0; i < n; i++) {
    const start = i * p;
    for (let j = 0; j < p; j++) out[j] += A[start + j];
  }
}
