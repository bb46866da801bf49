// One emitted function: checks at the door, arrays into locals, body, result; and the parts that it was cut into.

import { bug } from '../base/bug.ts';
import type { Buffer, Local, Routine } from '../loops/types.ts';
import type { Line } from './check.ts';
import { filledCheck, type Door } from './door.ts';
import { printExpression, type Naming } from './expression.ts';
import { knownDoor, type Known } from './known.ts';
import type { FunctionDeclaration, Parameter } from './module.ts';
import { isSymbolic, memo, sizeNames, type Model } from './model.ts';
import type { Scope } from './names.ts';
import { docOf, holdersOf, signatureOf, type Holders, type Signature } from './signature.ts';
import { printStatements } from './statement.ts';
import { quote, typescriptSyntax } from './syntax.ts';
import { typescript, typescriptOf } from './target.ts';
import type { Code } from './usage.ts';
import { Writer } from './writer.ts';

export interface RoutineFunctions {
  /** The exported function. */
  readonly whole: FunctionDeclaration;
  readonly parts: readonly FunctionDeclaration[];
  /** Its door, if it remembers what came through it. */
  readonly known: Known | undefined;
}

export function routineFunctions(model: Model, routine: Routine, door: Door): RoutineFunctions {
  const signature = signatureOf(model, routine);
  const part = partSignatures(model, routine, signature);
  const checks = doorLines(model, signature, door);
  const memo = knownDoor(model, signature, checks);
  // What int data hold may be something else in each call.
  const ranges = signature.form === undefined ? door.ranges?.call() : undefined;
  const lines = [...(memo ? [memo.line] : checks), ...(ranges ? [ranges] : [])];
  const holders = holdersOf(model, routine);
  const taken = takenBy(model, holders, routine, part);
  const used = new Set([
    ...lines.flatMap((line) => line.uses ?? []),
    ...taken.holders,
    ...(signature.workspace.length > 0 || signature.form ? ['sizes'] : []),
    ...(signature.form ? [signature.form.holder] : []),
  ]);
  const whole: FunctionDeclaration = {
    kind: 'function',
    name: signature.name,
    exported: true,
    doc: docOf(model, routine),
    // A function may get what it does not use, since all take the same; the underscore tells the compiler so.
    parameters: [...signature.parameters, ...signature.workspace].map((parameter) =>
      used.has(parameter.name) ? parameter : { ...parameter, name: `_${parameter.name}` },
    ),
    result: signature.result,
    body: printBody(model, signature, holders, part, {
      door: lines.map((line) => line.text),
      code: routine,
      free: taken.free,
      returned: signature.form?.holder,
    }).text,
  };
  const known = new Set([...signature.parameters, ...signature.workspace].map(({ name }) => name));
  for (const name of taken.holders)
    if (!known.has(name)) bug(`${signature.name} uses ${name}, which it does not take`);
  if (taken.free.length > 0) bug(`${signature.name} uses ${taken.free[0]?.name}, which it does not declare`);
  const parts = routine.parts.map((code, index): FunctionDeclaration => {
    const { name, holders: taken, free } = part(index);
    const printed = printBody(model, signature, holders, part, { door: [], code, free });
    return {
      kind: 'function',
      name,
      exported: false,
      doc: `Part ${index + 1} of \`${signature.name}\`.`,
      parameters: [...taken.map(({ name: holder, type }) => ({ name: holder, type })), ...printed.free],
      result: 'void',
      body: printed.text,
    };
  });
  return { whole, parts, known: memo };
}

/** The checks at the top of a function. */
function doorLines(model: Model, signature: Signature, door: Door): readonly Line[] {
  const { kind, filled, read, takesOutputs, workspace, form } = signature;
  const { holder } = model;
  const own = { owner: quote(holder), params: holder };
  const lines = [
    ...(form === undefined
      ? [door.inputs?.call()]
      : [
          door.sizes?.call(),
          door.params?.call(own),
          kind === 'unconstrain' ? door.inside?.call() : undefined,
          filledCheck(form)?.call({ owner: quote(form.holder), params: form.holder }),
        ]),
    ...read.map((name) => door.params?.call({ owner: quote(name), params: name })),
    ...filled.map((name) => door.filled?.call({ owner: quote(name), params: name })),
    takesOutputs ? door.outputs?.call() : undefined,
    door.apart.checks[kind]?.call(),
    workspace.length > 0 ? door.workspace?.call() : undefined,
  ];
  return lines.filter((line) => line !== undefined);
}

// ---- parts

interface PartSignature {
  readonly name: string;
  /** The objects that it takes, as the whole function calls them. */
  readonly holders: readonly Parameter[];
  /** Locals of its callers that it reads. */
  readonly free: readonly Local[];
}

function partSignatures(
  model: Model,
  routine: Routine,
  signature: Signature,
): (index: number) => PartSignature {
  const parameters = [...signature.parameters, ...signature.workspace];
  const names = routine.parts.map((_, index) =>
    model.moduleScope.declare(`${signature.name}Part${index + 1}`),
  );
  const part = memo((index: number): PartSignature => {
    const code = routine.parts[index] ?? bug(`${signature.name} has no part ${index}`);
    const { holders, free } = takenBy(model, holdersOf(model, routine), code, part);
    return { name: names[index] ?? '', holders: parameters.filter((p) => holders.has(p.name)), free };
  });
  return part;
}

