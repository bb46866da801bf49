// A short unified diff between what a file holds and what it should hold, for `build --check`.

export interface DiffOptions {
  /** Lines of both sides around a change. */
  readonly context: number;
  /** After so many lines the rest is only counted. */
  readonly most: number;
}

type Edit = { readonly sign: ' ' | '-' | '+'; readonly line: string };

/** Lines of the diff, without the `---`/`+++` heading; empty when the texts are equal. */
export function unifiedDiff(before: string, after: string, options: DiffOptions): readonly string[] {
  const edits = editsBetween(before.split('\n'), after.split('\n'));
  const lines = hunks(edits, options.context);
  if (lines.length <= options.most) return lines;
  return [...lines.slice(0, options.most), `… ${lines.length - options.most} more lines`];
}

function editsBetween(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...signed(' ', before.slice(0, head)),
    ...middleEdits(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...signed(' ', before.slice(before.length - tail)),
  ];
}

const signed = (sign: Edit['sign'], lines: readonly string[]): Edit[] =>
  lines.map((line) => ({ sign, line }));

/** Above this many cells the table would cost more than a reader gains: the middle is shown as replaced. */
const largestTable = 4_000_000;

/** By the longest common subsequence. */
function middleEdits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const width = after.length + 1;
  if (before.length * after.length > largestTable) return [...signed('-', before), ...signed('+', after)];
  // common[i * width + j] = length of the longest common subsequence of before[i..] and after[j..]
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const longest = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
      common[i * width + j] = longest;
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const now = after[j];
    if (old !== undefined && old === now) {
      edits.push({ sign: ' ', line: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ sign: '-', line: old });
      i += 1;
    } else {
      edits.push({ sign: '+', line: now ?? '' });
      j += 1;
    }
  }
  return edits;
}

/** Changes that are closer than two contexts share a hunk. */
function hunks(edits: readonly Edit[], context: number): readonly string[] {
  const shown = edits.map(() => false);
  edits.forEach((edit, at) => {
    if (edit.sign !== ' ') shown.fill(true, Math.max(0, at - context), at + context + 1);
  });
  const lines: string[] = [];
  let beforeLine = 1;
  let afterLine = 1;
  edits.forEach((edit, at) => {
    if (shown[at] === true) {
      if (shown[at - 1] !== true) lines.push(hunkHeading(edits, shown, at, beforeLine, afterLine));
      lines.push(`${edit.sign}${edit.line}`);
    }
    if (edit.sign !== '+') beforeLine += 1;
    if (edit.sign !== '-') afterLine += 1;
  });
  return lines;
}

function hunkHeading(
  edits: readonly Edit[],
  shown: readonly boolean[],
  at: number,
  beforeLine: number,
  afterLine: number,
): string {
  const end = shown.indexOf(false, at);
  const hunk = edits.slice(at, end === -1 ? undefined : end);
  const count = (other: Edit['sign']): number => hunk.filter((edit) => edit.sign !== other).length;
  return `@@ -${beforeLine},${count('+')} +${afterLine},${count('-')} @@`;
}
