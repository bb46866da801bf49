// Reverse mode: from a program with a loss to the same program that also yields the gradient.
//
// Each region is differentiated where it stands: an iteration of a `build` or a `reduce` runs again, primal first and
// then its adjoint, so nothing needs a tape. A sequential `loop` runs backwards; what its iterations need of the way
// there is in histories (reverse/sequential.ts). How contributions to one adjoint are collected: reverse/scope.ts.

import { bug } from '../base/bug.ts';
import { BlockBuilder, real } from '../ir/build.ts';
import type { Input, Operand, Output, Program } from '../ir/types.ts';
import { Scope } from './reverse/scope.ts';
import { Sweep } from './reverse/sweep.ts';

/** Adds the gradient of the loss with respect to every parameter; other outputs are dropped. */
export function reverse(program: Program): Program {
  const lossAt = program.outputs.findIndex((output) => output.role === 'loss');
  const loss = program.body.results[lossAt];
  const lossOutput = program.outputs[lossAt];
  if (loss === undefined || lossOutput === undefined)
    return bug(`model ${program.name} has no loss to differentiate`);

  const builder = new BlockBuilder(program.nextId);
  const sweep = new Sweep(program, loss);
  const top = new Scope(builder);
  for (const input of program.inputs) sweep.owners.set(input.value.id, top);
  sweep.emit(top, program.body);
  sweep.seed(top, loss, real(1));
  sweep.block(top, program.body);

  const params = program.inputs.filter((input) => input.role === 'param');
  const gradients = params.map((param) => gradientOf(top, param));
  const outputs: Output[] = params.map((param) => ({ role: 'gradient', name: param.name }));
  return {
    ...program,
    body: builder.block([loss, ...gradients]),
    outputs: [lossOutput, ...outputs],
    nextId: builder.nextId,
  };
}

function gradientOf(top: Scope, param: Input): Operand {
  if (param.value.type.dims.length === 0) return top.scalarAdjoint(param.value) ?? real(0);
  const view = top.arrayAdjoint(param.value, param.name);
  if (view === undefined) return top.builder.freeze(top.builder.open(param.value.type));
  return view.prefix.length === 0 ? view.array : bug('the gradient of a parameter is a slice');
}
