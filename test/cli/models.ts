// Models that the tests of the commands work on.

/** The prettiest valley there is. */
export const bowl = 'model Bowl {\n  dim N\n  param x: real[N]\n  loss sum(x[i]^2 for i in N)\n}\n';
export const line = 'model Line {\n  param slope: real\n  loss (slope - 1)^2\n}\n';
/** Two errors. */
export const broken = 'model Broken {\n  param x: real\n  loss y + z\n}\n';
/** A warning: a parameter that nothing uses. */
export const odd = 'model Odd {\n  param x: real, y: real\n  loss x^2\n}\n';
/** A loop of which nobody knows how often it runs, and whose derivative saves something each time. */
export const unbounded =
  'model Unbounded {\n  data n: int\n  param x: real\n  var y = x\n  for i in n { y = y * y }\n  loss y\n}\n';
