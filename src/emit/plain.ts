// The text of a module without ts-morph, blank lines and all as `structures.ts` has them.

import type { Declaration, FunctionDeclaration, InterfaceDeclaration, Module } from './module.ts';

export function printModule({ header, declarations }: Module): string {
  const parts = declarations.map((d, i) => {
    const before = declarations[i - 1];
    // A constant does not end in a brace, and a text after it comes closer.
    const isClose = d.kind === 'text' && before?.kind === 'text' && !before.text.endsWith('}');
    return `${isClose ? '\n' : '\n\n'}${declaration(d)}`;
  });
  return `${[header, ...parts].join('')}\n`;
}

function declaration(d: Declaration): string {
  switch (d.kind) {
    case 'interface':
      return interfaceText(d);
    case 'function':
      return functionText(d);
    case 'text':
      return `\n${d.text}`;
  }
}

function interfaceText(d: InterfaceDeclaration): string {
  const fields = d.fields.flatMap(({ name, type, readonly: isReadonly, doc }) => [
    ...docLines(doc),
    `${isReadonly ? 'readonly ' : ''}${name}: ${type};`,
  ]);
  return [...docLines(d.doc), `${exporting(d)}interface ${d.name} {`, ...fields.map(indented), '}'].join(
    '\n',
  );
}

function functionText(d: FunctionDeclaration): string {
  const parameters = d.parameters.map(
    (p) => `${p.name}: ${p.type}${p.initializer === undefined ? '' : ` = ${p.initializer}`}`,
  );
  const head = `${exporting(d)}function ${d.name}(${parameters.join(', ')}): ${d.result} {`;
  return [...docLines(d.doc), head, ...d.body.split('\n').map(indented), '}'].join('\n');
}

const exporting = ({ exported }: { readonly exported: boolean }): string => (exported ? 'export ' : '');

const indented = (line: string): string => (line === '' ? '' : `  ${line}`);

function docLines(doc: string | undefined): readonly string[] {
  if (doc === undefined) return [];
  const lines = comment(doc).split('\n');
  if (lines.length === 1) return [`/** ${lines[0]} */`];
  return ['/**', ...lines.map((line) => (line === '' ? ' *' : ` * ${line}`)), ' */'];
}

/** A user's text cannot end the comment that it stands in. */
export const comment = (text: string): string => text.replaceAll('*/', '*\\/');
