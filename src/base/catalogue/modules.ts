// N07xx: imports. Rows of the catalogue (../catalogue.ts).

import { error } from '../row.ts';

export const modules = {
  importPath: error(
    'N0701',
    'path that cannot be imported',
    (a: { path: string; why: string }) => `\`"${a.path}"\` cannot be imported: ${a.why}`,
    'The path of an import begins with `./` or `../`, has `/` between folders, and ends with `.nabla`. It starts at the folder of the file that imports. The standard functions are there without an import.',
  ),
  importMissing: error(
    'N0702',
    'imported file that is not there',
    (a: { path: string }) => `there is no file \`${a.path}\``,
    'The path of an import starts at the folder of the file that the import stands in.',
  ),
  importRefused: error(
    'N0703',
    'imported file that is not read',
    (a: { path: string; why: string }) => `\`${a.path}\` is not read: ${a.why}`,
    'The command line reads files of the project only: those below the folder with the nearest `package.json` above the model, links followed, or below the working directory where there is none. `--allow-outside` reads others, too.',
  ),
  importUnavailable: error(
    'N0704',
    'import where no files can be read',
    () => 'nothing can be imported here: the compiler was given no way to read files',
    'The library reads no files by itself. `compile(text, { path, load })` is given a function `load(path)` that returns the text of an imported file.',
  ),
  importCycle: error(
    'N0705',
    'imports in a circle',
    (a: { cycle: string }) => `imports go round in a circle: ${a.cycle}`,
    'Files that need each other are one file, or need a third one: move what both use there, and import it from both.',
  ),
  unknownExport: error(
    'N0706',
    'import of what a file does not have',
    (a: { name: string; path: string }) => `\`${a.path}\` has no function, type or constant \`${a.name}\``,
    'An import brings functions, types and constants that the other file defines itself; what that file imports is not passed on.',
  ),
  modelImported: error(
    'N0707',
    'import of a model',
    (a: { name: string }) => `\`${a.name}\` is a model, and models are not imported`,
    'A model is compiled by itself. What models have in common is put into functions, which they call.',
  ),
} as const;