/** What code needs from around it, the parts that it calls included. */
function takenBy(
  model: Model,
  holderOf: Holders,
  code: Code,
  part: (index: number) => PartSignature,
): { readonly holders: ReadonlySet<string>; readonly free: readonly Local[] } {
  const usage = model.usage(code);
  const holders = new Set<string>([...usage.buffers].map((buffer) => holderOf[buffer.role]));
  if ([...usage.sizes].some((name) => isSymbolic(model, name))) holders.add('sizes');
  const free = new Set(usage.free);
  for (const index of usage.parts) {
    for (const holder of part(index).holders) holders.add(holder.name);
    for (const local of part(index).free) if (!usage.declared.has(local)) free.add(local);
  }
  return { holders, free: [...free] };
}

// ---- bodies

interface Body {
  /** The first lines. */
  readonly door: readonly string[];
  readonly code: Code;
  /** Locals that come as arguments. */
  readonly free: readonly Local[];
  /** The object that is returned, where that is no number. */
  readonly returned?: string | undefined;
}

function printBody(
  model: Model,
  signature: Signature,
  holderOf: Holders,
  part: (index: number) => PartSignature,
  { door, code, free, returned }: Body,
): { readonly text: string; readonly free: readonly Parameter[] } {
  const scope = model.moduleScope.inner();
  for (const { name } of [...signature.parameters, ...signature.workspace]) scope.reserve(name);
  const usage = model.usage(code);
  const sizes = sizeNames(model, scope);
  for (const { name } of model.sizes) if (usage.sizes.has(name)) sizes.size(name);
  for (const name of model.derived.keys()) if (usage.sizes.has(name)) sizes.size(name);
  const arrays = arrayLocals(model, scope, holderOf, usage.buffers);
  const locals = new Map(free.map((local) => [local, scope.declare(local.name)]));

  const element = (buffer: Buffer, index: string | undefined): string => {
    if (buffer.dims.length === 0) return `${holderOf[buffer.role]}.${model.fieldOf(buffer).field}`;
    const array = arrays.names.get(buffer) ?? bug(`array ${buffer.name} has no name`);
    return index === undefined ? array : `${array}[${index}]`;
  };
  const local = (l: Local): string =>
    locals.get(l) ?? bug(`local ${l.name} is used where it is not declared`);
  const naming: Naming = {
    local,
    size: sizes.size,
    sizeRank: sizes.sizeRank,
    load: (buffer, index) => {
      const text = element(buffer, index);
      if (isRounded(model, buffer)) return { text: `Math.fround(${text})`, level: typescript.primary };
      // A bool array holds 0 and 1.
      if (buffer.scalar !== 'bool' || buffer.dims.length === 0) return { text, level: typescript.primary };
      return { text: `${text} !== 0`, level: typescript.operators['!==']?.level ?? 0 };
    },
  };
  const call = (index: number): string => {
    const { name, holders, free: passed } = part(index);
    return `${name}(${[...holders.map((holder) => holder.name), ...passed.map(local)].join(', ')})`;
  };

  const writer = new Writer();
  for (const line of door) writer.line(line);
  if (door.length > 0) writer.gap();
  for (const line of [...sizes.prologue(), ...arrays.lines]) writer.line(line);
  const target = typescriptOf(model.math);
  printStatements(writer, code.body, {
    target,
    syntax: typescriptSyntax,
    scope,
    locals,
    naming,
    element,
    call,
    checked: model.checked,
    steps: new Map(),
    checkedStores: usage.checkedStores,
    isRounded: (buffer) => isRounded(model, buffer),
  });
  if (returned !== undefined) writer.line(`return ${returned};`);
  if (code.result) writer.line(`return ${printExpression(target, naming, code.result)};`);
  return {
    text: writer.text(),
    free: free.map((l) => ({ name: local(l), type: l.scalar === 'bool' ? 'boolean' : 'number' })),
  };
}

/** A number that comes in or goes out by itself is a float, as arrays make floats of theirs. */
const isRounded = ({ precision }: Model, { role, scalar, dims }: Buffer): boolean =>
  precision === 'f32' && scalar === 'real' && dims.length === 0 && role !== 'scratch';

/** What the local of an array is called, after the name that the model gives it. */
const localSuffix: Readonly<Record<Buffer['role'], string>> = {
  param: '',
  data: '',
  direction: 'Direction',
  gradient: 'Gradient',
  hvp: 'Product',
  output: '',
  scratch: '',
};

/** Reads the arrays that a function uses into locals, in the order of the interfaces. */
function arrayLocals(
  model: Model,
  scope: Scope,
  holderOf: Holders,
  buffers: ReadonlySet<Buffer>,
): { readonly lines: readonly string[]; readonly names: ReadonlyMap<Buffer, string> } {
  const roles = Object.keys(holderOf) as readonly Buffer['role'][];
  const placed = [...buffers]
    .filter((buffer) => buffer.dims.length > 0)
    .map((buffer) => ({ buffer, field: model.fieldOf(buffer), role: roles.indexOf(buffer.role) }))
    .sort((a, b) => a.role - b.role || a.field.place - b.field.place);
  const locals = new Map<string, string>();
  const names = new Map<Buffer, string>();
  for (const { buffer, field } of placed) {
    const text = `${holderOf[buffer.role]}.${field.field}`;
    const local = locals.get(text) ?? scope.declare((field.local ?? buffer.name) + localSuffix[buffer.role]);
    locals.set(text, local);
    names.set(buffer, local);
  }
  return { lines: [...locals].map(([text, local]) => `const ${local}: Numbers = ${text};`), names };
}
