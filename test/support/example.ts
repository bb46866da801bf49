// Examples of the language as they stand in its reference: code whose comments state what it comes to. docs/language.md is
// written in this notation, and test/language.test.ts holds it to what the compiler does.
//
//   dim N                   // = 3                          given: a size, data or a param
//   param w: real, b: real  // w = 2, b = 0                 the same, of several
//   let s = sum(v)          // = 2                          what a let, var, output or assignment makes of the name
//   }                       // s = 2, t = [1, 2]            what names hold after this line
//   7 div 2                 // = 3                          an expression, which may stand by itself in a fragment
//   loss w^2                // = 4, gradient w = 4          the loss of the model, and its gradient
//   param s: real > 0       // = 1, free s = 0              the free form of a constrained param; also `free gradient s`
//   v + u                   // error N0401: shapes do …     the message about this line; `warning` likewise
//   v[k]                    // RangeError: index 3 of …     what the emitted function throws
//
// What stands beside an error is run without it. Arrays may be nested; a number that ends in `…` goes on. A block without a model is a fragment: its functions are put into a
// file and the rest into a model, after the declarations of the block `nabla context` unless it has inputs of its own.

import type { Diagnostic } from '../../src/base/diagnostic.ts';

/** One number as it is written. */
export interface Stated {
  readonly value: number;
  /** Digits after the dot, where more follow. */
  readonly digits?: number;
}
export type Values = Readonly<Record<string, readonly Stated[]>>;

export interface Example {
  /** A whole file. */
  readonly source: string;
  /** Line of the block, from 1, for each line of the source. */
  readonly lines: readonly number[];
  readonly isFragment: boolean;
  readonly given: Values;
  readonly outputs: Values;
  readonly loss: readonly Stated[] | undefined;
  readonly gradient: Values;
  /** Of constrained params: their free form, and the gradient of the loss in it. */
  readonly free: Values;
  readonly freeGradient: Values;
  readonly diagnostics: readonly StatedDiagnostic[];
  readonly thrown: string | undefined;
}

export interface StatedDiagnostic {
  readonly line: number;
  readonly severity: Diagnostic['severity'];
  readonly code: string;
  readonly message: string;
}

interface Item {
  readonly what: 'value' | 'gradient' | 'free' | 'free gradient';
  /** None where the line itself tells. */
  readonly name: string | undefined;
  readonly values: readonly Stated[];
}

interface Line {
  readonly number: number;
  readonly code: string;
  readonly items: readonly Item[];
  readonly diagnostic?: StatedDiagnostic;
  readonly thrown?: string;
}

const statement =
  /^(dim|data|param|const|let|var|loss|output|for|while|if|else|fn|return|model)\b|^[})\]\s]|^$/;
const assignment = /^(\w+)(\[[^=]*\])?\s*[-+*/]?=(?!=)/;

/** What goes on from the line before is indented. */
const isExpression = (code: string): boolean => !statement.test(code) && !assignment.test(code);

/** The lines without those that are errors. */
export const withoutErrors = (text: string): string => text.replace(/^.*\/\/ error N.*$/gm, '');

export function readExample(text: string, context: string): Example {
  const lines = text.replace(/\n$/, '').split('\n').map(readLine);
  const isFragment = !/^model /m.test(text);
  const given: Record<string, readonly Stated[]> = {};
  const outputs: Record<string, readonly Stated[]> = {};
  const gradient: Record<string, readonly Stated[]> = {};
  const free: Record<string, readonly Stated[]> = {};
  const freeGradient: Record<string, readonly Stated[]> = {};
  let loss: readonly Stated[] | undefined;
  let count = 0;

  /** The code of a line, with outputs for what its comment states. */
  function shown({ number, code, items }: Line): string {
    const trimmed = code.trim();
    const show = (name: string, values: readonly Stated[] | undefined): string => {
      const output = `shown${++count}`;
      if (values !== undefined) outputs[output] = values;
      return `output ${output} = ${name}`;
    };
    if (isFragment && isExpression(code)) return show(trimmed, items[0]?.values);
    let result = code;
    for (const { what, name = definedBy(trimmed), values } of items) {
      if (name === undefined)
        throw new Error(`line ${number}: nothing has the value that is stated: ${code}`);
      if (what === 'gradient') gradient[name] = values;
      else if (what === 'free') free[name] = values;
      else if (what === 'free gradient') freeGradient[name] = values;
      else if (name === 'loss') loss = values;
      else if (/^(dim|data|param) /.test(trimmed)) given[name] = values;
      else if (trimmed.startsWith('output ')) outputs[name] = values;
      else result += `; ${show(name, values)}`;
    }
    return result;
  }

  const built = lines.map((line) => ({ number: line.number, code: shown(line), raw: line.code }));
  const whole = isFragment ? wrapped(built, context, given) : built;
  return {
    source: `${whole.map(({ code }) => code).join('\n')}\n`,
    lines: whole.map(({ number }) => number),
    isFragment,
    given,
    outputs,
    loss,
    gradient,
    free,
    freeGradient,
    diagnostics: lines.flatMap(({ diagnostic }) => diagnostic ?? []),
    thrown: lines.find(({ thrown }) => thrown !== undefined)?.thrown,
  };
}

