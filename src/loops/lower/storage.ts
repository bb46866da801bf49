// Which values share a place. An array with an element replaced, what a loop carries and what a branch yields take over the
// place of the array that they come from, if nobody reads that one any more; otherwise it is copied. The same goes for scalars
// that loops and branches change.
//
// Values that may share are merged into classes, one edge after the other. A merge stands if every write to a member of the
// class comes when no other member is read any more; a value that only takes over what is there writes nothing.

import type { Block, Operand, Statement, Value } from '../../ir/types.ts';
import { isWithin, momentOf, reachOf, statementSpan, type Reach, type Region, type Site, type Span } from './reach.ts'; // prettier-ignore
import type { Uses } from './uses.ts';

/** Values that live in one place. */
export interface Storage {
  readonly members: readonly Value[];
  /** An input, which must not be written. */
  readonly input: Value | undefined;
  /** The member that the block of the whole class defines last: what the place is named after. */
  readonly last: Value;
  readonly isAdjoint: boolean;
  readonly isHistory: boolean;
}

export interface Storages {
  readonly of: (value: Value) => Storage | undefined;
  /** The classes whose place is chosen where a block begins: everything that is in them happens there or further in. */
  readonly at: (block: Block) => readonly Storage[];
}

/** The content of a value is written at a point, or anywhere in a statement. */
interface Write {
  readonly site: Site;
  readonly throughout: boolean;
  /** What gets its content at the same moment. */
  readonly together: readonly Value[];
  readonly span: Span;
}

/** The target takes over the content of the source at a point; there it is copied, a write, if the two do not share. */
interface Edge extends Write {
  readonly from: Value;
  readonly to: Value;
  /** Lower ones are tried first. */
  readonly rank: number;
}

interface Draft {
  readonly members: Value[];
  isInput: boolean;
  /** From where the first of them is computed to where the last is read. */
  span: Span;
}

/** In place updates come first, then what loops carry, then branches that hand on what was there before. */
const ranks = { update: 0, entry: 1, next: 2, handedOn: 3, made: 4 } as const;

