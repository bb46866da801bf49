// Sizes that the caller fixes, as if the models said so: `dim N` becomes `dim N = 100` in the syntax tree.

import { catalogue, report } from '../base/catalogue.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Declaration, DimDeclaration, Expression, File, ModelItem } from './ast.ts';
import { didYouMean } from './check/nearest.ts';

/** Every name must be an open size of at least one model of the file, every value a positive integer. */
export function fixSizes(
  file: File,
  sizes: Readonly<Record<string, number>>,
): { readonly file: File; readonly diagnostics: readonly Diagnostic[] } {
  const values = new Map(Object.entries(sizes));
  if (values.size === 0) return { file, diagnostics: [] };
  const dims = file.declarations.flatMap((declaration) =>
    declaration.kind === 'model' ? declaration.items.filter((item) => item.kind === 'dim') : [],
  );
  const diagnostics = [...values].flatMap(([name, value]) => complaints(file, dims, name, value));
  if (diagnostics.length > 0) return { file, diagnostics };

  const fixItem = (item: ModelItem): ModelItem => {
    const value = item.kind === 'dim' && item.value === undefined ? values.get(item.name.text) : undefined;
    return item.kind === 'dim' && value !== undefined ? { ...item, value: literal(item, value) } : item;
  };
  const fix = (declaration: Declaration): Declaration =>
    declaration.kind === 'model' ? { ...declaration, items: declaration.items.map(fixItem) } : declaration;
  return { file: { ...file, declarations: file.declarations.map(fix) }, diagnostics: [] };
}

function complaints(
  file: File,
  dims: readonly DimDeclaration[],
  name: string,
  value: number,
): readonly Diagnostic[] {
  const named = dims.filter((dim) => dim.name.text === name);
  const [first] = named;
  const start = { source: file.span.source, start: 0, end: 0 };
  if (first === undefined) {
    const help = didYouMean(
      name,
      dims.map((dim) => dim.name.text),
    );
    return [report(catalogue.unknownSize, { name }, start, { help })];
  }
  if (named.every((dim) => dim.value !== undefined))
    return [report(catalogue.sizeFixedTwice, { name, value }, first.span)];
  const isSize = Number.isSafeInteger(value) && value > 0;
  return isSize ? [] : [report(catalogue.sizeNotPositive, { size: String(value) }, first.span)];
}

const literal = (dim: DimDeclaration, value: number): Expression => ({
  kind: 'number',
  value,
  isInt: true,
  text: String(value),
  span: dim.span,
});
