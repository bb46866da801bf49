// Types of calls: conversions, reductions of whole arrays, primitive ops and functions.

import { bug } from '../../base/bug.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Type } from './types.ts';
import { ops, type OpName } from '../../ops/index.ts';
import {
  complain,
  converted,
  declaredAt,
  toReal,
  type CallExpression,
  type CallMeaning,
  type Checking,
  type FunctionInfo,
} from './context.ts';
import { reducedType } from './comprehension.ts';
import { checkExpression } from './expression.ts';
import { asReducer, callableOp, conversions, isBuiltIn, reducers, type ReducerName } from './built-in.ts';
import { fold } from './fold.ts';
import { didYouMean } from './nearest.ts';
import { meet, type Operand } from './operator.ts';
import { intVariants } from '../operators.ts';
import { foreignFunctions } from '../spelling.ts';
import { describe, lookUp, type Scope, type Symbol } from './scope.ts';
import { adviceOnRecord, adviceOnStop } from './record.ts';
import { exprType, isNumeric, isRecord, mapDims, withArticle, type MaybeType } from './types.ts';
import { matchArguments, signatureNote } from './unify.ts';

export function callType(c: Checking, scope: Scope, e: CallExpression): MaybeType {
  const args: Operand[] = [];
  for (const expression of e.args) {
    const type = checkExpression(c, scope, expression);
    if (type !== undefined) args.push({ expression, type });
  }
  const complete = args.length === e.args.length;
  const name = e.callee.text;
  const called = c.functions.get(name);
  if (called !== undefined) {
    c.calls.push({ callee: called, span: e.span });
    c.used.add(called);
    return functionType(c, e, called, complete ? args : undefined);
  }
  if (!isBuiltIn(name)) return unknownFunction(c, scope, e);
  if (!complete) return undefined;
  const conversion = conversions.find((to) => to === name);
  if (conversion !== undefined) return conversionType(c, e, conversion, args);
  const reducer = asReducer(name);
  const [only] = args;
  if (reducer !== undefined && (callableOp(name) === undefined || args.length <= 1))
    return wholeType(c, e, reducer, args);
  const op = callableOp(name);
  if (op === undefined || only === undefined) return wrongCount(c, e, 'at least 1 argument', args.length);
  return opType(c, e, op, args);
}

const annotate = (c: Checking, e: CallExpression, meaning: CallMeaning): void =>
  void c.annotations.calls.set(e, meaning);

function unknownFunction(c: Checking, scope: Scope, e: CallExpression): undefined {
  const { text: name, span } = e.callee;
  const value = lookUp(scope, name);
  if (value !== undefined) {
    c.used.add(value);
    const notes =
      value.span === undefined ? [] : [{ message: `\`${name}\` is defined here`, span: value.span }];
    const help = e.args.length === 0 ? undefined : insteadOfCalling(value);
    return complain(c, catalogue.notAFunction, { name, what: describe(value) }, span, { notes, help });
  }
  if (c.broken.has(name)) return undefined;
  const known = [
    ...c.functions.keys(),
    ...Object.keys(ops).filter((op) => callableOp(op)),
    ...reducers,
    ...conversions,
  ];
  const help = foreignFunctions.get(name) ?? didYouMean(name, known);
  return complain(c, catalogue.unknownFunction, { name }, span, { help });
}

function insteadOfCalling(value: Symbol): string | undefined {
  const type = 'type' in value ? value.type : undefined;
  if (type !== undefined && type.dims.length > 0)
    return `elements are read with brackets: \`${value.name}[…]\``;
  return value.kind === 'index' ? undefined : `a product is written \`${value.name} * (…)\``;
}

function wrongCount(c: Checking, e: CallExpression, expected: string, found: number): undefined {
  return complain(c, catalogue.argumentCount, { name: e.callee.text, expected, found }, e.span);
}

const countOf = (count: number): string => (count === 1 ? '1 argument' : `${count} arguments`);

function conversionType(
  c: Checking,
  e: CallExpression,
  to: 'real' | 'int',
  args: readonly Operand[],
): MaybeType {
  const [arg] = args;
  if (arg === undefined || args.length > 1) return wrongCount(c, e, '1 argument', args.length);
  if (!isNumeric(arg.type)) {
    const ofBool = to === 'real' ? 'write `c ? 1.0 : 0.0`' : 'write `c ? 1 : 0`';
    const help = arg.type.scalar === 'bool' ? ofBool : adviceOnRecord(arg.type);
    const found = { operator: to, wants: 'a number', found: withArticle(arg.type) };
    return complain(c, catalogue.operandType, found, arg.expression.span, { help });
  }
  const value = to === 'int' ? fold(c, arg.expression) : undefined;
  if (value !== undefined && !Number.isSafeInteger(Math.trunc(Number(value)))) {
    return complain(c, catalogue.constantNotInt, { value: String(value) }, arg.expression.span);
  }
  annotate(c, e, { kind: 'convert', to });
  return exprType(to, arg.type.dims);
}

