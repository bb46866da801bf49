// One logarithm for several that are added up: log(1 + a) + log(1 + b) = log(1 + (a + b + ab)), and log(a) + log(b) = log(ab).
// It takes as long as ten multiplications, and four iterations side by side (jam.ts) add up four of them. The first is done only for
// a and b that are exp(-|x|), which is what logistic functions are made of: the terms are positive, so small ones are not
// lost as they would be in the product of 1 + a and 1 + b. The second is done for sums of exponentials of which the greatest
// is 1, as logSumExp takes them: a product of few of these neither overflows nor vanishes.

import { changesLocal, effectsOf } from './effects.ts';
import { apply, declare, invented, isAtom, real, reference } from './make.ts';
import type { Expression, Local, Routine, Statement } from './types.ts';
import { expressionsOf, mapList, mapRegions, visitExpression, visitStatements } from './walk.ts';

type Increase = Extract<Statement, { readonly kind: 'increase' }>;
type Declare = Extract<Statement, { readonly kind: 'declare' }>;

/**
 * What is added: `rest`, and plus or minus the logarithm of `inside`, or of 1 more; made of `x`, which has to be named if it
 * is no atom.
 */
interface Term {
  readonly x?: Expression;
  readonly parts: (x: Expression) => { readonly rest?: Expression; readonly inside: Expression };
  readonly isNegative: boolean;
  readonly logarithm: 'log' | 'log1p';
}

/** What is known about locals. */
interface Known {
  /** Constants that are exp(-|x|). */
  readonly bounded: ReadonlySet<Local>;
  /** Constants that are read once, and their declarations. */
  readonly once: ReadonlyMap<Local, Declare>;
}

/** Statements further apart than this are not compared, which keeps the pass linear. */
const farthest = 64;

/** So many go into one logarithm: the table of log1p ends at 15, which is 2^4 - 1. */
const most = 4;

export function combineLogarithms(routine: Routine): Routine {
  const known = knownOf(routine.body);
  const list = (statements: readonly Statement[]): readonly Statement[] => {
    const inner = mapList(statements, (statement) => inRegions(statement, list));
    return combined(inner, known);
  };
  const body = list(routine.body);
  return body === routine.body ? routine : { ...routine, body };
}

function knownOf(body: readonly Statement[]): Known {
  const bounded = new Set<Local>();
  const once = new Map<Local, Declare>();
  const read = new Set<Local>();
  const look = (part: Expression): void => {
    if (part.kind !== 'local') return;
    if (read.has(part.local)) once.delete(part.local);
    read.add(part.local);
  };
  visitStatements(body, (s) => {
    if (s.kind === 'declare' && !s.local.mutable && s.value !== undefined) {
      if (isDecay(s.value)) bounded.add(s.local);
      once.set(s.local, s);
    }
    for (const expression of expressionsOf(s)) visitExpression(expression, look);
  });
  return { bounded, once };
}

/** The statement itself if none of its regions changes. */
function inRegions(
  statement: Statement,
  list: (statements: readonly Statement[]) => readonly Statement[],
): Statement {
  let isSame = true;
  const mapped = mapRegions(statement, (region) => {
    const made = list(region);
    isSame &&= made === region;
    return made;
  });
  return isSame ? statement : mapped;
}

/** exp(-|x|) */
const isDecay = (e: Expression): boolean =>
  e.kind === 'op' &&
  e.op === 'exp' &&
  e.args.every((arg) => arg.kind === 'op' && arg.op === 'neg' && arg.args.every((x) => x.kind === 'op' && x.op === 'abs')); // prettier-ignore

/** Terms of one sum, one after the other, and what they replace: where they are added, and constants that nobody reads after that. */
interface Group {
  readonly local: Local;
  readonly terms: Term[];
  readonly statements: Statement[];
  readonly constants: Declare[];
}

function combined(statements: readonly Statement[], known: Known): readonly Statement[] {
  const made: Statement[] = [];
  const replaced = new Set<Statement>();
  let group: Group | undefined;
  let isSame = true;
  const close = (): void => {
    if (group === undefined) return;
    if (group.terms.length > 1) {
      isSame = false;
      made.push(...together(group.local, group.terms));
      for (const constant of group.constants) replaced.add(constant);
    } else made.push(...group.statements);
    group = undefined;
  };
  for (const [position, statement] of statements.entries()) {
    const found = statement.kind === 'increase' ? added(statement, position, statements, known) : undefined;
    if (found === undefined) {
      close();
      made.push(statement);
      continue;
    }
    const { term, constant } = found;
    const { local } = statement as Increase;
    const [first] = group?.terms ?? [];
    const fits =
      group?.local === local &&
      group.terms.length < most &&
      first?.isNegative === term.isNegative &&
      first.logarithm === term.logarithm;
    if (!fits) close();
    group ??= { local, terms: [], statements: [], constants: [] };
    group.terms.push(term);
    group.statements.push(statement);
    if (constant !== undefined) group.constants.push(constant);
  }
  close();
  return isSame ? statements : made.filter((statement) => !replaced.has(statement));
}

