// From IR to the loops form, and the order of the passes that improve it.

import type { Optimisation } from '../base/optimisations.ts';
import type { Program } from '../ir/types.ts';
import type { Maths, Precision } from '../ops/types.ts';
import { writeOnce } from './again.ts';
import { accumulateInLocals } from './accumulators.ts';
import { carryNeighbours } from './carry.ts';
import { combine } from './combine.ts';
import { contract } from './contract.ts';
import { dropDead } from './dead.ts';
import { defer } from './defer.ts';
import { addDigits } from './digits.ts';
import { elementsAsLocals } from './elements.ts';
import { expand } from './expand.ts';
import { hoist } from './hoist.ts';
import { initialise } from './initialise.ts';
import { linearise } from './linearise.ts';
import { combineLogarithms } from './logarithms.ts';
import { lower } from './lower/program.ts';
import { splitParts } from './parts.ts';
import { settleVariables } from './settle.ts';
import { shareRows } from './share.ts';
import { interchange } from './interchange.ts';
import { jam } from './jam.ts';
import { shareLogistic } from './logistic.ts';
import { keepCostly } from './keep.ts';
import { nest } from './nest.ts';
import { carrySums } from './prefix.ts';
import { blockProducts } from './block.ts';
import { shareReciprocals } from './reciprocals.ts';
import { reuseStorage } from './reuse.ts';
import { scatter } from './scatter.ts';
import { skipZeros } from './skip.ts';
import { sinkFills } from './sink.ts';
import { tidy } from './tidy.ts';
import { factorTwos } from './twos.ts';
import type { Routine } from './types.ts';
import { verifyRoutine } from './verify.ts';
import { keepUnrounded } from './unrounded.ts';
import { visitStatements } from './walk.ts';
import { keepExponentials } from './weights.ts';

export { printRoutine } from './print.ts';

export interface RoutineOptions {
  /** Check indices that are not proved in range. */
  readonly checked: boolean;
  /** Where it is `exact`, there are no steps to be written out. */
  readonly math?: Maths | undefined;
  /** Of the arrays of the caller; double where it is not said. */
  readonly precision?: Precision | undefined;
  /** Arithmetic is in single precision, too. */
  readonly isSingle?: boolean;
  /** About how many statements one emitted function may hold. */
  readonly partStatements?: number;
  /** Optimisations to leave out, to see what they do. */
  readonly without?: readonly Optimisation[] | undefined;
  /** Is told what each pass made of what. */
  readonly observe?: (pass: Pass, before: Routine, after: Routine) => void;
}

export interface Pass {
  readonly name: string;
  readonly run: (routine: Routine, options: RoutineOptions) => Routine;
  /** What it belongs to; without one, it always runs. */
  readonly optimisation?: Optimisation;
  /** Why it stands where it stands. */
  readonly reason: string;
  /**
   * It looks at loops, or at what they and arrays of the compiler's own leave behind. In straight code there is nothing:
   * sharing on the IR found what is equal, and lowering left no name that is used once and nothing unused.
   */
  readonly forLoops?: true;
}

