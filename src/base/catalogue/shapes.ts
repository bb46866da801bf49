// N04xx: shapes, sizes and ranges. Rows of the catalogue (../catalogue.ts).

import { error, warning } from '../row.ts';

export const shapes = {
  shapesDiffer: error(
    'N0401',
    'shapes do not fit',
    (a: { what: string; left: string; right: string }) =>
      `shapes do not fit in ${a.what}: ${a.left} and ${a.right}`,
    'Arrays meet element by element, aligned at their last axes: each pair of sizes must be equal, and axes missing in front are repeated. A size 1 is not stretched.',
  ),
  innerSizesDiffer: error(
    'N0402',
    'inner sizes of `@` differ',
    (a: { left: string; right: string }) => `\`@\` sums over sizes that differ: ${a.left} and ${a.right}`,
    '`a @ b` sums over the last axis of `a` and the first axis of `b`, so these sizes must be equal.',
  ),
  productRank: error(
    'N0403',
    'operand of `@` has the wrong rank',
    (a: { found: string }) => `\`@\` cannot take ${a.found} here`,
    'The left side of `@` has at least one axis, the right side is a vector or a matrix. Scalars are multiplied with `*`.',
  ),
  rangeUnknown: error(
    'N0404',
    'range of an index is unknown',
    (a: { name: string }) => `nothing tells how far \`${a.name}\` runs`,
    'A range can be left out where the index stands by itself on an axis of an array, as in `x[i]`. Otherwise it has to be written: `i in N`.',
  ),
  rangesDisagree: error(
    'N0405',
    'uses of an index disagree',
    (a: { name: string; first: string; second: string }) =>
      `\`${a.name}\` runs over axes of different sizes: ${a.first} and ${a.second}`,
    'Without a written range an index runs over the axes that it is used on, and these must have the same size.',
  ),
  shapeDepends: error(
    'N0406',
    'size of an array is not fixed',
    (a: { name: string }) =>
      `an array needs a size that is known from the sizes of the model, but the range of \`${a.name}\` is not`,
    'The range of an array comprehension is made of sizes, constants and `+ - * ^`. Ranges that depend on data or on other indices are fine in reductions such as `sum`.',
  ),
  outOfRange: error(
    'N0407',
    'index out of range',
    (a: { index: string; limit: string }) => `index ${a.index} is out of range: ${a.limit}`,
    'This read would fail whatever the data are. Indices start at 0 and end before the size of the axis.',
  ),
  negativeIndex: error(
    'N0408',
    'negative index',
    (a: { index: string }) => `the index ${a.index} is negative`,
    'Indices start at 0. Nothing counts from the end; the last element of an axis of size N is `N - 1`.',
  ),
  sliceBound: error(
    'N0409',
    'slice bound is not fixed',
    () => 'the bounds of a slice must be known from the sizes of the model',
    'The size of a slice is part of its type, so its bounds are made of sizes, constants and `+ - * ^`. For anything else use a comprehension: `[x[i + k] for k in 3]`.',
  ),
  notASize: error(
    'N0410',
    'not a size',
    () => 'a size is made of ints, sizes, constants and `+ - * / ^`',
    'Sizes are compared when the model is compiled, so they are polynomials in the sizes of the model.',
  ),
  fractionalSize: error(
    'N0411',
    'size is not whole',
    (a: { size: string }) => `the size ${a.size} is not a whole number for every value of its sizes`,
    'A division in a size must always come out even, as in `D*(D + 1)/2`. For halves declare the half as a size and write `2*M`.',
  ),
  sizeConflict: error(
    'N0412',
    'sizes of arguments conflict',
    (a: { size: string; name: string; first: string; second: string }) =>
      `\`${a.size}\` of \`${a.name}\` would have to be both ${a.first} and ${a.second}`,
    'A size variable of a function stands for one size in a call. The notes show the arguments it was taken from.',
  ),
  sizeUndetermined: error(
    'N0413',
    'size cannot be determined',
    (a: { size: string; name: string }) =>
      `the arguments of \`${a.name}\` do not tell the size \`${a.size}\``,
    'A call has to tell every size of the signature, so each must occur by itself (or linearly, as in `real[2*n + 1]`) in the type of a parameter, and come out whole.',
  ),
  sizeNotPositive: error(
    'N0414',
    'size is not positive',
    (a: { size: string }) => `a size must be at least 1, this is ${a.size}`,
    'Arrays have at least one element along each axis.',
  ),
  emptyRange: error(
    'N0415',
    'range is empty',
    (a: { from: string; to: string; nothing: 'is empty' | 'runs backwards' }) =>
      `the range ${a.from}..${a.to} ${a.nothing}`,
    'A range `a..b` runs from a to b - 1: `1..2` is the int 1 alone. So b must not be smaller than a whatever the sizes are, and for int data it must be larger, since there has to be something to hand in. To go backwards, count `i` upwards and use `N - 1 - i`.',
  ),
  uncheckedIndex: warning(
    'N0416',
    'index may leave its axis',
    (a: { name: string; runs: string; size: string }) =>
      `\`${a.name}\` runs to ${a.runs}, this axis has the size ${a.size}`,
    'The sizes are not known to fit, so each read is checked when the emitted code runs. If the two sizes are always equal, give them one name.',
  ),
  unboundedLoop: error(
    'N0417',
    'loop without a bound',
    (a: { name: string }) =>
      `nothing bounds how often ${a.name} runs, and its derivative saves something each time`,
    'The memory for a derivative is laid out from the sizes. Where data decides how often a loop runs, declare the range of that data, `data n: int in 0..N + 1`, or give the loop a bound in the sizes, as in `while (…) max N`.',
  ),
} as const;
