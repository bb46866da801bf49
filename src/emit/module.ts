// The declarations of a module as data. `structures.ts` and `plain.ts` make the same text of them.

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

export interface Module {
  /** The comments on top. */
  readonly header: string;
  readonly declarations: readonly Declaration[];
}
