// A program with some of its outputs: what only the others need is dead.

import type { Output, Program } from '../ir/types.ts';
import { dropDead } from './dead.ts';

/** The program without the outputs of other roles. */
export function only(program: Program, role: Output['role']): Program {
  if (program.outputs.every((output) => output.role === role)) return program;
  const wanted = (i: number): boolean => program.outputs[i]?.role === role;
  return {
    ...program,
    outputs: program.outputs.filter((_, i) => wanted(i)),
    body: { ...program.body, results: program.body.results.filter((_, i) => wanted(i)) },
  };
}

/** What is left to be differentiated: the loss, without what only outputs need. */
export function lossAlone(program: Program): Program {
  const alone = only(program, 'loss');
  return alone === program ? program : dropDead(alone);
}
