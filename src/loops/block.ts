// Matrix products: nests in which sums of products `coefficient · row[c]` run over an index r and go to elements T[…, c].
//
// As written they sum one element after the other and walk through memory in strides. Here the index c, along which memory is
// contiguous, becomes the innermost loop, and four steps of r are taken at a time: T[…, c] + a0·row0[c] + … + a3·row3[c]. The
// coefficients are constants of that loop, each element is loaded and stored a quarter as often, and its terms are still added
// in the order of r. The rows may lie across, as row[r] of each c, where the other matrix is transposed: then the four are
// neighbours.

import { blocksOf, overBlocks, type Blocks } from './blocks.ts';
import { changesLocal, effectsOf, writes } from './effects.ts';
import { apply, declare, invented, isZero, load, real, reference } from './make.ts';
import { nameFor } from './names.ts';
import { substituted, type Names } from './rename.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { mapExpressions, mapRegions, visitExpression } from './walk.ts';

type Loop = Extract<Statement, { readonly kind: 'for' }>;

/** Steps of r that are taken together. */
const width = 4;
/** Rows of a known length below this are not worth the change. */
const shortestRow = 8;
/** What constants stand for is written out: a chain of them, each used twice by the next, would double with each. */
const largestCoefficient = 64;

export function blockProducts(routine: Routine): Routine {
  return { ...routine, body: routine.body.flatMap(blocked) };
}

function blocked(statement: Statement): readonly Statement[] {
  if (statement.kind === 'for') {
    const product = productOf(statement);
    if (product !== undefined) return nestOf(product);
    const nests = separated(statement);
    if (nests.some((nest) => productOf(nest) !== undefined)) return nests.flatMap(blocked);
  }
  return [mapRegions(statement, (region) => region.flatMap(blocked))];
}

/** A nest that does nothing but add to several buffers, which it does not read, as one nest for each add. */
function separated(nest: Loop): readonly Loop[] {
  const found: Loop[] = [];
  const targets = new Set<Buffer>();
  const visit = (loops: readonly Loop[], names: Names): boolean => {
    const here = new Map(names);
    return (loops.at(-1)?.body ?? []).every((statement) => {
      if (statement.kind === 'declare') return inlined(statement, here);
      if (statement.kind === 'for') return visit([...loops, withRange(statement, here)], here);
      if (statement.kind !== 'accumulate' || targets.has(statement.buffer)) return false;
      targets.add(statement.buffer);
      const add: Statement = {
        ...statement,
        indices: statement.indices.map((index) => substituted(index, here)),
        value: substituted(statement.value, here),
      };
      found.push(around(loops, add));
      return true;
    });
  };
  if (!visit([nest], new Map()) || found.length < 2) return [];
  const { loaded } = effectsOf([nest]);
  return [...targets].some((target) => loaded.has(target)) ? [] : found;
}

/** The statement in loops like these, with indices of their own. */
function around(loops: readonly Loop[], statement: Statement): Loop {
  const names: Names = new Map(
    loops.map(({ index }) => [index, reference(invented(index.name, 'int'))] as const),
  );
  const inner = mapExpressions(statement, (expression) => substituted(expression, names));
  return loops.reduceRight<Statement>((body, each) => {
    const index = names.get(each.index);
    if (index?.kind !== 'local') return body;
    return {
      ...each,
      index: index.local,
      from: substituted(each.from, names),
      to: substituted(each.to, names),
      body: [body],
    };
  }, inner) as Loop;
}

/** The loop with its range in terms of what the constants before it stand for. */
const withRange = (each: Loop, names: Names): Loop => ({
  ...each,
  from: substituted(each.from, names),
  to: substituted(each.to, names),
});

/** Notes what a constant stands for; false for what is not a constant, or for one with more parts than a coefficient has. */
function inlined(statement: Statement, names: Map<Local, Expression>): boolean {
  if (statement.kind !== 'declare' || statement.local.mutable || statement.value === undefined) return false;
  const value = substituted(statement.value, names);
  if (partsOf(value) > largestCoefficient) return false;
  names.set(statement.local, value);
  return true;
}

function partsOf(expression: Expression): number {
  let count = 0;
  visitExpression(expression, () => count++);
  return count;
}

interface Product {
  /** All loops but that over c, in order, the loop over r among them. */
  readonly around: readonly Loop[];
  readonly r: Loop;
  readonly c: Loop;
  readonly target: Buffer;
  readonly indices: readonly Expression[];
  readonly coefficient: Expression;
  readonly row: Expression;
  /** Elements are set, to this function of the sum, rather than added to. */
  readonly result?: {
    readonly sum: Local;
    readonly constants: readonly Statement[];
    readonly value: Expression;
  };
}

