// Options and their values: the words there are, and how text from the command line becomes data, or a message that says
// what was expected.

import { InvalidArgumentError } from 'commander';
import type { Checkpoint } from '../ad/checkpoint.ts';
import { nearest } from '../lang/check/nearest.ts';
import { checkpointWords } from '../options.ts';

export const reportFormats = ['pretty', 'plain', 'json'] as const;
export const stages = ['ast', 'ir', 'gradient', 'optimised', 'loops', 'typescript'] as const;

export type ReportFormat = (typeof reportFormats)[number];
export type Stage = (typeof stages)[number];

/** `auto`, `none`, or how many iterations a segment has. */
export function checkpointValue(text: string): Checkpoint {
  const word = checkpointWords.find((each) => each === text);
  if (word !== undefined) return word;
  const every = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(every) && every > 0) return every;
  throw new InvalidArgumentError('Expected auto, none or a positive integer.');
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(notAmong(text, words));
    return found;
  };
}

/** Words with commas between them; repeating the option adds to the list. */
export function listOf<const Word extends string>(
  words: readonly Word[],
): (text: string, before: readonly Word[] | undefined) => readonly Word[] {
  const one = oneOf(words);
  return (text, before = []) => [...new Set([...before, ...text.split(',').map((word) => one(word.trim()))])];
}

function notAmong(text: string, words: readonly string[]): string {
  const near = nearest(text, words);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return `Expected ${words.join(', ')}.${hint}`;
}

/** `B=64`, or `B=64,D=3`; repeating the option adds to the table. */
export function sizeTable(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const sizes = new Map(Object.entries(before));
  for (const pair of text.split(',')) {
    const [, name, digits] = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=\s*(\d+)\s*$/u.exec(pair) ?? [];
    const value = Number(digits);
    if (name === undefined || !Number.isSafeInteger(value) || value < 1) {
      throw new InvalidArgumentError('Expected a name and a positive integer, such as B=64.');
    }
    const earlier = sizes.get(name);
    if (earlier !== undefined && earlier !== value) {
      throw new InvalidArgumentError(`${name} cannot be both ${earlier} and ${value}.`);
    }
    sizes.set(name, value);
  }
  return Object.fromEntries(sizes);
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Expected a positive integer.');
  }
  return value;
}

/** 0, 1, 2, … within 32 bits: a seed. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 32)
    throw new InvalidArgumentError('Expected a whole number, such as 1.');
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError('Expected a positive number, such as 1e-6.');
  }
  return value;
}
