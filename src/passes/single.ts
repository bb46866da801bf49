// Single precision: a real is a float wherever it comes from. Arrays round what is put into them, so that literals, with which
// they are compared, have to be rounded as well: x[i] <= 0.1 holds for the float that is nearest to 0.1. It is the first pass, so
// that all literals of a program are; those that passes and rules make stand for what they are.

import { real } from '../ir/build.ts';
import type { Operand, Program } from '../ir/types.ts';
import { mapUses } from '../ir/walk.ts';
import { nearestFloat } from '../ops/single.ts';

export function roundLiterals(program: Program): Program {
  let hasChanged = false;
  const rounded = (operand: Operand): Operand => {
    if (operand.kind !== 'literal' || operand.type.scalar !== 'real') return operand;
    const value = nearestFloat(Number(operand.value));
    if (Object.is(value, operand.value)) return operand;
    hasChanged = true;
    return real(value);
  };
  const { statements, results } = program.body;
  const body = {
    statements: statements.map((statement) => mapUses(statement, rounded)),
    results: results.map(rounded),
  };
  return hasChanged ? { ...program, body } : program;
}
