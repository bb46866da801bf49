// The syntax tree as text, for `nabla show --stage ast` and for tests: one item a line, expressions in prefix form.

import type {
  Bound, Clause, Declaration, Expression, File, FunctionDeclaration, IndexItem, ModelItem, Range,
  RuleDeclaration, Statement, TypeExpression, TypeExpressions,
} from './ast.ts'; // prettier-ignore

export function printAst(file: File): string {
  return file.declarations.map((declaration) => printDeclaration(declaration).join('\n')).join('\n\n');
}

function printDeclaration(declaration: Declaration): readonly string[] {
  const doc = 'doc' in declaration ? docLines(declaration.doc) : [];
  switch (declaration.kind) {
    case 'import': {
      const names = declaration.names.map(({ name, local }) => words(name.text, local.text));
      return [words('import', ...names, JSON.stringify(declaration.path.text))];
    }
    case 'rule':
      return printRule(declaration);
    case 'const':
      return [...doc, `(const ${declaration.name.text} ${printExpression(declaration.value)})`];
    case 'record': {
      const fields = declaration.fields.flatMap(({ doc: own, name, type }) => [
        ...docLines(own),
        words(name.text, printType(type)),
      ]);
      return [...doc, ...nest(`type ${declaration.name.text}`, fields)];
    }
    case 'fn':
      return [...doc, ...printFunction(declaration)];
    case 'model':
      return [...doc, ...nest(`model ${declaration.name.text}`, declaration.items.flatMap(printItem))];
  }
}

function printFunction({ name, parameters, result, body, value }: FunctionDeclaration): readonly string[] {
  const list = parameters
    .map((parameter) => `(${parameter.name.text} ${printType(parameter.type)})`)
    .join(' ');
  const statements = [...body.flatMap(printItem), `(return ${printExpression(value)})`];
  return nest(`fn ${name.text} (${list}) ${printType(result)}`, statements);
}

function printRule({ name, parameters, given, body, answer }: RuleDeclaration): readonly string[] {
  const word = given === undefined ? 'derivative' : 'adjoint';
  const list = words(...parameters.map((parameter) => parameter.text));
  const values =
    answer.kind === 'only'
      ? [printExpression(answer.value)]
      : answer.partials.map((partial) => words(partial.name.text, printExpression(partial.value)));
  const statements = [...body.flatMap(printItem), words('return', ...values)];
  return nest([word, name.text, list, ...(given === undefined ? [] : [given.text])].join(' '), statements);
}

function printItem(item: ModelItem): readonly string[] {
  const doc = 'doc' in item ? docLines(item.doc) : [];
  switch (item.kind) {
    case 'dim':
      return [...doc, words('dim', item.name.text, optional(item.value, printExpression))];
    case 'data':
    case 'param':
      return [
        ...doc,
        words(
          item.kind,
          item.name.text,
          printType(item.type),
          optional(item.range, printRange),
          optional(item.bound, printBound),
        ),
      ];
    case 'const':
      return [...doc, words('const', item.name.text, printExpression(item.value))];
    case 'loss':
      return [...doc, words('loss', printExpression(item.value))];
    case 'let':
    case 'var':
    case 'output': {
      const type = optional(item.type, printType);
      return [
        ...doc,
        words(item.kind, item.name.text, ...item.clauses.map(printClause), type, printExpression(item.value)),
      ];
    }
    case 'unpack': {
      const names = item.names.map((name) => name.text);
      return [...doc, words(item.keyword, words(...names), printExpression(item.value))];
    }
    case 'assignSeveral':
      return [words('=', words(...item.targets.map(printExpression)), printExpression(item.value))];
    case 'assign':
      return [words('=', printExpression(item.target), printExpression(item.value))];
    case 'for':
      return nest(`for ${item.clauses.map(printClause).join(' ')}`, printBlock(item.body));
    case 'while':
      return nest(
        `while ${printExpression(item.condition)} (max ${printExpression(item.most)})`,
        printBlock(item.body),
      );
    case 'if': {
      const arms = [...nest('then', printBlock(item.then)), ...nest('else', printBlock(item.otherwise))];
      return nest(`if ${printExpression(item.condition)}`, arms);
    }
  }
}

const printBlock = (statements: readonly Statement[]): readonly string[] => statements.flatMap(printItem);

function docLines(doc: string | undefined): readonly string[] {
  return doc === undefined ? [] : doc.split('\n').map((line) => `; ${line}`.trimEnd());
}

function nest(head: string, lines: readonly string[]): readonly string[] {
  const inner = lines.map((line) => `  ${line}`);
  const last = inner.pop();
  return last === undefined ? [`(${head})`] : [`(${head}`, ...inner, `${last})`];
}

const words = (...parts: readonly string[]): string => `(${parts.filter((part) => part !== '').join(' ')})`;

function optional<T>(value: T | undefined, print: (value: T) => string): string {
  return value === undefined ? '' : print(value);
}

function printType(type: TypeExpression | TypeExpressions): string {
  if (type.kind === 'types') return words(...type.items.map(printType));
  const { scalar, dims } = type;
  return dims.length === 0 ? scalar.text : `${scalar.text}[${dims.map(printExpression).join(' ')}]`;
}

function printRange({ from, to }: Range): string {
  return from === undefined ? printExpression(to) : words('..', printExpression(from), printExpression(to));
}

const printBound = ({ operator, value }: Bound): string => words(operator, printExpression(value));

const printClause = ({ name, range }: Clause): string => words('for', name.text, optional(range, printRange));

function printIndex(item: IndexItem): string {
  switch (item.kind) {
    case 'at':
      return printExpression(item.index);
    case 'slice':
      if (item.from === undefined && item.to === undefined) return ':';
      return words(
        '..',
        optional(item.from, printExpression) || '_',
        optional(item.to, printExpression) || '_',
      );
  }
}

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.text;
    case 'bool':
      return String(expression.value);
    case 'name':
      return expression.text;
    case 'unary':
      return words(expression.operator, printExpression(expression.operand));
    case 'binary':
      return words(expression.operator, printExpression(expression.left), printExpression(expression.right));
    case 'conditional':
      return words(
        '?',
        ...[expression.condition, expression.then, expression.otherwise].map(printExpression),
      );
    case 'call':
      return words('call', expression.callee.text, ...expression.args.map(printExpression));
    case 'index':
      return words('at', printExpression(expression.base), ...expression.items.map(printIndex));
    case 'member':
      return words('.', printExpression(expression.base), expression.name.text);
    case 'construct': {
      const values = expression.values.map(({ name, value }) => words(name.text, printExpression(value)));
      return words('new', expression.type.text, ...values);
    }
    case 'tuple':
      return words('tuple', ...expression.elements.map(printExpression));
    case 'list':
      return words('list', ...expression.elements.map(printExpression));
    case 'build':
      return words('build', printExpression(expression.element), ...expression.clauses.map(printClause));
    case 'reduce': {
      const guard = expression.guard === undefined ? '' : words('if', printExpression(expression.guard));
      const clauses = expression.clauses.map(printClause);
      return words(expression.reducer.text, printExpression(expression.element), ...clauses, guard);
    }
  }
}
