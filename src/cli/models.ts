// Which models of a file a command is about, and which sizes they have.

import type { Program } from '../ir/types.ts';
import type { File } from '../lang/ast.ts';
import { didYouMean } from '../lang/check/nearest.ts';
import type { Io } from './io.ts';
import { Stop } from './stop.ts';

export function chooseModels(programs: readonly Program[], path: string, name?: string): readonly Program[] {
  if (programs.length === 0) throw new Stop(`${path} has no model`);
  if (name === undefined) return programs;
  const chosen = programs.filter((program) => program.name === name);
  if (chosen.length > 0) return chosen;
  const names = programs.map((program) => program.name);
  throw new Stop(`${path} has no model ${name}: ${didYouMean(name, names) ?? `it has ${names.join(', ')}`}`);
}

/** Those that can be differentiated, where there are any; the others are said to be left out. */
export function modelsWithLoss(programs: readonly Program[], io: Io): readonly Program[] {
  const hasLoss = (program: Program): boolean => program.outputs.some((output) => output.role === 'loss');
  const chosen = programs.filter(hasLoss);
  if (chosen.length === 0) return programs;
  for (const { name } of programs.filter((program) => !hasLoss(program))) {
    io.stderr.write(`${name} has no loss, hence no gradient: left out\n`);
  }
  return chosen;
}

/** A size that is given must be a size that there is: a misspelt `--size` must not go unnoticed. */
export function refuseUnknownSizes(known: readonly string[], sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (known.includes(name)) continue;
    const others =
      known.length === 0 ? 'there are no sizes' : `the sizes are ${[...new Set(known)].join(', ')}`;
    throw new Stop(
      `--size ${name}=${value}: no model has a size ${name}; ${didYouMean(name, known) ?? others}`,
    );
  }
}

/** Names of all sizes that the models of a file declare. */
export function declaredSizes(file: File): readonly string[] {
  return file.declarations.flatMap((declaration) =>
    declaration.kind === 'model'
      ? declaration.items.flatMap((item) => (item.kind === 'dim' ? [item.name.text] : []))
      : [],
  );
}

/** Those of the sizes that are among the names: one `--size` may be about one file or model of several. */
export function sizesAmong(
  names: readonly string[],
  sizes: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => names.includes(name)));
}
