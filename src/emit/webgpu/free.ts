// Of a model with constrained params: on the GPU live free params, which the host makes of params and params of them. Its functions
// for that are those of the TypeScript form.

import { doorOf } from '../door.ts';
import type { Model } from '../model.ts';
import type { Declaration } from '../module.ts';
import { routineFunctions } from '../routine.ts';
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