/** Recognises the nest, in both shapes that lowering and the passes before this one make. */
function productOf(outermost: Loop): Product | undefined {
  if (outermost.order !== undefined) return undefined;
  /** What the constants on the way stand for. */
  const names = new Map<Local, Expression>();
  const essential = (body: readonly Statement[]): readonly Statement[] =>
    body.slice(body.findIndex((statement) => !inlined(statement, names)));
  const loops = [outermost];
  let body = essential(outermost.body);
  for (let [inner] = body; body.length === 1 && inner?.kind === 'for'; [inner] = body) {
    if (inner.order !== undefined) return undefined;
    loops.push(withRange(inner, names));
    body = essential(inner.body);
  }
  const [first] = body;
  if (first?.kind === 'accumulate' && body.length === 1) {
    const indices = first.indices.map((index) => substituted(index, names));
    const summed = loops.filter((each) => !indices.some((index) => mentions(index, each.index)));
    return assembled(loops, summed.at(-1), first.buffer, indices, substituted(first.value, names));
  }
  const [start, sums, ...rest] = body;
  const store = rest.at(-1);
  const constants = rest.slice(0, -1);
  if (
    start?.kind !== 'declare' ||
    sums?.kind !== 'for' ||
    sums.order !== undefined ||
    store?.kind !== 'store'
  )
    return undefined;
  const [term, ...more] = essential(sums.body);
  const sum = start.local;
  const isSum = start.value !== undefined && isZero(start.value) && sum.scalar === 'real';
  if (!isSum || more.length > 0 || term?.kind !== 'increase' || term.local !== sum) return undefined;
  if (!constants.every((each) => each.kind === 'declare' && !each.local.mutable)) return undefined;
  const indices = store.indices.map((index) => substituted(index, names));
  const summed = withRange(sums, names);
  const product = assembled(
    [...loops, summed],
    summed,
    store.buffer,
    indices,
    substituted(term.value, names),
  );
  // What the result is made of must not see elements that are not finished.
  if (product === undefined || effectsOf(rest).loaded.has(store.buffer)) return undefined;
  const renaming = (each: Statement): Statement =>
    mapExpressions(each, (expression) => substituted(expression, names));
  return {
    ...product,
    result: { sum, constants: constants.map(renaming), value: substituted(store.value, names) },
  };
}

function assembled(
  loops: readonly Loop[],
  r: Loop | undefined,
  target: Buffer,
  indices: readonly Expression[],
  value: Expression,
): Product | undefined {
  const last = indices.at(-1);
  const c = loops.find((each) => last?.kind === 'local' && last.local === each.index);
  if (r === undefined || c === undefined || r === c || loops.length < 3 || target.scalar !== 'real')
    return undefined;
  if (indices.slice(0, -1).some((index) => mentions(index, c.index))) return undefined;
  if (indices.some((index) => mentions(index, r.index)) || loads(value, target)) return undefined;
  const isRectangular = loops.every(({ from, to }) =>
    loops.every(({ index }) => !mentions(from, index) && !mentions(to, index)),
  );
  if (!isRectangular || !isZero(r.from) || lengthOf(r) < width || lengthOf(c) < shortestRow) return undefined;
  const changed = effectsOf(loops.slice(0, 1));
  if ([value, ...loops.map(({ to }) => to)].some((expression) => readsChanged(expression, changed, loops)))
    return undefined;
  const factors = factorsOf(value);
  const row = factors.find((factor) => mentions(factor, c.index));
  const others = factors.filter((factor) => factor !== row);
  if (row === undefined || others.length === 0 || others.some((factor) => mentions(factor, c.index)))
    return undefined;
  if (![c, r].some(({ index }) => isRowAlong(row, index))) return undefined;
  const coefficient = others.reduce((product, factor) => apply('mul', product, factor));
  return { around: loops.filter((each) => each !== c), r, c, target, indices, coefficient, row };
}

/** Known lengths as numbers, all others as long. */
const lengthOf = ({ from, to }: Loop): number =>
  from.kind === 'literal' && to.kind === 'literal' ? Number(to.value) - Number(from.value) : Infinity;

function mentions(expression: Expression, local: Local): boolean {
  let found = false;
  visitExpression(expression, (each) => {
    found ||= each.kind === 'local' && each.local === local;
  });
  return found;
}

function loads(expression: Expression, buffer: Buffer): boolean {
  let found = false;
  visitExpression(expression, (each) => {
    found ||= each.kind === 'load' && each.buffer === buffer;
  });
  return found;
}

/** Whether something that the nest itself changes, its indices apart, is read by an expression. */
function readsChanged(
  expression: Expression,
  changed: ReturnType<typeof effectsOf>,
  loops: readonly Loop[],
): boolean {
  let found = false;
  visitExpression(expression, (each) => {
    if (each.kind === 'load') found ||= writes(changed, each.buffer);
    if (each.kind === 'local' && !loops.some(({ index }) => index === each.local))
      found ||= changesLocal(changed, each.local);
  });
  return found;
}

