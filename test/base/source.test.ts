// Offsets, lines and columns.

import { describe, expect, it } from 'vitest';
import { lineStarts, lineText, positionAt, spanBetween } from '../../src/base/source.ts';
import type { Source } from '../../src/base/source.ts';

const sourceOf = (text: string): Source => ({ path: 'test.nabla', text });

describe('lines', () => {
  it.each([
    ['an empty text', '', ['']],
    ['one line', 'ab', ['ab']],
    ['a newline at the end', 'ab\n', ['ab', '']],
    ['all kinds of line ends', 'a\nb\r\nc\rd\n\ne', ['a', 'b', 'c', 'd', '', 'e']],
    ['other separators are of the line', 'a\u2028b\u0085c\fd', ['a\u2028b\u0085c\fd']],
  ])('%s', (_, text, lines) => {
    const source = sourceOf(text);
    expect(lineStarts(source).map((_start, index) => lineText(source, index + 1))).toEqual(lines);
  });

  it('a line that is not there is empty', () => {
    expect(lineText(sourceOf('a'), 7)).toBe('');
  });
});

describe('positions', () => {
  const source = sourceOf('ab\n\r\ncdé\rf');

  it.each([
    [0, 1, 1],
    [1, 1, 2],
    [2, 1, 3],
    [3, 2, 1],
    [5, 3, 1],
    [8, 3, 4],
    [9, 4, 1],
    [10, 4, 2],
  ])('offset %i is at %i:%i', (offset, line, column) => {
    expect(positionAt(source, offset)).toEqual({ line, column });
  });

  it('every offset of a text is found again', () => {
    const starts = lineStarts(source);
    for (let offset = 0; offset <= source.text.length; offset += 1) {
      const { line, column } = positionAt(source, offset);
      expect((starts[line - 1] ?? NaN) + column - 1).toBe(offset);
    }
  });
});

it('spanBetween is the smallest span that holds both, in either order', () => {
  const source = sourceOf('abcdef');
  const [a, b] = [{ source, start: 1, end: 2 }, { source, start: 3, end: 5 }]; // prettier-ignore
  expect(spanBetween(a, b)).toEqual({ source, start: 1, end: 5 });
  expect(spanBetween(b, a)).toEqual({ source, start: 1, end: 5 });
  expect(spanBetween({ source, start: 0, end: 6 }, a)).toEqual({ source, start: 0, end: 6 });
});
