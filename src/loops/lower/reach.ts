// Where the values of a program are computed and read, and whether something reads a value after a point: what decides if
// its place may be written again.

import type { Block, LoopStatement, Operand, RowStatement, Statement, Value } from '../../ir/types.ts';
import { blocksOf, boundBy, operandsOf } from '../../ir/walk.ts';
import type { Uses } from './uses.ts';

/** A block, and where it stands. */
export interface Region {
  readonly block: Block;
  /** The statement that owns it, in its list; undefined for the body of the program. */
  readonly parent: Site | undefined;
  readonly owner: Statement | undefined;
  /** Which of the owner's blocks it is. */
  readonly slot: number;
  readonly depth: number;
  /** When it begins and ends, and when each statement does, in the order of the text. */
  readonly span: Span;
  readonly statements: Span[];
}

/** From one moment to another, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A point in a block: at the statement with this position, before what it computes; half a position later, after it;
 * before the first statement; or, at Infinity, where the block yields its results.
 */
export interface Site {
  readonly region: Region;
  readonly at: number;
}

export interface Reach {
  readonly top: Region;
  readonly regionOf: ReadonlyMap<Block, Region>;
  readonly definitions: ReadonlyMap<Value, Site>;
  /** The value is computed before the point, and something after the point reads what was computed then. */
  readonly isLiveAfter: (value: Value, point: Site) => boolean;
  /** Outside of this span the value is neither computed nor read: a quick answer for most points. */
  readonly spanOf: (value: Value) => Span;
}

/** The row is the state as the iteration begins, so it is noted then. */
export const isNotedFirst = ({ state, body }: LoopStatement, k: number): boolean =>
  k >= state.length && state.some(({ value }) => value === body.results[k]);

/** `results` are those of the body that are wanted. */
export function reachOf(
  body: Block,
  inputs: readonly Value[],
  results: readonly Operand[],
  uses: Uses,
): Reach {
  const regionOf = new Map<Block, Region>();
  const definitions = new Map<Value, Site>();
  const reads = new Map<Value, Site[]>();
  const rows = new Map<Value, RowStatement>();
  let clock = 0;

  function read(operand: Operand, site: Site): void {
    if (operand.kind !== 'value') return;
    const known = reads.get(operand);
    if (known === undefined) reads.set(operand, [site]);
    else known.push(site);
    // Who reads a row reads the array, at indices that must still be what they were.
    const row = rows.get(operand);
    if (row !== undefined) for (const each of [row.array, ...row.indices]) read(each, site);
  }

  function enter(block: Block, parent: Site | undefined, owner: Statement | undefined, slot: number): Region {
    const span = { from: clock++, to: Infinity };
    const depth = (parent?.region.depth ?? -1) + 1;
    const region = { block, parent, owner, slot, depth, span, statements: [] as Span[] };
    regionOf.set(block, region);
    block.statements.forEach((statement, at) => {
      const own = { from: clock++, to: Infinity };
      region.statements.push(own);
      if (uses.live.has(statement)) visit(statement, { region, at });
      own.to = clock++;
    });
    span.to = clock++;
    return region;
  }

  function visit(statement: Statement, site: Site): void {
    for (const operand of operandsOf(statement)) read(operand, site);
    if (statement.kind === 'row') rows.set(statement.outs[0], statement);
    blocksOf(statement).forEach((block, slot) => {
      const inner = enter(block, site, statement, slot);
      for (const value of boundBy(statement)) definitions.set(value, { region: inner, at: -1 });
      leave(statement, inner);
    });
    for (const out of statement.outs) definitions.set(out, { region: site.region, at: site.at + 0.5 });
  }

  /** What the blocks of a statement yield, and what the statement itself reads once more in every iteration. */
  function leave(statement: Statement, region: Region): void {
    const end = { region, at: Infinity };
    const { block } = region;
    switch (statement.kind) {
      case 'loop': {
        if (block === statement.condition) {
          block.results.forEach((result) => read(result, end));
          // Left here, the loop yields its state.
          for (const { value } of statement.state) read(value, end);
        } else {
          block.results.forEach((result, k) => {
            const isWanted = k < statement.state.length || isCounted(statement.outs[k]);
            if (isWanted) read(result, isNotedFirst(statement, k) ? { region, at: -0.5 } : end);
          });
        }
        break;
      }
      case 'build':
      case 'if':
        block.results.forEach((result, k) => isCounted(statement.outs[k]) && read(result, end));
        break;
      default: // sums and the like yield one scalar for each out, or all of them
        block.results.forEach((result) => read(result, end));
    }
    if (statement.kind === 'loop' || statement.kind === 'reduce' || statement.kind === 'for')
      for (const bound of [statement.from, statement.to]) read(bound, end);
  }
  const isCounted = (out: Value | undefined): boolean => out !== undefined && uses.used.has(out);

  const top = enter(body, undefined, undefined, 0);
  for (const input of inputs) definitions.set(input, { region: top, at: -1 });
  for (const result of results) read(result, { region: top, at: Infinity });

  function isLiveAfter(value: Value, point: Site): boolean {
    const defined = definitions.get(value);
    if (defined === undefined || !precedes(defined, point)) return false;
    return (reads.get(value) ?? []).some((site) => follows(point, site, defined.region));
  }

  const spans = new Map<Value, Span>();
  function spanOf(value: Value): Span {
    let span = spans.get(value);
    if (span === undefined) spans.set(value, (span = measure(value)));
    return span;
  }

  function measure(value: Value): Span {
    const { region, at } = definitions.get(value) ?? { region: top, at: -1 };
    // What a loop carries is there as long as the loop.
    const whole =
      at === -1 ? (region.parent === undefined ? region.span : statementSpan(region.parent)) : undefined;
    const from = whole?.from ?? statementSpan({ region, at }).from;
    const ends = (reads.get(value) ?? []).map((site) => lastMoment(site, region));
    return { from, to: ends.reduce((last, end) => Math.max(last, end), whole?.to ?? from) };
  }
  return { top, regionOf, definitions, isLiveAfter, spanOf };
}

