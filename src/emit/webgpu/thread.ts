// What one thread of a kernel computes, as WGSL: where its arrays lie, and the statements of its routine.

import { bug } from '../../base/bug.ts';
import type { Polynomial } from '../../base/polynomial.ts';
import { asPolynomial } from '../../ir/build.ts';
import type { Operand, Program } from '../../ir/types.ts';
import type { Buffer, Local, Routine } from '../../loops/types.ts';
import { visitStatements } from '../../loops/walk.ts';
import { printPolynomial, type Naming } from '../expression.ts';
import type { Scope } from '../names.ts';
import { printStatements } from '../statement.ts';
import type { Syntax } from '../syntax.ts';
import type { Printed, Target } from '../target.ts';
import { failure, wgslSyntax } from '../wgsl/syntax.ts';
import type { Writer } from '../writer.ts';
import type { Goal, Place, Plan, Storage } from './steps.ts';

export interface KernelContext {
  readonly plan: Plan;
  readonly program: Program;
  readonly target: Target;
  readonly scope: Scope;
  /** The constants that hold sizes, and where storages begin. */
  readonly sizeName: (size: string) => string;
  readonly offsetName: (storage: Storage) => string;
  readonly checked: boolean;
}

export interface ThreadParts {
  readonly routine: Routine;
  readonly goals: readonly Goal[];
  readonly scratch: ReadonlyMap<Buffer, Storage>;
  /** Whether there are several threads, each with a row of the scratch arrays. */
  readonly isOneOfMany: boolean;
  readonly scope: Scope;
  /** What the kernel calls values, by id: the place of the thread. */
  readonly named: ReadonlyMap<number, string>;
}

/** A number that the thread computes. */
export interface Result {
  readonly goal: Goal;
  /** The variable that holds it. */
  readonly name: string;
  readonly type: 'f32' | 'i32';
}

export interface Thread {
  readonly results: readonly Result[];
  /** Whether it may find an index out of range, or a loop without an end. */
  readonly canFail: boolean;
  /** An operand that needs no computing. */
  readonly plain: (operand: Operand) => string;
  readonly product: (dims: readonly Polynomial[]) => string;
  /** Declares the variables of the results, and computes them. Arrays go to their goals. */
  readonly compute: (writer: Writer) => void;
  readonly store: (result: Result, value: string) => string;
}

/** Words that functions of kernels use. */
export const kernelWords = [failure, 'thread', 'lane', 'id', 'groups', 'width', 'fillIndex', 'group', 'local', 'tile', 'columns', 'row', 'column', 'firstRow', 'firstColumn', 'start', 'term', 'total', 'element']; // prettier-ignore

