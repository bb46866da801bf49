// Diagnostics of all the files of a command, as text for people or for machines, and their sum in one line.

import { renderDiagnostic, renderPlain } from '../base/frame.ts';
import { hasErrors, type Diagnostic } from '../base/diagnostic.ts';
import { positionAt, type Span } from '../base/source.ts';
import type { Io, OutputStream } from './io.ts';
import type { ReportFormat } from './values.ts';

/** One input file with what there is to say about it. */
export interface Checked {
  readonly path: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Each diagnostic once: files that several inputs import are checked with each of them. */
export function withoutRepeats(files: readonly Checked[]): readonly Checked[] {
  const told = new Set<string>();
  const isNew = ({ code, message, span }: Diagnostic): boolean => {
    const key = [code, span.source.path, span.start, span.end, message].join(' ');
    const before = told.size;
    return told.add(key).size > before;
  };
  return files.map(({ path, diagnostics }) => ({ path, diagnostics: diagnostics.filter(isNew) }));
}

/** NO_COLOR (https://no-color.org) and FORCE_COLOR win over what the stream is. */
export function usesColor(io: Io, stream: OutputStream): boolean {
  const { NO_COLOR: never, FORCE_COLOR: always, TERM: terminal } = io.environment;
  if (never !== undefined && never !== '') return false;
  if (always !== undefined && always !== '' && always !== '0') return true;
  return stream.isTTY && terminal !== 'dumb';
}

export function renderAll(files: readonly Checked[], format: ReportFormat, color: boolean): string {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  switch (format) {
    case 'pretty':
      return [
        ...files.filter(isStrange).map(({ path }) => `${path} does not look like a .nabla file\n\n`),
        ...diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic, { color }).trimEnd()}\n\n`),
      ].join('');
    case 'plain':
      return diagnostics.map((diagnostic) => `${renderPlain(diagnostic).trimEnd()}\n`).join('');
    case 'json': {
      const { errors, warnings } = countDiagnostics(files);
      return `${JSON.stringify({ errors, warnings, diagnostics: diagnostics.map(asJson) }, null, 2)}\n`;
    }
  }
}

/** Errors in what has another name are more likely to be another language than mistakes. */
const isStrange = ({ path, diagnostics }: Checked): boolean =>
  !path.endsWith('.nabla') && hasErrors(diagnostics);

function asJson({ code, severity, message, span, notes, help }: Diagnostic): object {
  return {
    code,
    severity,
    message,
    ...placeOf(span),
    notes: notes.map((note) => ({
      message: note.message,
      ...(note.span === undefined ? {} : placeOf(note.span)),
    })),
    ...(help === undefined ? {} : { help }),
  };
}

/** Lines and columns begin at 1, offsets at 0; both count UTF-16 units, as editors do. */
function placeOf({ source, start, end }: Span): object {
  const at = (offset: number): object => ({ ...positionAt(source, offset), offset });
  return { path: source.path, start: at(start), end: at(end) };
}

export function countDiagnostics(files: readonly Checked[]): {
  readonly errors: number;
  readonly warnings: number;
} {
  const all = files.flatMap((file) => file.diagnostics);
  const errors = all.filter((diagnostic) => diagnostic.severity === 'error').length;
  return { errors, warnings: all.length - errors };
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `3 errors in 2 files`, `1 warning in a.nabla`; empty when there is nothing to say. */
export function summary(files: readonly Checked[]): string {
  const { errors, warnings } = countDiagnostics(files);
  const counts = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  const touched = new Set(files.flatMap((file) => file.diagnostics.map(({ span }) => span.source.path)));
  const [only] = touched;
  if (only === undefined) return '';
  return `${counts.join(' and ')} in ${touched.size === 1 ? only : plural(touched.size, 'file')}`;
}
