// The one place that knows ts-morph: from declarations, as data, to the text of a module. ts-morph costs 0.3 s to load,
// so it is loaded when first needed; and each of its `addX` calls parses the file again, so there is one call.

import type {
  FunctionDeclarationStructure,
  InterfaceDeclarationStructure,
  StatementStructures,
} from 'ts-morph';

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly readonly: boolean;
  readonly doc?: string | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  /** Default value. */
  readonly initializer?: string;
}

export interface InterfaceDeclaration {
  readonly kind: 'interface';
  readonly name: string;
  readonly exported: boolean;
  readonly doc: string;
  readonly fields: readonly Field[];
}

export interface FunctionDeclaration {
  readonly kind: 'function';
  readonly name: string;
  readonly exported: boolean;
  readonly doc?: string;
  readonly parameters: readonly Parameter[];
  readonly result: string;
  readonly body: string;
}

export type Declaration =
  | InterfaceDeclaration
  | FunctionDeclaration
  /** Complete text of a declaration, e.g. a helper function of the op table. */
  | { readonly kind: 'text'; readonly text: string };

/**
 * ts-morph parses what it prints: 2 s and 1 GB for 100,000 lines. Beyond this many lines of bodies, functions that
 * are not exported (the parts, which are what makes a module long) are printed here instead.
 */
const LONG_MODULE = 10_000;

export async function moduleText(header: string, declarations: readonly Declaration[]): Promise<string> {
  const { Project, StructureKind, IndentationText } = await import('ts-morph');
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces },
  });

  const functionStructure = (d: FunctionDeclaration): FunctionDeclarationStructure => ({
    kind: StructureKind.Function,
    name: d.name,
    isExported: d.exported,
    docs: d.doc === undefined ? [] : [comment(d.doc)],
    parameters: d.parameters.map((parameter) => ({ ...parameter })),
    returnType: d.result,
    statements: d.body,
  });
  const interfaceStructure = (d: InterfaceDeclaration): InterfaceDeclarationStructure => ({
    kind: StructureKind.Interface,
    name: d.name,
    isExported: d.exported,
    docs: [comment(d.doc)],
    properties: d.fields.map(({ name, type, readonly: isReadonly, doc }) => ({
      name,
      type,
      isReadonly,
      docs: doc === undefined ? [] : [comment(doc)],
    })),
  });
  const structure = (d: Declaration): string | StatementStructures => {
    switch (d.kind) {
      case 'interface':
        return interfaceStructure(d);
      case 'function':
        return functionStructure(d);
      case 'text':
        return `\n${d.text}`;
    }
  };

  let lines = 0;
  const short: Declaration[] = [];
  const long: FunctionDeclaration[] = [];
  for (const d of declarations) {
    if (d.kind === 'function') lines += d.body.split('\n').length;
    if (d.kind === 'function' && !d.exported && lines > LONG_MODULE) long.push(d);
    else short.push(d);
  }
  const file = project.createSourceFile('module.ts', { statements: [header, ...short.map(structure)] });
  return [file.getFullText(), ...long.map(functionText)].join('\n');
}

function functionText(d: FunctionDeclaration): string {
  const parameters = d.parameters.map(
    (p) => `${p.name}: ${p.type}${p.initializer === undefined ? '' : ` = ${p.initializer}`}`,
  );
  const head = `${d.exported ? 'export ' : ''}function ${d.name}(${parameters.join(', ')}): ${d.result} {`;
  const doc =
    d.doc === undefined
      ? []
      : [
          '/**',
          ...comment(d.doc)
            .split('\n')
            .map((line) => ` * ${line}`.trimEnd()),
          ' */',
        ];
  const body = d.body.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
  return [...doc, head, ...body, '}', ''].join('\n');
}

/** A user's text cannot end the comment that it stands in. */
const comment = (text: string): string => text.replaceAll('*/', '*\\/');
