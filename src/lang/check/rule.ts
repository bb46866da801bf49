// Rules: which function one is for, its names, and the types of its values. Whether it is true is asked in ../trial.ts.

import { isBuiltIn } from './built-in.ts';
import { catalogue } from '../../base/catalogue.ts';
import type { Span } from '../../base/source.ts';
import type { Name, RuleDeclaration } from '../ast.ts';

import {
  complain,
  define,
  toReal,
  type ArgumentSymbol,
  type Checking,
  type FunctionInfo,
  type RuleInfo,
} from './context.ts';
import { checkExpression } from './expression.ts';
import { didYouMean } from './nearest.ts';
import { openScope, type Scope } from './scope.ts';
import { checkStatements, namesDefined, warnIfUnused } from './statement.ts';
import { isRecord, sameDims, withArticle } from './types.ts';
import { signatureNote } from './unify.ts';

/** Gives each function that a rule of these files is for that rule. `own` are the functions of the files. */
export function checkRules(
  c: Checking,
  outer: Scope,
  rules: readonly RuleDeclaration[],
  own: readonly FunctionInfo[],
): void {
  const places = new Map<FunctionInfo, Span>();
  for (const declaration of rules) {
    const info = own.find((one) => one.declaration.name.text === declaration.name.text);
    if (info === undefined) {
      explainMissing(c, declaration.name, own);
      continue;
    }
    const before = places.get(info);
    if (before !== undefined) {
      const notes = [{ message: 'the other one', span: before }];
      complain(c, catalogue.secondRule, { name: declaration.name.text }, declaration.head, { notes });
      continue;
    }
    places.set(info, declaration.head);
    if (isDerivable(c, declaration, info)) info.rule = checkRule(c, outer, declaration, info);
  }
}

function explainMissing(c: Checking, name: Name, own: readonly FunctionInfo[]): void {
  const isElsewhere = c.functions.has(name.text);
  const why = isBuiltIn(name.text)
    ? 'it is built in, with a derivative of its own'
    : isElsewhere
      ? 'it is not defined in this file'
      : 'there is no such function';
  const names = own.map((info) => info.declaration.name.text);
  const help = isElsewhere ? 'a rule stands in the file of its function' : didYouMean(name.text, names);
  complain(c, catalogue.ruleWithoutFunction, { name: name.text, why }, name.span, { help });
}

const isReal = ({ type }: ArgumentSymbol): boolean => type?.scalar === 'real';
const namesOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' and ');

function isDerivable(c: Checking, declaration: RuleDeclaration, info: FunctionInfo): boolean {
  const { result, arguments: args } = info;
  const name = declaration.name.text;
  const notes = [signatureNote(info)];
  const found = declaration.parameters.map((parameter) => parameter.text).join(', ');
  const expected = args.map((argument) => argument.name).join(', ');
  if (found !== expected) {
    complain(c, catalogue.ruleParameters, { name, found, expected }, declaration.head, { notes });
    return false;
  }
  // What is wrong with the signature has been reported.
  if (result === undefined || args.some((argument) => argument.type === undefined)) return false;
  const record = args.find(({ type }) => type !== undefined && isRecord(type.scalar));
  if (record?.type !== undefined || isRecord(result.scalar)) {
    const what = record?.type === undefined ? 'its result' : `\`${record.name}\``;
    const why = `${what} is ${withArticle(record?.type ?? result)}, and rules are for reals and arrays of them`;
    complain(c, catalogue.ruleOfRecord, { name, why }, declaration.name.span, { notes });
    return false;
  }
  if (result.scalar !== 'real' || !args.some(isReal)) {
    const why =
      result.scalar === 'real' ? 'none of its parameters is real' : `its result is ${withArticle(result)}`;
    complain(c, catalogue.nothingToDerive, { name, why }, declaration.name.span, { notes });
    return false;
  }
  const array = args.find((argument) => isReal(argument) && argument.type?.dims.length !== 0);
  if (declaration.given === undefined && (result.dims.length > 0 || array !== undefined)) {
    const what = array === undefined ? 'the result' : `\`${array.name}\``;
    const help = `write \`adjoint ${name}(${expected}) from g { … }\`, where \`g\` is the adjoint of the result`;
    complain(c, catalogue.derivativeOfArray, { name, what }, declaration.name.span, { notes, help });
    return false;
  }
  return true;
}

