// The emitted modules of the hand-made models: their text, what TypeScript says about it, and what they compute.

import { check } from 'prettier';
import { beforeAll, describe, expect, it } from 'vitest';
import { format } from '../../src/emit/format.ts';
import { emitTypeScript } from '../../src/emit/typescript.ts';
import { cases, type Case } from './cases.ts';
import { load, typeErrors } from './typescript.ts';

const emit = ({ models, options }: Case, name: string): Promise<string> =>
  emitTypeScript(models, { sourcePath: `${name}.nabla`, precision: 'f64', ...options });

describe('emitted modules', () => {
  const texts = new Map<string, string>();
  beforeAll(async () => {
    for (const [name, example] of Object.entries(cases)) {
      texts.set(name, await format(await emit(example, name), `${name}.ts`));
    }
  });
  const textOf = (name: string): string => texts.get(name) ?? '';

  it.each(Object.keys(cases))('%s reads as before', async (name) => {
    await expect(textOf(name)).toMatchFileSnapshot(`golden/${name}.ts`);
  });

  it('are free of type errors under the strictest settings', () => {
    const files = Object.fromEntries([...texts].map(([name, text]) => [`${name}.ts`, text]));
    expect(Object.keys(files)).toHaveLength(Object.keys(cases).length);
    expect(typeErrors(files)).toEqual([]);
  });

  it.each(Object.entries(cases))('%s computes what it should', async (name, { run, expected }) => {
    expect(run(await load(textOf(name)))).toEqual(expected);
  });

  it.each(Object.keys(cases))('%s stays as it is when formatted again', async (name) => {
    const style = { parser: 'typescript', filepath: `${name}.ts`, singleQuote: true, printWidth: 100 };
    expect(await check(textOf(name), style)).toBe(true);
  });

  it.each(Object.entries(cases))('%s is the same text every time', async (name, example) => {
    expect(await emit(example, name)).toBe(await emit(example, name));
  });

  it('are what the type checker can see errors in', () => {
    const wrong = textOf('rosenbrock').replace('const a =', 'const unused =');
    expect(typeErrors({ 'wrong.ts': wrong })).not.toEqual([]);
  });
});
