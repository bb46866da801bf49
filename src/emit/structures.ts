// The one place that knows ts-morph: a module from structures. Each of ts-morph's `addX` calls parses the file again, so
// there is one call.

import {
  IndentationText,
  Project,
  StructureKind,
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
  type StatementStructures,
} from 'ts-morph';
import type { Declaration, FunctionDeclaration, InterfaceDeclaration, Module } from './module.ts';
import { comment } from './plain.ts';

export function buildModule({ header, declarations }: Module): string {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces },
  });
  const statements = [header, ...declarations.map(structure)];
  return project.createSourceFile('module.ts', { statements }).getFullText();
}

function structure(d: Declaration): string | StatementStructures {
  switch (d.kind) {
    case 'interface':
      return interfaceStructure(d);
    case 'function':
      return functionStructure(d);
    case 'text':
      return `\n${d.text}`;
  }
}

const docs = (doc: string | undefined): string[] => (doc === undefined ? [] : [comment(doc)]);

const functionStructure = (d: FunctionDeclaration): FunctionDeclarationStructure => ({
  kind: StructureKind.Function,
  name: d.name,
  isExported: d.exported,
  docs: docs(d.doc),
  parameters: d.parameters.map((parameter) => ({ ...parameter })),
  returnType: d.result,
  statements: d.body,
});

const interfaceStructure = (d: InterfaceDeclaration): InterfaceDeclarationStructure => ({
  kind: StructureKind.Interface,
  name: d.name,
  isExported: d.exported,
  docs: docs(d.doc),
  properties: d.fields.map(({ name, type, readonly: isReadonly, doc }) => ({
    name,
    type,
    isReadonly,
    docs: docs(doc),
  })),
});
