// Prints the statements of the loops form. Names and arrays are settled by whoever owns the function; the words are those of
// a `Syntax`.

import { bug } from '../base/bug.ts';
import { one, subtract } from '../base/polynomial.ts';
import { apply, integer } from '../loops/make.ts';
import type { Buffer, Expression, Local, Statement } from '../loops/types.ts';
import { printExpression, printPolynomial, type Naming } from './expression.ts';
import { mayClearFew } from './fill.ts';
import type { Scope } from './names.ts';
import type { Syntax } from './syntax.ts';
import { stepsOf, type Target } from './target.ts';
import type { Writer } from './writer.ts';

/** What a function knows that its statements need. */
export interface FunctionContext {
  readonly target: Target;
  readonly syntax: Syntax;
  /** Function-wide names; blocks open inner scopes. */
  readonly scope: Scope;
  /** Names of the locals in scope; statements add theirs. */
  readonly locals: Map<Local, string>;
  readonly naming: Naming;
  /** Text of an element, or of a scalar field, as the target of an assignment. */
  readonly element: (buffer: Buffer, index: string | undefined) => string;
  /** Text of the call of a part. */
  readonly call: (part: number) => string;
  /** The names that the steps of an op have at one argument, where they are written out already: those of sin serve cos. */
  readonly steps: Map<string, ReadonlyMap<string, string>>;
  readonly checked: boolean;
  /** Of these it is checked whether the array can hold the int. */
  readonly checkedStores: ReadonlySet<Statement>;
  /** Whether it is a number that is rounded where it comes in or goes out. */
  readonly isRounded: (buffer: Buffer) => boolean;
}

export function printStatements(
  writer: Writer,
  statements: readonly Statement[],
  context: FunctionContext,
): void {
  for (const statement of statements) printStatement(writer, statement, context);
}

function printStatement(writer: Writer, s: Statement, context: FunctionContext): void {
  const text = (e: Expression): string => printExpression(context.target, context.naming, e);
  switch (s.kind) {
    case 'declare': {
      // The value is printed first: it cannot mention the name that it initialises.
      const value = s.isExpanded === true ? printSteps(writer, s, context) : s.value && text(s.value);
      const name = declare(s.local, context);
      writer.line(context.syntax.declare(name, s, value));
      return;
    }
    case 'assign':
      writer.line(`${context.naming.local(s.local)} = ${text(s.value)};`);
      return;
    case 'increase':
      writer.line(
        `${context.naming.local(s.local)}${isOne(s.value) ? '++' : ` ${increment(s.value, text)}`};`,
      );
      return;
    case 'store':
      writer.line(
        `${element(s.buffer, s.indices, context)} = ${fitted(s, stored(s.buffer, s.value, text, context), context)};`,
      );
      return;
    case 'accumulate':
      writer.line(`${element(s.buffer, s.indices, context)} ${increment(s.value, text)};`);
      return;
    case 'fill': {
      const target = context.element(s.buffer, undefined);
      const value = stored(s.buffer, s.value, text, context);
      if (s.buffer.dims.length === 0) writer.line(`${target} = ${value};`);
      else for (const line of context.syntax.fill(target, s.buffer, value, mayClearFew(s))) writer.line(line);
      return;
    }
    case 'for': {
      const from = text(s.from);
      const to = s.order === 'down' ? text(before(s.to)) : text(s.to);
      inBlock(writer, [s.index], s.body, context, ([index]) => {
        const steps = s.order === 'down' ? `${index} >= ${from}; ${index}--` : `${index} < ${to}; ${index}++`;
        return `for (${context.syntax.counter} ${index} = ${s.order === 'down' ? to : from}; ${steps}) {`;
      });
      writer.line('}');
      return;
    }
    case 'while': {
      const [first] = s.body;
      const [condition] = first?.kind === 'leave' && isNot(first.condition) ? first.condition.args : [];
      const head = condition === undefined ? context.syntax.endless : `while (${text(condition)}) {`;
      inBlock(writer, [], condition === undefined ? s.body : s.body.slice(1), context, () => head);
      writer.line('}');
      return;
    }
    case 'leave':
      writer.line(context.syntax.leave(text(s.condition)));
      return;
    case 'limit': {
      writer.line(`if (${text(s.trips)} >= ${text(s.most)}) {`);
      writer.indented(() =>
        context.syntax.exceeded(s.name, text(s.trips)).forEach((line) => writer.line(line)),
      );
      writer.line('}');
      return;
    }
    case 'if':
      printIf(writer, s, 'if', context);
      return;
    case 'check': {
      if (!context.checked) return;
      const extent = printPolynomial(context.target, context.naming, s.extent).text;
      for (const line of context.syntax.check(text(s.index), extent, s)) writer.line(line);
      return;
    }
    case 'section':
      writer.gap();
      writer.line(`// ${s.title}`);
      return;
    case 'call':
      writer.line(`${context.call(s.part)};`);
      return;
  }
}

