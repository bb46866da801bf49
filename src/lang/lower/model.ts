// A checked model to a program: inputs are declared, lets and losses follow from top to bottom.

import { bug } from '../../base/bug.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { BlockBuilder } from '../../ir/build.ts';
import type { Input, Operand, Output, Program, RecordPlace, Size } from '../../ir/types.ts';
import type { InputDeclaration, ModelItem } from '../ast.ts';
import type { Annotations } from '../check/context.ts';
import type { ModelInfo } from '../check/model.ts';
import type { Type as LangType } from '../check/types.ts';
import { symbolOf, type Env, type Lowering } from './context.ts';
import { learnRange, noFacts } from './facts.ts';
import { leavesOf, loweredValue, makeValue, operandsOf, recordsIn } from './record.ts';
import { lowerBinding, lowerStatement } from './statement.ts';

/** The state in which nothing is lowered yet. */
export const startLowering = (annotations: Annotations, diagnostics: Diagnostic[]): Lowering => ({
  annotations,
  diagnostics,
  facts: noFacts(),
  ranges: new Map(),
  told: new Set(),
  calls: 0,
  rules: 0,
  level: 0,
});

export function lowerModel(
  annotations: Annotations,
  diagnostics: Diagnostic[],
  { declaration, scope }: ModelInfo,
): Program {
  const l = startLowering(annotations, diagnostics);
  const env: Env = { frame: { bindings: new Map(), sizes: new Map() }, known: undefined, conditional: false };
  const b = new BlockBuilder(0);
  const sizes: Size[] = [];
  const inputs: Input[] = [];
  const records: RecordPlace[] = [];
  const outputs: { readonly output: Output; readonly value: Operand }[] = [];
  for (const item of declaration.items) {
    switch (item.kind) {
      case 'dim': {
        const symbol = scope.names.get(item.name.text);
        const size = symbol?.kind === 'size' ? symbol.size : bug(`\`${item.name.text}\` is no size`);
        const value = polynomial.asConstant(size);
        // A size made of others, `dim P = 2*N`, is only a short name for them.
        if (item.value === undefined || value !== undefined) {
          sizes.push({
            name: item.name.text,
            ...(value === undefined ? {} : { value }),
            ...documented(item.doc),
          });
        }
        break;
      }
      case 'param':
      case 'data':
        inputs.push(...declareInputs(l, env, b, item, scope));
        records.push(...recordsIn(inputType(item, scope), item.name.text, item.doc));
        break;
      case 'output': {
        const value = lowerBinding(l, env, b, item);
        const symbol = symbolOf(l, item.name);
        const type =
          symbol.kind === 'let' && symbol.type ? symbol.type : bug(`\`${item.name.text}\` has no type`);
        const names = leavesOf(type, item.name.text, item.doc);
        operandsOf(l, b, value).forEach((operand, k) => {
          const { name, doc } = names[k] ?? bug('an output without a name');
          outputs.push({ output: { role: 'output', name, ...documented(doc) }, value: operand });
        });
        records.push(...recordsIn(type, item.name.text, item.doc));
        break;
      }
      default:
        lowerStatement(l, env, b, item);
    }
  }
  const { loss } = env.frame;
  const docs = lossDocs(declaration.items);
  const lossDoc = docs.length === 0 ? undefined : docs.join('\n');
  const all =
    loss === undefined
      ? outputs
      : [
          { output: { role: 'loss', name: 'loss', ...documented(lossDoc) } as const, value: loss },
          ...outputs,
        ];
  return {
    name: declaration.name.text,
    ...documented(declaration.doc),
    sizes,
    inputs,
    body: b.block(all.map(({ value }) => value)),
    outputs: all.map(({ output }) => output),
    ...(records.length === 0 ? {} : { records }),
    nextId: b.nextId,
  };
}

/** What is said of the losses, those in blocks included: they become one. */
function lossDocs(items: readonly ModelItem[]): readonly string[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'loss':
        return item.doc === undefined ? [] : [item.doc.trim()];
      case 'for':
      case 'while':
        return lossDocs(item.body);
      case 'if':
        return lossDocs([...item.then, ...item.otherwise]);
      default:
        return [];
    }
  });
}

const documented = (doc: string | undefined): { readonly doc?: string } => (doc === undefined ? {} : { doc });

function inputType(item: InputDeclaration, scope: ModelInfo['scope']): LangType {
  const symbol = scope.names.get(item.name.text);
  const type = symbol?.kind === 'input' ? symbol.type : undefined;
  return type ?? bug(`\`${item.name.text}\` is no input`);
}

/** One for each part of a record. */
function declareInputs(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  item: InputDeclaration,
  scope: ModelInfo['scope'],
): readonly Input[] {
  const symbol = scope.names.get(item.name.text);
  if (symbol?.kind !== 'input' || symbol.type === undefined) return bug(`\`${item.name.text}\` is no input`);
  const { range, constraint } = symbol;
  const inputs = leavesOf(symbol.type, symbol.name, item.doc).map(({ name, valueName, type, doc }): Input => {
    const value = b.fresh(type, { name: valueName, span: symbol.span });
    if (range !== undefined) {
      if (type.dims.length === 0) learnRange(l.facts, value, range.from, range.to);
      else l.ranges.set(value, range);
    }
    return {
      role: item.kind,
      name,
      value,
      ...documented(doc),
      ...(range === undefined ? {} : { range }),
      ...(constraint === undefined ? {} : { constraint }),
    };
  });
  const waiting = inputs.map((input) => loweredValue(l, input.value));
  env.frame.bindings.set(
    symbol,
    makeValue(symbol.type, () => waiting.shift() ?? bug('a part without an input')),
  );
  return inputs;
}
