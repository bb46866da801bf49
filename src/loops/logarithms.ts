// One logarithm for several that are added up: log(1 + a) + log(1 + b) = log(1 + (a + b + ab)). It takes as long as ten
// multiplications, and four iterations side by side (jam.ts) add up four of them. The terms are positive, so small ones are not
// lost as they would be in the product of 1 + a and 1 + b; and it is done only for a and b that are exp(-|x|), which is what
// logistic functions are made of: eight factors of at most 2 do not overflow.

import { apply, declare, invented, isAtom, real, reference } from './make.ts';
import type { Expression, Local, Routine, Statement } from './types.ts';
import { mapList, mapRegions, visitExpression, visitStatements } from './walk.ts';

type Increase = Extract<Statement, { readonly kind: 'increase' }>;

/** What is added: `rest`, and plus or minus log1p(`exponential`); made of `x`, which has to be named if it is no atom. */
interface Term {
  readonly x?: Expression;
  readonly parts: (x: Expression) => { readonly rest?: Expression; readonly exponential: Expression };
  readonly isNegative: boolean;
}

/** So many go into one logarithm. */
const most = 8;

export function combineLogarithms(routine: Routine): Routine {
  // Constants that are exp(-|x|).
  const bounded = new Set<Local>();
  visitStatements(routine.body, (s) => {
    if (s.kind === 'declare' && !s.local.mutable && s.value && isDecay(s.value)) bounded.add(s.local);
  });
  const list = (statements: readonly Statement[]): readonly Statement[] => {
    const inner = mapList(statements, (statement) => inRegions(statement, list));
    return combined(inner, bounded);
  };
  const body = list(routine.body);
  return body === routine.body ? routine : { ...routine, body };
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

function combined(statements: readonly Statement[], bounded: ReadonlySet<Local>): readonly Statement[] {
  const made: Statement[] = [];
  let group: { readonly local: Local; readonly terms: Term[]; readonly statements: Statement[] } | undefined;
  let isSame = true;
  const close = (): void => {
    if (group === undefined) return;
    if (group.terms.length > 1) {
      isSame = false;
      made.push(...together(group.local, group.terms));
    } else made.push(...group.statements);
    group = undefined;
  };
  for (const statement of statements) {
    // What reads the sum on its way needs every part of it in its place.
    const isSum = statement.kind === 'increase' && !mentions(statement.value, statement.local);
    const term = isSum ? termOf(statement.value, bounded) : undefined;
    if (term === undefined) {
      close();
      made.push(statement);
      continue;
    }
    const { local } = statement as Increase;
    const [first] = group?.terms ?? [];
    const fits = group?.local === local && group.terms.length < most && first?.isNegative === term.isNegative;
    if (!fits) close();
    group ??= { local, terms: [], statements: [] };
    group.terms.push(term);
    group.statements.push(statement);
  }
  close();
  return isSame ? statements : made;
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
  let growths = parts.map(({ exponential }) => named('exponential', exponential));
  for (const { rest } of parts) if (rest !== undefined) made.push({ kind: 'increase', local, value: rest });
  while (growths.length > 1) {
    growths = growths.flatMap((a, k) => {
      const b = growths[k + 1];
      if (k % 2 === 1) return [];
      return b === undefined ? [a] : [named('growth', apply('add', apply('add', a, b), apply('mul', a, b)))];
    });
  }
  const logarithm = apply('log1p', ...growths);
  made.push({
    kind: 'increase',
    local,
    value: terms[0]?.isNegative === true ? apply('neg', logarithm) : logarithm,
  });
  return made;
}

function termOf(value: Expression, bounded: ReadonlySet<Local>): Term | undefined {
  if (value.kind !== 'op') return undefined;
  const [a, b] = value.args;
  if (a === undefined) return undefined;
  const zero = real(0);
  switch (value.op) {
    case 'log1p': {
      const isBounded = a.kind === 'local' ? bounded.has(a.local) : isDecay(a);
      return isBounded ? { parts: () => ({ exponential: a }), isNegative: false } : undefined;
    }
    case 'softplus':
    case 'logSigmoid': {
      const isNegative = value.op === 'logSigmoid';
      const parts = (x: Expression) => ({
        rest: apply(isNegative ? 'min' : 'max', x, zero),
        exponential: apply('exp', apply('neg', apply('abs', x))),
      });
      return { x: a, parts, isNegative };
    }
    case 'neg':
      return mapTerm(termOf(a, bounded), (rest) => rest && apply('neg', rest), true);
    case 'add':
    case 'sub': {
      if (b === undefined) return undefined;
      const { op } = value;
      const second = termOf(b, bounded);
      if (second !== undefined)
        return mapTerm(second, (rest) => (rest === undefined ? a : apply(op, a, rest)), op === 'sub');
      const other = op === 'sub' ? apply('neg', b) : b;
      return mapTerm(termOf(a, bounded), (rest) => (rest === undefined ? other : apply(op, rest, b)), false);
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
      const { rest, exponential } = term.parts(x);
      const mapped = map(rest);
      return { exponential, ...(mapped && { rest: mapped }) };
    },
    isNegative: term.isNegative !== isTurned,
  };
