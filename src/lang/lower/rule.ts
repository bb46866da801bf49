// Calls of functions whose derivative the user gives: a `rule` statement, with the body of the function and of the rule.

import { bug } from '../../base/bug.ts';
import type { BlockBuilder, Hint } from '../../ir/build.ts';
import type { Operand, Value } from '../../ir/types.ts';
import type { FunctionInfo, RuleInfo } from '../check/context.ts';
import type { Symbol } from '../check/scope.ts';
import { force, storedArray } from './array.ts';
import { isArray, plainValue, type Env, type Lowered, type Lowering } from './context.ts';
import { lowerExpression } from './expression.ts';
import { polynomialOf } from './facts.ts';
import { lowerStatements } from './statement.ts';

/**
 * A rule may call its own function, as that of a linear solver does. It is asked at most as often as is differentiated, which is
 * twice; below that the body of the function is as good.
 */
const mostOrders = 2;

export const isRuled = (l: Lowering, { rule }: FunctionInfo): boolean =>
  rule !== undefined && l.rules < mostOrders;

/** `env` is that of the body: the arguments are bound here. */
export function callWithRule(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  called: FunctionInfo,
  args: readonly Lowered[],
  hint: Hint,
): Lowered {
  const rule = called.rule ?? bug(`\`${called.declaration.name.text}\` has no rule`);
  const stored = args.map((arg, k) => inMemory(l, b, arg, { name: called.arguments[k]?.name }));
  // Ints that are literals or sizes stay what they are: proofs need them.
  const isPassed = ({ kind, type }: Operand): boolean => kind === 'value' || type.scalar === 'real';
  const passed = stored.flatMap((value, k) =>
    isPassed(value) ? [{ value, name: called.arguments[k]?.name }] : [],
  );
  /** What the parameters stand for in one of the two blocks. */
  function bindings(symbols: readonly Symbol[], params: readonly Value[]): Map<Symbol, Lowered> {
    const rest = [...params];
    return new Map(
      symbols.map((symbol, k) => {
        const operand = stored[k] ?? bug('an argument is missing');
        return [symbol, isPassed(operand) ? known(l, rest.shift(), operand) : operand];
      }),
    );
  }
  const form = rule.given === undefined ? 'partials' : 'adjoint';
  const outs = b.rule(
    form,
    passed,
    (body, params) => [lowerBody(l, env, body, called, bindings(called.arguments, params))],
    (body, params, [out], [adjoint]) => {
      const names = bindings(rule.arguments, params);
      l.rules += 1;
      const answers = lowerAnswers(l, env, body, rule, names, out, adjoint);
      l.rules -= 1;
      return answers;
    },
    hint,
  );
  return lowered(l, outs[0]);
}

/** The value of a function, in memory. */
export function lowerBody(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  { declaration }: FunctionInfo,
  bindings: Map<Symbol, Lowered>,
): Operand {
  const inside: Env = { ...env, frame: { ...env.frame, bindings } };
  lowerStatements(l, inside, b, declaration.body);
  return inMemory(l, b, lowerExpression(l, inside, b, declaration.value));
}

/** What a rule says, for each real parameter. */
export function lowerAnswers(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  { declaration, out: outSymbol, given, answers }: RuleInfo,
  bindings: Map<Symbol, Lowered>,
  out: Value | undefined,
  adjoint: Value | undefined,
): readonly Operand[] {
  bindings.set(outSymbol, lowered(l, out));
  if (given !== undefined) bindings.set(given, lowered(l, adjoint));
  const inside: Env = { ...env, frame: { ...env.frame, bindings } };
  lowerStatements(l, inside, b, declaration.body);
  return answers.map(({ value }) => inMemory(l, b, lowerExpression(l, inside, b, value)));
}

/** There are no records here: the checker refuses them. */
function inMemory(l: Lowering, b: BlockBuilder, value: Lowered, hint: Hint = {}): Operand {
  const plain = plainValue(value);
  return isArray(plain) ? force(l, b, plain, hint) : plain;
}

export function lowered(l: Lowering, value: Value | undefined): Lowered {
  if (value === undefined) return bug('a rule has lost a value');
  return value.type.dims.length > 0 ? storedArray(l, value) : value;
}

/** A parameter of which is known what is known of its argument. */
function known(l: Lowering, param: Value | undefined, argument: Operand): Lowered {
  if (param !== undefined && param.type.scalar === 'int') {
    if (param.type.dims.length === 0) l.facts.polynomials.set(param, polynomialOf(l.facts, argument));
    const range = argument.kind === 'value' ? l.ranges.get(argument) : undefined;
    if (range !== undefined) l.ranges.set(param, range);
  }
  return lowered(l, param);
}
