// Imports point left only: base ← numeric ← ops ← ir ← lang ← ad ← passes ← loops ← emit ← options ← analyse ← generate ← compile
// ← index ← gradcheck ← cli.
// Only the command line touches files and the process.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const order = ['base', 'numeric', 'ops', 'ir', 'lang', 'ad', 'passes', 'loops', 'emit', 'options.ts', 'analyse.ts', 'generate.ts', 'compile.ts', 'index.ts', 'gradcheck', 'cli']; // prettier-ignore

const sources = ['src', 'generated']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ),
  )
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => path.endsWith('.ts'));

/** Generated files belong to the layer that they were generated for. */
const generated: Readonly<Record<string, string>> = {
  'generated/grammar.ts': 'lang',
  'generated/std.ts': 'lang',
};
const layerOf = (path: string): string => generated[path] ?? path.split('/')[1] ?? '';

const importsOf = (path: string): string[] => {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
};

describe('layers', () => {
  it('knows every file', () => {
    expect(sources.length).toBeGreaterThan(30);
    expect(sources.filter((path) => !order.includes(layerOf(path)))).toEqual([]);
  });

  it('imports point left only', () => {
    const wrong = sources.flatMap((path) =>
      importsOf(path)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(root, resolve(root, dirname(path), target)))
        .filter((target) => order.indexOf(layerOf(target)) > order.indexOf(layerOf(path)))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('only the command line touches the machine', () => {
    const wrong = sources
      .filter((path) => layerOf(path) !== 'cli')
      .flatMap((path) =>
        importsOf(path)
          .filter((target) => target.startsWith('node:'))
          .map((target) => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });
});
