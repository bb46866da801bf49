// Records between two forms: by the paths of their fields, `camera.f`, as programs call them, and as objects inside each
// other, as people and emitted functions have them.

/** An object whose values may be objects of that kind. */
export interface Nested<Value> {
  [name: string]: Value | Nested<Value>;
}

export function nest<Value>(fields: Readonly<Record<string, Value>>): Nested<Value> {
  const root: Nested<Value> = {};
  const records = new Map([['', root]]);
  const recordAt = (path: readonly string[]): Nested<Value> => {
    const known = records.get(path.join('.'));
    if (known !== undefined) return known;
    const record: Nested<Value> = {};
    recordAt(path.slice(0, -1))[path.at(-1) ?? ''] = record;
    records.set(path.join('.'), record);
    return record;
  };
  for (const [name, value] of Object.entries(fields)) {
    const path = name.split('.');
    recordAt(path.slice(0, -1))[path.at(-1) ?? ''] = value;
  }
  return root;
}

/** What lies at a path; undefined where there is nothing. */
export function valueAt(fields: unknown, path: string): unknown {
  let at = fields;
  for (const name of path.split('.')) at = isObject(at) ? at[name] : undefined;
  return at;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values by the paths of their fields. An array of records may be an object of arrays, or an array of objects. */
export function byPath(name: string, value: unknown): readonly (readonly [path: string, value: unknown])[] {
  if (isObject(value))
    return Object.entries(value).flatMap(([field, inner]) => byPath(`${name}.${field}`, inner));
  const first = firstElement(value);
  if (!isObject(first)) return [[name, value]];
  return Object.keys(first).flatMap((field) => byPath(`${name}.${field}`, fieldOfEach(value, field)));
}

function firstElement(value: unknown): unknown {
  let at = value;
  while (Array.isArray(at)) at = (at as readonly unknown[])[0];
  return at;
}

const fieldOfEach = (value: unknown, field: string): unknown =>
  Array.isArray(value) ? value.map((element: unknown) => fieldOfEach(element, field)) : valueAt(value, field);