/** One index per dim up to `linearise`, flat offsets from there on. */
export const passes: readonly Pass[] = [
  {
    name: 'unrounded',
    run: (routine, { precision, isSingle }) =>
      precision === 'f32' && !isSingle ? keepUnrounded(routine) : routine,
    reason: 'what adds up in an array does not load from it yet; where it can, fusion undoes it',
  },
  {
    name: 'initialise',
    run: initialise,
    optimisation: 'initialise',
    reason: 'stores fuse where fills do not',
  },
  {
    name: 'combine',
    run: combine,
    optimisation: 'fuse',
    reason: 'brings together, and computes once, what loops have in common',
    forLoops: true,
  },
  {
    name: 'sink',
    run: sinkFills,
    optimisation: 'sink',
    reason: 'rows cleared in their own iteration contract',
  },
  {
    name: 'contract',
    run: contract,
    optimisation: 'contract',
    reason: 'once only its own iteration reads a row, no array is needed',
  },
  {
    name: 'elements',
    run: elementsAsLocals,
    optimisation: 'contract',
    reason: 'rows that are left of larger arrays are small',
    forLoops: true,
  },
  {
    name: 'settle',
    run: settleVariables,
    optimisation: 'contract',
    reason: 'contraction made variables of arrays that were written several times',
    forLoops: true,
  },
  { name: 'dead', run: dropDead, reason: 'sharing left stores that nothing loads', forLoops: true },
  {
    name: 'nest',
    run: nest,
    optimisation: 'nest',
    reason: 'sharing left names for what is used only once',
    forLoops: true,
  },
  {
    name: 'prefix',
    run: carrySums,
    optimisation: 'prefix',
    reason: 'fusion wants iterations in any order; inner loops hold one statement now that names are gone',
    forLoops: true,
  },
  {
    name: 'weights',
    run: keepExponentials,
    optimisation: 'weights',
    reason: 'equal elements look equal now that names are gone',
  },
  {
    name: 'logistic',
    run: shareLogistic,
    optimisation: 'logistic',
    reason: 'arguments have names now where several functions take them',
  },
  {
    name: 'keep',
    run: keepCostly,
    optimisation: 'keep',
    reason: 'exponentials that share are no longer two; the offsets are not made yet',
    forLoops: true,
  },
  {
    name: 'defer',
    run: defer,
    optimisation: 'defer',
    reason: 'before products, which it makes more of',
    forLoops: true,
  },
  {
    name: 'products',
    run: blockProducts,
    optimisation: 'products',
    reason: 'loops are as fused as they get; the offsets are not made yet',
    forLoops: true,
  },
  {
    name: 'interchange',
    run: interchange,
    optimisation: 'interchange',
    reason: 'before hoist, which takes what a row has in common out of its loop',
    forLoops: true,
  },
  {
    name: 'hoist',
    run: hoist,
    optimisation: 'hoist',
    reason: 'loads leave loops while their indices still show that they are in range',
    forLoops: true,
  },
  {
    name: 'accumulators',
    run: accumulateInLocals,
    optimisation: 'accumulators',
    reason: 'after hoisting, what an index depends on is plain',
    forLoops: true,
  },
  {
    name: 'initialise sums',
    run: initialise,
    optimisation: 'initialise',
    reason: 'elements are now added to once, after the loop',
  },
  {
    name: 'again',
    run: writeOnce,
    optimisation: 'accumulators',
    reason: 'first adds are stores now, and loops add to their element once, behind them',
    forLoops: true,
  },
  {
    name: 'reciprocals',
    run: shareReciprocals,
    optimisation: 'reciprocals',
    reason: 'denominators have names by now; before jam, which makes four of each',
  },
  {
    name: 'skip',
    run: skipZeros,
    optimisation: 'skip',
    reason: 'before jam, which would take four elements together whether or not they are 0',
    forLoops: true,
  },
  {
    name: 'scatter',
    run: scatter,
    optimisation: 'scatter',
    reason: 'skipping shows which elements are used where they are not zero, and for nothing else',
    forLoops: true,
  },
  {
    name: 'jam',
    run: jam,
    optimisation: 'jam',
    reason: 'what is added to in a loop is a local by now, or is one element for all of its iterations',
    forLoops: true,
  },
  {
    name: 'logarithms',
    run: combineLogarithms,
    optimisation: 'logarithms',
    reason: 'terms of several iterations stand side by side now',
  },
  {
    name: 'carry',
    run: carryNeighbours,
    optimisation: 'carry',
    reason: 'what iterations in any order were good for is done',
    forLoops: true,
  },
  {
    name: 'twos',
    run: factorTwos,
    optimisation: 'literals',
    reason:
      'what is the same in every iteration, with its factor, has left the loops; negative terms are differences by then',
  },
  {
    name: 'tidy',
    run: tidy,
    optimisation: 'tidy',
    reason: 'all statements are made, and nothing below looks for their patterns',
  },
  {
    name: 'reuse',
    run: reuseStorage,
    optimisation: 'reuse',
    reason: 'no pass below moves statements of the top level',
  },
  { name: 'linearise', run: linearise, reason: 'everything above needs one index per dim' },
  {
    name: 'digits',
    run: addDigits,
    optimisation: 'digits',
    reason: 'offsets are sums now; before their parts leave loops',
    forLoops: true,
  },
  {
    name: 'hoist offsets',
    run: hoist,
    optimisation: 'hoist',
    reason: 'linearising made row bases',
    forLoops: true,
  },
  {
    name: 'rows',
    run: shareRows,
    optimisation: 'offsets',
    reason: 'offsets in arrays of one shape begin alike',
    forLoops: true,
  },
  {
    name: 'dead again',
    run: dropDead,
    reason: 'of what moved or was shared, some had another name already',
    forLoops: true,
  },
  { name: 'parts', run: splitParts, reason: 'nothing below sees across functions' },
  {
    name: 'expand',
    run: expand,
    optimisation: 'expand',
    reason: 'last: what is called how often in which function is known only now',
  },
];

/** Routines of up to this many statements are verified after each pass, longer ones at the end. */
const verifiedThroughout = 2000;

/** It has no loops and no arrays of its own; branches it may have. */
function isStraightCode({ body, scratch }: Routine): boolean {
  let loops = scratch.length;
  visitStatements(body, ({ kind }) => {
    if (kind === 'for' || kind === 'while') loops += 1;
  });
  return loops === 0;
}

export function toRoutine(program: Program, kind: Routine['kind'], options: RoutineOptions): Routine {
  let routine = lower(program, kind, options);
  const isShort = routine.body.length <= verifiedThroughout;
  if (isShort) verifyRoutine(routine, 'lower');
  const { without = [] } = options;
  const isStraight = isStraightCode(routine);
  for (const pass of passes) {
    if (isStraight && pass.forLoops) continue;
    if (pass.optimisation !== undefined && without.includes(pass.optimisation)) continue;
    const before = routine;
    routine = pass.run(before, options);
    options.observe?.(pass, before, routine);
    if (isShort && routine !== before) verifyRoutine(routine, pass.name);
  }
  if (!isShort) verifyRoutine(routine, 'all passes');
  return routine;
}
