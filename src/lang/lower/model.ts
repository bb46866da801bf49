// A checked model to a program: inputs are declared, lets and losses follow from top to bottom.

import { bug } from '../../base/bug.ts';
import * as polynomial from '../../base/polynomial.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { BlockBuilder } from '../../ir/build.ts';
import type { Input, Operand, Output, Program, Size } from '../../ir/types.ts';
import type { InputDeclaration } from '../ast.ts';
import type { Annotations } from '../check/context.ts';
import type { ModelInfo } from '../check/model.ts';
import { force, storedArray } from './array.ts';
import { isArray, type Env, type Lowering } from './context.ts';
import { learnRange, noFacts } from './facts.ts';
import { lowerBinding, lowerStatement } from './statement.ts';

export function lowerModel(
  annotations: Annotations,
  diagnostics: Diagnostic[],
  { declaration, scope }: ModelInfo,
): Program {
  const l: Lowering = {
    annotations,
    diagnostics,
    facts: noFacts(),
    ranges: new Map(),
    told: new Set(),
    calls: 0,
    level: 0,
  };
  const env: Env = { frame: { bindings: new Map(), sizes: new Map() }, known: undefined, conditional: false };
  const b = new BlockBuilder(0);
  const sizes: Size[] = [];
  const inputs: Input[] = [];
  const outputs: { readonly output: Output; readonly value: Operand }[] = [];
  let lossDoc: string | undefined;
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
        inputs.push(declareInput(l, env, b, item, scope));
        break;
      case 'output': {
        const value = lowerBinding(l, env, b, item);
        outputs.push({
          output: { role: 'output', name: item.name.text, ...documented(item.doc) },
          value: isArray(value) ? force(l, b, value) : value,
        });
        break;
      }
      default:
        lowerStatement(l, env, b, item);
        if (item.kind === 'loss') lossDoc ??= item.doc;
    }
  }
  const { loss } = env.frame;
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
    nextId: b.nextId,
  };
}

const documented = (doc: string | undefined): { readonly doc?: string } => (doc === undefined ? {} : { doc });

function declareInput(
  l: Lowering,
  env: Env,
  b: BlockBuilder,
  item: InputDeclaration,
  scope: ModelInfo['scope'],
): Input {
  const symbol = scope.names.get(item.name.text);
  if (symbol?.kind !== 'input' || symbol.type === undefined) return bug(`\`${item.name.text}\` is no input`);
  const { scalar, dims } = symbol.type;
  const value = b.fresh({ scalar, dims }, { name: symbol.name, span: symbol.span });
  env.frame.bindings.set(symbol, dims.length === 0 ? value : storedArray(l, value));
  if (symbol.range !== undefined) {
    if (dims.length === 0) learnRange(l.facts, value, symbol.range.from, symbol.range.to);
    else l.ranges.set(value, symbol.range);
  }
  const range = symbol.range === undefined ? {} : { range: symbol.range };
  return { role: item.kind, name: symbol.name, value, ...documented(item.doc), ...range };
}
