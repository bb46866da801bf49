// A line of a source as a terminal shows it: tabs are spread, characters that are wide or that combine are counted as such,
// those that cannot be seen or would play tricks on the terminal are replaced, and a very long line is cut.

export interface ShownLine {
  readonly text: string;
  /** The offsets in the line that are shown. */
  readonly from: number;
  readonly to: number;
  /** The terminal column at which the character of an offset begins, counted from 0. */
  columnOf(offset: number): number;
}

const widest = 100;
const leftOfMark = 40;
const tabStop = 4;

const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x2e80, 0x303e], [0x3041, 0xa4cf], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe30, 0xfe6f],
  [0xff00, 0xff60], [0xffe0, 0xffe6], [0x1f300, 0x1f64f], [0x1f680, 0x1f6ff], [0x1f900, 0x1f9ff], [0x20000, 0x3fffd],
]; // prettier-ignore

function widthOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return wide.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

function glyphOf(character: string, column: number, isFirst: boolean): string {
  if (character === '\t') return ' '.repeat(tabStop - (column % tabStop));
  if (character === '\ufeff' && isFirst) return '';
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character) ? '\ufffd' : character;
}

/** `around` is an offset that has to be seen. */
export function showLine(line: string, around: number): ShownLine {
  const isLong = line.length > widest;
  let from = isLong ? Math.max(0, Math.min(around - leftOfMark, line.length - widest)) : 0;
  let to = isLong ? Math.min(line.length, from + widest) : line.length;
  const splits = (offset: number): boolean => /[\udc00-\udfff]/.test(line.charAt(offset));
  if (splits(from)) from -= 1;
  if (splits(to)) to += 1;

  const columns: number[] = [];
  let text = from > 0 ? '…' : '';
  let column = text.length;
  let offset = from;
  for (const character of line.slice(from, to)) {
    const glyph = glyphOf(character, column, offset === 0);
    for (let unit = 0; unit < character.length; unit += 1) columns.push(column);
    column += glyph === character ? widthOf(character) : glyph.length;
    text += glyph;
    offset += character.length;
  }
  columns.push(column);
  if (to < line.length) text += '…';
  const columnOf = (at: number): number =>
    columns[Math.max(0, Math.min(at - from, columns.length - 1))] ?? column;
  return { text, from, to, columnOf };
}
