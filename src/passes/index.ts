// The passes, in order, each with the reason for its place. `prepare` runs before differentiation, `optimise` after.
// Every pass is a pure function Program → Program, and what it yields is verified.

import type { Optimisation } from '../base/optimisations.ts';
import type { Program } from '../ir/types.ts';
import type { Precision } from '../ops/types.ts';
import { verify } from '../ir/verify.ts';
import { sumAccumulators } from './accumulators.ts';
import { cse } from './cse.ts';
import { dropDead } from './dead.ts';
import { takeOutOfExtrema } from './extrema.ts';
import { factorSums } from './factor.ts';
import { fold } from './fold.ts';
import { hoist } from './hoist.ts';
import { inlineRules } from './inline.ts';
import { factorLinear } from './linear.ts';
import { simplifyLoops } from './loops.ts';
import { stabilise } from './stabilise.ts';
import { scalariseState } from './state.ts';
import { lossAlone } from './only.ts';
import { storeCostly, storeSums } from './store.ts';
import { gatherLiterals } from './literals.ts';
import { scaleRecurrences } from './scale.ts';
import { roundLiterals } from './single.ts';
import { reduceStrength } from './strength.ts';
import { unroll, unrollExtrema } from './unroll.ts';
import { shortenSums } from './zeros.ts';

export interface Pass {
  readonly name: string;
  readonly run: (program: Program, options?: PassOptions) => Program;
  /** What it belongs to; without one, it always runs. */
  readonly optimisation?: Optimisation;
  /** Why it stands where it stands. */
  readonly reason: string;
}

export interface PassOptions {
  /** Double where it is not said. */
  readonly precision?: Precision | undefined;
  /** Optimisations to leave out, to see what they do. */
  readonly without?: readonly Optimisation[] | undefined;
  /** Is told what each pass made of what. */
  readonly observe?: ((step: PassStep) => void) | undefined;
}

export interface PassStep {
  readonly list: keyof typeof passLists;
  readonly pass: Pass;
  readonly before: Program;
  readonly after: Program;
}

const beforeDerivatives: readonly Pass[] = [
  {
    name: 'single',
    run: (program, { precision } = {}) => (precision === 'f32' ? roundLiterals(program) : program),
    reason: 'before folding, which computes in double precision as the emitted code does',
  },
  { name: 'fold', run: fold, optimisation: 'fold', reason: 'constants first, so that patterns see literals' },
  { name: 'cse', run: cse, optimisation: 'share', reason: 'patterns compare operands by identity' },
  { name: 'stabilise', run: stabilise, reason: 'before unrolling, which takes sums of exponentials apart' },
  { name: 'dead exponents', run: dropDead, reason: 'what stabilising offered and nobody took is not a use' },
  {
    name: 'unroll',
    run: unroll,
    optimisation: 'unroll',
    reason: 'before sharing: copies of a body have much in common',
  },
  { name: 'state', run: scalariseState, optimisation: 'state', reason: 'small comprehensions are lists now' },
  {
    name: 'unroll again',
    run: unroll,
    optimisation: 'unroll',
    reason: 'reads of lists became constant by unrolling what is around them',
  },
  {
    name: 'zeros',
    run: shortenSums,
    optimisation: 'zeros',
    reason: 'folding decides conditions, and leaves zeros behind that could be any',
  },
  {
    name: 'fold again',
    run: fold,
    optimisation: 'fold',
    reason: 'index arithmetic became constant by unrolling',
  },
  {
    name: 'loops',
    run: simplifyLoops,
    optimisation: 'loops',
    reason: 'what a loop does not change is not differentiated as if it did',
  },
  {
    name: 'hoist',
    run: hoist,
    optimisation: 'hoist',
    reason: 'before sharing, which then finds what several iterations have in common',
  },
  {
    name: 'cse again',
    run: cse,
    optimisation: 'share',
    reason: 'unrolled copies and hoisted values are equal now',
  },
  {
    name: 'stabilise again',
    run: stabilise,
    reason: 'what overflows or cancels must go before it is differentiated',
  },
  {
    name: 'extrema',
    run: takeOutOfExtrema,
    optimisation: 'extrema',
    reason: 'invariants have left the maxima; less is to be differentiated',
  },
  {
    name: 'scale',
    run: scaleRecurrences,
    optimisation: 'scale',
    reason: 'before factor, which takes what is no recurrence',
  },
  {
    name: 'factor',
    run: factorSums,
    optimisation: 'factor',
    reason: 'once all sums of exponentials are found; its derivative is that of a product',
  },
  { name: 'dead', run: dropDead, reason: 'stabilising leaves the expressions that it replaced' },
];

