// `nabla build`: models to files of TypeScript or WGSL. Everything is compiled before anything is written, and nothing is written
// when any model has an error.

import { basename, dirname, join } from 'node:path';
import { catalogue } from '../base/catalogue.ts';
import { hasErrors } from '../base/diagnostic.ts';
import type { CompileOptions } from '../compile.ts';
import { unifiedDiff } from './diff.ts';
import { reader, type ImportOptions } from './imports.ts';
import { readInputs, type InputFile } from './inputs.ts';
import type { Io } from './io.ts';
import { declaredSizes, refuseUnknownSizes, sizesAmong } from './models.ts';
import { replaceFiles, type Replacement } from './replace.ts';
import { plural, renderAll, summary, usesColor, withoutRepeats, type Checked } from './report.ts';
import { exitCodes, orStop, Stop } from './stop.ts';

export interface BuildOptions extends CompileOptions, ImportOptions {
  readonly outDir?: string;
  readonly stdinPath?: string;
  /** Write nothing: say which files are not what a build would write. */
  readonly check?: boolean;
  /** Replace files that were not generated, too. */
  readonly force?: boolean;
}

type Sizes = Readonly<Record<string, number>>;

/** An emitted file, and what now stands where it belongs. */
interface Emitted extends Replacement {
  readonly from: string;
  readonly before: string | undefined;
}

export async function build(io: Io, args: readonly string[], options: BuildOptions): Promise<number> {
  const {
    outDir,
    stdinPath,
    check = false,
    force = false,
    sizes = {},
    allowOutside = false,
    ...compileOptions
  } = options;
  await refuseOddCombinations(io, args, options);
  const toStdout = args.includes('-') || outDir === '-';
  const inputs = await readInputs(io, args, stdinPath);
  if (toStdout && inputs.length > 1)
    throw new Stop(`--out-dir - writes to standard output, which takes one file, not ${inputs.length}`);

  const { compile } = await import('../compile.ts');
  const all: Checked[] = [];
  const imported = new Set<string>();
  const compiled: { readonly input: InputFile; readonly path: string; readonly text: string }[] = [];
  const sizesOf = await sizesByInput(inputs, sizes);
  for (const input of inputs) {
    const { files, diagnostics } = await compile(input.text, {
      ...compileOptions,
      path: input.path,
      sizes: sizesOf(input),
      load: reader(io, input, { allowOutside }, imported),
    });
    all.push({ path: input.path, diagnostics });
    for (const { path, text } of files) compiled.push({ input, path, text });
  }
  const checked = withoutRepeats(await withoutLibraries(io, all, imported));
  io.stderr.write(renderAll(checked, 'pretty', usesColor(io, io.stderr)));
  const found = summary(checked);
  if (checked.some((file) => hasErrors(file.diagnostics))) {
    io.stderr.write(`${found}; nothing was written\n`);
    return exitCodes.findings;
  }
  if (found !== '') io.stderr.write(`${found}\n`);

  if (toStdout) {
    for (const { text } of compiled) io.stdout.write(text);
    return exitCodes.ok;
  }
  const emitted: Emitted[] = [];
  for (const { input, path, text } of compiled) {
    const place = join(outDir ?? dirname(input.path), basename(path));
    emitted.push({ from: input.path, path: place, text, before: await textAt(io, place) });
  }
  refuseCollisions(emitted);
  return check ? reportStale(io, emitted) : await write(io, emitted, force);
}

/** Files that others import need no model: what a glob finds may be models and the functions that they share. */
async function withoutLibraries(
  io: Io,
  files: readonly Checked[],
  imported: ReadonlySet<string>,
): Promise<readonly Checked[]> {
  const kept: Checked[] = [];
  for (const file of files) {
    const lacksModel = file.diagnostics.some(({ code }) => code === catalogue.noModel.code);
    if (!lacksModel || !imported.has(await io.files.resolve(file.path))) kept.push(file);
  }
  return kept;
}

/** Each file is told of the sizes that it has. */
async function sizesByInput(
  inputs: readonly InputFile[],
  sizes: Sizes,
): Promise<(input: InputFile) => Sizes> {
  if (Object.keys(sizes).length === 0) return () => sizes;
  const { parse } = await import('../lang/parse.ts');
  const names = new Map(inputs.map((input) => [input, declaredSizes(parse(input).file)]));
  refuseUnknownSizes([...names.values()].flat(), sizes);
  return (input) => sizesAmong(names.get(input) ?? [], sizes);
}

