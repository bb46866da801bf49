// Functions: signatures first, so that their order is free; then each body once, generic in its sizes; then a look for cycles.

import { isBuiltIn } from './built-in.ts';
import * as polynomial from '../../base/polynomial.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { FunctionDeclaration } from '../ast.ts';

import { complain, declaredAt, define, fitted, type Checking, type FunctionInfo } from './context.ts';
import { checkValues } from './expression.ts';
import { checkStatements, namesDefined, warnIfUnused } from './statement.ts';
import { openScope, type Scope } from './scope.ts';
import { namesInDims, resolveResult, resolveType } from './size.ts';
import { lookUp } from './scope.ts';
import { printType, sameType, withArticle } from './types.ts';

/** Resolves a signature. Names in the dims of parameters that are not in scope are size variables. */
export function checkSignature(c: Checking, outer: Scope, declaration: FunctionDeclaration): FunctionInfo {
  const name = declaration.name;
  if (isBuiltIn(name.text)) {
    complain(c, catalogue.builtInName, { name: name.text }, name.span, {
      help: 'remove this definition, or rename it',
    });
  }
  const scope = openScope('function', outer);
  const sizes: string[] = [];
  for (const parameter of declaration.parameters) {
    for (const size of namesInDims(parameter.type)) {
      if (lookUp(scope, size.text) !== undefined) continue;
      const symbol = {
        kind: 'size',
        name: size.text,
        span: size.span,
        size: polynomial.symbol(size.text),
      } as const;
      scope.names.set(size.text, symbol);
      sizes.push(size.text);
    }
  }
  const types = declaration.parameters.map((parameter) => resolveType(c, scope, parameter.type));
  const result = resolveResult(c, scope, declaration.result);
  const args = declaration.parameters.map((parameter, k) => {
    const symbol = {
      kind: 'argument',
      name: parameter.name.text,
      span: parameter.name.span,
      type: types[k],
    } as const;
    define(c, scope, symbol);
    return symbol;
  });
  return { declaration, scope, arguments: args, sizes, result, calls: [] };
}

export function checkBody(c: Checking, info: FunctionInfo): void {
  const { declaration, scope } = info;
  const own: Checking = {
    ...c,
    calls: info.calls,
    later: namesDefined(declaration.body),
    ended: new Map(),
  };
  checkStatements(own, scope, declaration.body);
  const type = checkValues(own, scope, declaration.value);
  if (type !== undefined && info.result !== undefined) {
    const value = fitted(own, declaration.value, type, info.result);
    if (value !== undefined && !sameType(value, info.result)) {
      const args = {
        name: declaration.name.text,
        declared: printType(info.result),
        found: withArticle(value),
      };
      complain(own, catalogue.resultType, args, declaration.value.span, {
        notes: [
          { message: 'declared here', span: declaration.result.span },
          declaredAt(own, declaration.value),
        ],
      });
    }
  }
  // The sizes of a function are there whether it uses them or not.
  for (const symbol of scope.names.values()) if (symbol.kind !== 'size') warnIfUnused(own, symbol);
}

/** Reports each cycle of calls once. */
export function checkCycles(c: Checking, functions: Iterable<FunctionInfo>): void {
  const done = new Set<FunctionInfo>();
  for (const start of functions) {
    // A depth-first walk with its own stack: the chain of calls may be long.
    const path: { readonly at: FunctionInfo; next: number }[] = done.has(start)
      ? []
      : [{ at: start, next: 0 }];
    const onPath = new Set(path.map((step) => step.at));
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const call = top.at.calls[top.next++];
      if (call === undefined) {
        done.add(top.at);
        onPath.delete(top.at);
        path.pop();
      } else if (onPath.has(call.callee)) {
        const cycle = path.slice(path.findIndex((step) => step.at === call.callee));
        reportCycle(
          c,
          cycle.map((step) => step.at),
        );
      } else if (!done.has(call.callee)) {
        path.push({ at: call.callee, next: 0 });
        onPath.add(call.callee);
      }
    }
  }
}

function reportCycle(c: Checking, cycle: readonly FunctionInfo[]): void {
  const [first] = cycle;
  if (first === undefined) return;
  const names = [...cycle, first].map((info) => `\`${info.declaration.name.text}\``);
  const notes = cycle.map((info, k) => {
    const next = cycle[k + 1] ?? first;
    const span = info.calls.find((call) => call.callee === next)?.span ?? info.declaration.name.span;
    return {
      message: `\`${info.declaration.name.text}\` calls \`${next.declaration.name.text}\` here`,
      span,
    };
  });
  complain(c, catalogue.recursion, { cycle: names.join(' calls ') }, first.declaration.name.span, {
    notes,
    help: 'a repeated step is a reduction, or a `let` for each step',
  });
}
