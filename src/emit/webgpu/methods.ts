// What can be done with a model on a GPU: its interface, and the methods around those that all models have.

import { bug } from '../../base/bug.ts';
import { doorOf } from '../door.ts';
import type { Model } from '../model.ts';
import { jacobianDoc } from '../signature.ts';
import { quote } from '../syntax.ts';

/** `free`: the form whose params live on the GPU, where that is another. */
export function interfaceOf(model: Model, free: Model | undefined, type: string): string {
  const { name } = model.program;
  const params = model.typeName('params');
  const own = (free ?? model).typeName('params');
  const hasParams = model.params.length > 0;
  const jacobian = free?.jacobian === true ? ` ${jacobianDoc(free)}` : '';
  const lines = (isThere: boolean, ...list: readonly string[]): readonly string[] =>
    isThere ? list.map((line) => `  ${line}`) : [];
  return [
    `/** ${name} on a GPU: what is set stays there until it is set again. What fails rejects the next result that is read. */`,
    `export interface ${type} {`,
    ...lines(hasParams, `setParams(params: Readonly<${params}>): void;`),
    ...lines(
      free !== undefined,
      `/** The same by the free params that stand for them, which may be any numbers. */`,
      `setFreeParams(free: Readonly<${own}>): void;`,
    ),
    ...lines(model.data.length > 0, `setData(data: ${model.typeName('data')}): void;`),
    ...lines(free !== undefined, `/** The loss and its gradient by the free params.${jacobian} */`),
    `  lossAndGradient(): Promise<{ loss: number${hasParams ? `; gradient: ${own}` : ''} }>;`,
    ...lines(
      hasParams,
      `/** Takes the gradient times the rate off the ${free === undefined ? '' : 'free '}params, without waiting for it. */`,
      `step(learningRate: number): void;`,
      `readParams(): Promise<${params}>;`,
    ),
    ...lines(free !== undefined, `readFreeParams(): Promise<${own}>;`),
    `  /** The loss that was computed last. */`,
    `  readLoss(): Promise<number>;`,
    ...lines(
      model.outputs.length > 0,
      `/** Computes the outputs for the params and data as they are. */`,
      `readOutputs(): Promise<${model.typeName('outputs')}>;`,
    ),
    `  /** Gives the memory back. */`,
    `  destroy(): void;`,
    `}`,
  ].join('\n');
}

/** The methods that convert, around those of the model of free params, which is called `gpu`. */
export function freeMethods(model: Model, free: Model): readonly string[] {
  const sizes = model.sizes.length > 0 ? ', sizes' : '';
  const check = doorOf(free).params?.call({ owner: quote('free'), params: 'free' });
  return [
    `setParams: (params) => gpu.setParams(${model.functionName('Unconstrain')}(params${sizes})),`,
    `readParams: async () => ${model.functionName('Constrain')}(await gpu.readParams()${sizes}),`,
    'setFreeParams: (free) => {',
    `  ${check?.text ?? bug('free params are not checked')}`,
    '  gpu.setParams(free);',
    '},',
    'readFreeParams: gpu.readParams,',
  ];
}

/** Those that outputs take, which have kernels of their own. */
export const outputMethods: readonly string[] = [
  '// Both at once, so that nothing comes between them.',
  'readOutputs: async () => (await Promise.all([outputs.readOutputs(), gpu.told()]))[0],',
  'destroy: () => {',
  '  gpu.destroy();',
  '  outputs.destroy();',
  '},',
];
