// The report of a gradient check as a table.

import picocolors from 'picocolors';
import type { Tally } from '../numeric/compare.ts';
import type { GradcheckReport } from '../gradcheck/gradcheck.ts';

/** Over everything that was compared with differences; NaN when anything was NaN. */
export function largestError(reports: readonly GradcheckReport[]): number {
  const errors = reports.flatMap((report) => report.parameters.map(({ tally }) => tally.error));
  return errors.some(Number.isNaN) ? NaN : Math.max(0, ...errors);
}

export function gradcheckTable(report: GradcheckReport, color: boolean): string {
  const paint = picocolors.createColors(color);
  const sizes = Object.entries(report.sizes).map(([name, value]) => ` ${name}=${value}`);
  const rows = [
    ...report.parameters.map(({ name, shape, components, componentsCompared, tally }) => {
      const extents = shape.length === 0 ? '' : ` (${shape.join(' × ')})`;
      return rowOf(
        name + extents,
        tally,
        componentsCompared < components ? [`a random part of ${components}`] : [],
      );
    }),
    rowOf('forward mode', report.forward),
    rowOf('Hessian products', report.hessian),
    rowOf('loss', report.interpreter),
  ];
  const shown = report.parameters.length === 0 ? [] : table([heading, ...rows]).map((line) => `  ${line}`);
  const verdicts =
    report.skipped !== undefined
      ? [`not checked: ${report.skipped}`]
      : report.failures.length === 0
        ? [paint.green(agreement(report))]
        : report.failures.map((failure) => `${paint.red('failed:')} ${failure}`);
  return [`${paint.bold(report.model)}${paint.dim(sizes.join(''))}`, ...shown, ...verdicts, '']
    .join('\n')
    .trimEnd();
}

function agreement({ parameters, forward, hessian }: GradcheckReport): string {
  const tallies = [...parameters.map(({ tally }) => tally), forward, hessian];
  const left = tallies.reduce((sum, { kink, unresolved }) => sum + kink + unresolved, 0);
  return left === 0
    ? 'every derivative agrees'
    : `every derivative that could be compared agrees; ${left} could not`;
}

const heading = ['', 'compared', 'largest error', 'worst', 'emitted', 'expected', ''] as const;

function rowOf(what: string, tally: Tally, remarks: readonly string[] = []): readonly string[] {
  const { agrees, wrong, kink, unresolved, seconded, error, worst } = tally;
  const notes = [
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
    ...(kink > 0 ? [`${kink} at a kink`] : []),
    ...(unresolved > 0 ? [`${unresolved} unresolved`] : []),
    ...(seconded > 0 ? [`differences do not resolve ${seconded}; forward mode agrees`] : []),
    ...remarks,
  ];
  const numbers =
    worst === undefined
      ? ['', '', '', '']
      : [
          error === 0 ? '0' : error.toExponential(1),
          worst.component,
          digits(worst.emitted),
          digits(worst.expected),
        ];
  return [what, String(agrees + wrong), ...numbers, notes.join(', ')];
}

const digits = (value: number): string => String(Number(value.toPrecision(10)));

/** Columns two spaces apart; numbers (the second and third column) end together, words begin together. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 1 || column === 2 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
