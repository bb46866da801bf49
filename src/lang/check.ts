// From syntax trees to IR: names, types and shapes are checked, then each model is lowered.

import { bug } from '../base/bug.ts';
import { catalogue, report } from '../base/catalogue.ts';
import { hasErrors, type Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';
import type { Program } from '../ir/types.ts';
import type { File, FunctionDeclaration, ImportDeclaration, ModelDeclaration, Name } from './ast.ts';
import { checkConstant, predeclared, type ConstSymbol } from './check/constant.ts';
import { complain, define, type Annotations, type Checking, type FunctionInfo } from './check/context.ts';
import { checkBody, checkCycles, checkSignature } from './check/function.ts';
import { bringIn, warnIfNotUsed, type Exports, type Imported } from './check/imports.ts';
import { checkFreeNames } from './check/constraint.ts';
import { checkModel, type ModelInfo } from './check/model.ts';
import { declareRecords } from './check/record.ts';
import { checkRules } from './check/rule.ts';
import { openScope, type Scope } from './check/scope.ts';
import type { RecordType } from './check/types.ts';
import { lowerModel } from './lower/model.ts';
import { alone, importsOf, type Linked } from './modules.ts';
import { tryRule } from './trial.ts';

export interface CheckOptions {
  /** The file with all that it imports. */
  readonly linked?: Linked;
  /** A file of functions will do; otherwise one without a model is an error. */
  readonly library?: boolean;
}

/** One program for each model of the file; none when there is an error. All errors are reported, in the order of their places. */
export function check(
  file: File,
  prelude: readonly File[],
  { linked = alone(file), library: isLibrary = false }: CheckOptions = {},
): { readonly programs: readonly Program[]; readonly diagnostics: readonly Diagnostic[] } {
  const unlinked = linked.files.flatMap(importsOf).filter((item) => !linked.fileOf.has(item));
  if (unlinked.length > 0) {
    const faults = unlinked.map((item) => report(catalogue.importUnavailable, {}, item.path.span));
    return { programs: [], diagnostics: faults };
  }
  const diagnostics: Diagnostic[] = [];
  const annotations = emptyAnnotations();
  const blank: Checking = {
    annotations,
    diagnostics,
    used: new Set(),
    functions: new Map(),
    records: new Map(),
    broken: new Set(),
    later: () => undefined,
    ended: new Map(),
    calls: [],
  };
  const base = openScope('outer');
  for (const constant of predeclared) base.names.set(constant.name, constant);
  const library = checkDeclarations(blank, base, prelude);
  const known = new Map<File, Exports>();
  const exportsOf = (item: ImportDeclaration): Exports => {
    const from = linked.fileOf.get(item);
    return (from && known.get(from)) ?? bug(`\`${item.path.text}\` is not checked yet`);
  };
  const visible: Checking = { ...blank, functions: library.functions };
  for (const imported of linked.files.slice(0, -1)) {
    // Their models are not compiled here.
    const declarations = imported.declarations.filter((item) => item.kind !== 'model');
    const part = { ...imported, declarations };
    const { exports } = checkFile(
      { ...visible, used: new Set(), broken: new Set() },
      library.scope,
      part,
      exportsOf,
    );
    known.set(imported, { ...exports, file: imported });
  }
  const user = checkFile(visible, library.scope, file, exportsOf);
  for (const item of user.imported) warnIfNotUsed(visible, item);
  const isEmpty = file.declarations.every((item) => item.kind === 'import');
  if (user.models.length === 0 && (isEmpty || !isLibrary) && !hasErrors(diagnostics)) {
    diagnostics.push(report(catalogue.noModel, {}, { source: file.span.source, start: 0, end: 0 }));
  }
  if (!hasErrors(diagnostics)) {
    for (const info of [...known.values(), user.exports].flatMap(({ functions }) => [...functions.values()]))
      if (info.rule !== undefined) diagnostics.push(...tryRule(annotations, info, info.rule));
  }
  const programs = hasErrors(diagnostics)
    ? []
    : user.models.map((model) => lowerModel(annotations, diagnostics, model));
  const inOrder = (all: readonly Diagnostic[]): readonly Diagnostic[] => sorted(all, linked.files);
  if (!hasErrors(diagnostics)) return { programs, diagnostics: inOrder(diagnostics) };
  // What is unused or unproved may be so because of an error, so errors go alone.
  return {
    programs: [],
    diagnostics: inOrder(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')),
  };
}

const emptyAnnotations = (): Annotations => ({
  types: new Map(),
  symbols: new Map(),
  calls: new Map(),
  reducers: new Map(),
  ranges: new Map(),
  slices: new Map(),
});

/** By file, and by place. */
function sorted(diagnostics: readonly Diagnostic[], files: readonly File[]): readonly Diagnostic[] {
  const rank = new Map(files.map((file, k) => [file.span.source, k]));
  const of = ({ span }: Diagnostic): number => rank.get(span.source) ?? -1;
  return [...diagnostics].sort(
    (a, b) => of(a) - of(b) || a.span.start - b.span.start || a.span.end - b.span.end,
  );
}

interface Checked {
  readonly scope: Scope;
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  /** Those of these files, as opposed to what they see. */
  readonly own: readonly FunctionInfo[];
  readonly records: ReadonlyMap<string, RecordType | undefined>;
  readonly models: readonly ModelInfo[];
}

/** A file with what it imports; imported names come first, so that its own declarations see them. */
function checkFile(
  c: Checking,
  outer: Scope,
  file: File,
  exportsOf: (item: ImportDeclaration) => Exports,
): Checked & { readonly imported: readonly Imported[]; readonly exports: Exports } {
  const scope = openScope('outer', outer);
  const functions = new Map(c.functions);
  const records = new Map(c.records);
  const imported = bringIn(c, scope, functions, records, file, exportsOf);
  const checked = checkDeclarations({ ...c, functions, records }, scope, [file]);
  const constants = new Map<string, ConstSymbol>();
  for (const item of file.declarations) {
    const symbol = item.kind === 'const' ? scope.names.get(item.name.text) : undefined;
    if (symbol?.kind === 'const') constants.set(symbol.name, symbol);
  }
  const own = new Map(checked.own.map((info) => [info.declaration.name.text, info]));
  const ownRecords = new Map(
    file.declarations.flatMap((item) =>
      item.kind === 'record' ? [[item.name.text, checked.records.get(item.name.text)] as const] : [],
    ),
  );
  return { ...checked, imported, exports: { file, functions: own, constants, records: ownRecords } };
}

/** Constants and functions of the files, over what is visible already; then their models. */
function checkDeclarations(c: Checking, scope: Scope, files: readonly File[]): Checked {
  const declarations = files.flatMap((file) => file.declarations);
  const later = new Map<string, Span>();
  for (const item of declarations) if (item.kind === 'const') later.set(item.name.text, item.name.span);
  for (const item of declarations)
    if (item.kind === 'const')
      define(c, scope, checkConstant({ ...c, later: (name) => later.get(name) }, scope, item));

  const records = declareRecords(
    c,
    scope,
    declarations.filter((item) => item.kind === 'record'),
  );
  const typed: Checking = { ...c, records };
  const own: FunctionInfo[] = [];
  const functions = new Map(c.functions);
  const places = new Map<string, Name>();
  for (const item of declarations) {
    if (item.kind !== 'fn') continue;
    const info = checkSignature(typed, scope, item);
    own.push(info);
    if (isNew(c, places, item)) functions.set(item.name.text, info);
  }
  const visible: Checking = { ...typed, functions };
  for (const info of own) checkBody(visible, info);
  checkCycles(visible, own);
  const rules = declarations.filter((item) => item.kind === 'rule');
  checkRules(visible, scope, rules, own);

  const names = new Map<string, Name>();
  const models: ModelInfo[] = [];
  for (const item of declarations) {
    if (item.kind !== 'model') continue;
    isNew(c, names, item);
    models.push(checkModel(visible, scope, item));
  }
  checkFreeNames(c, models);
  return { scope, functions, own, records, models };
}

function isNew(
  c: Checking,
  places: Map<string, Name>,
  item: FunctionDeclaration | ModelDeclaration,
): boolean {
  const before = places.get(item.name.text);
  if (before === undefined) {
    places.set(item.name.text, item.name);
    return true;
  }
  const notes = [{ message: 'first defined here', span: before.span }];
  complain(c, catalogue.definedTwice, { name: item.name.text }, item.name.span, { notes });
  return false;
}