export const statementSpan = ({ region, at }: Site): Span => region.statements[Math.floor(at)] ?? region.span;

/** When a point comes in the order of the text. */
export function momentOf({ region, at }: Site): number {
  if (at < 0) return region.span.from;
  if (at === Infinity) return region.span.to;
  const { from, to } = statementSpan({ region, at });
  return Number.isInteger(at) ? from : to;
}

/** The end of the outermost block that repeats the reading of a value from outside; without one, the reading itself. */
function lastMoment(site: Site, home: Region): number {
  let last = momentOf(site);
  for (let around: Region | undefined = site.region; around !== undefined; around = around.parent?.region)
    if (repeats(around) && !isWithin(home, around) && around.parent !== undefined)
      last = statementSpan(around.parent).to;
  return last;
}

/** The definition is computed, and in scope, at the point. */
function precedes(definition: Site, point: Site): boolean {
  const here = liftedTo(definition.region, point);
  if (here !== undefined) return here.at > definition.at;
  // What a loop carries is there while its condition is asked.
  const { parent, owner } = definition.region;
  if (definition.at !== -1 || owner?.kind !== 'loop' || parent === undefined) return false;
  const around = liftedTo(parent.region, point);
  return around !== undefined && around !== point && around.at === parent.at;
}

/** The point itself, or the statement of the region in which it lies. */
function liftedTo(region: Region, point: Site): Site | undefined {
  let here: Site | undefined = point;
  while (here !== undefined && here.region !== region) here = here.region.parent;
  return here;
}

export const isWithin = (inner: Region, outer: Region): boolean => {
  for (let here: Region | undefined = inner; here !== undefined; here = here.parent?.region)
    if (here === outer) return true;
  return false;
};

/** In a block of the statement that owns the other one. */
const isWithinStatement = (inner: Region, { owner }: Region): boolean => {
  for (let here: Region | undefined = inner; here !== undefined; here = here.parent?.region)
    if (here.owner === owner) return true;
  return false;
};

/** The block runs any number of times each time its statement does. */
const repeats = ({ owner }: Region): boolean => owner !== undefined && owner.kind !== 'if';

/** From the point one can come to the other site without passing the start of `home`, where the value is computed anew. */
function follows(point: Site, site: Site, home: Region): boolean {
  let [a, b] = [point, site];
  let within: Region | undefined;
  let other: Region | undefined;
  while (a.region !== b.region) {
    if (a.region.depth >= b.region.depth) {
      within = a.region;
      a = a.region.parent ?? a;
    } else {
      other = b.region;
      b = b.region.parent ?? b;
    }
  }
  if (b.at > a.at) return true;
  if (b.at === a.at && other !== undefined) {
    // The point is where the statement begins, or in one of its blocks while the site is in another.
    if (within === undefined) return true;
    const isLater = other.slot > within.slot || !isWithinStatement(home, within);
    if (within.owner?.kind === 'loop' && isLater) return true;
  }
  for (let around: Region | undefined = a.region; around !== undefined; around = around.parent?.region)
    if (repeats(around) && !isWithin(home, around)) return true;
  return false;
}