function wholeType(
  c: Checking,
  e: CallExpression,
  reducer: ReducerName,
  args: readonly Operand[],
): MaybeType {
  const [arg] = args;
  if (arg === undefined || args.length > 1) return wrongCount(c, e, '1 array', args.length);
  if (arg.type.dims.length === 0) {
    const help = `write \`${reducer}(… for i in N)\``;
    const found = { name: reducer, found: withArticle(arg.type) };
    return complain(c, catalogue.wholeNeedsArray, found, arg.expression.span, {
      notes: [declaredAt(c, arg.expression)],
      help,
    });
  }
  if (reducer.startsWith('arg') && arg.type.dims.length > 1) {
    return complain(c, catalogue.positionOfMany, { reducer }, arg.expression.span, {
      notes: [declaredAt(c, arg.expression)],
    });
  }
  annotate(c, e, { kind: 'whole', reducer });
  const type = reducedType(c, reducer, arg.expression, arg.type);
  return type && exprType(type.scalar);
}

/** Elementwise; `max` and `min` take two or more. */
function opType(c: Checking, e: CallExpression, op: OpName, args: readonly Operand[]): MaybeType {
  const record = ops[op];
  const wanted = Object.entries(record.args);
  const folds = op === 'max' || op === 'min';
  if (folds ? args.length < 2 : args.length !== wanted.length) {
    return wrongCount(c, e, folds ? 'at least 2 arguments' : countOf(wanted.length), args.length);
  }
  const ints = Object.hasOwn(intVariants, op) && args.every((arg) => arg.type.scalar === 'int');
  const fitted: Operand[] = [];
  for (const [k, arg] of args.entries()) {
    // Folds have two parameters of one type, whatever the number of arguments.
    const [parameter, scalar] = wanted[k] ?? wanted[0] ?? bug(`op ${op} has no arguments`);
    const type = ints ? arg.type : fit(c, e, parameter, { scalar, dims: [] }, arg);
    if (type === undefined) return undefined;
    fitted.push({ expression: arg.expression, type });
  }
  annotate(c, e, folds ? { kind: 'fold', op } : { kind: 'op', op });
  const whole = broadcastAll(c, e, fitted);
  return (
    whole && exprType(ints ? 'int' : record.result, whole.dims, ints && args.every((arg) => arg.type.adapts))
  );
}

/** The argument with the scalar type that the parameter has. */
function fit(c: Checking, e: CallExpression, parameter: string, wanted: Type, arg: Operand): MaybeType {
  if (arg.type.scalar === wanted.scalar) return arg.type;
  if (wanted.scalar === 'real' && arg.type.scalar === 'int') return toReal(c, arg.expression, arg.type);
  const args = {
    parameter,
    name: e.callee.text,
    expected: withArticle(wanted),
    found: withArticle(arg.type),
  };
  const help =
    wanted.scalar === 'int' && arg.type.scalar === 'real'
      ? `\`${converted('int', arg.expression.span)}\` cuts off the fraction`
      : wanted.scalar === 'real' || wanted.scalar === 'int'
        ? (e.callee.text === 'stop' ? adviceOnStop : adviceOnRecord)(arg.type, arg.expression.span)
        : undefined;
  return complain(c, catalogue.argumentType, args, arg.expression.span, {
    notes: [declaredAt(c, arg.expression)],
    help,
  });
}

/** The common shape of elementwise arguments. */
function broadcastAll(c: Checking, e: CallExpression, args: readonly Operand[]): MaybeType {
  let widest: Operand | undefined;
  for (const arg of args) {
    if (widest === undefined) {
      widest = arg;
      continue;
    }
    const type = meet(c, `the arguments of \`${e.callee.text}\``, e.span, widest, arg);
    if (type === undefined) return undefined;
    if (arg.type.dims.length > widest.type.dims.length) widest = arg;
  }
  return widest?.type;
}

function functionType(
  c: Checking,
  e: CallExpression,
  called: FunctionInfo,
  args: readonly Operand[] | undefined,
): MaybeType {
  const parameters = called.arguments;
  if (e.args.length !== parameters.length) {
    const args = { name: e.callee.text, expected: countOf(parameters.length), found: e.args.length };
    return complain(c, catalogue.argumentCount, args, e.span, { notes: [signatureNote(called)] });
  }
  const result = called.result;
  if (args === undefined || result === undefined) return undefined;
  const lifted =
    result.dims.length === 0 &&
    !isRecord(result.scalar) &&
    parameters.every(({ type }) => type?.dims.length === 0 && !isRecord(type.scalar)) &&
    args.some((arg) => arg.type.dims.length > 0);
  const fitted: Operand[] = [];
  for (const [k, arg] of args.entries()) {
    const parameter = parameters[k];
    if (parameter?.type === undefined) return undefined;
    const type = fit(c, e, parameter.name, parameter.type, arg);
    if (type === undefined) return undefined;
    fitted.push({ expression: arg.expression, type });
  }
  if (lifted) {
    annotate(c, e, { kind: 'function', function: called, sizes: new Map(), lifted });
    const whole = broadcastAll(c, e, fitted);
    return whole && exprType(result.scalar, whole.dims);
  }
  const sizes = matchArguments(c, e, called, fitted);
  if (sizes === undefined) return undefined;
  annotate(c, e, { kind: 'function', function: called, sizes: sizes.bindings, lifted });
  const { scalar, dims } = mapDims(result, sizes.substitute);
  return exprType(scalar, dims);
}
