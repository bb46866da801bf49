// The emitted text in front of a TypeScript compiler (the one that ts-morph brings), and running.

import { Project, ts } from 'ts-morph';

export type Module = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** What the strictest of users would see, over all files at once; of a page, where `globals` declare what is there besides. */
export function typeErrors(
  files: Readonly<Record<string, string>>,
  globals: Readonly<Record<string, string>> = {},
): readonly string[] {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2022.d.ts', ...(Object.keys(globals).length > 0 ? ['lib.dom.d.ts'] : [])],
      skipLibCheck: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
      noImplicitReturns: true,
      noFallthroughCasesInSwitch: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      allowUnreachableCode: false,
      allowUnusedLabels: false,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      erasableSyntaxOnly: true,
      declaration: true,
      isolatedDeclarations: true,
    },
  });
  for (const [path, text] of Object.entries({ ...globals, ...files })) project.createSourceFile(path, text);
  return project.getPreEmitDiagnostics().map((diagnostic) => {
    const message = diagnostic.getMessageText();
    const text = typeof message === 'string' ? message : message.getMessageText();
    return `${diagnostic.getSourceFile()?.getBaseName()}:${diagnostic.getLineNumber()} ${text}`;
  });
}

export async function load(text: string): Promise<Module> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return (await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(outputText)}`)) as Module;
}
