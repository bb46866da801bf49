// `nabla explain`: a row of the catalogue of diagnostics, in full.

import { catalogue } from '../base/catalogue.ts';
import type { Row } from '../base/row.ts';
import type { Io } from './io.ts';
import { exitCodes, Stop } from './stop.ts';

/** Rows differ in the arguments of their messages, which play no part here. */
const rows: readonly Pick<Row<never>, 'code' | 'title' | 'explanation' | 'severity'>[] =
  Object.values(catalogue);

export function explain(io: Io, code: string | undefined): number {
  if (code === undefined) {
    for (const row of rows) io.stdout.write(`${row.code}  ${row.title}\n`);
    return exitCodes.ok;
  }
  const row = rows.find((candidate) => candidate.code === code.toUpperCase());
  if (row === undefined) {
    throw new Stop(
      `there is no diagnostic ${code}: codes look like N0101, and \`nabla explain\` lists them all`,
    );
  }
  io.stdout.write(`${row.severity} ${row.code}: ${row.title}\n\n${wrap(row.explanation, 80)}\n`);
  return exitCodes.ok;
}

function wrap(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
