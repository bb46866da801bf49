// Text of the functions that all models in a module share, most of them checks. A module holds those it calls.

import { few } from './fill.ts';

const arrayCheck = (kind: string, article: string): string => `\
function check${kind}(owner: string, field: string, array: ${kind}, length: number, shape: string): void {
  if (!(array instanceof ${kind})) {
    const found = Object.prototype.toString.call(array);
    throw new TypeError(\`\${owner}\${field} must be ${article} ${kind} for \${shape}, got \${found}\`);
  }
  if (array.length !== length) {
    throw new RangeError(\`\${owner}\${field} must have length \${length} for \${shape}, got \${array.length}\`);
  }
}`;

export const doorHelpers = {
  checkObject: `\
function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(\`\${name} must be an object, got \${String(value)}\`);
  }
}`,
  checkRecord: `\
function checkRecord(owner: string, field: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(\`\${owner}\${field} must be an object, got \${String(value)}\`);
  }
}`,
  checkScalar: `\
function checkScalar(owner: string, field: string, value: unknown, kind: string, type: string): void {
  if (typeof value !== kind) {
    const found = Object.prototype.toString.call(value);
    throw new TypeError(\`\${owner}\${field} must be a \${kind} for \${type}, got \${found}\`);
  }
}`,
  checkSize: `\
function checkSize(name: string, size: number): void {
  if (!(Number.isInteger(size) && size > 0)) {
    throw new RangeError(\`sizes.\${name} must be a positive integer, got \${size}\`);
  }
}`,
  checkExtent: `\
function checkExtent(name: string, extent: number): void {
  if (!(Number.isInteger(extent) && extent >= 0)) {
    throw new RangeError(\`\${name} must be an integer and not negative, got \${extent}\`);
  }
}`,
  checkFloat64Array: arrayCheck('Float64Array', 'a'),
  checkFloat32Array: arrayCheck('Float32Array', 'a'),
  checkInt32Array: arrayCheck('Int32Array', 'an'),
  checkUint8Array: arrayCheck('Uint8Array', 'a'),
  buffersDiffer: `\
/** Whether the first \`count\` buffers differ from each other and from all that follow. */
function buffersDiffer(count: number, ...buffers: readonly ArrayBufferLike[]): boolean {
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < buffers.length; j++) if (buffers[i] === buffers[j]) return false;
  }
  return true;
}`,
  checkApart: `\
/** An array that is filled shares no memory with another: a write to one would change the other while it is read. */
function checkApart(
  owner: string, filled: Readonly<Record<string, any>>, filledNames: readonly string[],
  other: string, object: Readonly<Record<string, any>>, names: readonly string[],
): void {
  for (const filledName of filledNames) {
    const { buffer, byteOffset, byteLength } = filled[filledName];
    for (const name of names) {
      // Of an object and itself, each pair is compared once.
      if (owner === other && name === filledName) break;
      const array = object[name];
      if (array.buffer === buffer && array.byteOffset < byteOffset + byteLength && byteOffset < array.byteOffset + array.byteLength) {
        throw new TypeError(\`\${owner}.\${filledName} must not share memory with \${other}.\${name}\`);
      }
    }
  }
}`,
  remember: `\
/** What is put into the memo from here on stays until the job ends: nothing is kept from being collected. */
function remember(memo: Memo): void {
  memo.isKnown = false;
  if (memo.isKept) return;
  const nothing = { ...memo };
  void Promise.resolve().then(() => Object.assign(memo, nothing));
  memo.isKept = true;
}

/** What a function was given last, by name, once all of it was checked and is here. */
type Memo = { isKnown: boolean; isKept: boolean; [name: string]: unknown };`,
  checkDistinct: `\
function checkDistinct(owner: string, filled: object, other: string, object: object): void {
  if (filled === object) {
    throw new TypeError(\`\${owner} must not be \${other}, which is read while it is filled\`);
  }
}`,
  checkRecordsApart: `\
/** A record of numbers that is filled is no other record. */
function checkRecordsApart(
  owner: string, filled: readonly object[], filledNames: readonly string[],
  other: string, records: readonly object[], names: readonly string[],
): void {
  for (let i = 0; i < filled.length; i++) {
    // Of an object and itself, each pair is compared once.
    const end = owner === other ? i : records.length;
    for (let j = 0; j < end; j++) {
      if (filled[i] === records[j]) {
        throw new TypeError(\`\${owner}.\${filledNames[i]} must not be \${other}.\${names[j]}\`);
      }
    }
  }
}`,
  checkInteger: `\
function checkInteger(name: string, value: number, from = -Infinity, to = Infinity): void {
  if (!(Number.isInteger(value) && value >= from && value < to)) {
    const range = to === Infinity ? '' : \` in \${from}..\${to}\`;
    throw new RangeError(\`\${name} must be an integer\${range}, got \${value}\`);
  }
}`,
  checkRange: `\
function checkRange(name: string, array: Numbers, from: number, to: number): void {
  const { length } = array;
  for (let i = length > 8 ? insideUpTo(array, from, to) : 0; i < length; i++) {
    if (!(array[i] >= from && array[i] < to)) outOfRange(name, array, i, from, to);
  }
}

function outOfRange(name: string, array: Numbers, i: number, from: number, to: number): never {
  throw new RangeError(\`\${name}[\${i}] must be in \${from}..\${to}, got \${array[i]}\`);
}

/** How many are inside for certain, looking at four at a time: a difference is negative where one is outside. */
function insideUpTo(array: Numbers, from: number, to: number): number {
  const last = to - 1;
  let i = 0;
  for (; i + 3 < array.length; i += 4) {
    const a = array[i];
    const b = array[i + 1];
    const c = array[i + 2];
    const d = array[i + 3];
    const below = (a - from) | (b - from) | (c - from) | (d - from);
    const above = (last - a) | (last - b) | (last - c) | (last - d);
    if ((below | above) < 0) break;
  }
  return i;
}`,
  checkInside: `\
function checkInside(name: string, value: number, isInside: boolean, constraint: string): void {
  if (!isInside) throw new RangeError(\`\${name} must be \${constraint}, got \${value}\`);
}`,
  checkAllInside: `\
function checkAllInside(name: string, array: Numbers, isInside: (value: number) => boolean, constraint: string): void {
  for (let i = 0; i < array.length; i++) {
    if (!isInside(array[i])) throw new RangeError(\`\${name}[\${i}] must be \${constraint}, got \${array[i]}\`);
  }
}`,
  checkSimplex: `\
/** Each \`count\` elements are positive and add up to 1, but for rounding. */
function checkSimplex(name: string, array: Numbers, count: number, rounding: number): void {
  for (let start = 0; start < array.length; start += count) {
    let sum = 0;
    for (let i = start; i < start + count; i++) {
      if (!(array[i] > 0)) throw new RangeError(\`\${name}[\${i}] must be above 0 in a simplex, got \${array[i]}\`);
      sum += array[i];
    }
    if (!(Math.abs(sum - 1) <= rounding)) {
      throw new RangeError(\`\${name}[\${start}..\${start + count}] must add up to 1, got \${sum}\`);
    }
  }
}`,
  checkOrdered: `\
/** Each \`count\` elements increase, from \`bound\` on. */
function checkOrdered(name: string, array: Numbers, count: number, bound: number): void {
  for (let i = 0; i < array.length; i++) {
    const before = i % count === 0 ? bound : array[i - 1];
    if (!(array[i] > before)) {
      const found = i % count === 0 ? '' : \` after \${name}[\${i - 1}]\`;
      throw new RangeError(\`\${name}[\${i}] must be above \${before}\${found}, got \${array[i]}\`);
    }
  }
}`,
  clearArray: `\
/** \`array.fill(0)\`, whose call costs more than it does where the array is short. */
function clearArray(array: Numbers): void {
  const { length } = array;
  if (length > ${few}) {
    array.fill(0);
    return;
  }
  let i = 0;
  for (; i + 3 < length; i += 4) {
    array[i] = 0;
    array[i + 1] = 0;
    array[i + 2] = 0;
    array[i + 3] = 0;
  }
  for (; i < length; i++) array[i] = 0;
}`,
  checkIndex: `\
function checkIndex(index: number, extent: number, array: string, axis: number): void {
  if (!(index >= 0 && index < extent)) {
    throw new RangeError(\`index \${index} of \${array} must be in 0..\${extent} (axis \${axis})\`);
  }
}`,
  checkInt32: `\
function checkInt32(value: number, array: string): number {
  if (!(value >= -2147483648 && value <= 2147483647)) {
    throw new RangeError(\`\${array} must fit into 32 bits, got \${value}\`);
  }
  return value;
}`,
} as const;

export type DoorHelper = keyof typeof doorHelpers;