/** The term that a statement adds, and the constant that stands for it, if nothing else asks for that. */
function added(
  { local, value }: Increase,
  position: number,
  statements: readonly Statement[],
  known: Known,
): { readonly term: Term; readonly constant: Declare | undefined } | undefined {
  const constant = value.kind === 'local' ? known.once.get(value.local) : undefined;
  const meant = constant?.value ?? value;
  const term = termOf(meant, known);
  // What reads the sum on its way needs every part of it in its place.
  if (term === undefined || mentions(meant, local)) return undefined;
  if (constant !== undefined && !isSteady(constant, meant, statements, position)) return undefined;
  return { term, constant };
}

/** Whether a constant that is declared a little before a position could as well be computed there. */
function isSteady(
  constant: Declare,
  value: Expression,
  statements: readonly Statement[],
  position: number,
): boolean {
  const before = statements.slice(Math.max(0, position - farthest), position);
  const at = before.indexOf(constant);
  if (at < 0) return false;
  const between = effectsOf(before.slice(at + 1));
  let found = true;
  visitExpression(value, (part) => {
    if (part.kind === 'load' || (part.kind === 'local' && changesLocal(between, part.local))) found = false;
  });
  return found;
}

function mentions(value: Expression, local: Local): boolean {
  let found = false;
  visitExpression(value, (part) => (found ||= part.kind === 'local' && part.local === local));
  return found;
}

function together(local: Local, terms: readonly Term[]): readonly Statement[] {
  const made: Statement[] = [];
  const named = (hint: string, value: Expression): Expression => {
    if (isAtom(value)) return value;
    const constant = invented(hint, 'real');
    made.push(declare(constant, value));
    return reference(constant);
  };
  const parts = terms.map(({ x, parts: of }) => of(x === undefined ? real(0) : named('product', x)));
  const logarithm = terms[0]?.logarithm ?? 'log1p';
  let factors = parts.map(({ inside }) => named('exponential', inside));
  for (const { rest } of parts) if (rest !== undefined) made.push({ kind: 'increase', local, value: rest });
  while (factors.length > 1) {
    factors = factors.flatMap((a, k) => {
      const b = factors[k + 1];
      if (k % 2 === 1) return [];
      if (b === undefined) return [a];
      const product = apply('mul', a, b);
      return logarithm === 'log'
        ? [named('product', product)]
        : [named('growth', apply('add', apply('add', a, b), product))];
    });
  }
  const total = apply(logarithm, ...factors);
  made.push({
    kind: 'increase',
    local,
    value: terms[0]?.isNegative === true ? apply('neg', total) : total,
  });
  return made;
}

function termOf(value: Expression, known: Known): Term | undefined {
  if (value.kind !== 'op') return undefined;
  const [a, b] = value.args;
  if (a === undefined) return undefined;
  const zero = real(0);
  switch (value.op) {
    case 'log1p':
    case 'log': {
      const local = a.kind === 'local' ? a.local : undefined;
      const isBounded =
        value.op === 'log' ? local?.isTotal : local === undefined ? isDecay(a) : known.bounded.has(local);
      return isBounded === true
        ? { parts: () => ({ inside: a }), isNegative: false, logarithm: value.op }
        : undefined;
    }
    case 'softplus':
    case 'logSigmoid': {
      const isNegative = value.op === 'logSigmoid';
      const parts = (x: Expression) => ({
        rest: apply(isNegative ? 'min' : 'max', x, zero),
        inside: apply('exp', apply('neg', apply('abs', x))),
      });
      return { x: a, parts, isNegative, logarithm: 'log1p' };
    }
    case 'neg':
      return mapTerm(termOf(a, known), (rest) => rest && apply('neg', rest), true);
    case 'add':
    case 'sub': {
      if (b === undefined) return undefined;
      const { op } = value;
      const second = termOf(b, known);
      if (second !== undefined)
        return mapTerm(second, (rest) => (rest === undefined ? a : apply(op, a, rest)), op === 'sub');
      const other = op === 'sub' ? apply('neg', b) : b;
      return mapTerm(termOf(a, known), (rest) => (rest === undefined ? other : apply(op, rest, b)), false);
    }
    default:
      return undefined;
  }
}

const mapTerm = (
  term: Term | undefined,
  map: (rest: Expression | undefined) => Expression | undefined,
  isTurned: boolean,
): Term | undefined =>
  term && {
    ...term,
    parts: (x) => {
      const { rest, inside } = term.parts(x);
      const mapped = map(rest);
      return { inside, ...(mapped && { rest: mapped }) };
    },
    isNegative: term.isNegative !== isTurned,
  };
