// Invariant motion: what does not change in a loop is computed before it, as far out as its operands live. Moved are
// const declarations and expressions of some cost (row bases such as `n * D`, loads, arithmetic), from code that every
// iteration runs; integer arithmetic also from branches, since it costs next to nothing and cannot fail.

import { canFail, type OpName } from '../ops/index.ts';
import { costOfExpression } from './cost.ts';
import { changesLocal, effectsOf, writes, type Effects } from './effects.ts';
import { keysFor } from './keys.ts';
import { declare, invented, isAtom, reference, scalarOf } from './make.ts';
import { nameFor } from './names.ts';
import { boundsOf, type Bounds } from './ranges.ts';
import type { Buffer, Expression, Local, Routine, Statement } from './types.ts';
import { childrenOf, mapChildren } from './walk.ts';

/** A loop around the code in hand. */
interface Frame {
  readonly effects: Effects;
  /** It runs at least once, so what it always does may be done before it. */
  readonly runs: boolean;
  /** What goes right before the loop, and the locals for it by key. */
  readonly before: Statement[];
  readonly moved: Map<string, Local>;
  /** The list in which the loop stands. */
  readonly home: Scope;
}

/** A statement list under construction, with the constants that were moved into it. */
interface Scope {
  readonly parent: Scope | undefined;
  readonly constants: Map<string, Local>;
}

interface Rewritten {
  readonly expression: Expression;
  /** In how many of the loops around it the value changes: it can be computed in the body of that loop. */
  readonly level: number;
}

