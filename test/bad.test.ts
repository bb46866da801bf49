// Bad programs: a file each, `<code>-<slug>.nabla`, and beside it what the user sees. `UPDATE=1` writes the latter anew; it is
// read before it is committed. What the name of a file promises has to be the first error in it.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stdFiles } from '../generated/std.ts';
import { hasErrors } from '../src/base/diagnostic.ts';
import type { Diagnostic } from '../src/base/diagnostic.ts';
import { renderDiagnostic } from '../src/base/frame.ts';
import type { Source } from '../src/base/source.ts';
import { parse } from '../src/lang/parse.ts';

const folder = fileURLToPath(new URL('bad/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.nabla'));
const prelude = stdFiles.map((source) => parse(source).file);

async function diagnose(source: Source): Promise<readonly Diagnostic[]> {
  const { file, diagnostics } = parse(source);
  if (hasErrors(diagnostics)) return diagnostics;
  const { check } = await import('../src/lang/check.ts');
  return [...diagnostics, ...check(file, prelude).diagnostics];
}

describe('bad programs', () => {
  it.each(names)('%s', async (name) => {
    const diagnostics = await diagnose({ path: name, text: readFileSync(`${folder}${name}`, 'utf8') });
    const seen = `${diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n')}\n`;
    const expected = `${folder}${name.replace(/\.nabla$/, '.txt')}`;
    if (process.env['UPDATE'] === '1') writeFileSync(expected, seen);
    expect(seen).toBe(readFileSync(expected, 'utf8'));
    expect(diagnostics[0]?.code).toBe(name.slice(0, 5));
  });
});
