// N03xx: types. Rows of the catalogue (../catalogue.ts).

import { error } from '../row.ts';

export const types = {
  typeMismatch: error(
    'N0301',
    'wrong type',
    (a: { what: string; expected: string; found: string }) =>
      `${a.what} must be ${a.expected}, this is ${a.found}`,
    'The type that stands here does not fit the place where it is used.',
  ),
  intAsReal: error(
    'N0302',
    'int where a real is wanted',
    (a: { what: string }) => `${a.what} is an int where a real is wanted`,
    'Literals such as `2` serve as reals by themselves. Sizes, indices and int data have to be converted, because they carry no derivative: `real(i)`.',
  ),
  operandType: error(
    'N0303',
    'operator does not apply',
    (a: { operator: string; found: string; wants: string }) =>
      `\`${a.operator}\` needs ${a.wants}, this is ${a.found}`,
    '`+ - * ^` take numbers, `/` and `@` reals, `div` and `mod` ints, `< <= > >=` numbers, `&& || !` bools.',
  ),
  mixedOperands: error(
    'N0304',
    'operands of different types',
    (a: { operator: string; left: string; right: string }) =>
      `\`${a.operator}\` between ${a.left} and ${a.right}`,
    'Both sides of an operator must have the same scalar type.',
  ),
  conditionType: error(
    'N0305',
    'condition is not a bool',
    (a: { found: string }) => `a condition must be a bool, this is ${a.found}`,
    'Numbers are not truth values: compare them, as in `x != 0`.',
  ),
  armsDiffer: error(
    'N0306',
    'arms of different types',
    (a: { then: string; otherwise: string }) =>
      `the arms of this conditional differ: ${a.then} and ${a.otherwise}`,
    'Both arms of `c ? a : b` must have the same scalar type, since either may be the value.',
  ),
  argumentCount: error(
    'N0307',
    'wrong number of arguments',
    (a: { name: string; expected: string; found: number }) =>
      `\`${a.name}\` takes ${a.expected}, got ${a.found}`,
    'The call has more or fewer arguments than the function has parameters.',
  ),
  argumentType: error(
    'N0308',
    'wrong type of an argument',
    (a: { parameter: string; name: string; expected: string; found: string }) =>
      `\`${a.parameter}\` of \`${a.name}\` is ${a.expected}, got ${a.found}`,
    'The argument does not fit the declared type of the parameter. Functions of scalars can be applied to arrays, element by element; other parameters need exactly the declared rank.',
  ),
  indexType: error(
    'N0309',
    'index is not an int',
    (a: { found: string }) => `an index must be an int, this is ${a.found}`,
    'Elements are counted by ints. A real is converted by `int(x)`, which cuts off the fraction.',
  ),
  notAnArray: error(
    'N0310',
    'not an array',
    (a: { found: string }) => `only arrays have elements, this is ${a.found}`,
    'Brackets read an element of an array, and a scalar has none.',
  ),
  tooManyIndices: error(
    'N0311',
    'too many indices',
    (a: { found: number; type: string; rank: number }) =>
      `${a.found} indices for ${a.type}, which has ${a.rank === 1 ? '1 axis' : `${a.rank} axes`}`,
    'An array has one index for each axis. Fewer are fine: the axes at the end are then taken whole.',
  ),
  reducedType: error(
    'N0312',
    'reduction of the wrong type',
    (a: { reducer: string; wants: string; found: string }) =>
      `\`${a.reducer}\` reduces ${a.wants}, this is ${a.found}`,
    '`sum` and `prod` take reals or ints, `mean max min argmax argmin logSumExp` reals, `any` and `all` bools.',
  ),
  elementsDiffer: error(
    'N0313',
    'list elements differ',
    (a: { first: string; other: string }) =>
      `the elements of a list must have one type: ${a.first} and ${a.other}`,
    'A list `[a, b, c]` is an array, so all its elements have the same type and the same sizes.',
  ),
  notConstant: error(
    'N0314',
    'not a constant',
    () => 'a `const` must be known when the model is compiled',
    'A constant is made of literals, other constants and built-in functions of those. What depends on data, params or sizes is a `let`.',
  ),
  resultType: error(
    'N0315',
    'wrong type of a result',
    (a: { name: string; declared: string; found: string }) =>
      `\`${a.name}\` is declared to return ${a.declared}, this is ${a.found}`,
    'The value of a function must have the type that its signature declares.',
  ),
  declaredType: error(
    'N0316',
    'value does not fit the declared type',
    (a: { name: string; declared: string; found: string }) =>
      `\`${a.name}\` is declared ${a.declared}, this is ${a.found}`,
    'A `let` or an `output` may say its type; the value then has to have it.',
  ),
  exponentType: error(
    'N0317',
    'exponent does not fit',
    () => 'an int can only be raised to a literal power that is not negative',
    'The power of an int is an int again when the exponent is a literal such as 2. For anything else make the base real: `real(n)^k`.',
  ),
  wholeNeedsArray: error(
    'N0318',
    'reduction of a scalar',
    (a: { name: string; found: string }) =>
      `\`${a.name}\` of a single value needs an array, this is ${a.found}`,
    'A reduction runs over the elements of an array, or over indices: `sum(a)` or `sum(a[i] for i in N)`.',
  ),
  positionOfMany: error(
    'N0319',
    'position along one axis',
    (a: { reducer: string }) => `\`${a.reducer}\` gives one position, so it runs over one index and scalars`,
    'Where the extremum lies is one int, so there must be one axis to count along. Reduce the other axes first.',
  ),
  constantNotInt: error(
    'N0320',
    'constant is no int',
    (a: { value: string }) => `the value ${a.value} is not an int that can be held exactly`,
    'Ints are whole numbers up to 2^53 in size. Leave the value a real, `1e20`, if that is what it is.',
  ),
  assignedType: error(
    'N0321',
    'assignment of another type',
    (a: { name: string; type: string; found: string }) =>
      `\`${a.name}\` is ${a.type} and cannot become ${a.found}`,
    'The type of a `var`, sizes included, is that of its first value, or the one that it declares. Each value that is assigned has the same type; a part such as `h[t]` takes what is left of the axes.',
  ),
  missingField: error(
    'N0323',
    'field is missing',
    (a: { record: string; fields: string }) => `\`${a.record}\` lacks ${a.fields}`,
    'A record is written with a value for each of its fields, in any order.',
  ),
  fieldType: error(
    'N0324',
    'wrong type of a field',
    (a: { field: string; record: string; expected: string; found: string }) =>
      `\`${a.field}\` of \`${a.record}\` is ${a.expected}, got ${a.found}`,
    'The value of a field must have the type that the record declares for it.',
  ),
  notARecord: error(
    'N0325',
    'not a record',
    (a: { found: string }) => `only records have fields, this is ${a.found}`,
    'A dot reads a field of a record. What other languages write `x.sum()` is a function here: `sum(x)`.',
  ),
  severalValues: error(
    'N0326',
    'several values where one is wanted',
    (a: { types: string }) => `one value is wanted, these are several: ${a.types}`,
    'What a function with several results returns is taken apart at once: `let (a, b) = f(x)`, or `(a, b) = f(x)` for vars.',
  ),
  countOfValues: error(
    'N0327',
    'wrong number of values',
    (a: { count: number; found: string }) => `${a.count} values are wanted, ${a.found}`,
    'There must be a name for each of the values, and a value for each name.',
  ),
  zeroDivisor: error(
    'N0328',
    'division of an int by zero',
    (a: { operator: string }) => `the divisor of this \`${a.operator}\` is 0`,
    'There is no int that `a div 0` or `a mod 0` could be. Where the divisor is known only when the emitted code runs, it throws a RangeError.',
  ),
  assignedSlice: error(
    'N0322',
    'assignment to a slice',
    () => 'only an element or a row can be assigned',
    'An assignment is to one element, `L[i, j]`, or to everything that the first indices leave, `h[t]` or `h[t, :]`. Assign any other part in a loop, element by element.',
  ),
} as const;
