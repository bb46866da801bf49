// Makes what is generated: generated/grammar.ts from the grammar, generated/std.ts from the prelude. Files are written only
// when their text changes; `--check` writes nothing and exits 1 if something is stale.
//
// nearley's own command line lets undefined symbols pass and empties its output on a mistake, so its parts are used here.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import nearley from 'nearley';
import { format, resolveConfig } from 'prettier';

const require = createRequire(import.meta.url);
const compile = require('nearley/lib/compile.js');
const lint = require('nearley/lib/lint.js');
const grammarOfGrammars = require('nearley/lib/nearley-language-bootstrapped.js');

const root = new URL('..', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));
const read = (path) => readFileSync(at(path), 'utf8');

function compileGrammar(path) {
  const parser = new nearley.Parser(nearley.Grammar.fromCompiled(grammarOfGrammars));
  parser.feed(read(path));
  const compiled = compile(parser.results[0], { args: [at(path)] });
  const warnings = [];
  lint(compiled, { out: { write: (text) => warnings.push(text.trim()) } });
  if (warnings.length > 0) throw new Error(`${path}: ${warnings.join('; ')}`);
  return compiled;
}

/** A terminal by type comes as the JavaScript that nearley would print, a literal as data, a nonterminal as a string. */
function printSymbol(symbol) {
  if (typeof symbol === 'string') return JSON.stringify(symbol);
  if (symbol.literal !== undefined) return JSON.stringify({ literal: symbol.literal });
  const type = /has\("(\w+)"\)/.exec(symbol.token)?.[1];
  if (type === undefined) throw new Error(`no terminal of ours: ${JSON.stringify(symbol)}`);
  return JSON.stringify({ type });
}

function printGrammar(compiled) {
  const rules = compiled.rules.map((rule) => {
    if (rule.postprocess === undefined) throw new Error(`a rule of ${rule.name} builds nothing`);
    const symbols = rule.symbols.map(printSymbol).join(', ');
    return `{ name: ${JSON.stringify(rule.name)}, symbols: [${symbols}], postprocess: ${rule.postprocess} },`;
  });
  return `// Made from grammar/nabla.ne by scripts/generate.mjs. Do not edit.

${compiled.body.join('\n').trim()}

/** A nonterminal by name, a terminal by its text or by its type. */
export type GrammarSymbol = string | { literal: string } | { type: string };

export interface GrammarRule {
  name: string;
  symbols: GrammarSymbol[];
  // The grammar is not typed; what a rule may rely on is said by the functions that it calls.
  postprocess: (data: any[]) => unknown;
}

export const rules: GrammarRule[] = [
${rules.join('\n')}
];
`;
}

function printPrelude() {
  const names = readdirSync(at('src/std')).filter((name) => name.endsWith('.nabla'));
  const files = names.sort().map((name) => ({ path: `std/${name}`, text: read(`src/std/${name}`) }));
  const rows = files.map(
    ({ path, text }) => `{ path: ${JSON.stringify(path)}, text: ${JSON.stringify(text)} },`,
  );
  return `// Made from src/std/*.nabla by scripts/generate.mjs. Do not edit.

/** The files of the prelude. */
export const stdFiles: readonly { path: string; text: string }[] = [
${rows.join('\n')}
];
`;
}

async function formatted(path, text) {
  return format(text, { ...(await resolveConfig(at(path))), filepath: at(path) });
}

function current(path) {
  try {
    return read(path);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const check = process.argv.includes('--check');
const outputs = [
  { path: 'generated/grammar.ts', text: printGrammar(compileGrammar('grammar/nabla.ne')) },
  { path: 'generated/std.ts', text: printPrelude() },
];
for (const { path, text } of outputs) {
  const wanted = await formatted(path, text);
  if (current(path) === wanted) continue;
  if (check) {
    console.error(`${path} is stale; run \`npm run generate\``);
    process.exitCode = 1;
  } else {
    writeFileSync(at(path), wanted);
    console.error(`wrote ${relative(process.cwd(), at(path))}`);
  }
}
