// `nabla gradcheck`: compiles a model and compares what the emitted functions return with numerical derivatives.

import type { Checkpoint } from '../ad/checkpoint.ts';
import { hasErrors } from '../base/diagnostic.ts';
import { analyse } from '../analyse.ts';
import { compile } from '../compile.ts';
import { loadEmitted } from '../gradcheck/emitted.ts';
import { readGiven, type Given } from '../gradcheck/given.ts';
import { gradcheckForms } from '../gradcheck/forms.ts';
import { defaultTolerance, type GradcheckReport } from '../gradcheck/gradcheck.ts';
import type { Maths } from '../emit/typescript.ts';
import type { Precision, Sizes } from '../gradcheck/layout.ts';
import type { Program } from '../ir/types.ts';
import { freeName } from '../passes/free.ts';
import { loadImports } from '../lang/modules.ts';
import { gradcheckTable, largestError } from './gradcheck-table.ts';
import { reader, type ImportOptions } from './imports.ts';
import { readInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { chooseModels, modelsWithLoss, refuseUnknownSizes, sizesAmong } from './models.ts';
import { replaceFiles } from './replace.ts';
import { plural, renderAll, summary, usesColor } from './report.ts';
import { exitCodes, orStop, Stop } from './stop.ts';

export interface GradcheckCommand extends ImportOptions {
  readonly model?: string;
  readonly at?: string;
  /** Where the point goes at which the check fails. */
  readonly savePoint?: string;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly points: number;
  readonly tolerance?: number;
  readonly precision: Precision;
  readonly math: Maths;
  /** Of the code that is checked. */
  readonly checkpoint?: Checkpoint;
  /** Whether the loss of free params has the log-Jacobian taken off. */
  readonly jacobian?: boolean;
  readonly format: 'pretty' | 'json';
  readonly stdinPath?: string;
}

export async function gradcheck(io: Io, file: string, options: GradcheckCommand): Promise<number> {
  if (options.savePoint !== undefined && !options.savePoint.endsWith('.json'))
    throw new Stop(`--save-point writes JSON: give it a name such as point.json, not ${options.savePoint}`);
  const [input] = await readInputs(io, [file], options.stdinPath);
  if (input === undefined) return exitCodes.usage;
  const { path, text } = input;
  const load = reader(io, input, options);
  const { programs, diagnostics } = analyse(text, { path, imports: await loadImports(input, load) });
  const color = usesColor(io, io.stderr);
  io.stderr.write(renderAll([{ path, diagnostics }], 'pretty', color));
  if (hasErrors(diagnostics)) {
    io.stderr.write(`${summary([{ path, diagnostics }])}; nothing was checked\n`);
    return exitCodes.findings;
  }
  const models = modelsWithLoss(chooseModels(programs, path, options.model), io);
  refuseUnknownSizes(
    models.flatMap((model) => model.sizes.map((size) => size.name)),
    options.sizes,
  );
  const given = await readAt(io, models, options);

  const settings = {
    path,
    load,
    emit: ['loss', 'gradient', 'jvp', 'hvp'],
    math: options.math,
    checkpoint: options.checkpoint ?? 'auto',
    jacobian: options.jacobian ?? false,
    format: false,
  } as const;
  const { precision } = options;
  const { files, diagnostics: found } = await compile(text, { ...settings, precision });
  // What only the derivative shows.
  if (hasErrors(found)) {
    const wrong = [{ path, diagnostics: found.slice(diagnostics.length) }];
    io.stderr.write(`${renderAll(wrong, 'pretty', color)}${summary(wrong)}; nothing was checked\n`);
    return exitCodes.findings;
  }
  const loaded = (emitted: typeof files): ReturnType<typeof loadEmitted> =>
    loadEmitted(emitted.map((file) => file.text).join('\n'));
  const checked = await loaded(files);
  const inDoubles = precision === 'f64' ? checked : await loaded((await compile(text, settings)).files);
  const reports = models.flatMap((program) =>
    gradcheckForms(
      program,
      { checked, inDoubles },
      {
        ...options,
        jacobian: options.jacobian ?? false,
        sizes: given?.sizes ?? sizesOf(program, options.sizes),
        given: given?.inputs ?? { params: {}, data: {} },
        // What is written down is one point.
        points: given === undefined ? options.points : 1,
        tolerance: options.tolerance ?? defaultTolerance[options.precision],
      },
    ),
  );
  const exitCode = tell(io, reports, options);
  await savePoint(io, models, reports, options);
  return exitCode;
}

/** A point of at most so many characters is printed. */
const longestShown = 500;

function failingPoint(report: GradcheckReport, { savePoint: path }: GradcheckCommand): string {
  if (report.failingPoint === undefined || path !== undefined) return '';
  const line = JSON.stringify(report.failingPoint);
  return line.length <= longestShown
    ? `it fails at this point, for a file that --at reads:\n${line}\n`
    : 'to have the point where it fails in a file that --at reads, say --save-point point.json\n';
}

async function savePoint(
  io: Io,
  models: readonly Program[],
  reports: readonly GradcheckReport[],
  { savePoint: path }: GradcheckCommand,
): Promise<void> {
  const failed = reports.find((report) => report.failingPoint !== undefined);
  if (path === undefined || failed === undefined) return;
  await replaceFiles(io.files, [{ path, text: `${JSON.stringify(failed.failingPoint)}\n` }]);
  const model = models.find(({ name }) => freeName(name) === failed.model)?.name ?? failed.model;
  io.stderr.write(`wrote ${path}: to check that point again say --at ${path} --model ${model}\n`);
}

function tell(io: Io, reports: readonly GradcheckReport[], options: GradcheckCommand): number {
  const { format, seed } = options;
  const failed = reports.filter((report) => report.failures.length > 0);
  if (format === 'json') {
    const found = { ok: failed.length === 0, largestError: largestError(reports), seed, models: reports };
    io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  } else {
    io.stdout.write(
      reports
        .map(
          (report) => `${gradcheckTable(report, usesColor(io, io.stdout))}\n${failingPoint(report, options)}`,
        )
        .join('\n'),
    );
    if (failed.length > 0)
      io.stderr.write(`${failed.length} of ${plural(reports.length, 'model')} failed (seed ${seed})\n`);
  }
  return failed.length === 0 ? exitCodes.ok : exitCodes.findings;
}

async function readAt(
  io: Io,
  models: readonly Program[],
  { at, sizes }: GradcheckCommand,
): Promise<Given | undefined> {
  const [program, other] = models;
  if (at === undefined || program === undefined) return undefined;
  if (other !== undefined) throw new Stop(`--at is for one model: choose it with --model ${program.name}`);
  const bytes = await orStop('read', at, io.files.read(at));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Stop(`${at} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const given = readGiven(json, program, sizesOf(program, sizes));
  if (typeof given === 'string') throw new Stop(`${at}: ${given}`);
  return given;
}

/** The sizes of this model, none of which it may fix to something else. */
function sizesOf(program: Program, sizes: Sizes): Sizes {
  for (const { name, value } of program.sizes) {
    const given = sizes[name];
    if (value !== undefined && given !== undefined && value !== given) {
      throw new Stop(`--size ${name}=${given}: ${program.name} fixes ${name} to ${value}`);
    }
  }
  return sizesAmong(
    program.sizes.map((size) => size.name),
    sizes,
  );
}
