// Comparing numbers in tests. NaN on either side is a failure, always.

/** |a - b| / max(1, |a|, |b|); Infinity where either is NaN. Equal infinities agree. */
export function distance(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  if (a === b) return 0;
  return Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
}

export type Numbers = number | boolean | ArrayLike<number>;

export const flat = (value: Numbers): number[] =>
  typeof value === 'object' ? Array.from(value, Number) : [Number(value)];

/** The largest distance between two values of one shape; Infinity where their lengths differ. */
export function farthest(a: Numbers, b: Numbers): number {
  const [left, right] = [flat(a), flat(b)];
  if (left.length !== right.length) return Infinity;
  return left.reduce((worst, value, i) => Math.max(worst, distance(value, right[i] ?? NaN)), 0);
}

/** The same over records of values; a name that one side lacks is infinitely far. */
export function farthestOf(
  a: Readonly<Record<string, Numbers>>,
  b: Readonly<Record<string, Numbers>>,
): number {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  let worst = 0;
  for (const name of names) {
    const [left, right] = [a[name], b[name]];
    worst = Math.max(worst, left === undefined || right === undefined ? Infinity : farthest(left, right));
  }
  return worst;
}

/**
 * The largest ‖a - b‖ / ‖b‖ of the values of a record. A value that is less than a thousandth as long as all of them together is
 * compared with that thousandth: it may be what is left of numbers that cancel. What is NaN, or lacks, is infinitely far.
 */
export function farApart(
  found: Readonly<Record<string, Numbers>>,
  wanted: Readonly<Record<string, Numbers>>,
): number {
  const least = 1e-3 * Math.hypot(...Object.values(wanted).flatMap(flat));
  const distances = Object.entries(wanted).map(([name, value]) => {
    const [left, right] = [flat(found[name] ?? []), flat(value)];
    if (left.length !== right.length) return Infinity;
    const difference = Math.hypot(...right.map((x, i) => x - (left[i] ?? NaN)));
    if (difference === 0) return 0;
    const distance = difference / Math.max(least, Math.hypot(...right));
    return Number.isNaN(distance) ? Infinity : distance;
  });
  return Math.max(0, ...distances);
}
