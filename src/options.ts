// What options may be, and what is said of options that are something else: tsc tells callers in TypeScript, this those in
// JavaScript. It loads little, for the command line takes words from here before it loads a compiler.

import type { Checkpoint } from './ad/checkpoint.ts';
import { didYouMean } from './lang/check/nearest.ts';

export const targets = ['typescript', 'wgsl', 'webgpu'] as const;
export type TargetName = (typeof targets)[number];

/** What `checkpoint` may be besides a number. */
export const checkpointWords = ['auto', 'none'] as const satisfies readonly Checkpoint[];

/** What is wrong with a value, in words that go behind its name; nothing where it is right. */
export type Rule = (value: unknown) => string | undefined;

const rule =
  (what: string, accepts: (value: unknown) => boolean): Rule =>
  (value) =>
    accepts(value) ? undefined : `must be ${what}; found ${shown(value)}`;

export const string = rule('a string', (value) => typeof value === 'string');
export const boolean = rule('true or false', (value) => typeof value === 'boolean');
export const booleanOrAuto = rule(
  'true, false or auto',
  (value) => typeof value === 'boolean' || value === 'auto',
);
export const callback = rule('a function', (value) => typeof value === 'function');
export const map = rule('a Map', (value) => value instanceof Map);
export const checkpoints = rule(
  `${checkpointWords.join(', ')} or a positive integer`,
  (value) => isAmong(value, checkpointWords) || (Number.isSafeInteger(value) && Number(value) > 0),
);

/** Numbers by name. Which of them sizes can have is a question for the models. */
export const numbers: Rule = (value) => {
  const must = 'must be an object of numbers by name; found';
  if (!isObject(value)) return `${must} ${shown(value)}`;
  const wrong = Object.entries(value).find(([, number]) => typeof number !== 'number');
  return wrong && `${must} ${shown(wrong[1])} for ${wrong[0]}`;
};

export const oneOf =
  (words: readonly string[]): Rule =>
  (value) =>
    isAmong(value, words) ? undefined : `must be one of ${words.join(', ')}; ${foundAmong(value, words)}`;

export const listOf =
  (words: readonly string[]): Rule =>
  (value) => {
    const must = `must be a list of ${words.join(', ')}`;
    if (!Array.isArray(value)) return `${must}; found ${shown(value)}, which is no list`;
    const wrong = value.findIndex((item) => !isAmong(item, words));
    return wrong < 0 ? undefined : `${must}; ${foundAmong(value[wrong], words)}`;
  };

/** Throws a TypeError that says what is wrong with what a function was called with, if something is. */
export function checkArguments(text: unknown, options: unknown, rules: Readonly<Record<string, Rule>>): void {
  refuse('text', string(text));
  if (!isObject(options)) return refuse('options', `must be an object; found ${shown(options)}`);
  const known = new Map(Object.entries(rules));
  for (const [name, value] of Object.entries(options)) {
    // What is undefined is left out.
    if (value === undefined) continue;
    const ruleOf = known.get(name);
    refuse(`options.${name}`, ruleOf === undefined ? unknown(name, [...known.keys()]) : ruleOf(value));
  }
}

function refuse(name: string, fault: string | undefined): void {
  if (fault !== undefined) throw new TypeError(`${name} ${fault}`);
}

const unknown = (name: string, names: readonly string[]): string =>
  `is not an option; there are ${names.join(', ')}${hint(name, names)}`;

const foundAmong = (value: unknown, words: readonly string[]): string =>
  `found ${shown(value)}${hint(value, words)}`;

/** The word that was probably meant. */
function hint(value: unknown, words: readonly string[]): string {
  const help = typeof value === 'string' ? didYouMean(value, words) : undefined;
  return help === undefined ? '' : `; ${help}`;
}

const isAmong = (value: unknown, words: readonly unknown[]): boolean => words.includes(value);

/** Whether what it holds has names: lists and maps do not count. */
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(Symbol.iterator in value);

/** In characters: what is found may be the text of a model. */
const longestShown = 40;

function shown(value: unknown): string {
  if (typeof value === 'string')
    return value.length > longestShown ? `'${value.slice(0, longestShown)}…'` : `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  // Promise, of what nobody waited for; Uint8Array, of a file that was read without an encoding.
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind === 'Array') return 'a list';
  return kind === 'Object' ? 'an object' : `an object (${kind})`;
}
