// The public API: `compile` for most uses, and the stages that it is made of for tools.

export {
  compile,
  type CompileOptions,
  type CompileResult,
  type EmittedFile,
  type TargetName,
} from './compile.ts';
export { analyse, type Analysis, type AnalyseOptions } from './analyse.ts';
export { derive } from './generate.ts';
export { optimisations, type Optimisation } from './base/optimisations.ts';

// What is told to the user.
export { CompilerBug } from './base/bug.ts';
export { hasErrors, type Diagnostic, type Note } from './base/diagnostic.ts';
export { renderDiagnostic, renderPlain } from './base/frame.ts';
export { positionAt, type Position, type Source, type Span } from './base/source.ts';

// The language: syntax trees, and checked IR from them.
export type * as ast from './lang/ast.ts';
export { parse } from './lang/parse.ts';
export { loadImports, type Imports, type Load, type Loaded } from './lang/modules.ts';
export { check } from './lang/check.ts';
export { prelude, preludeFor } from './lang/prelude.ts';

// The intermediate representation, its meaning, and what is done to it.
export type * as ir from './ir/types.ts';
export { printProgram } from './ir/print.ts';
export { parseProgram } from './ir/parse.ts';
export { verify } from './ir/verify.ts';
export { interpret, type Inputs, type InterpretOptions, type Results } from './ir/interpret.ts';
export { reverse } from './ad/reverse.ts';
export { forward } from './ad/forward.ts';
export { optimise, prepare, prepareReverse, type PassOptions } from './passes/index.ts';
export { constrain, free, hasConstraints, unconstrain, type FreeOptions } from './passes/free.ts';

// The imperative form, and text.
export type * as loops from './loops/types.ts';
export type { RoutineKind } from './loops/types.ts';
export { printRoutine, toRoutine, type RoutineOptions } from './loops/index.ts';
export {
  emitTypeScript,
  type EmittedModel,
  type Maths,
  type Precision,
  type TypeScriptOptions,
} from './emit/typescript.ts';
export { format } from './emit/format.ts';
