// Programs of free params: each constrained param is computed from reals that may be anything, so that optimisers and
// samplers need not know of constraints. The loss is the same, and may be the one of a density of the free params.

import { BlockBuilder } from '../ir/build.ts';
import { freeType, isConstrained, type ConstrainedInput } from '../ir/constraint.ts';
import type { Input, Operand, Output, Program, Value } from '../ir/types.ts';
import { cloneBlock } from '../ir/walk.ts';
import { constrainValue, freeValue } from './free/transforms.ts';

export interface FreeOptions {
  /**
   * Take log |det J| of the transform off the loss. A loss that is minus the logarithm of a density of the params is then
   * that of the density of the free params.
   */
  readonly jacobian?: boolean;
  /** Keep its outputs, as functions of free params like the loss. */
  readonly outputs?: boolean;
}

export const hasConstraints = (program: Program): boolean => program.inputs.some(isConstrained);

/** What the program of free params is called. */
export const freeName = (name: string): string => `${name}Free`;

/** The loss of a model as a function of free params. */
export function free(
  program: Program,
  { jacobian = false, outputs: keepsOutputs = false }: FreeOptions = {},
): Program {
  const b = new BlockBuilder(program.nextId);
  const bindings = new Map<number, Operand>();
  const logJacobians: (() => Operand)[] = [];
  const inputs = program.inputs.map((input) => {
    if (!isConstrained(input)) return input;
    const { value: old, constraint } = input;
    const freed = freeInput(b, input);
    const { value, logJacobian } = constrainValue(b, old.type, constraint, freed.value, old.name);
    bindings.set(old.id, value);
    logJacobians.push(logJacobian);
    return freed;
  });
  const { block } = cloneBlock(program.body, bindings, (value) => b.fresh(value.type, value));
  for (const statement of block.statements) b.push(statement);
  const kept = program.outputs.flatMap((output, i) => {
    const result = block.results[i];
    const isKept = output.role === 'loss' || (keepsOutputs && output.role === 'output');
    return isKept && result !== undefined ? [{ output, result }] : [];
  });
  const results = kept.map(({ output, result }) =>
    jacobian && output.role === 'loss'
      ? logJacobians.reduce((loss, term) => b.op('sub', [loss, term()]), result)
      : result,
  );
  const outputs = kept.map(({ output }) => output);
  return {
    ...program,
    name: freeName(program.name),
    inputs,
    outputs,
    body: b.block(results),
    nextId: b.nextId,
  };
}

/** The params, as outputs, of free params. */
export function constrain(program: Program): Program {
  const b = new BlockBuilder(program.nextId);
  const results: Value[] = [];
  const inputs = paramsOf(program).map((input) => {
    const freed = isConstrained(input) ? freeInput(b, input) : input;
    const { type, name } = input.value;
    results.push(
      isConstrained(input) ? constrainValue(b, type, input.constraint, freed.value, name).value : freed.value,
    );
    return freed;
  });
  return transformed(program, inputs, b, results);
}

/** The free params, as outputs, of params. */
export function unconstrain(program: Program): Program {
  const b = new BlockBuilder(program.nextId);
  const inputs = paramsOf(program);
  const results = inputs.map((input) =>
    isConstrained(input) ? freeValue(b, input.constraint, input.value, freeHint(input)) : input.value,
  );
  return transformed(program, inputs, b, results);
}

const paramsOf = (program: Program): readonly Input[] =>
  program.inputs.filter(({ role }) => role === 'param');

const freeHint = ({ name, value }: Input): string => `${value.name ?? name}Free`;

function freeInput(b: BlockBuilder, input: ConstrainedInput): Input {
  const { constraint, ...rest } = input;
  const { type, span } = input.value;
  return { ...rest, value: b.fresh(freeType(type, constraint), { name: freeHint(input), span }) };
}

function transformed(
  program: Program,
  inputs: readonly Input[],
  b: BlockBuilder,
  results: readonly Value[],
): Program {
  const outputs = inputs.map(({ name }): Output => ({ role: 'output', name }));
  return { ...program, inputs, outputs, body: b.block(results), nextId: b.nextId };
}
