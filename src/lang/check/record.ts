// Records: their declarations, `Vec2 { x: 1, y: 2 }` and `p.x`.

import { catalogue } from '../../base/catalogue.ts';
import type { Span } from '../../base/source.ts';
import type { Expression, MemberExpression, Name, RecordDeclaration } from '../ast.ts';
import {
  complain,
  declaredAt,
  fitted,
  sourceText,
  type Checking,
  type ConstructExpression,
} from './context.ts';
import { checkExpression } from './expression.ts';
import { didYouMean } from './nearest.ts';
import type { Scope } from './scope.ts';
import { recordNamed, resolveType } from './size.ts';
import { exprType, isRecord, printType, sameType, withArticle } from './types.ts';
import type { MaybeType, RecordField, RecordType, Type } from './types.ts';

/** A record is taken apart into so many scalars and arrays at most, and nested so deep. */
const mostParts = 1000;
const deepest = 50;

/** The records of a file, in any order; those that are wrong are undefined, and what uses them stays silent. */
export function declareRecords(
  c: Checking,
  scope: Scope,
  declarations: readonly RecordDeclaration[],
): ReadonlyMap<string, RecordType | undefined> {
  const records = new Map(c.records);
  const own: Checking = { ...c, records };
  const waiting = new Map<string, RecordDeclaration>();
  for (const declaration of declarations) {
    const { text: name, span } = declaration.name;
    const before = waiting.get(name);
    if (name === 'real' || name === 'int' || name === 'bool')
      complain(c, catalogue.builtInName, { name }, span, { help: 'rename it' });
    else if (before !== undefined) {
      const notes = [{ message: 'first defined here', span: before.name.span }];
      complain(c, catalogue.definedTwice, { name }, span, { notes });
    } else waiting.set(name, declaration);
  }
  const parts = new Map<RecordType, number>();
  const open: RecordDeclaration[] = [];

  function visit(declaration: RecordDeclaration): void {
    const { name } = declaration;
    waiting.delete(name.text);
    records.set(name.text, undefined);
    open.push(declaration);
    for (const { type } of declaration.fields) {
      const inner = waiting.get(type.scalar.text);
      if (inner !== undefined) visit(inner);
      else if (open.some((outer) => outer.name.text === type.scalar.text)) reportCycle(c, open, type.scalar);
    }
    const fields = open.length > deepest ? tooLarge(name) : fieldsOf(own, scope, declaration);
    open.pop();
    if (fields === undefined) return;
    const record: RecordType = { kind: 'record', name: name.text, doc: declaration.doc, fields };
    const count = fields.reduce((sum, { type }) => sum + (isRecord(type.scalar) ? (parts.get(type.scalar) ?? 1) : 1), 0); // prettier-ignore
    parts.set(record, count);
    records.set(name.text, count > mostParts ? tooLarge(name) : record);
  }
  const tooLarge = ({ text, span }: Name): undefined =>
    complain(c, catalogue.recordTooLarge, { name: text, limit: mostParts, deepest }, span);

  for (const declaration of declarations)
    if (waiting.get(declaration.name.text) === declaration) visit(declaration);
  return records;
}

function fieldsOf(
  c: Checking,
  scope: Scope,
  declaration: RecordDeclaration,
): readonly RecordField[] | undefined {
  const { name, fields } = declaration;
  if (fields.length === 0) return complain(c, catalogue.emptyRecord, { name: name.text }, declaration.span);
  const places = new Map<string, Name>();
  const found = fields.flatMap(({ name: field, type: written, doc }) => {
    const before = places.get(field.text);
    if (before !== undefined) reportTwice(c, field, before);
    places.set(field.text, field);
    const type = resolveType(c, scope, written);
    return type === undefined || before !== undefined ? [] : [{ name: field.text, type, doc }];
  });
  return found.length === fields.length ? found : undefined;
}

function reportTwice(c: Checking, { text: name, span }: Name, before: Name): void {
  const notes = [{ message: 'first defined here', span: before.span }];
  complain(c, catalogue.definedTwice, { name }, span, { notes });
}

function reportCycle(c: Checking, open: readonly RecordDeclaration[], last: Name): void {
  const from = open.findIndex((outer) => outer.name.text === last.text);
  const names = [...open.slice(from).map((outer) => outer.name), last].map(({ text }) => `\`${text}\``);
  complain(c, catalogue.recursiveRecord, { cycle: names.join(' holds ') }, last.span);
}

