// The optimisations by name: each can be left out alone, to find out which one a fault or a slow function comes from. The lists
// of passes (passes/index.ts, loops/index.ts) say which passes belong to one. Those that belong to none always run.

/** Those of kernels for WebGPU alone. Of the others some change kernels, too: planOf says which. */
export const kernelOptimisations = {
  inline: 'computes numbers in each kernel that needs them, rather than in one of their own',
  shifts: 'takes the iteration that adds at i + k from the place, rather than searching for it',
  segments: 'sorts iterations by the place that they add to, so that none is searched for',
  chunks: 'reduces long ranges in 256 parts, such as the largest of all elements',
  workgroups: 'lets the threads of a workgroup, or of several, add up long sums together',
  tiles: 'computes products of matrices in tiles that a workgroup shares',
  copies: 'computes gradients where they are read from, rather than copying them there',
} as const;

/**
 * What emitted code computes is the same without any of these, but for rounding. (Without `fold` it may compare literals, which
 * tsc takes for a mistake.)
 */
export const optimisations = {
  fold: 'computes what is constant, and simplifies arithmetic with 0 and 1',
  share: 'computes equal expressions once',
  unroll: 'writes out small loops, sums and arrays',
  state: 'carries the elements of small arrays through loops as numbers',
  loops: 'takes what an iteration leaves as it found it out of the state of its loop',
  hoist: 'moves what is the same in every iteration out of the loop',
  gather: 'computes once for each what many iterations compute of the rows that data name',
  extrema: 'takes what keeps the order of numbers, as a rectifier does, out of their maximum',
  zeros: 'leaves terms out of sums that are zero by structure, as above the diagonal of a triangular matrix',
  store: 'keeps sums and costly values for the backward pass, rather than computing them again',
  accumulators: 'adds up in locals rather than in arrays',
  scale: 'carries weights and their scale through a loop rather than the logarithms of sums of exponentials',
  factor: 'makes a product of a matrix and a vector of the logSumExps in a loop',
  linear: 'multiplies sums over points by a matrix, rather than each point',
  literals:
    'multiplies constant factors, and takes them out of several products into what these have in common',
  strength: 'makes products and roots of constant powers',
  initialise: 'stores the first value of an element, rather than adding it to a zero',
  fuse: 'runs loops over one range as one loop, kernels as one kernel, and computes once what they have in common',
  sink: 'clears a row of an array in the iteration that uses it',
  contract: 'makes numbers of arrays of which an iteration uses only its own element',
  nest: 'takes the names off values that are used once',
  carry: 'takes what an iteration adds to the next element, and reads of it, to the next iteration',
  prefix: 'carries sums over a range that grows from iteration to iteration',
  keep: 'keeps costly values of a loop for the next over the same range',
  weights: 'computes one exponential for a logSumExp and its gradient',
  logistic: 'computes one exponential for the sigmoid, logSigmoid and softplus of a number',
  defer: 'adds the products of columns and rows that a loop makes in each iteration after it, as one product',
  products: 'blocks matrix products',
  interchange: 'adds up the products of a convolution along rows of memory',
  reciprocals: 'divides once where several numbers are divided by one',
  skip: 'leaves out products with elements of arrays that are mostly zeros, as behind a maximum',
  jam: 'runs four or eight iterations of a loop over points side by side',
  scatter:
    'uses elements of an array that is zero elsewhere where they would be added, and does without the array',
  logarithms: 'takes one logarithm for several of 1 + exp(-|x|), or of sums in logSumExp, that are added up',
  tidy: 'writes statements shorter: +=, one branch for neighbours, no name for a result',
  reuse: 'lets scratch arrays take turns in one',
  digits: 'reads a reshaped array at one index, rather than at the quotients and remainders that make it up',
  offsets: 'computes the beginning of an offset once for arrays of one shape',
  expand:
    'writes out what exp, log1p, tanh, sin and cos do in loops with more calls of them than V8 would; outside of loops, calls those of Math',
  ...kernelOptimisations,
} as const;

export type Optimisation = keyof typeof optimisations;

export const optimisationNames = Object.keys(optimisations) as readonly Optimisation[];