export function storagesOf(
  body: Block,
  inputs: readonly Value[],
  results: readonly Operand[],
  uses: Uses,
): Storages {
  if (body.statements.every(isPlain)) return ofInputs(body, inputs);
  const reach = reachOf(body, inputs, results, uses);
  const drafts = new Map<Value, Draft>();
  const draft = (value: Value, isInput: boolean): Draft => ({
    members: [value],
    isInput,
    span: reach.spanOf(value),
  });
  for (const input of inputs) if (isArray(input)) drafts.set(input, draft(input, true));
  const { edges, writes, members, adjoints, histories } = collect(reach, uses);
  for (const value of members) drafts.set(value, draft(value, false));

  /** Nothing that the first class writes, but for what the second hands to it, is in the way of the second. */
  function leaves(first: Draft, second: Draft): boolean {
    const isHarmless = (write: Write): boolean => {
      if (second.isInput) return false;
      if (!meets(write, second.span)) return true;
      return second.members.every(
        (other) => !meets(write, reach.spanOf(other)) || !isSpoilt(reach, other, write),
      );
    };
    return first.members.every(
      (value) =>
        (writes.get(value) ?? []).every(isHarmless) &&
        (edges.into.get(value) ?? []).every((edge) => {
          const source = drafts.get(edge.from);
          return source === first || source === second || isHarmless(edge);
        }),
    );
  }
  for (const { from, to } of edges.all) {
    const [a, b] = [drafts.get(from), drafts.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    if ((a.isInput && b.isInput) || !leaves(a, b) || !leaves(b, a)) continue;
    const [large, small] = a.members.length < b.members.length ? [b, a] : [a, b];
    large.isInput ||= small.isInput;
    large.span = {
      from: Math.min(large.span.from, small.span.from),
      to: Math.max(large.span.to, small.span.to),
    };
    for (const value of small.members) {
      large.members.push(value);
      drafts.set(value, large);
    }
  }
  return settle(new Set(drafts.values()));

  function settle(classes: ReadonlySet<Draft>): Storages {
    const of = new Map<Value, Storage>();
    const at = new Map<Block, { readonly storage: Storage; readonly position: number }[]>();
    for (const { members: all, isInput } of classes) {
      const sites = all.map((value) => ({ value, site: placeOfDefinition(reach, value) }));
      const home = sites.map(({ site }) => site.region).reduce(commonRegion);
      const own = sites.filter(({ site }) => site.region === home).sort((a, b) => a.site.at - b.site.at);
      const [first, last] = [own[0] ?? sites[0], own.at(-1) ?? sites.at(-1)];
      if (first === undefined || last === undefined) continue;
      const storage: Storage = {
        members: all,
        input: isInput ? all.find((value) => inputs.includes(value)) : undefined,
        last: last.value,
        isAdjoint: all.some((value) => adjoints.has(value)),
        isHistory: all.some((value) => histories.has(value)),
      };
      for (const value of all) of.set(value, storage);
      const here = at.get(home.block) ?? [];
      here.push({ storage, position: last.site.at });
      at.set(home.block, here);
    }
    for (const here of at.values()) here.sort((a, b) => a.position - b.position);
    return {
      of: (value) => of.get(value),
      at: (block) => (at.get(block) ?? []).map(({ storage }) => storage),
    };
  }
}

/** Straight code on scalars: nothing shares a place. */
const isPlain = ({ kind, outs }: Statement): boolean =>
  (kind === 'op' || kind === 'read') && outs.every((out) => !isArray(out));

function ofInputs(body: Block, inputs: readonly Value[]): Storages {
  const storages = inputs
    .filter(isArray)
    .map((input) => ({ members: [input], input, last: input, isAdjoint: false, isHistory: false }));
  const byInput = new Map<Value, Storage>(storages.map((storage) => [storage.input, storage]));
  return { of: (value) => byInput.get(value), at: (block) => (block === body ? storages : []) };
}

interface Collected {
  readonly edges: { readonly all: readonly Edge[]; readonly into: ReadonlyMap<Value, readonly Edge[]> };
  readonly writes: ReadonlyMap<Value, readonly Write[]>;
  readonly members: ReadonlySet<Value>;
  readonly adjoints: ReadonlySet<Value>;
  readonly histories: ReadonlySet<Value>;
}

/** All arrays, and the scalars that loops and branches change, with what may share and what is written where. */
function collect(reach: Reach, uses: Uses): Collected {
  const edges: Edge[] = [];
  const into = new Map<Value, Edge[]>();
  const writes = new Map<Value, Write[]>();
  const members = new Set<Value>();
  const adjoints = new Set<Value>();
  const histories = new Set<Value>();
  /** Only loops change scalars in place. */
  const hasLoops = [...reach.regionOf.values()].some(({ owner }) => owner?.kind === 'loop');
  const isCounted = (out: Value | undefined): out is Value => out !== undefined && uses.used.has(out);

  function write(value: Value, site: Site, throughout = false, together: readonly Value[] = []): void {
    members.add(value);
    const span = throughout ? statementSpan(site) : momentSpan(site);
    append(writes, value, { site, throughout, together, span });
  }

  function edge(
    from: Operand | undefined,
    to: Value,
    site: Site,
    rank: number,
    together: readonly Value[] = [],
  ): void {
    members.add(to);
    if (from?.kind !== 'value') return write(to, site, false, together);
    const made = { from, to, rank, site, throughout: false, together, span: momentSpan(site) };
    edges.push(made);
    append(into, to, made);
  }

  function visit(statement: Statement, site: Site): void {
    const after = { ...site, at: site.at + 0.5 };
    switch (statement.kind) {
      case 'set':
        write(statement.outs[0], after);
        return edge(statement.array, statement.outs[0], after, ranks.update);
      case 'open':
        if (!isArray(statement.outs[0])) return;
        adjoints.add(statement.outs[0]);
        write(statement.outs[0], after);
        if (statement.initial !== undefined) edge(statement.initial, statement.outs[0], after, ranks.update);
        return;
      case 'freeze':
        if (!isArray(statement.outs[0])) return;
        adjoints.add(statement.outs[0]);
        return edge(statement.accumulator, statement.outs[0], after, ranks.update);
      case 'list':
        // Elements that are arrays may be computed in their place in the list.
        for (const element of statement.elements) {
          const defined =
            element.kind === 'value' && isArray(element) ? reach.definitions.get(element) : undefined;
          if (defined?.region === site.region && defined.at >= 0)
            write(statement.outs[0], { ...site, at: Math.floor(defined.at) }, true);
        }
        return write(statement.outs[0], after);
      case 'build':
        return statement.outs.filter(isCounted).forEach((out) => write(out, site, true));
      case 'if':
        return statement.outs.forEach((out, k) => {
          if (!isCounted(out) || !(isArray(out) || hasLoops)) return;
          for (const block of [statement.then, statement.otherwise]) {
            const region = reach.regionOf.get(block);
            const result = block.results[k];
            if (region === undefined) continue;
            const defined = result?.kind === 'value' ? reach.definitions.get(result) : undefined;
            const isMade = defined !== undefined && isWithin(defined.region, region);
            edge(result, out, { region, at: Infinity }, isMade ? ranks.made : ranks.handedOn, statement.outs);
          }
        });
      case 'loop': {
        const { state, outs, body } = statement;
        const region = reach.regionOf.get(body);
        const all = state.map(({ value }) => value);
        state.forEach(({ value, initial }, k) => {
          edge(initial, value, site, ranks.entry, all);
          if (region !== undefined) edge(body.results[k], value, { region, at: Infinity }, ranks.next, all);
          const out = outs[k];
          if (isCounted(out)) edge(value, out, after, ranks.entry, outs);
        });
        for (const out of outs.slice(state.length, body.results.length)) {
          if (!isCounted(out)) continue;
          histories.add(out);
          write(out, site, true);
        }
        return;
      }
      case 'op':
      case 'read':
      case 'row':
      case 'reduce':
      case 'add':
      case 'for':
        return;
    }
  }

  for (const region of reach.regionOf.values()) {
    region.block.statements.forEach((statement, at) => {
      if (uses.live.has(statement)) visit(statement, { region, at });
    });
  }
  edges.sort((a, b) => a.rank - b.rank);
  return { edges: { all: edges, into }, writes, members, adjoints, histories };
}

const isArray = (value: Value): boolean => value.type.dims.length > 0;

/** Where the place of a value must be known: what a loop carries is there before its body. */
function placeOfDefinition(reach: Reach, value: Value): Site {
  const site = reach.definitions.get(value) ?? { region: reach.top, at: -1 };
  return site.at === -1 && site.region.parent !== undefined ? site.region.parent : site;
}

function commonRegion(a: Region, b: Region): Region {
  let [one, other] = [a, b];
  while (one !== other) {
    if (one.depth >= other.depth) one = one.parent?.region ?? one;
    else other = other.parent?.region ?? other;
  }
  return one;
}

function momentSpan(site: Site): Span {
  const moment = momentOf(site);
  return { from: moment, to: moment };
}

const meets = ({ span }: Write, other: Span): boolean => span.from <= other.to && other.from <= span.to;

/** The content of the value is still wanted when the write is done, or while it is. */
function isSpoilt(reach: Reach, value: Value, { site, throughout, together }: Write): boolean {
  if (together.includes(value)) return true;
  if (reach.isLiveAfter(value, site)) return true;
  if (!throughout) return false;
  let here: Site | undefined = reach.definitions.get(value);
  while (here !== undefined && here.region !== site.region) here = here.region.parent;
  return here?.at === site.at || here?.at === site.at + 0.5;
}

function append<K, V>(lists: Map<K, V[]>, key: K, item: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
