// What the rules of the grammar for imports and derivative rules build; the rest is in tree.ts, whose conventions hold here.

import { spanBetween } from '../base/source.ts';
import type { Span } from '../base/source.ts';
import type { Answer, ImportDeclaration, ImportedName, Name, RuleDeclaration, Statement } from './ast.ts';
import type { Token } from './token.ts';
import { settle, toArray } from './tree.ts';
import type { List, Loose } from './tree.ts';

export function importedName(name: Name, local: Name): ImportedName {
  return { name, local, span: spanBetween(name.span, local.span) };
}

export function importing(keyword: Token, names: List<ImportedName>, path: Token): ImportDeclaration {
  return {
    kind: 'import',
    names: toArray(names),
    path: { text: path.text.slice(1, -1), span: path.span },
    span: spanBetween(keyword.span, path.span),
  };
}

export interface RuleHead {
  readonly name: Name;
  readonly parameters: readonly Name[];
  readonly given?: Name;
  readonly head: Span;
}

export function ruleHead(keyword: Token, name: Name, parameters: List<Name>, given?: Name): RuleHead {
  const names = toArray(parameters);
  const last = given ?? names[names.length - 1] ?? name;
  const head = spanBetween(keyword.span, last.span);
  return { name, parameters: names, ...(given === undefined ? {} : { given }), head };
}

export interface RuleBody {
  readonly body: readonly Statement[];
  readonly answer: Answer;
  readonly end: Span;
}

export const shortRule = (answer: Answer): RuleBody => ({ body: [], answer, end: answer.span });

export function longRule(steps: List<Statement>, answer: Answer, close: Token): RuleBody {
  return { body: toArray(steps), answer, end: close.span };
}

export function loneAnswer(loose: Loose): Answer {
  const value = settle(loose);
  return { kind: 'only', value, span: value.span };
}

export function answer(
  open: Token,
  partials: List<{ readonly name: Name; readonly value: Loose }>,
  close: Token,
): Answer {
  return {
    kind: 'each',
    partials: toArray(partials).map(({ name, value }) => ({ name, value: settle(value) })),
    span: spanBetween(open.span, close.span),
  };
}

export function rule(head: RuleHead, { body, answer, end }: RuleBody): RuleDeclaration {
  return { kind: 'rule', ...head, body, answer, span: spanBetween(head.head, end) };
}
