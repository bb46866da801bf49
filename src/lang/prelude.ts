// The prelude: the functions of `std`, which every model sees. Reading them all takes as long as compiling a small model,
// and a model calls few of them, so only those are read that its text can need.

import { stdFiles } from '../../generated/std.ts';
import type { File } from './ast.ts';
import { parse } from './parse.ts';

/** By their text, which may lack declarations. */
const files = new Map<string, File>();

function read(path: string, text: string): File {
  let file = files.get(text);
  if (file === undefined) files.set(text, (file = parse({ path, text }).file));
  return file;
}

/** All of it. */
export const prelude = (): readonly File[] => stdFiles.map(({ path, text }) => read(path, text));

/**
 * The declarations that a text mentions, and those that they mention in turn; blanks for the others, so that places stay.
 * Enough for a text without mistakes: a message may name a function that the text does not.
 */
export function preludeFor(text: string): readonly File[] {
  const sources = stdFiles.map((source) => ({ path: source.path, items: itemsOf(source.text) }));
  const code = new Map<string, string>();
  for (const { items } of sources) {
    for (const item of items) code.set(nameOf(item), (code.get(nameOf(item)) ?? '') + item);
  }
  const wanted = new Set<string>();
  const want = (mentioning: string): void => {
    for (const name of mentioning.match(/\w+/g) ?? []) {
      if (wanted.has(name)) continue;
      wanted.add(name);
      want(code.get(name) ?? '');
    }
  };
  want(text.normalize('NFC'));
  return sources.flatMap(({ path, items }) => {
    const needed = items.map((item) => (wanted.has(nameOf(item)) ? item : item.replace(/\S/g, ' ')));
    const rest = needed.join('');
    return rest.trim() === '' ? [] : [read(path, rest)];
  });
}

/** Without comments, cut where declarations begin. */
const itemsOf = (text: string): readonly string[] =>
  text.replace(/\/\/.*/g, (comment) => ' '.repeat(comment.length)).split(/^(?=\w)/m);

/** `fn name(…` */
const nameOf = (item: string): string => /^\w+ (\w+)/.exec(item)?.[1] ?? '';
