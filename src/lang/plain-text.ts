// Is it text at all? A wrong file should be one message, not twenty.

import { catalogue } from '../base/catalogue.ts';
import type { Source } from '../base/source.ts';
import type { Mistakes } from './mistakes.ts';

const mostCharacters = 64_000_000;

export function checkText(source: Source, mistakes: Mistakes): boolean {
  const { text } = source;
  if (text.length > mostCharacters) {
    const args = { what: 'characters', limit: mostCharacters / 1e6 };
    mistakes.add(catalogue.sourceTooLarge, args, { source, start: 0, end: 0 });
    return false;
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const utf16 = text.charCodeAt(nul + 2) === 0 && text.charCodeAt(nul + 1) !== 0;
    const why = utf16 ? 'it looks like UTF-16; save it as UTF-8' : 'it holds a NUL byte';
    mistakes.add(catalogue.notText, { why }, { source, start: nul, end: nul + 1 });
    return false;
  }
  // U+FFFD is what a decoder puts for bytes that are not UTF-8.
  const sample = text.slice(0, 10_000);
  const odd = [...sample.matchAll(/[^\P{Cc}\t\n\v\f\r]|\ufffd/gu)];
  const [first] = odd;
  if (first !== undefined && odd.length * 20 > sample.length) {
    const span = { source, start: first.index, end: first.index + 1 };
    mistakes.add(catalogue.notText, { why: 'it holds bytes that are no characters' }, span);
    return false;
  }
  return true;
}
