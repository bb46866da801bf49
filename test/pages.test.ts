// The reference pages in docs/ are made from the tables of the compiler and held to them. UPDATE=1 writes them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { intVariants } from '../src/lang/operators.ts';
import { stdFiles } from '../generated/std.ts';
import { catalogue } from '../src/base/catalogue.ts';
import type { Row } from '../src/base/row.ts';
import { ops } from '../src/ops/index.ts';

const folder = resolve(import.meta.dirname, '../docs');
const madeFrom = (what: string): string =>
  `<!-- Made from ${what}; \`UPDATE=1 npx vitest run test/pages.test.ts\` writes it. -->`;

/** A cell of a table: a `|` would end it. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function errorsPage(): string {
  const rows = Object.values(catalogue) as readonly Row<never>[];
  const sections = [...rows]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map(
      ({ code, title, severity, explanation }) =>
        `## ${code}: ${title}\n\n${severity === 'warning' ? 'A warning. ' : ''}${explanation}`,
    );
  return [
    '# Messages',
    madeFrom('src/base/catalogue'),
    '`nabla explain CODE` prints these sections.',
    ...sections,
  ].join('\n\n');
}

function opsPage(): string {
  const callable = Object.entries(ops).filter(([, record]) => record.callable);
  const rows = callable.map(([name, { args, doc, domain, d }]) => {
    const partials = Object.entries(d).map(
      ([arg, rule]) => `∂${arg}: ${rule === 'flat' ? '0' : `\`${rule}\``}`,
    );
    return `| \`${name}(${Object.keys(args).join(', ')})\` | ${cell(doc)} | ${cell(domain ?? 'all')} | ${cell(partials.join(', '))} |`;
  });
  const intro =
    'Each works on numbers and, element by element, on arrays. ' +
    `${Object.keys(intVariants)
      .map((name) => `\`${name}\``)
      .join(' ')} of ints are ints. ` +
    '`out` in a partial derivative is the value of the function.';
  return ['# Built-in functions', madeFrom('src/ops'), intro, ['| function | | domain | partial derivatives |', '|---|---|---|---|', ...rows].join('\n')].join('\n\n'); // prettier-ignore
}

function preludePage(): string {
  const sections = stdFiles.map(({ path, text }) => {
    const title = path.replace(/^std\/|\.nabla$/g, '');
    const functions = [...text.matchAll(/^((?:\/\/\/.*\n)+)fn (\w+)(\(.*?\): \w+(?:\[.*?\])?)/gm)];
    const rows = functions.map(([, doc = '', name = '', signature = '']) => {
      const lines = doc
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\/\/\/ ?/, ''));
      return `| \`${name}${cell(signature)}\` | ${cell(lines.join(' '))} |`;
    });
    return [`## ${title}`, ['| function | |', '|---|---|', ...rows].join('\n')].join('\n\n');
  });
  const intro =
    'Written in Nabla (`src/std`). A size in lower case is found from the arguments; functions of numbers also take arrays.';
  return ['# The prelude', madeFrom('src/std'), intro, ...sections].join('\n\n');
}

it.each([
  ['errors.md', errorsPage()],
  ['ops.md', opsPage()],
  ['prelude.md', preludePage()],
])('docs/%s is fresh', (name, page) => {
  const path = resolve(folder, name);
  if (process.env['UPDATE'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, `${page}\n`);
  }
  expect(readFileSync(path, 'utf8')).toBe(`${page}\n`);
});

it('every function of the prelude is documented', () => {
  const functions = stdFiles.flatMap(({ text }) =>
    [...text.matchAll(/^fn (\w+)/gm)].map((match) => match[1] ?? ''),
  );
  expect(functions.length).toBeGreaterThan(30);
  for (const name of functions) expect(preludePage()).toContain(`| \`${name}(`);
});
