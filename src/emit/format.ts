// Prettier over emitted text. It is loaded when first needed.

/**
 * Formats TypeScript with a fixed style. `path` only tells prettier the language: without it, telling TypeScript from
 * JSX takes time quadratic in the length of the text.
 */
export async function format(text: string, path: string): Promise<string> {
  const prettier = await import('prettier');
  return prettier.format(text, { parser: 'typescript', filepath: path, singleQuote: true, printWidth: 100 });
}