export function hoist(routine: Routine): Routine {
  const levels = new Map<Local, number>();
  const aliases = new Map<Local, Local>();
  const frames: Frame[] = [];
  const scopes: Scope[] = [];
  const keys = keysFor();
  const bounds: Bounds = boundsOf(routine);

  /** `floor`: code in a branch is not always run; what may be costly stays at that level or deeper. */
  function list(statements: readonly Statement[], floor: number, parent?: Scope): readonly Statement[] {
    const scope: Scope = { parent, constants: new Map() };
    scopes.push(scope);
    const into: Statement[] = [];
    for (const statement of statements) {
      const value = (expression: Expression, buffer?: Buffer): Expression => whole(expression, floor, buffer);
      switch (statement.kind) {
        case 'declare': {
          const { local } = statement;
          levels.set(local, frames.length);
          if (statement.value === undefined || isOutermost()) {
            into.push(statement);
            break;
          }
          const made = rewrite(statement.value, floor);
          const level = targetOf(made, floor);
          if (local.mutable || level >= frames.length || isAtom(made.expression)) {
            into.push({ ...statement, value: made.expression });
          } else {
            const at = place(made.expression, level, local);
            if (at !== local) aliases.set(local, at);
          }
          break;
        }
        case 'assign':
        case 'increase':
        case 'fill':
          into.push({ ...statement, value: value(statement.value) });
          break;
        case 'store':
        case 'accumulate': {
          const indices = statement.indices.map((index) => value(index, statement.buffer));
          into.push({ ...statement, indices, value: value(statement.value) });
          break;
        }
        case 'check': {
          const made = rewrite(statement.index, floor);
          const level = Math.max(made.level, floor, levelOfRuns());
          const checked = { ...statement, index: made.expression };
          if (level < frames.length) frames[level]?.before.push(checked);
          else into.push(checked);
          break;
        }
        case 'if': {
          const condition = value(statement.condition);
          const then = list(statement.then, frames.length, scope);
          const otherwise = list(statement.otherwise, frames.length, scope);
          into.push({ kind: 'if', condition, then, otherwise });
          break;
        }
        case 'for': {
          const { index } = statement;
          const from = value(statement.from);
          const to = value(statement.to);
          const effects = effectsOf(statement.body);
          const runs = bounds.runs(statement);
          frames.push({ effects, runs, before: [], moved: new Map(), home: scope });
          levels.set(index, frames.length);
          const body = list(statement.body, floor, scope);
          const before = frames.pop()?.before ?? [];
          into.push(...before, { ...statement, from, to, body });
          break;
        }
        case 'while': {
          const effects = effectsOf(statement.body);
          frames.push({ effects, runs: false, before: [], moved: new Map(), home: scope });
          const body = list(statement.body, floor, scope);
          const before = frames.pop()?.before ?? [];
          into.push(...before, { ...statement, body });
          break;
        }
        case 'leave':
          into.push({ ...statement, condition: value(statement.condition) });
          break;
        case 'limit':
          into.push({ ...statement, trips: value(statement.trips), most: value(statement.most) });
          break;
        case 'section':
        case 'call':
          into.push(statement);
          break;
      }
    }
    scopes.pop();
    return into;
  }

  /** Outside of loops nothing moves; only what moved there from a loop may have another name now. */
  const isOutermost = (): boolean => frames.length === 0 && aliases.size === 0;

  /** An expression that a statement evaluates. */
  function whole(expression: Expression, floor: number, buffer?: Buffer): Expression {
    if (isOutermost()) return expression;
    return moved(rewrite(expression, floor, buffer), frames.length, floor, buffer);
  }

  /** Rewrites the parts, moving those that change in fewer loops than the whole. `buffer`: it is an offset in it. */
  function rewrite(expression: Expression, floor: number, buffer?: Buffer): Rewritten {
    if (expression.kind === 'local') {
      const local = aliases.get(expression.local) ?? expression.local;
      return {
        expression: local === expression.local ? expression : reference(local),
        level: levelOf(local),
      };
    }
    if (isAtom(expression)) return { expression, level: 0 };
    const inner = expression.kind === 'load' ? expression.buffer : buffer;
    const isArm = (child: Expression): boolean =>
      expression.kind === 'conditional' && (child === expression.then || child === expression.otherwise);
    const parts = childrenOf(expression).map((child) =>
      rewrite(child, isArm(child) ? frames.length : floor, inner),
    );
    let level = parts.reduce((deepest, part) => Math.max(deepest, part.level), 0);
    if (expression.kind === 'load')
      level = Math.max(level, levelOfLoad(expression.buffer, expression.indices));
    if (expression.kind === 'op' && canFail(expression.op)) level = Math.max(level, levelOfRuns());
    let position = 0;
    const rebuilt = mapChildren(expression, (child) => {
      const part = parts[position++];
      return part === undefined ? child : moved(part, level, isArm(child) ? frames.length : floor, inner);
    });
    const known =
      isFree(rebuilt) && isWorthMoving(rebuilt) ? find(scopes.at(-1), keys.expression(rebuilt)) : undefined;
    return { expression: known === undefined ? rebuilt : reference(known), level };
  }

  /** The part itself, or a local that holds it and stands further out than `level`. */
  function moved(part: Rewritten, level: number, floor: number, buffer: Buffer | undefined): Expression {
    const target = targetOf(part, floor);
    if (target >= level || !isWorthMoving(part.expression)) return part.expression;
    const name =
      scalarOf(part.expression) === 'int' && buffer !== undefined ? `${buffer.name}Row` : undefined;
    const local = invented(name ?? nameFor(part.expression), scalarOf(part.expression));
    return reference(place(part.expression, target, local));
  }

  const targetOf = (part: Rewritten, floor: number): number =>
    isFree(part.expression) ? part.level : Math.max(part.level, floor);

  function levelOf(local: Local): number {
    const changed = local.mutable
      ? frames.findLastIndex((frame) => changesLocal(frame.effects, local)) + 1
      : 0;
    return Math.max(levels.get(local) ?? 0, changed);
  }

  /** A load must not leave the loop that writes the buffer, nor run where the loop would not have run it at all. */
  function levelOfLoad(buffer: Buffer, indices: readonly Expression[]): number {
    const written = frames.findLastIndex((frame) => writes(frame.effects, buffer)) + 1;
    if (bounds.inRange(buffer, indices)) return written;
    return Math.max(written, levelOfRuns());
  }

  /** Further out than here nothing is certain to run. */
  const levelOfRuns = (): number => frames.findLastIndex((frame) => !frame.runs) + 1;

  /** Declares `local` for the value before the loop whose body is one deeper than `level`, unless it is there already. */
  function place(value: Expression, level: number, local: Local): Local {
    const frame = frames[level];
    if (frame === undefined) return local;
    const key = keys.expression(value);
    const isConstant = isFree(value) && !usesVariables(value);
    const known = isConstant ? find(frame.home, key) : frame.moved.get(key);
    if (known !== undefined) return known;
    levels.set(local, level);
    frame.before.push(declare(local, value));
    (isConstant ? frame.home.constants : frame.moved).set(key, local);
    return local;
  }

  const body = list(routine.body, 0);
  return { ...routine, body };
}

function find(scope: Scope | undefined, key: string): Local | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    const known = at.constants.get(key);
    if (known !== undefined) return known;
  }
  return undefined;
}

const free: ReadonlySet<OpName> = new Set(['iadd', 'isub', 'imul', 'ineg', 'imin', 'imax']);

/** Integer arithmetic: it costs next to nothing and cannot fail. */
const isFree = (expression: Expression): boolean =>
  isAtom(expression) ||
  (expression.kind === 'op' && free.has(expression.op) && expression.args.every(isFree));

const usesVariables = (expression: Expression): boolean =>
  (expression.kind === 'local' && expression.local.mutable) || childrenOf(expression).some(usesVariables);

/** `n * D` is, `d + 1` and `-x` are not. */
function isWorthMoving(expression: Expression): boolean {
  if (isAtom(expression)) return false;
  if (expression.kind !== 'op') return true;
  const { op, args } = expression;
  if (op === 'neg' || op === 'not' || op === 'toReal' || op === 'ineg') return args.some(isWorthMoving);
  if (op === 'iadd' || op === 'isub')
    return args.every((arg) => arg.kind !== 'literal') || args.some(isWorthMoving);
  if (scalarOf(expression) === 'bool') return costOfExpression(expression) > 2;
  return true;
}
