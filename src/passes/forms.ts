// Sums of products with coefficients that are the same for many iterations, as one product for each number that is multiplied: to
// turn v around an axis, v cos + (k × v) sin + k (k · v) (1 - cos), is to multiply it by a matrix of nine coefficients.

import { BlockBuilder } from '../ir/build.ts';
import type { Block, Operand, OpStatement, Statement, Value } from '../ir/types.ts';
import { freeValuesOfStatement } from '../ir/walk.ts';
import type { OpName } from '../ops/index.ts';

/** What a number is multiplied by; without a coefficient, by one. */
export type Coefficient =
  Operand | { readonly kind: 'sum'; readonly op: OpName; readonly of: readonly Coefficient[] };

/** A value as the sum of products of numbers and coefficients. */
export interface LinearForm {
  readonly out: Value;
  readonly terms: readonly (readonly [number: Value, coefficient: Coefficient])[];
}

type Terms = ReadonlyMap<Value, Coefficient>;

/**
 * The values of a block that take fewer operations as forms. `isCoefficient`: whether a value may be (part of) a coefficient.
 * A number enters a form by a product with a coefficient that is not constant: differences of numbers themselves, which may be
 * exact where the products of their operands are not, stay differences. What cancels in a form cancels as much in what it replaces.
 */
export function shorterForms(
  block: Block,
  isCoefficient: (operand: Operand) => boolean,
): readonly LinearForm[] {
  const elementOf = listElements(block);
  const formOf = new Map<Value, { readonly terms: Terms; readonly of: readonly Value[] }>();
  for (const statement of block.statements) {
    const found = statement.kind === 'op' && !isCoefficient(statement.outs[0]) && termsOf(statement);
    if (found) formOf.set(statement.outs[0], found);
  }
  function termsOf({
    op,
    args,
  }: OpStatement): { readonly terms: Terms; readonly of: readonly Value[] } | undefined {
    const [a, b] = args.map(elementOf);
    const formed = (operand: Operand | undefined): Terms | undefined =>
      operand?.kind === 'value' ? formOf.get(operand)?.terms : undefined;
    if (a === undefined) return undefined;
    if (op === 'neg') {
      const terms = formed(a);
      return terms && { terms: mapped(terms, (c) => made('neg', c)), of: valuesOf(a) };
    }
    if (b === undefined) return undefined;
    if (op === 'mul') {
      const [by, number] = isCoefficient(a) ? [a, b] : [b, a];
      if (!isCoefficient(by) || isCoefficient(number) || number.kind !== 'value') return undefined;
      const terms = formed(number);
      if (terms !== undefined) return { terms: mapped(terms, (c) => made('mul', by, c)), of: [number] };
      return by.kind === 'value' ? { terms: new Map([[number, by]]), of: [] } : undefined;
    }
    if (op !== 'add' && op !== 'sub') return undefined;
    const [left, right] = [formed(a), formed(b)];
    if (left === undefined || right === undefined) return undefined;
    const terms = new Map(left);
    for (const [number, c] of right) {
      const other = terms.get(number);
      terms.set(number, other === undefined ? (op === 'sub' ? made('neg', c) : c) : made(op, other, c));
    }
    return { terms, of: valuesOf(a, b) };
  }

  const groups = new Map<string, Value[]>();
  for (const root of rootsOf(block, formOf, elementOf)) {
    const numbers = [...(formOf.get(root)?.terms.keys() ?? [])];
    if (numbers.length < 2) continue;
    const key = numbers.map(({ id }) => id).sort((x, y) => x - y).join(); // prettier-ignore
    groups.set(key, [...(groups.get(key) ?? []), root]);
  }
  return [...groups.values()].flatMap((roots) => {
    const inside = new Set<Value>();
    const visit = (value: Value): void => {
      if (inside.has(value)) return;
      inside.add(value);
      formOf.get(value)?.of.forEach(visit);
    };
    roots.forEach(visit);
    const coefficients = new Set<Operand>();
    for (const statement of block.statements)
      if (statement.kind === 'op' && inside.has(statement.outs[0]))
        for (const arg of statement.args.map(elementOf))
          if (arg.kind === 'value' && isCoefficient(arg)) coefficients.add(arg);
    const forms = roots.map((out) => ({
      out,
      terms: [...(formOf.get(out)?.terms ?? [])].sort(([x], [y]) => x.id - y.id),
    }));
    const products = forms.reduce((sum, { terms }) => sum + terms.length, 0);
    // Each product takes a coefficient from memory, and all but one in a form are added.
    const before = inside.size + coefficients.size;
    const after = products + (2 * products - forms.length);
    return after < before ? forms : [];
  });
}

/** Computes a coefficient. */
export function coefficientIn(b: BlockBuilder): (coefficient: Coefficient) => Operand {
  const known = new Map<Coefficient, Operand>();
  const make = (coefficient: Coefficient): Operand => {
    if (coefficient.kind !== 'sum') return coefficient;
    const value = known.get(coefficient) ?? b.op(coefficient.op, coefficient.of.map(make));
    known.set(coefficient, value);
    return value;
  };
  return make;
}

const made = (op: OpName, ...of: readonly Coefficient[]): Coefficient => ({ kind: 'sum', op, of });

const mapped = (terms: Terms, change: (coefficient: Coefficient) => Coefficient): Terms =>
  new Map([...terms].map(([number, coefficient]) => [number, change(coefficient)]));

const valuesOf = (...operands: readonly Operand[]): readonly Value[] =>
  operands.filter((operand) => operand.kind === 'value');

/** What stands in a list where an element of it is read by number. */
function listElements({ statements }: Block): (operand: Operand) => Operand {
  const lists = new Map<Value, readonly Operand[]>();
  const elements = new Map<Operand, Operand>();
  const elementOf = (operand: Operand): Operand => elements.get(operand) ?? operand;
  for (const statement of statements) {
    if (statement.kind === 'list') lists.set(statement.outs[0], statement.elements.map(elementOf));
    if (statement.kind !== 'read') continue;
    const [index, ...others] = statement.indices;
    const element = index?.kind === 'literal' ? lists.get(statement.array)?.[Number(index.value)] : undefined;
    if (element !== undefined && others.length === 0) elements.set(statement.outs[0], element);
  }
  return elementOf;
}

/** The values with forms that something else uses than a form. */
function rootsOf(
  block: Block,
  formOf: ReadonlyMap<Value, unknown>,
  elementOf: (operand: Operand) => Operand,
): ReadonlySet<Value> {
  const roots = new Set<Value>();
  const use = (operand: Operand): void => {
    const value = elementOf(operand);
    if (value.kind === 'value' && formOf.has(value)) roots.add(value);
  };
  const reads = (statement: Statement): boolean =>
    statement.kind === 'read' && elementOf(statement.outs[0]) !== statement.outs[0];
  /** Lists of which anything but an element by number is used. */
  const whole = new Set<Operand>(block.results);
  for (const statement of block.statements) {
    if (reads(statement)) continue;
    for (const value of freeValuesOfStatement(statement).values()) whole.add(value);
  }
  for (const statement of block.statements) {
    if (reads(statement) || (statement.kind === 'list' && !whole.has(statement.outs[0]))) continue;
    if (statement.kind === 'op' && formOf.has(statement.outs[0])) continue;
    for (const value of freeValuesOfStatement(statement).values()) use(value);
  }
  block.results.forEach(use);
  return roots;
}
