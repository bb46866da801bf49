// N08xx: derivatives that the user gives. Rows of the catalogue (../catalogue.ts).

import { error, warning } from '../row.ts';

export const rules = {
  ruleWithoutFunction: error(
    'N0801',
    'rule without a function',
    (a: { name: string; why: string }) => `\`${a.name}\` cannot be given a derivative: ${a.why}`,
    'A rule stands in the file of its function, before or after it.',
  ),
  secondRule: error(
    'N0802',
    'second rule of a function',
    (a: { name: string }) => `\`${a.name}\` has a rule already`,
    'A function has one derivative. Both rules are shown; keep one.',
  ),
  ruleParameters: error(
    'N0803',
    'parameters of a rule',
    (a: { name: string; found: string; expected: string }) =>
      `the rule is for \`${a.name}(${a.found})\`, but the function is \`${a.name}(${a.expected})\``,
    'A rule repeats the parameters of its function, by name and in their order, without their types.',
  ),
  nothingToDerive: error(
    'N0804',
    'rule of a function that has no derivative',
    (a: { name: string; why: string }) => `\`${a.name}\` has no derivative: ${a.why}`,
    'Only reals have derivatives: the result of the function must be real, and at least one of its parameters.',
  ),
  ruleOfRecord: error(
    'N0811',
    'rule of a function of records',
    (a: { name: string; why: string }) => `\`${a.name}\` cannot have a rule: ${a.why}`,
    'Neither parameters nor the result of a function with a rule are records, and it has one result. Write the rule of a function of their fields, and call that.',
  ),
  derivativeOfArray: error(
    'N0805',
    'derivative of a function of arrays',
    (a: { name: string; what: string }) =>
      `\`derivative\` is for functions of reals, and ${a.what} of \`${a.name}\` is an array`,
    'Of a function of arrays `adjoint` gives, from the adjoint `g` of the result, that of each real parameter: `adjoint f(a, b) from g { return { a: …, b: … } }`. The adjoint of a parameter is the sum over all elements of the result of their adjoints times their partial derivatives.',
  ),
  partialMissing: error(
    'N0806',
    'rule that leaves out a parameter',
    (a: { name: string; what: string }) => `the rule of \`${a.name}\` ${a.what}`,
    'A rule has a value for each real parameter: `{ x: …, y: … }`. For a single one the value alone will do. A value of 0 says that the result does not depend on the parameter.',
  ),
  partialUnknown: error(
    'N0807',
    'rule for what has no derivative',
    (a: { name: string; of: string; why: string }) =>
      `the rule of \`${a.of}\` has a value for \`${a.name}\`, ${a.why}`,
    'A rule has a value for each real parameter and for nothing else.',
  ),
  partialType: error(
    'N0808',
    'type of a value of a rule',
    (a: { name: string; expected: string; found: string }) =>
      `the value for \`${a.name}\` must be ${a.expected}, this is ${a.found}`,
    'The partial derivative by a real is a real; the adjoint of a parameter has the type of the parameter.',
  ),
  ruleWrong: error(
    'N0809',
    'rule that contradicts its function',
    (a: { name: string; parameter: string; rule: string; differences: string; where: string }) =>
      `the rule of \`${a.name}\` is wrong for \`${a.parameter}\`: it says ${a.rule}, differences say ${a.differences} (${a.where})`,
    'Rules are compared with differences of their functions when they are compiled, at random points; of a function of arrays, along random directions and with random adjoints. Where a rule is meant to be another derivative than that of the function, cut that with `stop`: `x + stop(round(x) - x)` has the value of `round(x)` and the derivative of `x`.',
  ),
  ruleUnchecked: warning(
    'N0810',
    'rule that could not be checked',
    (a: { name: string; parameters: string }) =>
      `the rule of \`${a.name}\` could not be checked for ${a.parameters}`,
    'At none of the random points where a rule is compared with differences were both finite and sure. The rule is used as it is; `nabla gradcheck` compares whole models at points that suit them.',
  ),
} as const;
