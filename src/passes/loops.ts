// Loops carry no more than they must: state that an iteration leaves as it found it is the value from before the loop, and
// a loop of no iterations is its initial state.

import { bug } from '../base/bug.ts';
import { asPolynomial } from '../ir/build.ts';
import { asConstant, subtract } from '../base/polynomial.ts';
import type { LoopStatement, Operand, Program, Statement, Value } from '../ir/types.ts';
import { mapUses } from '../ir/walk.ts';
import { rewrite, type Context } from './rewrite.ts';

export function simplifyLoops(program: Program): Program {
  return rewrite(
    program,
    (statement, context) =>
      statement.kind === 'loop' ? (skip(statement) ?? dropUnchanged(statement, context)) : undefined,
    ({ kind }) => kind === 'loop',
  );
}

/** The initial state, where the range is known to be empty. */
function skip({ from, to, state, outs, condition }: LoopStatement): readonly Operand[] | undefined {
  const [first, last] = [asPolynomial(from), asPolynomial(to)];
  if (first === undefined || last === undefined || condition !== undefined) return undefined;
  const trips = asConstant(subtract(last, first));
  if (trips === undefined || trips > 0 || outs.length > state.length) return undefined;
  return state.map(({ initial }) => initial);
}

function dropUnchanged(loop: LoopStatement, { b }: Context): readonly Operand[] | undefined {
  const { state, body, outs, condition } = loop;
  const isUnchanged = (k: number): boolean => {
    const carried = state[k];
    const next = body.results[k];
    return carried !== undefined && (next === carried.value || isSameLiteral(next, carried.initial));
  };
  if (!state.some((_, k) => isUnchanged(k))) return undefined;
  const substitution = new Map<Value, Operand>();
  state.forEach(({ value, initial }, k) => isUnchanged(k) && substitution.set(value, initial));
  const replaced = (operand: Operand): Operand =>
    operand.kind === 'value' ? (substitution.get(operand) ?? operand) : operand;
  const keptResult = <T>(_: T, k: number): boolean => !isUnchanged(k);
  const asked =
    condition === undefined
      ? {}
      : {
          condition: {
            statements: condition.statements.map((inner) => mapUses(inner, replaced)),
            results: condition.results.map(replaced),
          },
        };
  const kept: Statement = {
    ...loop,
    outs: outs.filter(keptResult),
    state: state.filter(keptResult),
    ...asked,
    body: {
      statements: body.statements.map((inner) => mapUses(inner, replaced)),
      results: body.results.filter(keptResult).map(replaced),
    },
  };
  b.push(kept);
  return outs.map((out, k) =>
    isUnchanged(k) ? (state[k]?.initial ?? bug('an out without its state')) : out,
  );
}

const isSameLiteral = (a: Operand | undefined, b: Operand): boolean =>
  a?.kind === 'literal' && b.kind === 'literal' && Object.is(a.value, b.value);
