// The front half of the pipeline: from text to checked IR. It loads nothing of the back half, so that a file with mistakes is
// answered at once.

import { hasErrors, type Diagnostic } from './base/diagnostic.ts';
import type { Program } from './ir/types.ts';
import type { File } from './lang/ast.ts';
import { check } from './lang/check.ts';
import { alone, link, type Imports } from './lang/modules.ts';
import { parse } from './lang/parse.ts';
import { prelude, preludeFor } from './lang/prelude.ts';
import { fixSizes } from './lang/sizes.ts';
import { boolean, checkArguments, map, numbers, string, type Rule } from './options.ts';

export interface AnalyseOptions {
  /** What messages call the source; the emitted file is named after it. It is never opened. */
  readonly path?: string;
  /** Values for sizes that the models leave open, as if they said `dim N = 100`. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** What the source imports, as `loadImports` finds it. Without it an import is an error. */
  readonly imports?: Imports;
  /** A file of functions is fine, without a model. */
  readonly library?: boolean;
}

export const analyseRules = {
  path: string,
  sizes: numbers,
  imports: map,
  library: boolean,
} satisfies Record<keyof AnalyseOptions, Rule>;

export interface Analysis {
  /** The syntax tree; of a file with mistakes, what could be read. */
  readonly file: File;
  /** The models as checked IR; none when there are errors. */
  readonly programs: readonly Program[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses and checks. A mistake in the options is a TypeError. */
export function analyse(text: string, options: AnalyseOptions = {}): Analysis {
  checkArguments(text, options, analyseRules);
  const { path = 'model.nabla', sizes = {}, imports, library = false } = options;
  const parsed = parse({ path, text });
  if (hasErrors(parsed.diagnostics))
    return { file: parsed.file, programs: [], diagnostics: parsed.diagnostics };
  const fixed = fixSizes(parsed.file, sizes);
  const early = [...parsed.diagnostics, ...fixed.diagnostics];
  if (hasErrors(fixed.diagnostics)) return { file: fixed.file, programs: [], diagnostics: early };
  const links = imports === undefined ? undefined : link(fixed.file, imports);
  if (links !== undefined && hasErrors(links.diagnostics))
    return { file: fixed.file, programs: [], diagnostics: [...links.diagnostics, ...early] };
  const linked = links?.linked ?? alone(fixed.file);
  const texts = linked.files.map((file) => file.span.source.text);
  const settings = { linked, library };
  let checked = check(fixed.file, preludeFor(texts.join('\n')), settings);
  // What has mistakes is checked again for the sake of the messages, which suggest names of the prelude.
  if (hasErrors(checked.diagnostics)) checked = check(fixed.file, prelude(), settings);
  const { programs, diagnostics } = checked;
  return { file: fixed.file, programs, diagnostics: [...early, ...diagnostics] };
}