function checkRule(
  c: Checking,
  outer: Scope,
  declaration: RuleDeclaration,
  info: FunctionInfo,
): RuleInfo | undefined {
  const scope = openScope('function', outer);
  for (const size of info.sizes) {
    const symbol = info.scope.names.get(size);
    if (symbol !== undefined) scope.names.set(size, symbol);
  }
  const bound = (name: Name, type: ArgumentSymbol['type']): ArgumentSymbol => {
    const symbol = { kind: 'argument', name: name.text, span: name.span, type } as const;
    define(c, scope, symbol);
    return symbol;
  };
  const args = declaration.parameters.map((name, k) => bound(name, info.arguments[k]?.type));
  const given = declaration.given === undefined ? undefined : bound(declaration.given, info.result);
  // A parameter of that name wins.
  const out = { kind: 'argument', name: 'out', span: declaration.head, type: info.result } as const;
  if (!scope.names.has('out')) scope.names.set('out', out);

  const own: Checking = { ...c, calls: [], later: namesDefined(declaration.body), ended: new Map() };
  checkStatements(own, scope, declaration.body);

  const values = new Map<ArgumentSymbol, RuleInfo['answers'][number]>();
  for (const { name, value } of partialsOf(own, declaration, args)) {
    const type = checkExpression(own, scope, value);
    const argument = args.find((one) => one.name === name.text);
    if (argument === undefined || !isReal(argument)) {
      const why =
        argument?.type === undefined
          ? 'which is none of its parameters'
          : `which is ${withArticle(argument.type)} and has no derivative`;
      const args = { name: name.text, of: declaration.name.text, why };
      const help = didYouMean(
        name.text,
        info.arguments.filter(isReal).map((one) => one.name),
      );
      complain(own, catalogue.partialUnknown, args, name.span, { help });
      continue;
    }
    const before = values.get(argument);
    if (before !== undefined) {
      const notes = [{ message: 'its value is here', span: before.value.span }];
      complain(own, catalogue.definedTwice, { name: name.text }, name.span, { notes });
    } else {
      values.set(argument, { argument, value });
      const real = type?.scalar === 'int' ? toReal(own, value, type, 'the value') : type;
      if (real === undefined || argument.type === undefined) continue;
      if (real.scalar === 'real' && sameDims(real.dims, argument.type.dims)) continue;
      const expected = withArticle(argument.type);
      const found = { name: name.text, expected, found: withArticle(real) };
      complain(own, catalogue.partialType, found, value.span, { notes: [signatureNote(info)] });
    }
  }
  for (const symbol of scope.names.values())
    if (symbol.kind === 'let' || symbol.kind === 'var') warnIfUnused(own, symbol);
  const wanted = args.filter(isReal);
  const answers = wanted.flatMap((argument) => values.get(argument) ?? []);
  if (declaration.answer.kind === 'each' && answers.length < wanted.length) {
    const missing = namesOf(wanted.filter((one) => !values.has(one)).map((one) => one.name));
    const said = { name: declaration.name.text, what: `says nothing of ${missing}` };
    complain(own, catalogue.partialMissing, said, declaration.answer.span, { notes: [signatureNote(info)] });
  }
  if (answers.length < wanted.length) return undefined;
  return { declaration, arguments: args, out, given, answers };
}

/** The values of a rule, by parameter; a single one is for the only parameter that is real. */
function partialsOf(
  c: Checking,
  { answer, name }: RuleDeclaration,
  args: readonly ArgumentSymbol[],
): readonly { readonly name: Name; readonly value: RuleInfo['answers'][number]['value'] }[] {
  if (answer.kind === 'each') return answer.partials;
  const [only, ...others] = args.filter(isReal);
  if (only === undefined) return [];
  if (others.length > 0) {
    const help = `write \`{ ${[only, ...others].map((one) => `${one.name}: …`).join(', ')} }\``;
    const what = `has one value for ${namesOf([only, ...others].map((one) => one.name))}`;
    complain(c, catalogue.partialMissing, { name: name.text, what }, answer.span, { help });
    return [];
  }
  return [{ name: { kind: 'name', text: only.name, span: answer.span }, value: answer.value }];
}
