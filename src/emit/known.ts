// What a function was given in the call before need not be checked again: small models are called millions of times with
// the same arrays, and to find the buffer of an array alone takes V8 15 ns. An array keeps its kind and its buffer for
// life, so that what is the same array as then needs its length compared, in case its buffer was resized or transferred, and
// no more. Numbers are looked at in every call, and so is what int data hold. There is one memory for each function, not one
// for each gradient: a WeakMap makes a call with a new gradient three times as slow. It is an object with a property for
// each of them, which V8 reads without the checks that an element of an array takes.

import { checkFunction, type Check, type Line } from './check.ts';
import { fieldType, isArray, lengthText, sizeNames, type Model, type ModelField } from './model.ts';
import type { Declaration, Parameter } from './module.ts';
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

/** The door of a function that remembers. */
export interface Known {
  /** The first line of the function. */
  readonly line: Line;
  readonly helpers: Check['helpers'];
  readonly declarations: readonly Declaration[];
}

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
  const isKnown = model.functionName(`${kind}IsKnown`);
  const fits = model.functionName(`${kind}Fits`);
  const kept = [
    ...model.sizes.map(({ field }) => `sizes.${field}`),
    ...holders.flatMap(({ name, fields }) => [
      ...fields.filter(isArray).map(({ field }) => `${name}.${field}`),
      ...recordsOfNumbers(fields, model.program).map((path) => `${name}.${path}`),
    ]),
  ];
  const length = fitting(model, parameters, holders);
  const known = `${isKnown}(${parameters.map(({ name }) => name).join(', ')})`;
  const check = checkFunction(model, `${kind}Call`, parameters, () => [
    ...lines,
    { text: `remember(${memo});`, helper: 'remember' },
    ...kept.map((path) => ({ text: `${memo}[${quote(path)}] = ${path};` })),
  ]);
  if (check?.declaration === undefined) return undefined;

  const full = check.call();
  return {
    line: { ...full, text: `if (!${known}) ${full.text}` },
    helpers: check.helpers,
    declarations: [
      {
        kind: 'text',
        text: `const ${memo}: Memo = { isKnown: false, ${kept.map((path) => `${quote(path)}: undefined`).join(', ')} };`,
      },
      {
        kind: 'function',
        name: isKnown,
        exported: false,
        doc: `Whether the last call was given the same, and nothing about it has changed that is checked.`,
        parameters,
        result: 'boolean',
        body: sameBody(
          model,
          memo,
          parameters,
          kept,
          `${fits}(${length.parameters.map(({ name }) => name).join(', ')})`,
        ),
      },
      {
        kind: 'function',
        name: fits,
        exported: false,
        doc: `Whether what the last call was given too is as long as it was then, and of the same kind.`,
        parameters: length.parameters,
        result: 'boolean',
        body: length.body,
      },
      check.declaration,
    ],
  };
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

// Two functions: V8 inlines those of up to 460 bytes of its code.

/** Whether everything is what it was in the last call. */
function sameBody(
  model: Model,
  memo: string,
  parameters: readonly Parameter[],
  kept: readonly string[],
  fits: string,
): string {
  const scope = model.moduleScope.inner();
  for (const { name } of parameters) scope.reserve(name);
  const last = scope.declare('last');
  /** Objects of which a field was found to be what it was: they are there. */
  const there = new Set<string>();
  const same = kept.map((path) => {
    const [first = '', ...names] = path.split('.');
    let object = first;
    let text = first;
    for (const name of names) {
      text += there.has(object) ? `.${name}` : `?.${name}`;
      there.add(object);
      object += `.${name}`;
    }
    return `${text} === ${last}[${quote(path)}]`;
  });
  return [`const ${last} = ${memo};`, `return ${[`${last}.isKnown`, ...same, fits].join(' && ')};`].join(
    '\n',
  );
}

/** What is compared about the same objects, and the parameters that it takes. */
function fitting(
  model: Model,
  parameters: readonly Parameter[],
  holders: readonly Holder[],
): { readonly parameters: readonly Parameter[]; readonly body: string } {
  const scope = model.moduleScope.inner();
  for (const { name } of parameters) scope.reserve(name);
  const names = sizeNames(model, scope);
  const lengths = holders.flatMap(({ name, fields }) =>
    fields.filter(isArray).map((f) => `${name}.${f.field}.length === ${lengthText(f, names)}`),
  );
  const numbers = holders.flatMap(({ name, fields, isRead }) =>
    fields
      .filter((f) => isRead && !isArray(f))
      .map(
        // An object that has no arrays need not be there.
        ({ field, type }) =>
          `typeof ${`${name}.${field}`.replaceAll('.', '?.')} === ${quote(fieldType(type, model.precision))}`,
      ),
  );
  const sizes = names.prologue();
  const used = new Set(holders.filter(({ fields, isRead }) => fields.some((f) => isRead || isArray(f))).map(({ name }) => name)); // prettier-ignore
  if (sizes.length > 0) used.add('sizes');
  return {
    parameters: parameters.filter(({ name }) => used.has(name)),
    body: [...sizes, `return ${[...lengths, ...numbers].join(' && ')};`].join('\n'),
  };
}
