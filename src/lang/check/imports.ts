// Imports: names that another file defines become names of this one.

import { isBuiltIn } from './built-in.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Span } from '../../base/source.ts';
import type { File, ImportDeclaration, ImportedName } from '../ast.ts';

import type { ConstSymbol } from './constant.ts';
import { complain, type Checking, type FunctionInfo } from './context.ts';
import { didYouMean } from './nearest.ts';
import type { Scope } from './scope.ts';
import type { RecordType } from './types.ts';

/** What a file defines itself. */
export interface Exports {
  readonly file: File;
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  readonly constants: ReadonlyMap<string, ConstSymbol>;
  /** Those that are wrong are undefined. */
  readonly records: ReadonlyMap<string, RecordType | undefined>;
}

/** An imported name, and what a use of it marks as used. */
export interface Imported {
  readonly name: ImportedName;
  readonly uses: readonly (ConstSymbol | FunctionInfo | RecordType)[];
}

/** Puts imported constants into the scope, imported functions and records into their tables; returns what was imported. */
export function bringIn(
  c: Checking,
  scope: Scope,
  functions: Map<string, FunctionInfo>,
  records: Map<string, RecordType | undefined>,
  file: File,
  exportsOf: (item: ImportDeclaration) => Exports,
): readonly Imported[] {
  const taken = new Map<string, { readonly message: string; readonly span: Span }>();
  for (const item of file.declarations) {
    if (item.kind === 'const' || item.kind === 'fn' || item.kind === 'record')
      taken.set(item.name.text, { message: 'defined here', span: item.name.span });
  }
  const imported: Imported[] = [];
  for (const item of file.declarations) {
    if (item.kind !== 'import') continue;
    const from = exportsOf(item);
    for (const name of item.names) {
      const { local } = name;
      const found = find(c, from, name);
      if (found === undefined) {
        c.broken.add(local.text);
        records.set(local.text, undefined);
        continue;
      }
      const before = taken.get(local.text);
      const help = `import it by another name: \`${name.name.text} as ${otherName(local.text)}\``;
      if (before !== undefined) {
        complain(c, catalogue.definedTwice, { name: local.text }, local.span, { notes: [before], help });
        continue;
      }
      taken.set(local.text, { message: 'imported here', span: local.span });
      if ((found.function && isBuiltIn(local.text)) || (found.isRecord && isScalar(local.text))) {
        complain(c, catalogue.builtInName, { name: local.text }, local.span, { help });
        continue;
      }
      const uses: (ConstSymbol | FunctionInfo | RecordType)[] = [];
      if (found.constant !== undefined) {
        const symbol = { ...found.constant, name: local.text, span: local.span };
        scope.names.set(local.text, symbol);
        uses.push(symbol);
      }
      if (found.function !== undefined) {
        functions.set(local.text, found.function);
        uses.push(found.function);
      }
      if (found.isRecord) {
        records.set(local.text, found.record);
        if (found.record !== undefined) uses.push(found.record);
      }
      if (uses.length > 0) imported.push({ name, uses });
    }
  }
  return imported;
}

const isScalar = (name: string): boolean => name === 'real' || name === 'int' || name === 'bool';
const otherName = (name: string): string => `my${name.charAt(0).toUpperCase()}${name.slice(1)}`;

interface Found {
  readonly function: FunctionInfo | undefined;
  readonly constant: ConstSymbol | undefined;
  readonly isRecord: boolean;
  readonly record: RecordType | undefined;
}

function find(
  c: Checking,
  { file, functions, constants, records }: Exports,
  { name }: ImportedName,
): Found | undefined {
  const found: Found = {
    function: functions.get(name.text),
    constant: constants.get(name.text),
    isRecord: records.has(name.text),
    record: records.get(name.text),
  };
  if (found.function !== undefined || found.constant !== undefined || found.isRecord) return found;
  for (const item of file.declarations) {
    if (item.kind === 'model' && item.name.text === name.text) {
      const notes = [{ message: 'the model is here', span: item.name.span }];
      return complain(c, catalogue.modelImported, { name: name.text }, name.span, { notes });
    }
    if (item.kind !== 'import' || !item.names.some(({ local }) => local.text === name.text)) continue;
    const args = { name: name.text, path: file.span.source.path };
    const notes = [{ message: 'it is imported there, too', span: item.span }];
    const help = 'import it from the file that defines it';
    return complain(c, catalogue.unknownExport, args, name.span, { notes, help });
  }
  const help = didYouMean(name.text, [...functions.keys(), ...constants.keys(), ...records.keys()]);
  const args = { name: name.text, path: file.span.source.path };
  return complain(c, catalogue.unknownExport, args, name.span, { help });
}

export function warnIfNotUsed(c: Checking, { name, uses }: Imported): void {
  if (uses.some((use) => c.used.has(use)) || name.local.text.startsWith('_')) return;
  complain(c, catalogue.unusedName, { what: 'the import', name: name.local.text }, name.local.span);
}