const beforeReverse: readonly Pass[] = [
  {
    name: 'loss alone',
    run: lossAlone,
    reason: 'what other outputs need has no adjoint, and is not to be stored for one',
  },
  {
    name: 'store',
    run: storeSums,
    optimisation: 'store',
    reason: 'decides what reverse mode may recompute; only a gradient needs it',
  },
  { name: 'dead after store', run: dropDead, reason: 'the stored sums left their operands behind' },
  {
    name: 'store costly',
    run: storeCostly,
    optimisation: 'store',
    reason: 'last: until it is differentiated nobody uses what it adds',
  },
];

const afterDerivatives: readonly Pass[] = [
  { name: 'inline', run: inlineRules, reason: 'rules and stops have had their say' },
  {
    name: 'dead',
    run: dropDead,
    reason: 'differentiation copies whole regions; most of a copy is not needed',
  },
  {
    name: 'unroll extrema',
    run: unrollExtrema,
    optimisation: 'unroll',
    reason: 'after differentiation has asked for the places that it needs',
  },
  {
    name: 'accumulators',
    run: sumAccumulators,
    optimisation: 'accumulators',
    reason: 'what is added up in straight code and branches needs no memory',
  },
  {
    name: 'fold',
    run: fold,
    optimisation: 'fold',
    reason: 'adjoints start from a literal 1; what they add up to may subtract or scale',
  },
  {
    name: 'loops',
    run: simplifyLoops,
    optimisation: 'loops',
    reason: 'adjoints may go through a loop as they came',
  },
  {
    name: 'strength',
    run: reduceStrength,
    optimisation: 'strength',
    reason: 'after folding: derivatives of powers are powers',
  },
  { name: 'cse', run: cse, optimisation: 'share', reason: 'the adjoint repeats parts of the primal' },
  {
    name: 'linear',
    run: factorLinear,
    optimisation: 'linear',
    reason: 'products have two factors by now, and equal ones are one',
  },
  { name: 'dead values', run: dropDead, reason: 'what nobody uses must not count as a use below' },
  {
    name: 'literals',
    run: gatherLiterals,
    optimisation: 'literals',
    reason: 'sharing has shown which factors several products have in common',
  },
  {
    name: 'fold again',
    run: fold,
    optimisation: 'fold',
    reason: 'operands became single and equal by sharing',
  },
  { name: 'cse again', run: cse, optimisation: 'share', reason: 'folding made new equal expressions' },
  {
    name: 'literals again',
    run: gatherLiterals,
    optimisation: 'literals',
    reason: 'what was scaled for several products is used for nothing else now',
  },
  { name: 'dead code', run: dropDead, reason: 'last: sharing and folding leave unused values' },
];

/** The lists by the name of what runs them: for tests that hold each pass to the meaning, and for tools. */
export const passLists = {
  prepare: beforeDerivatives,
  prepareReverse: beforeReverse,
  optimise: afterDerivatives,
} as const;

/** Programs up to this many statements are verified after each pass, larger ones once they are optimised. */
const verifiedThroughout = 2000;

function run(list: keyof typeof passLists, program: Program, options: PassOptions): Program {
  const { without = [], observe } = options;
  let current = program;
  const isSmall = program.body.statements.length <= verifiedThroughout;
  /** What each pass has yielded: it has nothing to do where nothing has changed since. */
  const yielded = new Map<Pass['run'], Program>();
  for (const pass of passLists[list]) {
    if (pass.optimisation !== undefined && without.includes(pass.optimisation)) continue;
    if (yielded.get(pass.run) === current) continue;
    const before = current;
    current = pass.run(before, options);
    observe?.({ list, pass, before, after: current });
    yielded.set(pass.run, current);
    if (isSmall) verifyOnce(current);
  }
  if (isSmall || list === 'optimise') verifyOnce(current);
  return current;
}

const verified = new WeakSet<Program>();

function verifyOnce(program: Program): void {
  if (verified.has(program)) return;
  verify(program);
  verified.add(program);
}

/** Makes a checked model ready to be differentiated. */
export const prepare = (program: Program, options: PassOptions = {}): Program =>
  run('prepare', program, options);

/** What reverse mode wants beyond that. */
export const prepareReverse = (program: Program, options: PassOptions = {}): Program =>
  run('prepareReverse', program, options);

/** Makes a program, differentiated or not, ready to be lowered to loops. */
export const optimise = (program: Program, options: PassOptions = {}): Program =>
  run('optimise', program, options);