export function threadOf(parts: ThreadParts, context: KernelContext): Thread {
  const { routine, goals, scope, named } = parts;
  const { plan, target } = context;
  const sizes: Pick<Naming, 'size' | 'sizeRank'> = {
    size: (size) => ({ text: context.sizeName(size), level: target.primary }),
    sizeRank: (size) => context.program.sizes.findIndex((one) => one.name === size),
  };
  const extentText = (size: Polynomial): Printed => printPolynomial(target, sizes, size);
  const product = (dims: readonly Polynomial[]): string =>
    dims.map((dim) => within(extentText(dim), target)).join(' * ') || '1';

  /** An operand that needs no computing. */
  const plain = (operand: Operand): string => {
    const size = asPolynomial(operand);
    if (size !== undefined) return within(extentText(size), target);
    if (operand.kind !== 'value') return bug('an index that is no int');
    const place = plan.places.get(operand.id);
    return (
      named.get(operand.id) ??
      (place && elementAt(place, [], undefined)) ??
      bug(`%${operand.id} is not plain`)
    );
  };
  const elementAt = (place: Place, indices: readonly Operand[], index: string | undefined): string => {
    const { storage, lead } = place;
    const at = [...lead, ...indices].map((operand, k) =>
      [plain(operand), ...storage.dims.slice(k + 1).map((dim) => within(extentText(dim), target))].join(
        ' * ',
      ),
    );
    const terms = [context.offsetName(storage), ...at, ...(index === undefined ? [] : [index])];
    return `${storage.arena}[${terms.join(' + ')}]`;
  };
  const goalAt = (goal: Goal, index?: string): string => elementAt(goal.place, goal.indices, index);
  const goalOf = (buffer: Buffer): Goal => goals[Number(buffer.name)] ?? bug(`no goal ${buffer.name}`);

  const outNames = new Map<string, string>();
  const outName = ({ name: k }: Buffer): string => {
    const known = outNames.get(k) ?? scope.declare(`value${k}`);
    outNames.set(k, known);
    return known;
  };
  const element = (buffer: Buffer, index: string | undefined): string => {
    if (buffer.role === 'output') {
      return buffer.dims.length === 0 ? outName(buffer) : goalAt(goalOf(buffer), index ?? '0');
    }
    const scratch = parts.scratch.get(buffer);
    if (scratch !== undefined) {
      const row = [...(parts.isOneOfMany ? [`thread * ${product(buffer.dims)}`] : []), index ?? '0'];
      return `${scratch.arena}[${[context.offsetName(scratch), ...row].join(' + ')}]`;
    }
    const id = Number(buffer.name);
    const axis = named.get(id);
    if (axis !== undefined) return axis;
    return elementAt(plan.places.get(id) ?? bug(`%${id} has no place`), [], index);
  };
  // What names a place among the threads once more goes by that name.
  const locals = new Map<Local, string>();
  const statements = routine.body.filter((s) => {
    const axis =
      s.kind === 'declare' && s.value?.kind === 'load' && s.value.buffer.dims.length === 0
        ? named.get(Number(s.value.buffer.name))
        : undefined;
    if (axis !== undefined && s.kind === 'declare' && !s.local.mutable) locals.set(s.local, axis);
    return axis === undefined;
  });
  const naming: Naming = {
    ...sizes,
    local: (local) => locals.get(local) ?? bug(`local ${local.name} is used where it is not declared`),
    load: (buffer, index) => {
      const text = element(buffer, index);
      if (buffer.scalar !== 'bool') return { text, level: target.primary };
      return { text: `${text} != 0`, level: target.operators['!=']?.level ?? 0 };
    },
  };
  const syntax: Syntax = {
    ...wgslSyntax,
    hasBits: () => true,
    bit: (value, print) => `i32(${print(value)})`,
    fill: (_, buffer, value) => [
      `for (var fillIndex = 0; fillIndex < ${product(buffer.dims)}; fillIndex++) { ${element(buffer, 'fillIndex')} = ${value}; }`,
    ],
  };

  const results = goals.flatMap((goal, k): readonly Result[] => {
    const type = routine.program.body.results[k]?.type ?? bug('a goal without a result');
    if (type.dims.length > 0) return [];
    const name = outName({ name: String(k), role: 'output', scalar: type.scalar, dims: [] });
    return [{ goal, name, type: type.scalar === 'real' ? 'f32' : 'i32' }];
  });
  return {
    results,
    canFail: canFail(routine, context.checked),
    plain,
    product,
    compute: (writer) => {
      for (const { name, type } of results) writer.line(`var ${name}: ${type};`);
      printStatements(writer, statements, {
        target,
        syntax,
        scope,
        locals,
        naming,
        element,
        call: (part) => bug(`part ${part} of a kernel`),
        checked: context.checked,
        steps: new Map(),
        checkedStores: new Set(),
        isRounded: () => false,
      });
    },
    store: ({ goal, type }, value) => {
      const text = `${goalAt(goal)} ${goal.adds ? '+=' : '='} ${value};`;
      // An index that is no axis is in range where something is added; where nothing is it may be anything.
      const isAxis = (index: Operand): boolean => index.kind === 'value' && named.has(index.id);
      if (!goal.adds || goal.indices.every(isAxis)) return text;
      return `if (${value} != ${type === 'f32' ? '0.0' : '0'}) { ${text} }`;
    },
  };
}

const within = ({ text, level }: Printed, target: Target): string =>
  level >= target.primary ? text : `(${text})`;

function canFail({ body }: Routine, checked: boolean): boolean {
  let can = false;
  visitStatements(body, ({ kind }) => {
    if (kind === 'limit' || (kind === 'check' && checked)) can = true;
  });
  return can;
}