async function refuseOddCombinations(io: Io, args: readonly string[], options: BuildOptions): Promise<void> {
  const { outDir, check = false } = options;
  const ignored = (['emit', 'checkpoint'] as const).find((name) => options[name] !== undefined);
  if (options.target === 'webgpu' && ignored !== undefined)
    throw new Stop(
      `kernels compute the loss, its gradient and the outputs: --target webgpu takes no --${ignored}`,
    );
  if (args.includes('-')) {
    if (args.length > 1)
      throw new Stop('`-` (standard input) stands alone: its output goes to standard output');
    if (outDir !== undefined && outDir !== '-')
      throw new Stop('what comes from `-` goes to standard output: leave out --out-dir');
    if (check) throw new Stop('what comes from `-` goes to standard output: there is no file to --check');
  }
  if (outDir === '-' && check)
    throw new Stop('--out-dir - writes to standard output: there is no file to --check');
  if (outDir === undefined || outDir === '-') return;
  const kind = await orStop('write to', outDir, io.files.kind(outDir));
  if (kind === 'file' || /\.([cm]?[jt]s|wgsl)$/.test(outDir)) {
    throw new Stop(`--out-dir takes a directory, and ${outDir} is a file: say --out-dir ${dirname(outDir)}`);
  }
}

function refuseCollisions(emitted: readonly Emitted[]): void {
  const inputs = new Set(emitted.map(({ from }) => from));
  const sources = new Map<string, string>();
  for (const { from, path } of emitted) {
    if (inputs.has(path)) throw new Stop(`${from} would be written over ${path}, which is an input`);
    const other = sources.get(path);
    if (other !== undefined) {
      throw new Stop(
        `${other} and ${from} would both be written to ${path}: build them apart, or rename one`,
      );
    }
    sources.set(path, from);
  }
}

/** Line ends are not a difference: git may have changed them. */
const sameText = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');
const isCurrent = ({ before, text }: Emitted): boolean => before !== undefined && sameText(before, text);

async function textAt(io: Io, path: string): Promise<string | undefined> {
  const kind = await orStop('read', path, io.files.kind(path));
  if (kind === 'none') return undefined;
  return new TextDecoder().decode(await orStop('read', path, io.files.read(path)));
}

async function write(io: Io, emitted: readonly Emitted[], force: boolean): Promise<number> {
  const changed = emitted.filter((file) => !isCurrent(file));
  for (const { path, before } of changed) {
    if (!force && before !== undefined && !isGenerated(before)) {
      throw new Stop(
        `${path} is there and was not generated by nabla: move it away, or say --force to replace it`,
      );
    }
  }
  await replaceFiles(io.files, changed);
  io.stderr.write(`${writtenLine(changed, emitted.length - changed.length)}\n`);
  return exitCodes.ok;
}

/** The mark stands in the comment at the top of every emitted file. */
const isGenerated = (text: string): boolean =>
  text.split('\n', 5).some((line) => line.includes('@generated by nabla'));

function writtenLine(changed: readonly Emitted[], unchanged: number): string {
  const [only] = changed;
  if (only === undefined) return `${plural(unchanged, 'file')} unchanged`;
  const written = `wrote ${changed.length === 1 ? only.path : plural(changed.length, 'file')}`;
  return unchanged === 0 ? written : `${written}, ${unchanged} unchanged`;
}

function reportStale(io: Io, emitted: readonly Emitted[]): number {
  const stale = emitted.filter((file) => !isCurrent(file));
  for (const { path, text, before } of stale) {
    if (before === undefined) {
      io.stdout.write(`${path} is missing\n`);
      continue;
    }
    const lines = unifiedDiff(before, text, { context: 2, most: 20 });
    io.stdout.write(
      `${path} is stale\n--- ${path}\n+++ ${path} (as built)\n${lines.map((line) => `${line}\n`).join('')}`,
    );
  }
  if (stale.length === 0) {
    io.stderr.write(`${plural(emitted.length, 'file')} up to date\n`);
    return exitCodes.ok;
  }
  io.stderr.write(`${stale.length} of ${plural(emitted.length, 'file')} not up to date: run nabla build\n`);
  return exitCodes.findings;
}
