// Text to syntax tree. It takes any text: what is wrong with it comes back as diagnostics, and never as an exception.

import { catalogue } from '../base/catalogue.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source } from '../base/source.ts';
import type { Expression, File } from './ast.ts';
import { layOut } from './layout.ts';
import { collectMistakes } from './mistakes.ts';
import type { Mistakes } from './mistakes.ts';
import { checkText } from './plain-text.ts';
import { recognise } from './recognise.ts';
import type { Token } from './token.ts';
import { toArray } from './tree.ts';
import type { Declarations } from './items.ts';

/** The tokens, or undefined where the text is such that reading on would only make noise. */
function read(source: Source, mistakes: Mistakes): readonly Token[] | undefined {
  if (!checkText(source, mistakes)) return undefined;
  const tokens = layOut(source, mistakes);
  return mistakes.full() ? undefined : tokens;
}

/** The declarations that could be read are there even if there are errors. */
export function parse(source: Source): { file: File; diagnostics: readonly Diagnostic[] } {
  const mistakes = collectMistakes();
  const tokens = read(source, mistakes);
  const list = tokens === undefined ? undefined : recognise('file', tokens, mistakes);
  const span = { source, start: 0, end: source.text.length };
  const declarations = toArray((list ?? null) as Declarations);
  return { file: { kind: 'file', declarations, span }, diagnostics: mistakes.sorted() };
}

/** The text of one expression, such as a derivative rule of an op. */
export function parseExpression(source: Source): {
  expression?: Expression;
  diagnostics: readonly Diagnostic[];
} {
  const mistakes = collectMistakes();
  const tokens = read(source, mistakes);
  if (tokens?.length === 0 && !mistakes.any()) {
    const span = { source, start: 0, end: 0 };
    mistakes.add(
      catalogue.unexpectedToken,
      { found: 'the end of the text', expected: 'an expression' },
      span,
    );
  }
  const expression = tokens === undefined ? undefined : recognise('lone', tokens, mistakes);
  const diagnostics = mistakes.sorted();
  return mistakes.any() || expression === undefined
    ? { diagnostics }
    : { expression: expression as Expression, diagnostics };
}
