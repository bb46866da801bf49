// Constraints of params: `real > 0`, `real in 0..1`, `simplex[K]`, `ordered[K]`.

import { catalogue } from '../../base/catalogue.ts';
import type { Constraint } from '../../ir/types.ts';
import type { Expression, InputDeclaration, ModelDeclaration, TypeExpression } from '../ast.ts';
import { constantNumber } from './constant.ts';
import { complain, type Checking } from './context.ts';
import { jointConstraint } from './joint.ts';
import type { Scope } from './scope.ts';
import { resolveType } from './size.ts';
import { withArticle, type Type } from './types.ts';

export interface Constrained {
  readonly type: Type | undefined;
  readonly constraint?: Constraint | undefined;
}

/** The type of an input, and how it is constrained. */
export function constrainedType(c: Checking, scope: Scope, item: InputDeclaration): Constrained {
  const joint = c.records.has(item.type.scalar.text) ? undefined : jointConstraint(item.type.scalar.text);
  if (joint !== undefined) return jointType(c, scope, item, joint);
  const type = resolveType(c, scope, item.type);
  if (type === undefined) return { type };
  const where = item.bound ?? (item.kind === 'param' ? item.range : undefined);
  // A param of ints is refused as such.
  if (where === undefined || (item.kind === 'param' && isScalar(type, 'int', 'bool'))) return { type };
  if (item.kind === 'data' || type.scalar !== 'real') {
    const what = item.kind === 'data' ? 'only a param has a bound' : 'only reals have a bound';
    const found = item.kind === 'data' ? 'data' : withArticle(type);
    const help = type.scalar === 'int' ? 'the ints of `data` have a range: `in 1..100`' : undefined;
    complain(c, catalogue.notConstrained, { what, found }, where.span, { help });
    return { type };
  }
  return { type, constraint: item.bound ? boundOf(c, scope, item.bound) : intervalOf(c, scope, item) };
}

/** A model of free params goes by a name of its own, which no other model may have. */
export function checkFreeNames(
  c: Checking,
  models: readonly { readonly declaration: ModelDeclaration; readonly scope: Scope }[],
): void {
  for (const { declaration, scope } of models) {
    const isFree = ![...scope.names.values()].some((symbol) => symbol.kind === 'input' && symbol.constraint);
    if (isFree) continue;
    const model = declaration.name.text;
    for (const { declaration: other } of models) {
      const { text: name, span } = other.name;
      if (name.toLowerCase() !== `${model}Free`.toLowerCase()) continue;
      const notes = [{ message: 'whose params are constrained', span: declaration.name.span }];
      complain(c, catalogue.nameOfFree, { name, model }, span, { notes });
    }
  }
}

function jointType(c: Checking, scope: Scope, item: InputDeclaration, constraint: Constraint): Constrained {
  const { scalar, dims, span } = item.type;
  const plain: TypeExpression = { ...item.type, scalar: { ...scalar, text: 'real' } };
  const type = resolveType(c, scope, plain);
  const { text: name } = scalar;
  if (item.kind === 'data') {
    const help = `declare it as \`real${dims.length === 0 ? '' : '[…]'}\``;
    complain(c, catalogue.notConstrained, { what: `only a param is \`${name}\``, found: 'data' }, span, {
      help,
    });
  }
  if (dims.length === 0) {
    complain(c, catalogue.constraintWithoutAxis, { name }, span, { help: `write \`${name}[K]\`` });
    return { type: undefined };
  }
  const second = item.bound ?? item.range;
  if (second !== undefined) {
    const help = name === 'ordered' ? 'increasing numbers above zero are `positiveOrdered[…]`' : undefined;
    complain(c, catalogue.severalConstraints, { name }, second.span, { help });
  }
  return { type, constraint };
}

const isScalar = ({ scalar }: Type, ...scalars: readonly Type['scalar'][]): boolean =>
  scalars.includes(scalar);

function boundOf(
  c: Checking,
  scope: Scope,
  { operator, value }: NonNullable<InputDeclaration['bound']>,
): Constraint | undefined {
  const bound = finite(c, scope, value);
  return bound === undefined ? undefined : { kind: 'bound', operator, bound };
}

function intervalOf(c: Checking, scope: Scope, { range }: InputDeclaration): Constraint | undefined {
  if (range === undefined) return undefined;
  if (range.from === undefined) {
    return complain(c, catalogue.openInterval, {}, range.span, { help: 'write both, as in `0..1`' });
  }
  const from = finite(c, scope, range.from);
  const to = finite(c, scope, range.to);
  if (from === undefined || to === undefined) return undefined;
  if (!(from < to)) return complain(c, catalogue.emptyInterval, { from, to }, range.span);
  if (!Number.isFinite(to - from)) {
    return complain(c, catalogue.noBound, { what: `an interval of width ${to - from}` }, range.span);
  }
  return { kind: 'interval', from, to };
}

function finite(c: Checking, scope: Scope, e: Expression): number | undefined {
  const value = constantNumber(c, scope, e, 'a bound');
  if (value === undefined || Number.isFinite(value)) return value;
  return complain(c, catalogue.noBound, { what: String(value) }, e.span);
}
