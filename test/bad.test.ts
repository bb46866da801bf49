// Bad programs: a file each, `<code>-<slug>.nabla`, or a folder with a `main.nabla` and what it imports, and beside it what the
// user sees. `UPDATE=1` writes the latter anew; it is read before it is committed. What the name promises has to be the first
// error in it.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../src/base/catalogue.ts';
import type { Diagnostic } from '../src/base/diagnostic.ts';
import { renderDiagnostic } from '../src/base/frame.ts';
import type { Source } from '../src/base/source.ts';
import { compile } from '../src/compile.ts';

const folder = fileURLToPath(new URL('bad/', import.meta.url));
const names = readdirSync(folder).filter((name) => !name.endsWith('.txt'));

const diagnose = async ({ path, text }: Source): Promise<readonly Diagnostic[]> =>
  (await compile(text, { path, format: false })).diagnostics;

async function diagnoseFolder(place: string): Promise<readonly Diagnostic[]> {
  const text = (path: string): string | undefined =>
    existsSync(`${place}${path}`) ? readFileSync(`${place}${path}`, 'utf8') : undefined;
  const { diagnostics } = await compile(text('main.nabla') ?? '', { path: 'main.nabla', load: text });
  return diagnostics;
}

describe('bad programs', () => {
  it.each(names)('%s', async (name) => {
    const diagnostics = await (name.endsWith('.nabla')
      ? diagnose({ path: name, text: readFileSync(`${folder}${name}`, 'utf8') })
      : diagnoseFolder(`${folder}${name}/`));
    const seen = `${diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n')}\n`;
    const expected = `${folder}${name.replace(/\.nabla$/, '')}.txt`;
    if (process.env['UPDATE'] === '1') writeFileSync(expected, seen);
    expect(seen).toBe(readFileSync(expected, 'utf8'));
    expect(diagnostics[0]?.code).toBe(name.slice(0, 5));
  });

  // What a file cannot show: a file that is too large (parse/robust.test.ts), options of compile (compile.test.ts), what the
  // command line refuses to read (cli/imports.test.ts), what WGSL cannot hold (emit/wgsl-limits.test.ts,
  // emit/webgpu.test.ts).
  const elsewhere = [
    'N0603',
    'N0520',
    'N0521',
    'N0703',
    'N0605',
    'N0606',
    'N0607',
    'N0608',
    'N0609',
    'N0611',
  ];

  it('every row of the catalogue has one', () => {
    const shown = new Set(names.map((name) => name.slice(0, 5)));
    const codes = Object.values(catalogue).map((row) => row.code);
    expect(codes.filter((code) => !shown.has(code)).sort()).toEqual([...elsewhere].sort());
    expect(new Set(codes).size).toBe(codes.length);
  });
});
