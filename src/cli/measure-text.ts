// The report of `nabla report` as text.

import picocolors from 'picocolors';
import type { RoutineKind } from '../loops/types.ts';
import type { ArrayReport, Bytes, ModelReport, PassReport } from './measure.ts';

export function measureText(report: ModelReport, color: boolean): string {
  const paint = picocolors.createColors(color);
  const sizes = Object.entries(report.sizes).map(([name, value]) =>
    value === null ? name : `${name}=${value}`,
  );
  const sections = [functionsText(report), arraysText(report), passesText(report)];
  return [
    `${paint.bold(report.model)}${paint.dim(sizes.length === 0 ? '' : `  ${sizes.join(' ')}`)}`,
    ...sections
      .filter((lines) => lines.length > 0)
      .flatMap(([title = '', ...lines]) => ['', paint.bold(title), ...lines]),
    '',
  ].join('\n');
}

const titles: Readonly<Record<RoutineKind, string>> = {
  loss: 'loss',
  gradient: 'loss and gradient',
  outputs: 'outputs',
  jvp: 'directional derivative',
  hvp: 'Hessian product',
};

const lastKind = ({ functions }: ModelReport): string => functions.at(-1)?.kind ?? 'function';

function functionsText({ functions, ratio, assumed, passes, derived }: ModelReport): readonly string[] {
  const hasLoops = functions.some((one) => one.hasLoops);
  const hasSizes = functions.some((one) => one.executed !== null);
  const rows = functions.map(({ kind, operations, executed, scratch }) => [
    titles[kind],
    number(operations),
    ...(hasLoops && hasSizes ? [executed === null ? 'as data say' : number(executed)] : []),
    bytes(scratch),
  ]);
  const copies = passes.some(({ pass }) => pass === 'jam' || pass === 'products');
  const at = Object.entries(assumed).map(([name, value]) => `${name}=${value}`);
  const where = at.length === 0 ? '' : `at ${at.join(' ')}, `;
  const notes = [
    ...(ratio === null
      ? []
      : [
          `${where}a call for loss and gradient takes ${ratio.toFixed(2)} times the operations of one for the loss`,
        ]),
    ...(hasLoops
      ? [
          `operations are counted as they are written: loops repeat them${at.length === 0 ? '' : ', as --size shows'}`,
        ]
      : []),
    ...(derived.length > 0
      ? ['loops that run again from checkpoints are written out twice: see --checkpoint none']
      : []),
    ...(copies
      ? ['loops that run several iterations side by side are written out: see --without jam,products']
      : []),
  ];
  return [
    'Functions',
    ...table(
      [['', 'operations', ...(hasLoops && hasSizes ? ['in a call'] : []), 'scratch bytes'], ...rows],
      [1, ...(hasLoops && hasSizes ? [2] : [])],
    ),
    ...notes.map((line) => `  ${line}`),
  ];
}

const meanings: Readonly<Record<ArrayReport['holds'], string>> = {
  history: 'history of a loop',
  values: 'values',
  adjoints: 'adjoints',
};

function arraysText(report: ModelReport): readonly string[] {
  const { arrays, derived } = report;
  if (arrays.length === 0) return [];
  const rows = arrays.map((array) => [array.name, array.shape, bytes(array), meanings[array.holds]]);
  return [
    `Scratch arrays of the ${lastKind(report)}`,
    ...table([['array', 'shape', 'bytes', 'holds'], ...rows], []),
    ...derived.map(
      ({ name, formula, value }) => `  ${name} = ${formula}${value === null ? '' : ` = ${number(value)}`}`,
    ),
  ];
}

const stages: Readonly<Record<PassReport['stage'], string>> = {
  prepare: 'before derivatives',
  prepareReverse: 'before reverse mode',
  optimise: 'after derivatives',
  loops: 'loops',
};

function passesText(report: ModelReport): readonly string[] {
  const { passes } = report;
  const rows = passes.map(({ stage, pass, optimisation, before, after }, i) => [
    passes[i - 1]?.stage === stage ? '' : stages[stage],
    pass,
    number(before),
    number(after),
    optimisation ?? '',
  ]);
  if (rows.length === 0) return [];
  return [
    `Passes that changed the ${lastKind(report)}, in statements`,
    ...table([['', 'pass', 'before', 'after', '--without'], ...rows], [2, 3]),
  ];
}

const number = (value: number): string => value.toLocaleString('en');
const bytes = (size: Bytes): string => (size.bytes === null ? size.formula : number(size.bytes));

/** Columns as wide as they have to be; `right` are those of numbers. */
function table(rows: readonly (readonly string[])[], right: readonly number[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    `  ${row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')}`.trimEnd(),
  );
}
