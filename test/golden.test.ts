// The examples as users see them emitted: IR of the gradient and the whole module, as files that someone has read. They are
// type-checked under the strictest settings, together with the modules of all reference models. `vitest -u` writes them.

import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { derive } from '../src/generate.ts';
import { printProgram } from '../src/ir/print.ts';
import { printRoutine, toRoutine } from '../src/loops/index.ts';
import { typeErrors } from './emit/typescript.ts';
import { examples, smallModels } from './support/golden.ts';
import { programOf } from './support/language.ts';
import { modelNames, referenceCase } from './support/reference.ts';

const all = ['loss', 'gradient', 'outputs', 'jvp', 'hvp'] as const;

async function moduleOf(name: string, text: string): Promise<string> {
  const { files } = await compile(text, { path: `${name}.nabla`, emit: all });
  return files[0]?.text ?? '';
}

describe.each([...examples, ...smallModels])('$name', ({ name, text }) => {
  it('has the IR and the loops that it had', async () => {
    const gradient = derive(programOf(text), 'gradient');
    await expect(printProgram(gradient)).toMatchFileSnapshot(`golden/${name}.gradient.ir`);
    const routine = toRoutine(gradient, 'gradient', { checked: true });
    await expect(printRoutine(routine)).toMatchFileSnapshot(`golden/${name}.gradient.loops`);
  });
});

describe.each(examples)('$name', ({ name, text }) => {
  it('is emitted as it was', async () => {
    await expect(await moduleOf(name, text)).toMatchFileSnapshot(`golden/${name}.ts`);
  });
});

it('emits modules without type errors', { timeout: 240_000 }, async () => {
  const sources = [...examples, ...modelNames.map((name) => ({ name, text: referenceCase(name).source }))];
  const modules = await Promise.all(
    sources.map(async ({ name, text }) => [`${name}.ts`, await moduleOf(name, text)] as const),
  );
  expect(modules.length).toBeGreaterThan(30);
  expect(typeErrors(Object.fromEntries(modules))).toEqual([]);
});

it('emits the same bytes every time', async () => {
  for (const { name, text } of examples) expect(await moduleOf(name, text)).toBe(await moduleOf(name, text));
});
