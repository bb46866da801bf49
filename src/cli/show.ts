// `nabla show`: what a model looks like at a stage of its compilation.

import { hasErrors } from '../base/diagnostic.ts';
import type { Optimisation } from '../base/optimisations.ts';
import { analyse } from '../analyse.ts';
import { defaultEmit } from '../compile.ts';
import { derive, generate } from '../generate.ts';
import { printProgram } from '../ir/print.ts';
import type { Program } from '../ir/types.ts';
import type { File } from '../lang/ast.ts';
import { loadImports } from '../lang/modules.ts';
import { printRoutine, toRoutine } from '../loops/index.ts';
import { prepareReverse, prepare } from '../passes/index.ts';
import { reverse } from '../ad/reverse.ts';
import { reader, type ImportOptions } from './imports.ts';
import { readInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { chooseModels, modelsWithLoss } from './models.ts';
import { renderAll, summary, usesColor } from './report.ts';
import { exitCodes, Stop } from './stop.ts';
import { orFindings } from './unbounded.ts';
import type { Stage } from './values.ts';

export interface ShowOptions extends ImportOptions {
  readonly stage: Stage;
  readonly model?: string;
  /** Optimisations to leave out. */
  readonly without?: readonly Optimisation[];
  readonly stdinPath?: string;
}

export async function show(io: Io, file: string, options: ShowOptions): Promise<number> {
  const { stage, model, without = [], stdinPath } = options;
  const [input] = await readInputs(io, [file], stdinPath);
  if (input === undefined) return exitCodes.usage;
  const { path, text } = input;
  const imports = await loadImports(input, reader(io, input, options));
  const analysis = analyse(text, { path, imports });
  io.stderr.write(
    renderAll([{ path, diagnostics: analysis.diagnostics }], 'pretty', usesColor(io, io.stderr)),
  );
  if (hasErrors(analysis.diagnostics)) {
    io.stderr.write(`${summary([{ path, diagnostics: analysis.diagnostics }])}\n`);
    return exitCodes.findings;
  }
  const models = chooseModels(analysis.programs, path, model);
  const texts = await orFindings(analysis.file, path, io, () =>
    textsAt(stage, analysis.file, models, path, without, io),
  );
  if (texts === undefined) return exitCodes.findings;
  io.stdout.write(texts.map((shown) => `${shown.trimEnd()}\n`).join('\n'));
  return exitCodes.ok;
}

async function textsAt(
  stage: Stage,
  file: File,
  models: readonly Program[],
  sourcePath: string,
  without: readonly Optimisation[],
  io: Io,
): Promise<readonly string[]> {
  switch (stage) {
    case 'ast':
      return [syntaxTree(file, models)];
    case 'typescript': {
      const options = {
        sourcePath,
        emit: defaultEmit,
        precision: 'f64',
        format: 'auto',
        checked: true,
        checkpoint: 'auto',
        without,
      } as const;
      return [await generate(models, options)];
    }
    case 'ir':
    case 'gradient':
    case 'optimised':
    case 'loops':
      return programsAt(stage, models, without, io);
  }
}

function programsAt(
  stage: Exclude<Stage, 'ast' | 'typescript'>,
  models: readonly Program[],
  without: readonly Optimisation[],
  io: Io,
): readonly string[] {
  if (stage === 'ir') return models.map(printProgram);
  return modelsWithLoss(models, io).map((program) => {
    if (!program.outputs.some((output) => output.role === 'loss')) {
      throw new Stop(`${program.name} has no loss, hence no gradient to show: say --stage ir`);
    }
    const gradient = (): Program => derive(program, 'gradient', 'auto', { without });
    switch (stage) {
      case 'gradient':
        return printProgram(reverse(prepareReverse(prepare(program, { without }), { without })));
      case 'optimised':
        return printProgram(gradient());
      case 'loops':
        return printRoutine(toRoutine(gradient(), 'gradient', { checked: true, without }));
    }
  });
}

/** The models and all that is not a model, as JSON, without the places in the text. */
function syntaxTree(file: File, models: readonly Program[]): string {
  const names = models.map((program) => program.name);
  const declarations = file.declarations.filter(
    (declaration) => declaration.kind !== 'model' || names.includes(declaration.name.text),
  );
  return JSON.stringify(declarations, (key, value: unknown) => (/span$/i.test(key) ? undefined : value), 2);
}
