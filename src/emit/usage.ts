// What a list of statements mentions, so that a function declares exactly what it uses.

import { symbolsOf } from '../base/polynomial.ts';
import type { OpName } from '../ops/index.ts';
import type { Buffer, Expression, Local, Routine, Statement } from '../loops/types.ts';
import { mayClearFew } from './fill.ts';
import { overflows } from './overflow.ts';
import { expressionsOf, visitExpression, visitStatements } from '../loops/walk.ts';

export interface Usage {
  /** In order of first mention. */
  readonly buffers: ReadonlySet<Buffer>;
  readonly ops: ReadonlySet<OpName>;
  /** Ops whose steps are written out. */
  readonly expanded: ReadonlySet<OpName>;
  readonly sizes: ReadonlySet<string>;
  readonly parts: ReadonlySet<number>;
  readonly checksIndices: boolean;
  readonly clearsArrays: boolean;
  /** Stores that check whether the array can hold the int. */
  readonly checkedStores: ReadonlySet<Statement>;
  readonly declared: ReadonlySet<Local>;
  /** Locals that are used but not declared here: what a part takes from its caller. */
  readonly free: ReadonlySet<Local>;
}

/** The code of one function. */
export type Code = Pick<Routine, 'body' | 'result'>;

/** `checked`: `check` statements are printed, and what is stored is checked. */
export function usageOf({ body, result }: Code, checked: boolean): Usage {
  const buffers = new Set<Buffer>();
  const ops = new Set<OpName>();
  const expanded = new Set<OpName>();
  const sizes = new Set<string>();
  const parts = new Set<number>();
  const declared = new Set<Local>();
  const used = new Set<Local>();
  let checksIndices = false;
  let clearsArrays = false;

  const mention = (e: Expression): void => {
    if (e.kind === 'local') used.add(e.local);
    else if (e.kind === 'op' && e.math === undefined) ops.add(e.op);
    else if (e.kind === 'load') buffers.add(e.buffer);
    else if (e.kind === 'extent') for (const name of symbolsOf(e.size)) sizes.add(name);
  };
  visitStatements(body, (s) => {
    if (s.kind === 'check' && !checked) return;
    if (s.kind === 'declare' && s.isExpanded && s.value?.kind === 'op') {
      expanded.add(s.value.op);
      s.value.args.forEach((e) => visitExpression(e, mention));
    } else expressionsOf(s).forEach((e) => visitExpression(e, mention));
    if (s.kind === 'fill') clearsArrays ||= mayClearFew(s);
    if (s.kind === 'declare') declared.add(s.local);
    else if (s.kind === 'for') declared.add(s.index);
    else if (s.kind === 'assign' || s.kind === 'increase') used.add(s.local);
    else if (s.kind === 'store' || s.kind === 'accumulate' || s.kind === 'fill') buffers.add(s.buffer);
    else if (s.kind === 'call') parts.add(s.part);
    else if (s.kind === 'check') {
      checksIndices = true;
      for (const name of symbolsOf(s.extent)) sizes.add(name);
    }
  });
  if (result) visitExpression(result, mention);
  const free = new Set([...used].filter((local) => !declared.has(local)));
  const checkedStores = checked ? overflows(body) : new Set<Statement>();
  return { buffers, ops, expanded, sizes, parts, checksIndices, clearsArrays, checkedStores, declared, free };
}
