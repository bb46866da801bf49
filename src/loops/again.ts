// Elements that a list of statements writes to or reads again: `g[n] = a; …; g[n] += b` is `g[n] = a + b`, what was just stored is
// not loaded, and a store that another takes the place of is none, where nothing in between touches the array at what may
// be that element. Adds that stand apart come from losses that stand apart, and from values that are used twice.

import { effectsOf, writes } from './effects.ts';
import { keysFor, type Keys } from './keys.ts';
import { apply, declare, invented, isAtom, isZero, load, negatedIn, reference, sumOf } from './make.ts';
import { nameFor } from './names.ts';
import type { Buffer, Expression, Routine, Statement } from './types.ts';
import { expressionsOf, mapExpression, mapExpressions, mapRegions, visitExpression } from './walk.ts';

type Write = Extract<Statement, { readonly kind: 'store' | 'accumulate' }>;

interface Element {
  readonly buffer: Buffer;
  readonly indices: readonly Expression[];
}

/** The last write to an element, and what is declared in front of it. */
interface Open {
  readonly declared: Statement[];
  write: Write | undefined;
}

export function writeOnce(routine: Routine): Routine {
  return { ...routine, body: rewriteList(routine.body) };
}

function rewriteList(statements: readonly Statement[]): readonly Statement[] {
  const list = new List();
  for (const statement of statements) list.push(mapRegions(statement, rewriteList));
  return list.statements();
}

class List {
  readonly #keys: Keys = keysFor();
  readonly #made: (Statement | Open)[] = [];
  /** By the elements as text. */
  readonly #open = new Map<Buffer, Map<string, Open>>();

  statements(): readonly Statement[] {
    return this.#made.flatMap((one) => {
      if ('kind' in one) return [one];
      return one.write === undefined ? one.declared : [...one.declared, one.write];
    });
  }

  push(old: Statement): void {
    if (this.#isNamed(old)) return;
    const statement = this.#withoutLoads(old);
    if (!isWrite(statement)) {
      this.#close(statement);
      this.#made.push(statement);
      return;
    }
    const key = this.#keys.element(statement.buffer, statement.indices);
    const before = this.#open.get(statement.buffer)?.get(key);
    let write = statement;
    // What it loads may be the element itself, under another index.
    const isApart = loadsOf(statement).every((one) => one.buffer !== statement.buffer || differ(one, statement)); // prettier-ignore
    if (before?.write !== undefined && isApart) {
      write = takeOver(before.declared, before.write, statement);
      before.write = undefined;
    }
    this.#close(write, key);
    const made: Open = { declared: [], write };
    this.#made.push(made);
    if (write.buffer.scalar !== 'real' || !isSteady(write)) return;
    const own = this.#open.get(write.buffer) ?? new Map<string, Open>();
    this.#open.set(write.buffer, own.set(key, made));
  }

  /** Whether it gives a name to what was just stored and has none: that is declared where it is stored. */
  #isNamed(s: Statement): boolean {
    if (s.kind !== 'declare' || s.local.mutable || s.value?.kind !== 'load') return false;
    const { buffer, indices } = s.value;
    const open = this.#open.get(buffer)?.get(this.#keys.element(buffer, indices));
    if (open?.write === undefined || isFinal(contentOf(open.write))) return false;
    open.declared.push(declare(s.local, contentOf(open.write)));
    open.write = { kind: 'store', buffer, indices, value: reference(s.local) };
    return true;
  }

  /** With what was stored in place of loads of it. */
  #withoutLoads(statement: Statement): Statement {
    if (this.#open.size === 0 || !isSimple(statement)) return statement;
    return mapExpressions(statement, (root) =>
      mapExpression(root, (part) => {
        const found = part.kind === 'load' ? this.#open.get(part.buffer) : undefined;
        const open = part.kind === 'load' && found?.get(this.#keys.element(part.buffer, part.indices));
        return open && open.write ? stored(open.declared, open, open.write) : part;
      }),
    );
  }

  /** Forgets the writes to what this statement may read or write. */
  #close(statement: Statement, key?: string): void {
    if (this.#open.size === 0) return;
    const effects = effectsOf([statement]);
    // Behind it, what follows may not run.
    if (effects.fixed) this.#open.clear();
    const touched = isSimple(statement) ? elementsOf(statement) : undefined;
    for (const [buffer, elements] of this.#open) {
      if (!effects.loaded.has(buffer) && !writes(effects, buffer)) continue;
      const here = touched?.filter((one) => one.buffer === buffer);
      for (const [other, { write }] of elements)
        if (other !== key && !(write && here?.every((one) => differ(write, one)))) elements.delete(other);
    }
  }
}

/** What is loaded and written. */
const elementsOf = (statement: Statement): readonly Element[] =>
  isWrite(statement) ? [statement, ...loadsOf(statement)] : loadsOf(statement);

function loadsOf(statement: Statement): readonly Element[] {
  const found: Element[] = [];
  for (const expression of expressionsOf(statement))
    visitExpression(expression, (part) => {
      if (part.kind === 'load') found.push(part);
    });
  return found;
}

const isWrite = (s: Statement): s is Write => s.kind === 'store' || s.kind === 'accumulate';

/** It has no regions, and what it computes is computed before it has an effect. */
const isSimple = ({ kind }: Statement): boolean =>
  kind === 'declare' || kind === 'assign' || kind === 'increase' || kind === 'store' || kind === 'accumulate';

/** The second of two writes to one element, with what the first did. */
function takeOver(declared: Statement[], first: Write, second: Write): Write {
  if (second.kind === 'store') return second;
  if (first.kind === 'store' && isZero(first.value)) return { ...second, kind: 'store' };
  const negated = negatedIn(first.value);
  const value = named(declared, negated ?? first.value);
  const sum = negated === undefined ? sumOf(value, second.value) : apply('sub', second.value, value);
  return { ...second, kind: first.kind, value: sum };
}

/** What the element is after the write. */
function stored(declared: Statement[], open: Open, write: Write): Expression {
  const { buffer, indices } = write;
  const name = named(declared, contentOf(write));
  open.write = { kind: 'store', buffer, indices, value: name };
  return name;
}

const contentOf = ({ kind, buffer, indices, value }: Write): Expression =>
  kind === 'store' ? value : sumOf(load(buffer, indices), value);

const isFinal = (value: Expression): boolean =>
  isAtom(value) && !(value.kind === 'local' && value.local.mutable);

function named(declared: Statement[], value: Expression): Expression {
  if (isFinal(value)) return value;
  const local = invented(nameFor(value), 'real');
  declared.push(declare(local, value));
  return reference(local);
}

/** Two elements that differ in an index that is a number. */
const differ = (a: Element, b: Element): boolean =>
  a.indices.some((index, axis) => {
    const other = b.indices[axis];
    return index.kind === 'literal' && other?.kind === 'literal' && index.value !== other.value;
  });

/** Whether its index is the same wherever it stands in the list. */
const isSteady = ({ indices }: Write): boolean =>
  indices.every((index) => {
    let steady = true;
    visitExpression(index, (part) => {
      if (part.kind === 'load' || (part.kind === 'local' && part.local.mutable)) steady = false;
    });
    return steady;
  });
