// The two ways from declarations to the text of a module agree, blank lines included.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Module } from '../../src/emit/module.ts';
import { printModule } from '../../src/emit/plain.ts';
import { buildModule } from '../../src/emit/structures.ts';
import { moduleOf } from '../../src/emit/typescript.ts';
import { derive } from '../../src/generate.ts';
import { toRoutine } from '../../src/loops/index.ts';
import { programOf } from '../support/language.ts';
import { modelNames, referenceCase } from '../support/reference.ts';

const folder = resolve(import.meta.dirname, '../../examples');
const examples = readdirSync(folder).filter((file) => file.endsWith('.nabla'));

/** Short parts, so that most models have some. */
const options = { checked: true, partStatements: 20 };

function moduleOfModel(text: string): Module {
  const program = programOf(text);
  const routines = [toRoutine(derive(program, 'gradient'), 'gradient', options)];
  return moduleOf([{ program, routines }], { sourcePath: 'model.nabla', precision: 'f64' });
}

describe('a module printed plainly is as ts-morph builds it', () => {
  it.each(examples)('%s', (file) => {
    const module = moduleOfModel(readFileSync(join(folder, file), 'utf8'));
    expect(printModule(module)).toBe(buildModule(module));
  });

  it.each(modelNames)('%s', (name) => {
    const module = moduleOfModel(referenceCase(name).source);
    expect(printModule(module)).toBe(buildModule(module));
  });

  it('with comments of all shapes', () => {
    const docs = ['A line.', 'Two\nlines.', 'A paragraph.\n\nAnother.\n', ' indented', 'The end */ of it.'];
    const module: Module = {
      header: '// A header.',
      declarations: docs.flatMap((doc, k) => [
        { kind: 'interface', name: `I${k}`, exported: k > 0, doc, fields: [{ name: 'x', type: 'number', readonly: k > 1, doc }] }, // prettier-ignore
        { kind: 'function', name: `f${k}`, exported: k > 0, doc, parameters: [], result: 'void', body: 'a();\n\nb();' }, // prettier-ignore
        { kind: 'text', text: `type T${k} = number;` },
      ]),
    };
    expect(printModule(module)).toBe(buildModule(module));
  });
});
