// The files of a program: where the path of an import leads, and which file needs which. No file is opened here: what they hold
// is asked of the caller.

import { catalogue, report } from '../base/catalogue.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source } from '../base/source.ts';
import type { File, ImportDeclaration } from './ast.ts';
import { parse } from './parse.ts';

/** The text of a file; nothing where there is none; or why it is not to be read, which the user is told. */
export type Loaded = string | undefined | { readonly refused: string };

/** Asked for the files that a program imports, by their paths: relative ones start where that of the importing file starts. */
export type Load = (path: string) => Loaded | Promise<Loaded>;

type Parsed = ReturnType<typeof parse>;

/** All that a program imports, directly or not, by path. */
export type Imports = ReadonlyMap<string, Parsed | undefined | { readonly refused: string }>;

/** The files that a file is checked with. */
export interface Linked {
  /** What is imported comes before what imports it; the file itself is the last. */
  readonly files: readonly File[];
  readonly fileOf: ReadonlyMap<ImportDeclaration, File>;
}

/** A file that is not linked: it must not import anything. */
export const alone = (file: File): Linked => ({ files: [file], fileOf: new Map() });

/** Longer chains of imports are made by links that lead round in a circle. */
const longestChain = 100;

export const importsOf = (file: File): readonly ImportDeclaration[] =>
  file.declarations.filter((item) => item.kind === 'import');

/** Reads and parses what a file imports. */
export async function loadImports(source: Source, load: Load): Promise<Imports> {
  const found = new Map<string, Parsed | undefined | { readonly refused: string }>();
  const pending = [{ file: parse(source).file, path: normal(source.path), depth: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { path: written } of importsOf(next.file)) {
      const path = pathFrom(next.path, written.text);
      if (pathFault(written.text) !== undefined || found.has(path) || path === normal(source.path)) continue;
      const loaded =
        next.depth < longestChain
          ? await load(path)
          : { refused: `it is at the end of a chain of ${longestChain} imports` };
      const parsed = typeof loaded === 'string' ? parse({ path, text: loaded }) : loaded;
      found.set(path, parsed);
      if (parsed !== undefined && 'file' in parsed)
        pending.push({ file: parsed.file, path, depth: next.depth + 1 });
    }
  }
  return found;
}

/** Follows the imports of a file. What is wrong with them, and with the text of imported files, is reported. */
export function link(
  file: File,
  imports: Imports,
): { readonly linked: Linked; readonly diagnostics: readonly Diagnostic[] } {
  const files: File[] = [];
  const fileOf = new Map<ImportDeclaration, File>();
  const diagnostics: Diagnostic[] = [];
  const visited = new Set<string>();
  const chain: { readonly path: string; readonly by: ImportDeclaration | undefined }[] = [];

  function follow(from: string, item: ImportDeclaration): void {
    const { text, span } = item.path;
    const fault = pathFault(text);
    if (fault !== undefined) {
      diagnostics.push(report(catalogue.importPath, { path: text, why: fault.why }, span, fault));
      return;
    }
    const path = pathFrom(from, text);
    if (chain.some((step) => step.path === path)) {
      diagnostics.push(cycle(path, item));
      return;
    }
    const found = imports.get(path);
    if (found === undefined) diagnostics.push(report(catalogue.importMissing, { path }, span));
    else if ('refused' in found)
      diagnostics.push(report(catalogue.importRefused, { path, why: found.refused }, span));
    else {
      fileOf.set(item, found.file);
      if (!visited.has(path)) diagnostics.push(...found.diagnostics);
      visit(path, found.file, item);
    }
  }

  function visit(path: string, at: File, by: ImportDeclaration | undefined): void {
    if (visited.has(path)) return;
    visited.add(path);
    chain.push({ path, by });
    for (const item of importsOf(at)) follow(path, item);
    chain.pop();
    files.push(at);
  }

  function cycle(path: string, last: ImportDeclaration): Diagnostic {
    const steps = chain.slice(chain.findIndex((step) => step.path === path));
    const names = [...steps.map((step) => step.path), path].map((name) => `\`${name}\``);
    const notes = steps.slice(1).map((step, k) => ({
      message: `${names[k] ?? ''} imports ${names[k + 1] ?? ''} here`,
      ...(step.by === undefined ? {} : { span: step.by.path.span }),
    }));
    return report(catalogue.importCycle, { cycle: names.join(' imports ') }, last.path.span, { notes });
  }

  visit(normal(file.span.source.path), file, undefined);
  return { linked: { files, fileOf }, diagnostics };
}

/** What is wrong with a written path, if something is. */
function pathFault(path: string): { readonly why: string; readonly help: string } | undefined {
  if (path === 'std' || path.startsWith('std/'))
    return { why: 'it is always there', help: 'leave the import out' };
  if (/^[\\/]|^[A-Za-z]+:/.test(path)) {
    return { why: 'it is absolute', help: 'write it from the folder of this file, as in `"./lib.nabla"`' };
  }
  if (path.includes('\\'))
    return { why: 'folders are separated by `/`', help: `write \`"${path.replaceAll(/\\+/g, '/')}"\`` };
  if (!/^\.\.?\//.test(path))
    return {
      why: 'it does not begin with `./` or `../`',
      help: `write \`"./${withEnding(path || 'lib')}"\``,
    };
  if (!path.endsWith('.nabla')) {
    const isFolder = path.endsWith('/');
    const help = isFolder ? 'name a file in it' : `write \`"${withEnding(path)}"\``;
    return { why: isFolder ? 'it is a folder' : 'it does not end with `.nabla`', help };
  }
  return undefined;
}

const withEnding = (path: string): string => `${path.replace(/\.\w*$/, '')}.nabla`;

/** The path that an import leads to: the two joined, without `.` and `..` as far as that goes. */
function pathFrom(importer: string, written: string): string {
  const folder = importer.slice(0, importer.lastIndexOf('/') + 1);
  return normal(folder + written);
}

function normal(path: string): string {
  const segments: string[] = [];
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    const before = segments[segments.length - 1];
    if (segment === '.' || (segment === '' && segments.length > 0)) continue;
    if (segment === '..' && before !== undefined && before !== '..') {
      if (before !== '') segments.pop();
    } else segments.push(segment);
  }
  return segments.join('/');
}
