// The checker takes whatever the parser could read of a wrong text, and never throws.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stdFiles } from '../../../generated/std.ts';
import { hasErrors } from '../../../src/base/diagnostic.ts';
import { check } from '../../../src/lang/check.ts';
import { parse } from '../../../src/lang/parse.ts';

const folder = fileURLToPath(new URL('../../bad/', import.meta.url));
const prelude = stdFiles.map((source) => parse(source).file);

describe('what is left of', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.nabla')))('%s', (name) => {
    const { file } = parse({ path: name, text: readFileSync(`${folder}${name}`, 'utf8') });
    const { programs, diagnostics } = check(file, prelude);
    expect(programs.length > 0).toBe(!hasErrors(diagnostics));
    for (const { message, span } of diagnostics) {
      // What a rule says may well be NaN, and so may a constant.
      expect(message.replace(/says NaN|the value NaN/, '')).not.toMatch(/undefined|NaN|\[object/);
      expect(span.end).toBeGreaterThanOrEqual(span.start);
    }
  });
});