interface Built {
  readonly number: number;
  readonly code: string;
  readonly raw: string;
}

/** Functions beside the model, everything else in it. Lines of the context have the number 0. */
function wrapped(
  lines: readonly Built[],
  context: string,
  given: Record<string, readonly Stated[]>,
): Built[] {
  const made = (code: string): Built => ({ number: 0, code, raw: '' });
  const functions: Built[] = [];
  const items: Built[] = [];
  let inFunction = false;
  let hasInputs = false;
  for (const line of lines) {
    if (line.raw.startsWith('fn ')) inFunction = true;
    (inFunction ? functions : items).push(line);
    if (inFunction && (/^fn .*[^{]$/.test(line.raw) || line.raw.startsWith('}'))) inFunction = false;
    hasInputs ||= /^(dim|data|param) /.test(line.raw);
  }
  const around: string[] = [];
  if (!hasInputs) {
    for (const { code, items: values } of context.trimEnd().split('\n').map(readLine)) {
      around.push(code);
      for (const { name = definedBy(code.trim()) ?? '', values: value } of values) given[name] = value;
    }
  }
  const model = [made('model Example {'), ...around.map(made), ...items, made('output done = 1'), made('}')];
  return [...model, ...functions];
}

/** What a statement gives a value to. */
const definedBy = (code: string): string | undefined =>
  /^loss\b/.test(code)
    ? 'loss'
    : (/^(?:dim|data|param|const|let|var|output) (\w+)/.exec(code) ?? assignment.exec(code))?.[1];

function readLine(text: string, index: number): Line {
  const number = index + 1;
  const [, code = '', comment = ''] = /^(.*?)(?:(?<!\/)\/\/(?!\/)\s*(.*))?$/.exec(text) ?? [];
  const told = /^(error|warning) (N\d+): (.*)$/.exec(comment);
  if (told !== null) {
    const [, severity, stated = '', message = ''] = told;
    const diagnostic = { line: number, severity: severity as Diagnostic['severity'], code: stated, message };
    return { number, code: code.trimEnd(), items: [], diagnostic };
  }
  const thrown = /^RangeError: (.*)$/.exec(comment)?.[1];
  if (thrown !== undefined) return { number, code: code.trimEnd(), items: [], thrown };
  const isStated = /^(free )?(gradient )?(\w+ )?= /.test(comment);
  const items = isStated ? splitAtCommas(comment).map((item) => readItem(item, number)) : [];
  return { number, code: code.trimEnd(), items };
}

function readItem(text: string, line: number): Item {
  const [, what = 'value', name, value = ''] =
    /^(?:(free gradient|free|gradient) (?=\w))?(?:(\w+) )?= (.*)$/.exec(text) ?? [];
  return { what: what as Item['what'], name, values: readValues(value, line) };
}

/** At the commas that stand in no bracket. */
function splitAtCommas(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '[') depth += 1;
    if (character === ']') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/** Flat, in row-major order. */
function readValues(text: string, line: number): readonly Stated[] {
  const numbers = text.replace(/[[\]]/g, ' ').split(/[\s,]+/).filter((word) => word !== ''); // prettier-ignore
  return numbers.map((word) => {
    const known = { true: 1, false: 0, inf: Infinity, '-inf': -Infinity }[word];
    if (known !== undefined) return { value: known };
    const [, number, dot, more] = /^(-?\d+(\.\d+)?(?:e-?\d+)?)(…)?$/.exec(word) ?? [];
    if (number === undefined) throw new Error(`line ${line}: not a value: ${word}`);
    return more === undefined
      ? { value: Number(number) }
      : { value: Number(number), digits: Math.max(0, (dot ?? '').length - 1) };
  });
}