const listed = (record: RecordType): string =>
  `the fields of \`${record.name}\` are ${record.fields.map(({ name }) => name).join(', ')}`;

function unknownField(c: Checking, record: RecordType, { text: field, span }: Name): undefined {
  const near = didYouMean(field, record.fields.map(({ name }) => name)); // prettier-ignore
  const args = { record: record.name ?? printType({ scalar: record, dims: [] }), field };
  return complain(c, catalogue.unknownField, args, span, { help: near ?? listed(record) });
}

/** Of an array of records it is the array of their fields. */
export function memberType(c: Checking, scope: Scope, e: MemberExpression): MaybeType {
  const base = checkExpression(c, scope, e.base);
  if (base === undefined) return undefined;
  if (!isRecord(base.scalar)) {
    const args = { found: withArticle(base) };
    return complain(c, catalogue.notARecord, args, e.name.span, {
      notes: [declaredAt(c, e.base)],
      help: e.name.text === 'T' ? 'a transpose is written `transpose(a)`' : undefined,
    });
  }
  const field = base.scalar.fields.find(({ name }) => name === e.name.text);
  if (field === undefined) return unknownField(c, base.scalar, e.name);
  return exprType(field.type.scalar, [...base.dims, ...field.type.dims]);
}

export function constructType(c: Checking, scope: Scope, e: ConstructExpression): MaybeType {
  const found = e.values.map(({ value }) => checkExpression(c, scope, value));
  const record = recordNamed(c, e.type, []);
  if (record === undefined) return undefined;
  const given = new Map<string, Name>();
  let wrong = false;
  for (const [k, { name, value }] of e.values.entries()) {
    const field = record.fields.find((one) => one.name === name.text);
    const before = given.get(name.text);
    if (before !== undefined) reportTwice(c, name, before);
    given.set(name.text, name);
    if (field === undefined) unknownField(c, record, name);
    const fits = field !== undefined && fitsField(c, record, field, value, found[k]);
    wrong = !fits || before !== undefined || wrong;
  }
  const missing = record.fields.filter(({ name }) => !given.has(name));
  if (missing.length > 0) {
    const args = { record: e.type.text, fields: missing.map(({ name }) => `\`${name}\``).join(', ') };
    const help = `write \`${e.type.text} { ${record.fields.map(({ name }) => `${name}: …`).join(', ')} }\``;
    return complain(c, catalogue.missingField, args, e.span, { help });
  }
  return wrong ? undefined : exprType(record);
}

function fitsField(
  c: Checking,
  record: RecordType,
  { name, type: wanted }: RecordField,
  value: Expression,
  found: MaybeType,
): boolean {
  const type = found && fitted(c, value, found, wanted);
  if (type === undefined || sameType(type, wanted)) return type !== undefined;
  const args = { field: name, record: record.name ?? '', expected: withArticle(wanted), found: withArticle(type) }; // prettier-ignore
  complain(c, catalogue.fieldType, args, value.span, { notes: [declaredAt(c, value)] });
  return false;
}

/** What a number could be taken from, where a record stands in the place of one. */
export function adviceOnRecord(type: Type): string | undefined {
  if (!isRecord(type.scalar) || type.scalar.name === undefined) return undefined;
  const numbers = type.scalar.fields.filter(
    (field) => field.type.scalar === 'real' || field.type.scalar === 'int',
  );
  return numbers.length === 0
    ? undefined
    : `take a field of it: ${numbers.map(({ name }) => `\`.${name}\``).join(', ')}`;
}

/** `stop(p)` of a record: its fields are stopped one by one. */
export function adviceOnStop(type: Type, span: Span): string | undefined {
  if (!isRecord(type.scalar) || type.scalar.name === undefined) return undefined;
  const fields = type.scalar.fields.filter(
    (field) => field.type.scalar !== 'int' && field.type.scalar !== 'bool',
  );
  const stopped = fields.map(({ name }) => `\`stop(${sourceText(span)}.${name})\``);
  return stopped.length === 0 ? undefined : `stop its fields, each by itself: ${stopped.join(', ')}`;
}
