// Of a model with constrained params: on the GPU live free params, which the host makes of params and params of them. Its functions
// for that are those of the TypeScript form.

import { bug } from '../../base/bug.ts';
import { doorOf } from '../door.ts';
import type { Model } from '../model.ts';
import type { Declaration } from '../module.ts';
import { routineFunctions } from '../routine.ts';
import { jacobianDoc } from '../signature.ts';
import { quote } from '../syntax.ts';
import { workspaceFunction, zerosFunction } from '../vector.ts';

/** What the module has of one form of such a model besides its types: the function to the other form, and what that needs. */
export function conversionOf(form: Model): readonly Declaration[] {
  const door = doorOf(form);
  const { sizes, params, filled, workspace, inside, apart } = door;
  const functions = form.routines.map((routine) => routineFunctions(form, routine, door));
  // One check may serve for two.
  const checks = new Set([sizes, params, filled, workspace, inside, ...Object.values(apart.checks)]);
  return [
    ...functions.map(({ whole }) => whole),
    zerosFunction(form, door),
    ...(form.workspace.length > 0 ? [workspaceFunction(form, door)] : []),
    ...[...checks].flatMap((check) => check?.declaration ?? []),
    ...apart.names,
    ...functions.flatMap(({ parts }) => parts),
  ];
}

/** What is said of `lossAndGradient`. */
export const freeGradientDoc = (free: Model): string =>
  `The loss and its gradient by the free params.${free.jacobian ? ` ${jacobianDoc(free)}` : ''}`;

/** The methods that take and give params, around those of the model of free params, which is called `gpu`. */
export function freeMethods(model: Model, free: Model): readonly string[] {
  const sizes = model.sizes.length > 0 ? ', sizes' : '';
  const check = doorOf(free).params?.call({ owner: quote('free'), params: 'free' });
  return [
    'return {',
    '  ...gpu,',
    `  setParams: (params) => gpu.setParams(${model.functionName('Unconstrain')}(params${sizes})),`,
    `  readParams: async () => ${model.functionName('Constrain')}(await gpu.readParams()${sizes}),`,
    '  setFreeParams: (free) => {',
    `    ${check?.text ?? bug('free params are not checked')}`,
    '    gpu.setParams(free);',
    '  },',
    '  readFreeParams: gpu.readParams,',
    '};',
  ];
}
