// Made from grammar/nabla.ne by scripts/generate.mjs. Do not edit.

import * as tree from '../src/lang/tree.ts';
import * as nodes from '../src/lang/items.ts';

/** A nonterminal by name, a terminal by its text or by its type. */
export type GrammarSymbol = string | { literal: string } | { type: string };

export interface GrammarRule {
  name: string;
  symbols: GrammarSymbol[];
  // The grammar is not typed; what a rule may rely on is said by the functions that it calls.
  postprocess: (data: any[]) => unknown;
}

export const rules: GrammarRule[] = [
  { name: 'file', symbols: ['declarations'], postprocess: ([list]) => list },
  { name: 'lone', symbols: ['expression', { type: 'end' }], postprocess: ([value]) => tree.settle(value) },
  { name: 'declarations', symbols: [], postprocess: () => null },
  {
    name: 'declarations',
    symbols: ['declarations', 'declaration'],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  { name: 'declaration', symbols: ['constant'], postprocess: ([one]) => one },
  { name: 'declaration', symbols: ['function'], postprocess: ([one]) => one },
  { name: 'declaration', symbols: ['model'], postprocess: ([one]) => one },
  {
    name: 'model',
    symbols: [{ literal: 'model' }, 'name', { literal: '{' }, 'items', { literal: '}' }, { type: 'end' }],
    postprocess: ([word, name, , items, close]) => nodes.model(word, name, items, close),
  },
  { name: 'items', symbols: [], postprocess: () => null },
  { name: 'items', symbols: ['items', 'item'], postprocess: ([before, item]) => tree.append(before, item) },
  {
    name: 'item',
    symbols: [{ literal: 'dim' }, 'dims', { type: 'end' }],
    postprocess: ([word, list]) => nodes.dims(word, list),
  },
  {
    name: 'item',
    symbols: [{ literal: 'data' }, 'inputs', { type: 'end' }],
    postprocess: ([word, list]) => nodes.inputs(word, list),
  },
  {
    name: 'item',
    symbols: [{ literal: 'param' }, 'inputs', { type: 'end' }],
    postprocess: ([word, list]) => nodes.inputs(word, list),
  },
  { name: 'item', symbols: ['statement'], postprocess: ([one]) => [one] },
  { name: 'item', symbols: ['loss'], postprocess: ([one]) => [one] },
  {
    name: 'item',
    symbols: [{ literal: 'output' }, 'binder', { literal: '=' }, 'expression', { type: 'end' }],
    postprocess: ([word, binder, , value]) => [nodes.binding(word, binder, value)],
  },
  { name: 'dims', symbols: ['dim'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'dims',
    symbols: ['dims', { literal: ',' }, 'dim'],
    postprocess: ([before, , item]) => tree.append(before, item),
  },
  { name: 'dim', symbols: ['name'], postprocess: ([name]) => ({ name }) },
  {
    name: 'dim',
    symbols: ['name', { literal: '=' }, 'expression'],
    postprocess: ([name, , value]) => ({ name, value }),
  },
  { name: 'inputs', symbols: ['input'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'inputs',
    symbols: ['inputs', { literal: ',' }, 'input'],
    postprocess: ([before, , item]) => tree.append(before, item),
  },
  {
    name: 'input',
    symbols: ['name', { literal: ':' }, 'type'],
    postprocess: ([name, , type]) => ({ name, type }),
  },
  {
    name: 'input',
    symbols: ['name', { literal: ':' }, 'type', { literal: 'in' }, 'range'],
    postprocess: ([name, , type, , range]) => ({ name, type, range }),
  },
  { name: 'statement', symbols: ['constant'], postprocess: ([one]) => one },
  { name: 'statement', symbols: ['let'], postprocess: ([one]) => one },
  { name: 'statement', symbols: ['var'], postprocess: ([one]) => one },
  { name: 'statement', symbols: ['assignment'], postprocess: ([one]) => one },
  { name: 'statement', symbols: ['for'], postprocess: ([one]) => one },
  { name: 'statement', symbols: ['while'], postprocess: ([one]) => one },
  { name: 'statement', symbols: ['if'], postprocess: ([one]) => one },
  {
    name: 'constant',
    symbols: [{ literal: 'const' }, 'name', { literal: '=' }, 'expression', { type: 'end' }],
    postprocess: ([word, name, , value]) => nodes.constant(word, name, value),
  },
  {
    name: 'let',
    symbols: [{ literal: 'let' }, 'binder', { literal: '=' }, 'expression', { type: 'end' }],
    postprocess: ([word, binder, , value]) => nodes.binding(word, binder, value),
  },
  {
    name: 'var',
    symbols: [{ literal: 'var' }, 'binder', { literal: '=' }, 'expression', { type: 'end' }],
    postprocess: ([word, binder, , value]) => nodes.variable(word, binder, value),
  },
  {
    name: 'loss',
    symbols: [{ literal: 'loss' }, 'expression', { type: 'end' }],
    postprocess: ([word, value]) => nodes.loss(word, value),
  },
  { name: 'binder', symbols: ['name'], postprocess: ([name]) => nodes.plainBinder(name) },
  {
    name: 'binder',
    symbols: ['name', { literal: '[' }, 'clauses', { literal: ']' }],
    postprocess: ([name, , clauses]) => nodes.indexBinder(name, clauses),
  },
  {
    name: 'binder',
    symbols: ['name', { literal: ':' }, 'type'],
    postprocess: ([name, , type]) => nodes.typedBinder(name, type),
  },
  {
    name: 'assignment',
    symbols: ['target', { literal: '=' }, 'expression', { type: 'end' }],
    postprocess: ([target, , value]) => nodes.assignment(target, null, value),
  },
  {
    name: 'assignment',
    symbols: ['target', 'compound', 'expression', { type: 'end' }],
    postprocess: ([target, sign, value]) => nodes.assignment(target, sign, value),
  },
  { name: 'target', symbols: ['name'], postprocess: ([name]) => name },
  {
    name: 'target',
    symbols: ['name', { literal: '[' }, 'indices', { literal: ']' }],
    postprocess: ([name, , items, close]) => tree.index(name, items, close),
  },
  { name: 'compound', symbols: [{ literal: '+=' }], postprocess: ([token]) => token },
  { name: 'compound', symbols: [{ literal: '-=' }], postprocess: ([token]) => token },
  { name: 'compound', symbols: [{ literal: '*=' }], postprocess: ([token]) => token },
  { name: 'compound', symbols: [{ literal: '/=' }], postprocess: ([token]) => token },
  {
    name: 'for',
    symbols: [{ literal: 'for' }, 'clauses', 'block', { type: 'end' }],
    postprocess: ([word, clauses, body]) => nodes.loop(word, clauses, body),
  },
  {
    name: 'while',
    symbols: [
      { literal: 'while' },
      { literal: '(' },
      'expression',
      { literal: ')' },
      { literal: 'max' },
      'expression',
      'block',
      { type: 'end' },
    ],
    postprocess: ([word, , condition, , , most, body]) => nodes.whileLoop(word, condition, most, body),
  },
  {
    name: 'if',
    symbols: ['choices', { type: 'end' }],
    postprocess: ([choices]) => nodes.choice(choices, null),
  },
  {
    name: 'if',
    symbols: ['choices', { literal: 'else' }, 'block', { type: 'end' }],
    postprocess: ([choices, , otherwise]) => nodes.choice(choices, otherwise),
  },
  {
    name: 'choices',
    symbols: [{ literal: 'if' }, { literal: '(' }, 'expression', { literal: ')' }, 'block'],
    postprocess: ([word, , condition, , then]) => tree.append(null, nodes.arm(word, condition, then)),
  },
  {
    name: 'choices',
    symbols: [
      'choices',
      { literal: 'else' },
      { literal: 'if' },
      { literal: '(' },
      'expression',
      { literal: ')' },
      'block',
    ],
    postprocess: ([before, , word, , condition, , then]) =>
      tree.append(before, nodes.arm(word, condition, then)),
  },
  {
    name: 'block',
    symbols: [{ literal: '{' }, 'statements', { literal: '}' }],
    postprocess: ([, list, close]) => nodes.block(list, close),
  },
  { name: 'statements', symbols: [], postprocess: () => null },
  {
    name: 'statements',
    symbols: ['statements', 'statement'],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  {
    name: 'statements',
    symbols: ['statements', 'loss'],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  {
    name: 'function',
    symbols: ['head', { literal: '=' }, 'expression', { type: 'end' }],
    postprocess: ([head, , value]) => nodes.fn(head, nodes.shortBody(value)),
  },
  {
    name: 'function',
    symbols: ['head', { literal: '{' }, 'steps', 'return', { literal: '}' }, { type: 'end' }],
    postprocess: ([head, , steps, value, close]) => nodes.fn(head, nodes.longBody(steps, value, close)),
  },
  {
    name: 'head',
    symbols: [
      { literal: 'fn' },
      'name',
      { literal: '(' },
      'parameters',
      { literal: ')' },
      { literal: ':' },
      'type',
    ],
    postprocess: ([word, name, , list, , , type]) => nodes.functionHead(word, name, list, type),
  },
  { name: 'parameters', symbols: [], postprocess: () => null },
  { name: 'parameters', symbols: ['someParameters'], postprocess: ([list]) => list },
  { name: 'parameters', symbols: ['someParameters', { literal: ',' }], postprocess: ([list]) => list },
  { name: 'someParameters', symbols: ['parameter'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'someParameters',
    symbols: ['someParameters', { literal: ',' }, 'parameter'],
    postprocess: ([before, , item]) => tree.append(before, item),
  },
  {
    name: 'parameter',
    symbols: ['name', { literal: ':' }, 'type'],
    postprocess: ([name, , type]) => tree.parameter(name, type),
  },
  { name: 'steps', symbols: [], postprocess: () => null },
  {
    name: 'steps',
    symbols: ['steps', 'statement'],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  {
    name: 'return',
    symbols: [{ literal: 'return' }, 'expression', { type: 'end' }],
    postprocess: ([, value]) => tree.settle(value),
  },
  { name: 'type', symbols: ['name'], postprocess: ([name]) => tree.type(name, null, undefined) },
  {
    name: 'type',
    symbols: ['name', { literal: '[' }, 'expressions', { literal: ']' }],
    postprocess: ([name, , dims, close]) => tree.type(name, dims, close),
  },
  { name: 'expression', symbols: ['chain'], postprocess: ([last]) => ({ branches: null, last }) },
  {
    name: 'expression',
    symbols: ['branches', 'chain'],
    postprocess: ([branches, last]) => ({ branches, last }),
  },
  { name: 'branches', symbols: ['branch'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'branches',
    symbols: ['branches', 'branch'],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  {
    name: 'branch',
    symbols: ['chain', { literal: '?' }, 'expression', { literal: ':' }],
    postprocess: ([condition, , then]) => tree.branch(condition, then),
  },
  {
    name: 'chain',
    symbols: ['prefixes', 'operand'],
    postprocess: ([prefixes, operand]) => ({ before: null, operator: null, prefixes, operand }),
  },
  {
    name: 'chain',
    symbols: ['chain', 'operator', 'prefixes', 'operand'],
    postprocess: ([before, operator, prefixes, operand]) => ({ before, operator, prefixes, operand }),
  },
  { name: 'operator', symbols: [{ type: 'binary' }], postprocess: ([token]) => token },
  { name: 'operator', symbols: [{ literal: '-' }], postprocess: ([token]) => token },
  { name: 'prefixes', symbols: [], postprocess: () => null },
  {
    name: 'prefixes',
    symbols: ['prefixes', { literal: '-' }],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  {
    name: 'prefixes',
    symbols: ['prefixes', { literal: '!' }],
    postprocess: ([before, item]) => tree.append(before, item),
  },
  { name: 'operand', symbols: ['name'], postprocess: ([name]) => name },
  { name: 'operand', symbols: [{ type: 'number' }], postprocess: ([token]) => tree.number(token) },
  { name: 'operand', symbols: [{ literal: 'true' }], postprocess: ([token]) => tree.bool(token) },
  { name: 'operand', symbols: [{ literal: 'false' }], postprocess: ([token]) => tree.bool(token) },
  {
    name: 'operand',
    symbols: [{ literal: '(' }, 'expression', { literal: ')' }],
    postprocess: ([open, inner, close]) => tree.bracketed(open, inner, close),
  },
  {
    name: 'operand',
    symbols: ['name', { literal: '(' }, { literal: ')' }],
    postprocess: ([callee, , close]) => tree.call(callee, null, close),
  },
  {
    name: 'operand',
    symbols: ['name', { literal: '(' }, 'expressions', { literal: ')' }],
    postprocess: ([callee, , args, close]) => tree.call(callee, args, close),
  },
  {
    name: 'operand',
    symbols: ['name', { literal: '(' }, 'expression', { literal: 'for' }, 'clauses', { literal: ')' }],
    postprocess: ([reducer, , element, , clauses, close]) =>
      tree.reduce(reducer, element, clauses, null, close),
  },
  {
    name: 'operand',
    symbols: [
      'name',
      { literal: '(' },
      'expression',
      { literal: 'for' },
      'clauses',
      { literal: 'if' },
      'expression',
      { literal: ')' },
    ],
    postprocess: ([reducer, , element, , clauses, , guard, close]) =>
      tree.reduce(reducer, element, clauses, guard, close),
  },
  {
    name: 'operand',
    symbols: [{ literal: '[' }, 'expressions', { literal: ']' }],
    postprocess: ([open, elements, close]) => tree.list(open, elements, close),
  },
  {
    name: 'operand',
    symbols: [{ literal: '[' }, 'expression', { literal: 'for' }, 'clauses', { literal: ']' }],
    postprocess: ([open, element, , clauses, close]) => tree.build(open, element, clauses, close),
  },
  {
    name: 'operand',
    symbols: ['operand', { literal: '[' }, 'indices', { literal: ']' }],
    postprocess: ([base, , items, close]) => tree.index(base, items, close),
  },
  { name: 'expressions', symbols: ['someExpressions'], postprocess: ([list]) => list },
  { name: 'expressions', symbols: ['someExpressions', { literal: ',' }], postprocess: ([list]) => list },
  { name: 'someExpressions', symbols: ['expression'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'someExpressions',
    symbols: ['someExpressions', { literal: ',' }, 'expression'],
    postprocess: ([before, , item]) => tree.append(before, item),
  },
  { name: 'indices', symbols: ['index'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'indices',
    symbols: ['indices', { literal: ',' }, 'index'],
    postprocess: ([before, , item]) => tree.append(before, item),
  },
  { name: 'index', symbols: ['expression'], postprocess: ([at]) => ({ at }) },
  { name: 'index', symbols: [{ literal: ':' }], postprocess: ([sign]) => ({ sign }) },
  {
    name: 'index',
    symbols: ['expression', { literal: '..' }],
    postprocess: ([from, sign]) => ({ from, sign }),
  },
  { name: 'index', symbols: [{ literal: '..' }, 'expression'], postprocess: ([sign, to]) => ({ sign, to }) },
  {
    name: 'index',
    symbols: ['expression', { literal: '..' }, 'expression'],
    postprocess: ([from, sign, to]) => ({ from, sign, to }),
  },
  { name: 'clauses', symbols: ['clause'], postprocess: ([item]) => tree.append(null, item) },
  {
    name: 'clauses',
    symbols: ['clauses', { literal: ',' }, 'clause'],
    postprocess: ([before, , item]) => tree.append(before, item),
  },
  { name: 'clause', symbols: ['name'], postprocess: ([name]) => ({ name }) },
  {
    name: 'clause',
    symbols: ['name', { literal: 'in' }, 'range'],
    postprocess: ([name, , range]) => ({ name, range }),
  },
  { name: 'range', symbols: ['expression'], postprocess: ([to]) => ({ to }) },
  {
    name: 'range',
    symbols: ['expression', { literal: '..' }, 'expression'],
    postprocess: ([from, , to]) => ({ from, to }),
  },
  { name: 'name', symbols: [{ type: 'name' }], postprocess: ([token]) => tree.name(token) },
];
