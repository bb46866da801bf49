// From syntax trees to IR: names, types and shapes are checked, then each model is lowered.

import { catalogue, report } from '../base/catalogue.ts';
import { hasErrors, type Diagnostic } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';
import type { Program } from '../ir/types.ts';
import type { File, FunctionDeclaration, ModelDeclaration, Name } from './ast.ts';
import { checkConstant, predeclared } from './check/constant.ts';
import { complain, define, type Annotations, type Checking, type FunctionInfo } from './check/context.ts';
import { checkBody, checkCycles, checkSignature } from './check/function.ts';
import { checkModel, type ModelInfo } from './check/model.ts';
import { declareRecords } from './check/record.ts';
import { openScope, type Scope } from './check/scope.ts';
import { lowerModel } from './lower/model.ts';

/** One program for each model of the file; none when there is an error. All errors are reported, in the order of their places. */
export function check(
  file: File,
  prelude: readonly File[],
): { readonly programs: readonly Program[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const annotations = emptyAnnotations();
  const blank: Checking = {
    annotations,
    diagnostics,
    used: new Set(),
    functions: new Map(),
    records: new Map(),
    later: () => undefined,
    ended: new Map(),
    calls: [],
  };
  const base = openScope('outer');
  for (const constant of predeclared) base.names.set(constant.name, constant);
  const library = checkDeclarations(blank, base, prelude);
  const user = checkDeclarations(
    { ...blank, functions: library.functions },
    openScope('outer', library.scope),
    [file],
  );
  if (user.models.length === 0 && !hasErrors(diagnostics)) {
    diagnostics.push(report(catalogue.noModel, {}, { source: file.span.source, start: 0, end: 0 }));
  }
  const programs = hasErrors(diagnostics)
    ? []
    : user.models.map((model) => lowerModel(annotations, diagnostics, model));
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

const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  [...diagnostics].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);

interface Checked {
  readonly scope: Scope;
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  readonly models: readonly ModelInfo[];
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

  const names = new Map<string, Name>();
  const models: ModelInfo[] = [];
  for (const item of declarations) {
    if (item.kind !== 'model') continue;
    isNew(c, names, item);
    models.push(checkModel(visible, scope, item));
  }
  return { scope, functions, models };
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
