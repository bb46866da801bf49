// What the host sorts by, in TypeScript: a function that fills an array with the place that each iteration adds to.

import { bug } from '../../base/bug.ts';
import { toRoutine, type RoutineOptions } from '../../loops/index.ts';
import type { Buffer, Local, Routine } from '../../loops/types.ts';
import type { Naming } from '../expression.ts';
import type { Model, SizeNames } from '../model.ts';
import type { Scope } from '../names.ts';
import { printStatements } from '../statement.ts';
import { typescriptSyntax } from '../syntax.ts';
import { typescript } from '../target.ts';
import { Writer } from '../writer.ts';
import type { Sort } from './segments.ts';

export const lowerKeys = ({ keys }: Sort, options: RoutineOptions): Routine =>
  toRoutine(keys, 'outputs', options);

/** `(keys, data) => { … }`, within a function that knows the sizes. */
export function keysFunction(
  { program, body }: Routine,
  model: Model,
  outer: Scope,
  sizes: SizeNames,
): readonly string[] {
  const scope = outer.inner();
  for (const word of ['data', 'keys']) scope.reserve(word);
  const arrays = new Map<Buffer, string>();
  const element = (buffer: Buffer, index: string | undefined): string => {
    if (buffer.role === 'output') return `keys[${index ?? bug('keys are elements')}]`;
    if (buffer.role !== 'data') return bug(`keys need ${buffer.name}`);
    const { field, local = buffer.name } = model.fieldOf(buffer);
    if (index === undefined) return `data.${field}`;
    const array = arrays.get(buffer) ?? scope.declare(local);
    arrays.set(buffer, array);
    return `${array}[${index}]`;
  };
  const locals = new Map<Local, string>();
  const naming: Naming = {
    ...sizes,
    local: (local) => locals.get(local) ?? bug(`local ${local.name} is used where it is not declared`),
    load: (buffer, index) => {
      const text = element(buffer, index);
      const isBit = buffer.scalar === 'bool' && index !== undefined;
      return isBit
        ? { text: `${text} !== 0`, level: typescript.operators['!==']?.level ?? 0 }
        : { text, level: typescript.primary };
    },
  };
  const writer = new Writer();
  printStatements(writer, body, {
    target: typescript,
    syntax: typescriptSyntax,
    scope,
    locals,
    naming,
    element,
    call: (part) => bug(`part ${part} of keys`),
    checked: false,
    steps: new Map(),
    checkedStores: new Set(),
    isRounded: () => false,
  });
  const reads = [...arrays].map(([buffer, name]) => `  const ${name}: Numbers = data.${model.fieldOf(buffer).field};`); // prettier-ignore
  const lines = writer.text().split('\n').filter((line) => line !== '').map((line) => `  ${line}`); // prettier-ignore
  const data = program.inputs.length > 0 ? [`data: ${model.typeName('data')}`] : [];
  return [`(${['keys: Numbers', ...data].join(', ')}) => {`, ...reads, ...lines, '}'];
}
