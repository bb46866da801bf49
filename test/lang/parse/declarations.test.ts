// Imports and derivative rules, and the tree that each becomes.

import { expect, it } from 'vitest';
import { parse } from '../../../src/lang/parse.ts';
import { printAst } from '../../../src/lang/print.ts';

it.each([
  ['import { f } from "./a.nabla"', '(import (f f) "./a.nabla")'],
  ["import { f as g, h, } from '../b/c.nabla'", '(import (f g) (h h) "../b/c.nabla")'],
  ['import {\n  f,\n  g as h\n} from "./a.nabla"; import { k } from "./k.nabla"', '(import (f f) (g h)'],
  ['import { as, from as as } from "./a{.nabla"', '(import (as as) (from as) "./a{.nabla")'],
  ['derivative f(x) = 2 * x', 'derivative f (x)\n  (return (* 2 x))'],
  ['derivative f(x, y) = { x: y, y: x }', 'derivative f (x y)\n  (return (x y) (y x))'],
  [
    'derivative f(x, y) = {\n  x: y +\n    1,\n  y: x\n    * 2,\n}',
    'derivative f (x y)\n  (return (x (+ y 1)) (y (* x 2)))',
  ],
  [
    'derivative f(x) {\n  let e = exp(x)\n  return e * e\n}',
    'derivative f (x)\n  (let e (call exp x))\n  (return (* e e))',
  ],
  [
    'adjoint f(a, b) from g {\n  return {\n    a: g,\n    b: -g }\n}',
    'adjoint f (a b) g\n  (return (a g) (b (- g)))',
  ],
  ['adjoint f(a) from from = [from[0] for i]', 'adjoint f (a) from\n  (return (build'],
])('%s', (text, tree) => {
  const { file, diagnostics } = parse({ path: 'test.nabla', text });
  expect(diagnostics).toEqual([]);
  expect(printAst(file).replaceAll(/\(+(derivative|adjoint)/g, '$1')).toContain(tree);
});

it('braces that are left open or closed twice are one message each', () => {
  const codes = (text: string): readonly string[] =>
    parse({ path: 'test.nabla', text }).diagnostics.map(({ code }) => code);
  const after = '\nconst a = 1\nfn f(x: real): real {\n  return x\n}\n';
  expect(codes(`import { f, g from "./a.nabla"${after}`)).toEqual(['N0102']);
  expect(codes(`import { f, g }} from "./a.nabla"${after}`)).toEqual(['N0103']);
  expect(codes(`derivative f(x) = { x: (1 + 2 }${after}`)).toEqual(['N0102']);
  expect(codes(`derivative f(x) = { x: 1${after}`)).toEqual(['N0102']);
});