/** a · b · c as [a, b, c]; a sign goes with the first. */
function factorsOf(value: Expression): readonly Expression[] {
  if (value.kind !== 'op') return [value];
  if (value.op === 'mul') return value.args.flatMap(factorsOf);
  const [inner] = value.args;
  if (value.op !== 'neg' || inner === undefined) return [value];
  return [real(-1), ...factorsOf(inner)];
}

/** An element whose last index is this one and whose other indices do not move with it. */
function isRowAlong(row: Expression, along: Local): boolean {
  if (row.kind !== 'load') return false;
  const last = row.indices.at(-1);
  return (
    last?.kind === 'local' &&
    last.local === along &&
    !row.indices.slice(0, -1).some((index) => mentions(index, along))
  );
}

// ---- the nest as it is to be

function nestOf(product: Product): readonly Statement[] {
  const blocks = blocksOf(product.r.to, width);
  return [...blocks.before, ...loopsFrom(product, blocks, 0, new Map())];
}

/** The loops from the given depth on, with indices of their own, since parts of the nest are there twice. */
function loopsFrom(product: Product, blocks: Blocks, depth: number, names: Names): readonly Statement[] {
  const { around, r, c } = product;
  const outer = around[depth];
  if (outer === undefined) return [];
  if (outer !== r) {
    const index = invented(outer.index.name, 'int');
    const within = new Map([...names, [outer.index, reference(index)] as const]);
    const inner = loopsFrom(product, blocks, depth + 1, within);
    return [
      {
        ...outer,
        index,
        body: depth === around.length - 2 && isLast(product) ? finished(product, within, inner) : inner,
      },
    ];
  }
  /** What stands inside the loop over r, for these steps of it. */
  const steps = (places: readonly Expression[]): readonly Statement[] => {
    const rest = around.slice(depth + 1);
    const inside = new Map(names);
    const indices = rest.map((each) => invented(each.index.name, 'int'));
    rest.forEach((each, k) => inside.set(each.index, reference(indices[k] ?? each.index)));
    let body = stepsOf(
      product,
      places.map((place) => new Map([...inside, [r.index, place] as const])),
      c,
    );
    for (let k = rest.length - 1; k >= 0; k--) {
      const each = rest[k];
      if (each !== undefined) body = [{ ...each, index: indices[k] ?? each.index, body }];
    }
    return body;
  };
  const together = overBlocks(blocks, width, steps);
  if (blocks.rest === undefined) return [together];
  const single = invented(r.index.name, 'int');
  return [together, { ...r, index: single, from: blocks.rest, body: steps([reference(single)]) }];
}

/** Whether the loop over r is the innermost of those around c: always so where elements are set. */
const isLast = ({ around, r, result }: Product): boolean => result !== undefined && around.at(-1) === r;

/** Elements start from zero, and end as what is made of the sums. */
function finished(
  { c, target, indices, result }: Product,
  names: Names,
  inner: readonly Statement[],
): readonly Statement[] {
  const over = (
    body: (element: Expression, here: Map<Local, Expression>) => readonly [readonly Statement[], Expression],
  ): Statement => {
    const index = invented(c.index.name, 'int');
    const here = new Map([...names, [c.index, reference(index)] as const]);
    const places = indices.map((each) => substituted(each, here));
    const [constants, value] = body(load(target, places), here);
    return { ...c, index, body: [...constants, { kind: 'store', buffer: target, indices: places, value }] };
  };
  const start = over(() => [[], real(0)]);
  if (result === undefined || (result.value.kind === 'local' && result.value.local === result.sum))
    return [start, ...inner];
  const end = over((element, here) => {
    here.set(result.sum, element);
    const constants = result.constants.flatMap((each): readonly Statement[] => {
      if (each.kind !== 'declare' || each.value === undefined) return [];
      const local: Local = { ...each.local };
      const value = substituted(each.value, here);
      here.set(each.local, reference(local));
      return [declare(local, value)];
    });
    return [constants, substituted(result.value, here)];
  });
  return [start, ...inner, end];
}

/** The innermost loop: one term for each step of r. */
function stepsOf(
  { target, indices, coefficient, row }: Product,
  steps: readonly Names[],
  c: Loop,
): readonly Statement[] {
  const index = invented(c.index.name, 'int');
  const coefficients = steps.map((names) => {
    const value = substituted(coefficient, names);
    const local = invented(nameFor(value), 'real');
    return { local, statement: declare(local, value) };
  });
  const places = indices.map((each) =>
    substituted(each, new Map([...(steps[0] ?? []), [c.index, reference(index)] as const])),
  );
  const value = steps.reduce<Expression>(
    (sum, names, u) => {
      const here = substituted(row, new Map([...names, [c.index, reference(index)] as const]));
      const factor = coefficients[u];
      return factor === undefined ? sum : apply('add', sum, apply('mul', reference(factor.local), here));
    },
    load(target, places),
  );
  const store: Statement = { kind: 'store', buffer: target, indices: places, value };
  return [...coefficients.map(({ statement }) => statement), { ...c, index, body: [store] }];
}