/** Prints the constants that an op takes step by step, and gives its value. */
function printSteps(
  writer: Writer,
  { value }: Statement & { kind: 'declare' },
  context: FunctionContext,
): string {
  const [argument] = value?.kind === 'op' ? value.args : [];
  if (value?.kind !== 'op' || argument === undefined) return bug('what is expanded is no op');
  const { lines, value: last } = stepsOf(context.target, value.op);
  const x = printExpression(context.target, context.naming, argument);
  const isFixed = argument.kind !== 'local' || !argument.local.mutable;
  const key = [x, ...lines].join('\n');
  const known = isFixed ? context.steps.get(key) : undefined;
  const names = new Map(known ?? [['x', x]]);
  const named = (line: string): string =>
    line.replace(/\$(\w+)/g, (_, name: string) => names.get(name) ?? bug(`step ${name} comes too late`));
  writer.line(`// ${value.op}(${x})`);
  for (const line of known === undefined ? lines : []) {
    const [, own] = /^const \$(\w+)/.exec(line) ?? [];
    const right = named(line.slice(line.indexOf('=')));
    const name = context.scope.declare(own ?? bug(`${line} declares nothing`));
    names.set(own ?? '', name);
    writer.line(`const ${name} ${right}`);
  }
  if (isFixed) context.steps.set(key, names);
  return named(last);
}

/** `else if` chains are printed flat, however long. */
function printIf(
  writer: Writer,
  s: Statement & { kind: 'if' },
  head: string,
  context: FunctionContext,
): void {
  let branch = s;
  let opening = head;
  for (;;) {
    const condition = printExpression(context.target, context.naming, branch.condition);
    inBlock(writer, [], branch.then, context, () => `${opening} (${condition}) {`);
    const [only, ...more] = branch.otherwise;
    if (only === undefined) break;
    if (only.kind !== 'if' || more.length > 0) {
      inBlock(writer, [], branch.otherwise, context, () => '} else {');
      break;
    }
    branch = only;
    opening = '} else if';
  }
  writer.line('}');
}

/** A block with its own scope; `opening` writes its first line from the names of the locals that belong to it. */
function inBlock(
  writer: Writer,
  locals: readonly Local[],
  statements: readonly Statement[],
  context: FunctionContext,
  opening: (names: readonly string[]) => string,
): void {
  const inner: FunctionContext = { ...context, scope: context.scope.inner(), steps: new Map(context.steps) };
  writer.line(opening(locals.map((local) => declare(local, inner))));
  writer.indented(() => printStatements(writer, statements, inner));
  for (const local of locals) context.locals.delete(local);
  // Names end with their block; a later mention is a bug that `naming.local` reports.
  for (const s of statements) if (s.kind === 'declare') context.locals.delete(s.local);
}

function declare(local: Local, context: FunctionContext): string {
  if (context.locals.has(local)) bug(`local ${local.name} is declared twice`);
  const name = context.scope.declare(local.name);
  context.locals.set(local, name);
  return name;
}

function element(buffer: Buffer, indices: readonly Expression[], context: FunctionContext): string {
  const [index, second] = indices;
  if (second !== undefined) bug(`an element of ${buffer.name} by several indices cannot be printed`);
  return context.element(buffer, index && printExpression(context.target, context.naming, index));
}

/** The int one: counters are counted up. */
const isOne = (value: Expression): boolean =>
  value.kind === 'literal' && value.scalar === 'int' && value.value === 1;

/** `+= value`, or `-= value` where the value begins with a minus. */
function increment(value: Expression, text: (e: Expression) => string): string {
  const [operand] = value.kind === 'op' && value.op === 'neg' ? value.args : [];
  if (operand !== undefined) return `-= ${text(operand)}`;
  if (value.kind === 'literal' && typeof value.value === 'number' && value.value < 0) {
    return `-= ${text({ ...value, value: -value.value })}`;
  }
  return `+= ${text(value)}`;
}

/** Where bools are kept as 0 and 1, they become that; a number by itself in single precision becomes a float. */
function stored(
  buffer: Buffer,
  value: Expression,
  text: (e: Expression) => string,
  { syntax, isRounded }: FunctionContext,
): string {
  if (isRounded(buffer))
    return value.kind === 'literal'
      ? text({ ...value, value: Math.fround(Number(value.value)) })
      : `Math.fround(${text(value)})`;
  if (buffer.scalar !== 'bool' || !syntax.hasBits(buffer)) return text(value);
  if (value.kind === 'literal') return value.value === true ? '1' : '0';
  return syntax.bit(value, text);
}

/** What is stored, with a check that it fits where it might not. */
const fitted = (
  s: Statement & { readonly kind: 'store' },
  value: string,
  context: FunctionContext,
): string => (context.checkedStores.has(s) ? context.syntax.fitting(value, s.buffer) : value);

/** The last index of a range that ends before `to`. */
function before(to: Expression): Expression {
  if (to.kind === 'literal') return { ...to, value: Number(to.value) - 1 };
  return to.kind === 'extent'
    ? { kind: 'extent', size: subtract(to.size, one) }
    : apply('isub', to, integer(1));
}

const isNot = (condition: Expression): condition is Expression & { kind: 'op' } =>
  condition.kind === 'op' && condition.op === 'not';
