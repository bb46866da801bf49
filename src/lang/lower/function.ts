// A function and its rule as programs of their own, in which everything that they are given is data.

import { bug } from '../../base/bug.ts';
import { hasErrors, type Diagnostic } from '../../base/diagnostic.ts';
import { BlockBuilder } from '../../ir/build.ts';
import type { Input, Operand, Program, Type } from '../../ir/types.ts';
import type { Annotations, FunctionInfo, RuleInfo } from '../check/context.ts';
import type { Symbol } from '../check/scope.ts';
import { isRecord } from '../check/types.ts';
import type { Env, Lowered, Lowering } from './context.ts';
import { startLowering } from './model.ts';
import { lowerAnswers, lowerBody, lowered } from './rule.ts';

/** The names of what a rule is given besides the parameters: no names of the language, so they clash with none. */
export const given = { out: '=out', adjoint: '=adjoint' } as const;

export interface Alone {
  /** Its only output is the result of the function. */
  readonly value: Program;
  /** Its outputs are what the rule says, by parameter. */
  readonly rule: Program;
}

/** Undefined where the function is too large to be written out; a model that calls it reports that. */
export function lowerAlone(annotations: Annotations, info: FunctionInfo, rule: RuleInfo): Alone | undefined {
  const diagnostics: Diagnostic[] = [];
  const args = info.arguments.map(({ name, type }) => ({ name, type: plainType(type) }));
  const result = plainType(info.result);
  const sizes = info.sizes.map((name) => ({ name }));

  function program(
    inputs: readonly { readonly name: string; readonly type: Type }[],
    outputs: readonly string[],
    lower: (l: Lowering, env: Env, b: BlockBuilder, values: readonly Input[]) => readonly Operand[],
  ): Program {
    const l = startLowering(annotations, diagnostics);
    const env: Env = {
      frame: { bindings: new Map(), sizes: new Map() },
      known: undefined,
      conditional: false,
    };
    const b = new BlockBuilder(0);
    const declared = inputs.map(({ name, type }): Input => ({
      role: 'data',
      name,
      value: b.fresh(type, { name }),
    }));
    const results = lower(l, env, b, declared);
    return {
      name: info.declaration.name.text,
      sizes,
      inputs: declared,
      body: b.block(results),
      outputs: outputs.map((name) => ({ role: 'output', name })),
      nextId: b.nextId,
    };
  }
  const bind = (l: Lowering, symbols: readonly Symbol[], inputs: readonly Input[]): Map<Symbol, Lowered> =>
    new Map(symbols.map((symbol, k) => [symbol, lowered(l, inputs[k]?.value)]));

  const value = program(args, [given.out], (l, env, b, inputs) => [
    lowerBody(l, env, b, info, bind(l, info.arguments, inputs)),
  ]);
  const more = [
    { name: given.out, type: result },
    ...(rule.given === undefined ? [] : [{ name: given.adjoint, type: result }]),
  ];
  const names = rule.answers.map(({ argument }) => argument.name);
  const derivative = program([...args, ...more], names, (l, env, b, inputs) => {
    const [out, adjoint] = inputs.slice(args.length);
    return lowerAnswers(l, env, b, rule, bind(l, rule.arguments, inputs), out?.value, adjoint?.value);
  });
  return hasErrors(diagnostics) ? undefined : { value, rule: derivative };
}

function plainType(type: FunctionInfo['result']): Type {
  if (type === undefined || isRecord(type.scalar)) return bug('a rule of a function of records');
  return { scalar: type.scalar, dims: type.dims };
}
