// Diagnostics as text for people: the message, the lines of the model that it is about with what is meant underlined, and
// what to do. Stands at the edge of the core: it makes strings and prints nothing.

import type { Diagnostic, Note } from './diagnostic.ts';
import { showLine } from './line.ts';
import type { ShownLine } from './line.ts';
import { lineStarts, lineText, positionAt } from './source.ts';
import type { Source, Span } from './source.ts';

export type Style = 'error' | 'warning' | 'note' | 'help' | 'strong' | 'faint';

export type Paint = (style: Style, text: string) => string;

const sgr: Readonly<Record<Style, string>> = {
  error: '1;31',
  warning: '1;33',
  note: '1;36',
  help: '1;32',
  strong: '1',
  faint: '2',
};
const ansi: Paint = (style, text) => `\u001b[${sgr[style]}m${text}\u001b[0m`;
const plain: Paint = (_, text) => text;

/** `path:line:column: error N0301: message`, the form that editors and CI systems know. */
export function renderPlain({ span, severity, code, message }: Diagnostic): string {
  return `${placeOf(span)}: ${severity} ${code}: ${message}`;
}

/** The whole story, without a newline at its end. `color` is true for terminal colours, or says how a style is written. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  options: { readonly color?: boolean | Paint } = {},
): string {
  const { color = false } = options;
  const paint = typeof color === 'function' ? color : color ? ansi : plain;
  const { span, severity, code, message, notes, help } = diagnostic;
  const isNear = (note: Note): boolean => note.span !== undefined && near(note.span, span);
  const marks = notes
    .filter(isNear)
    .map((note): Mark => ({ span: note.span ?? span, label: note.message, style: 'note' }));
  const parts = [
    `${paint('strong', `${placeOf(span)}:`)} ${paint(severity, `${severity} ${code}:`)} ${paint('strong', message)}`,
    frame(span.source, [{ span, label: '', style: severity }, ...marks], paint),
  ];
  for (const note of notes.filter((one) => !isNear(one))) {
    const place = note.span === undefined ? '' : `${paint('strong', `${placeOf(note.span)}:`)} `;
    parts.push(`${place}${paint('note', 'note:')} ${note.message}`);
    if (note.span !== undefined)
      parts.push(frame(note.span.source, [{ span: note.span, label: '', style: 'note' }], paint));
  }
  if (help !== undefined) parts.push(`${paint('help', 'help:')} ${help}`);
  return parts.join('\n');
}

function placeOf({ source, start }: Span): string {
  const { line, column } = positionAt(source, start);
  return `${source.path}:${line}:${column}`;
}

const farthest = 4;

/** Close enough for one frame. */
function near(a: Span, b: Span): boolean {
  if (a.source !== b.source) return false;
  const [first, second] = a.start <= b.start ? [a, b] : [b, a];
  return positionAt(b.source, second.start).line - positionAt(a.source, first.end).line <= farthest;
}

/** Something to underline. */
interface Mark {
  readonly span: Span;
  readonly label: string;
  readonly style: 'error' | 'warning' | 'note';
}

/** The part of a mark that is on one line; `from` and `to` are offsets in the line. */
interface Row {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly style: Mark['style'];
}

/** Of a span over several lines the first and the last are shown. */
function rowsOf({ span, label, style }: Mark): readonly Row[] {
  const { source } = span;
  const starts = lineStarts(source);
  const first = positionAt(source, span.start).line;
  // A span that takes a line end with it ends on the line before.
  const last = Math.max(first, positionAt(source, span.end > span.start ? span.end - 1 : span.end).line);
  const offset = (line: number): number => starts[line - 1] ?? 0;
  const from = span.start - offset(first);
  if (first === last) return [{ line: first, from, to: span.end - offset(first), label, style }];
  const end = lineText(source, last);
  return [
    { line: first, from, to: lineText(source, first).trimEnd().length, label: '', style },
    { line: last, from: end.length - end.trimStart().length, to: span.end - offset(last), label, style },
  ];
}

/** All marks are of one source. */
function frame(source: Source, marks: readonly Mark[], paint: Paint): string {
  const rows = marks.flatMap(rowsOf).sort((a, b) => a.line - b.line || a.from - b.from);
  const width = String(rows[rows.length - 1]?.line ?? 1).length;
  const gutter = (text: string): string => paint('faint', `${text.padStart(width)} |`);
  const printed = [gutter('')];
  let shown: { readonly line: number; readonly as: ShownLine } | undefined;

  function show(line: number, around: number): ShownLine {
    const as = showLine(lineText(source, line), around);
    printed.push(`${gutter(String(line))} ${as.text}`.trimEnd());
    shown = { line, as };
    return as;
  }

  for (const row of rows) {
    const before = shown?.line ?? row.line;
    // One or two lines between are shown; more are left out.
    if (row.line - before > 3) printed.push(paint('faint', '...'));
    else for (let line = before + 1; line < row.line; line += 1) show(line, 0);
    const fits = shown?.line === row.line && row.from >= shown.as.from && row.from <= shown.as.to;
    const as = fits && shown !== undefined ? shown.as : show(row.line, row.from);
    const start = as.columnOf(row.from);
    const length = Math.max(1, as.columnOf(row.to) - start);
    const line = (row.style === 'note' ? '-' : '^').repeat(length);
    const label = row.label === '' ? '' : ` ${row.label}`;
    printed.push(`${gutter('')} ${' '.repeat(start)}${paint(row.style, `${line}${label}`)}`);
  }
  return printed.join('\n');
}
