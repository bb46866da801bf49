// From IR to the loops form, and the order of the passes that improve it.

import type { Program } from '../ir/types.ts';
import { linearise } from './linearise.ts';
import { lower } from './lower/program.ts';
import type { Routine, RoutineKind } from './types.ts';

export { printRoutine } from './print.ts';

export interface RoutineOptions {
  /** Check indices that are not proved in range. */
  readonly checked: boolean;
  /** About how many statements one emitted function may hold. */
  readonly partStatements?: number;
}

interface Pass {
  readonly name: string;
  readonly run: (routine: Routine, options: RoutineOptions) => Routine;
}

export const passes: readonly Pass[] = [
  { name: 'linearise', run: linearise }, // first what needs one index per dim; from here on offsets are flat
];

export function toRoutine(program: Program, kind: RoutineKind, options: RoutineOptions): Routine {
  return passes.reduce((routine, pass) => pass.run(routine, options), lower(program, kind, options));
}
