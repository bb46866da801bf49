// What is read of the prelude: enough for every model, and no more than is mentioned.

import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { printProgram } from '../../src/ir/print.ts';
import { check } from '../../src/lang/check.ts';
import { parse } from '../../src/lang/parse.ts';
import { prelude, preludeFor } from '../../src/lang/prelude.ts';
import { modelNames, referenceCase } from '../support/reference.ts';

const functionsOf = (text: string): readonly string[] =>
  preludeFor(text).flatMap((file) =>
    file.declarations.flatMap((item) => ('name' in item ? [item.name.text] : [])),
  );

describe('preludeFor', () => {
  it.each([
    ['loss x^2', []],
    ['loss mse(a, b)', ['mse']],
    ['loss hinge(y, z)', ['relu', 'hinge']],
    ['// as mse', ['mse']],
  ])('%s', (text, functions) => {
    expect(functionsOf(text)).toEqual(functions);
  });

  it('leaves everything where it stands', () => {
    const place = (files: ReturnType<typeof prelude>): unknown =>
      files.flatMap((file) => file.declarations.flatMap((item) => ('name' in item && item.name.text === 'logCosh' ? [item.name.span.start, item.span.end, item.span.source.path] : []))); // prettier-ignore
    expect(place(preludeFor('logCosh'))).toEqual(place(prelude()));
  });

  it.each(modelNames)('is all that %s needs', (name) => {
    const { source } = referenceCase(name);
    const whole = check(parse({ path: 'model.nabla', text: source }).file, prelude());
    const { programs, diagnostics } = analyse(source);
    expect(diagnostics).toEqual(whole.diagnostics);
    expect(programs.map(printProgram)).toEqual(whole.programs.map(printProgram));
  });

  it('does not keep messages from suggesting other functions', () => {
    const { diagnostics } = analyse('model M {\n  param x: real\n  loss sofplus(x)\n}\n');
    expect(diagnostics[0]?.help).toContain('softplus');
  });
});
