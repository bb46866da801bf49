// What a function was given in the call before need not be checked again: small models are called millions of times with
// the same arrays, and to find the buffer of an array alone takes V8 15 ns. An array keeps its kind and its buffer for
// life, so that what is the same array as then needs its length compared, in case its buffer was resized or transferred, and
// no more. Numbers are looked at in every call, and so is what int data hold. There is one memory for each function, not one
// for each gradient: a WeakMap makes a call with a new gradient three times as slow. It is an object with a property for
// each thing that is compared. In place of an array that is not there yet stands an empty one: as long as a property never held
// anything but arrays of a kind V8 compares at once. The function that compares makes the checks as well: had the gradient itself
// a branch for them, V8 would compile it without having seen that branch taken, throw the code away when the next job takes it, and go on
// with what it compiled for the middles of loops (a recurrent net took a twelfth longer).

import { checkFunction, type Check, type Line } from './check.ts';
import {
  fieldType,
  isArray,
  kindOf,
  lengthOf,
  lengthText,
  needSizes,
  sizeNames,
  type Model,
  type ModelField,
} from './model.ts';
import type { Declaration } from './module.ts';
import { pascalCase } from './names.ts';
import { recordsOfNumbers } from './records.ts';
import type { Signature } from './signature.ts';
import { quote } from './syntax.ts';

/** An object that a function takes. */
interface Holder {
  readonly name: string;
  readonly fields: readonly ModelField[];
  /** Whether its numbers are read. */
  readonly isRead: boolean;
}

/** What is compared, where it is found. */
interface Kept {
  readonly path: string;
  /** What it is in every call, where that is known. Otherwise it is compared with what it was in the last one. */
  readonly always?: string;
  /** What stands for that before there is any. */
  readonly nothing: string;
}

/** The door of a function that remembers. */
export interface Known {
  /** The first line of the function. */
  readonly line: Line;
  readonly helpers: Check['helpers'];
  readonly declarations: readonly Declaration[];
}

/** So many conditions stand in one expression. */
const most = 100;

/**
 * The door of a function that fills a gradient or a product: it makes the checks `lines` where anything is not what it was in the call
 * before.
 */
export function knownDoor(model: Model, signature: Signature, lines: readonly Line[]): Known | undefined {
  // Numbers that are filled have no buffers.
  if (signature.filled.length === 0 || !model.params.some(isArray)) return undefined;
  const holders = holdersOf(model, signature);
  const kind = pascalCase(signature.kind);
  const parameters = [...signature.parameters, ...signature.workspace].map(({ name, type }) => ({
    name,
    type,
  }));
  const memo = model.functionName(`Last${kind}`);
  const things = [
    ...model.sizes.map(({ field }): Kept => ({ path: `sizes.${field}`, nothing: '0' })),
    ...holders.flatMap((holder) => keptOf(model, holder)),
  ];
  const kept = things.filter(({ always }) => always === undefined);
  const conditions = [...compared(things), ...numbersOf(model, holders)];
  const check = checkFunction(
    model,
    `${kind}Call`,
    parameters,
    () => [
      ...lines,
      { text: 'remember(last);', helper: 'remember' },
      ...kept.map(({ path }) => ({ text: `last[${quote(path)}] = ${path};` })),
      { text: 'last.isKnown = true;' },
    ],
    returnIfKnown(memo, conditions),
  );
  if (check?.declaration === undefined) return undefined;

  const nothing = kept.map(({ path, nothing: value }) => `${quote(path)}: ${value}`);
  return {
    line: check.call(),
    helpers: check.helpers,
    declarations: [
      {
        kind: 'text',
        text: `/** What the last call of \`${signature.name}\` was given, by name, and nothing from when the job has ended. */\nconst ${memo}: Memo = { ${['isKnown: false', 'isKept: false', ...nothing].join(', ')} };`,
      },
      check.declaration,
    ],
  };
}

/** Nothing is left to check if the last call was given the same, and nothing about it has changed that is checked. */
function returnIfKnown(memo: string, conditions: readonly string[]): readonly Line[] {
  const lines = [`const last = ${memo};`];
  let known = 'last.isKnown === true';
  for (let from = 0; from < conditions.length; from += most) {
    const name = `isKnown${from === 0 ? '' : from / most + 1}`;
    lines.push(`const ${name} = ${[known, ...conditions.slice(from, from + most)].join(' && ')};`);
    known = name;
  }
  return [...lines, `if (${known}) return;`].map((text) => ({ text }));
}

/** What it takes, but for the sizes. */
function holdersOf(model: Model, { filled, read, workspace }: Signature): readonly Holder[] {
  const holder = (name: string, fields: readonly ModelField[], isRead: boolean): readonly Holder[] =>
    fields.length === 0 ? [] : [{ name, fields, isRead }];
  return [
    ...holder(model.holder, model.params, true),
    ...holder('data', model.data, true),
    ...read.flatMap((name) => holder(name, model.params, true)),
    ...filled.flatMap((name) => holder(name, model.params, false)),
    ...workspace.flatMap(({ name }) => holder(name, model.workspace, true)),
  ];
}

const keptOf = (model: Model, { name, fields }: Holder): readonly Kept[] => [
  ...fields.filter(isArray).flatMap((f): readonly Kept[] => {
    const path = `${name}.${f.field}`;
    const names = sizeNames(model, model.moduleScope.inner());
    const isSteady = !needSizes(model, [lengthOf(f.type)]);
    return [
      { path, nothing: `new ${kindOf(f, model.precision)}(0)` },
      { path: `${path}.length`, nothing: '0', ...(isSteady && { always: lengthText(f, names) }) },
    ];
  }),
  ...recordsOfNumbers(fields, model.program).map((path) => ({
    path: `${name}.${path}`,
    nothing: 'undefined',
  })),
];

/** Whether everything is what it was in the last call. */
function compared(things: readonly Kept[]): readonly string[] {
  const holders = new Set(things.map(({ path }) => path.split('.')[0] ?? ''));
  /** Objects that were found not to be missing. */
  const there = new Set(holders);
  return [
    ...[...holders].map((holder) => `${holder} != null`),
    ...things.map(({ path, always }) => {
      const [first = '', ...names] = path.split('.');
      let object = first;
      let text = first;
      for (const name of names) {
        text += there.has(object) ? `.${name}` : `?.${name}`;
        there.add(object);
        object += `.${name}`;
      }
      there.add(object);
      return `${text} === ${always ?? `last[${quote(path)}]`}`;
    }),
  ];
}

/** Whether numbers that are read are numbers. An object that has nothing else need not be there. */
const numbersOf = (model: Model, holders: readonly Holder[]): readonly string[] =>
  holders.flatMap(({ name, fields, isRead }) =>
    fields
      .filter((f) => isRead && !isArray(f))
      .map(({ field, type }) => {
        const path = `${name}.${field}`.replaceAll('.', '?.');
        return `typeof ${path} === ${quote(fieldType(type, model.precision))}`;
      }),
  );
