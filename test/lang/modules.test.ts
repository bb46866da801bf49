// Imports: what is brought in, what names mean in which file, and what is asked of the caller. Messages are in test/bad.

import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse.ts';
import { compile } from '../../src/compile.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { loadImports, type Load } from '../../src/lang/modules.ts';

type Files = Readonly<Record<string, string>>;

const from =
  (files: Files): Load =>
  (path) =>
    files[path];

const model = (loss: string): string => `model M {\n  param x: real\n  loss ${loss}\n}\n`;

/** The loss of the first file at x = 2. */
async function lossOf(files: Files): Promise<number | undefined> {
  const [path = '', text = ''] = Object.entries(files)[0] ?? [];
  const imports = await loadImports({ path, text }, from(files));
  const { programs, diagnostics } = analyse(text, { path, imports });
  expect(diagnostics).toEqual([]);
  return programs[0] && interpret(programs[0], { params: { x: 2 } }).loss;
}

describe('imports', () => {
  it.each<readonly [what: string, loss: number, files: Files]>([
    [
      'a function and a constant',
      20,
      {
        'main.nabla': `import { f, k } from "./lib.nabla"\n${model('k * f(x)')}`,
        'lib.nabla': 'const k = 5\nfn f(x: real): real = x^2',
      },
    ],
    [
      'by other names, over several lines, in other quotes, below the model',
      20,
      {
        'main.nabla': `${model('five * square(x)')}import {\n  f as square,\n  k as five,\n} from './lib.nabla'`,
        'lib.nabla': 'const k = 5\nfn f(x: real): real = x^2',
      },
    ],
    [
      'a size',
      6,
      {
        'main.nabla': `import { K } from "./lib.nabla"\nmodel M { dim N = K\n param x: real\n loss sum(x for i in N) }`,
        'lib.nabla': 'const K = 3',
      },
    ],
    [
      'a function on arrays, generic in their sizes',
      14,
      {
        'main.nabla': `import { total } from "./lib.nabla"\n${model('total([x * real(i) for i in 4]) + total([x])')}`,
        'lib.nabla': 'fn total(a: real[n]): real = sum(a)',
      },
    ],
    [
      'a record, and functions of it',
      12,
      {
        'main.nabla': `import { Vec2, twice } from "./lib.nabla"\ntype Line = { from: Vec2 }\nfn first(l: Line): real = l.from.x\n${model('first(Line { from: twice(Vec2 { x: 3 * x, y: 0 }) })')}`,
        'lib.nabla':
          'type Vec2 = { x: real, y: real }\nfn twice(v: Vec2): Vec2 = Vec2 { x: 2 * v.x, y: 2 * v.y }',
      },
    ],
    [
      'a record by another name, beside one of its own',
      5,
      {
        'main.nabla': `import { Point as Theirs, f } from "./lib.nabla"\ntype Point = { u: real }\nfn g(p: Point): Theirs = Theirs { x: p.u }\n${model('f(g(Point { u: x })) + 3')}`,
        'lib.nabla': 'type Point = { x: real }\nfn f(p: Point): real = p.x',
      },
    ],
    [
      'what another file imports',
      17,
      {
        'models/main.nabla': `import { f } from "../lib/f.nabla"\n${model('f(x)')}`,
        'lib/f.nabla': 'import { g } from "./deep/../deep/g.nabla"\nfn f(x: real): real = g(x) + 1',
        'lib/deep/g.nabla': 'import { k } from "../../k.nabla"\nfn g(x: real): real = x^k',
        'k.nabla': 'const k = 4',
      },
    ],
    [
      'a file that two others import',
      8,
      {
        'main.nabla': `import { f } from "./a.nabla"\nimport { g } from "./b.nabla"\n${model('f(x) + g(x)')}`,
        'a.nabla': 'import { h } from "./c.nabla"\nfn f(x: real): real = h(x)',
        'b.nabla': 'import { h } from "./c.nabla"\nfn g(x: real): real = h(x)',
        'c.nabla': 'fn h(x: real): real = x^2',
      },
    ],
    [
      'from a file that is above where the command runs',
      4,
      {
        'main.nabla': `import { f } from "../lib.nabla"\n${model('f(x)')}`,
        '../lib.nabla': 'fn f(x: real): real = x^2',
      },
    ],
    [
      'from beside a file with an absolute path',
      4,
      {
        '/a/b/main.nabla': `import { f } from "../lib.nabla"\n${model('f(x)')}`,
        '/a/lib.nabla': 'fn f(x: real): real = x^2',
      },
    ],
    [
      'words that mean something in an import only',
      4,
      {
        'main.nabla': `import { as as from } from "./lib.nabla"\n${model('from(x)')}`,
        'lib.nabla': 'fn as(from: real): real = from^2',
      },
    ],
  ])('%s', async (_, loss, files) => {
    expect(await lossOf(files)).toBe(loss);
  });

  it('names mean in a function what they mean in its file', async () => {
    const files = {
      'main.nabla': `import { f } from "./lib.nabla"\nconst k = 100\nfn g(x: real): real = 100 * x\nfn relu(x: real): real = 100 * x\n${model('f(x) + 0 * (g(x) + k)')}`,
      'lib.nabla': 'const k = 3\nfn g(x: real): real = x + k\nfn f(x: real): real = g(x) + relu(-x)',
    };
    expect(await lossOf(files)).toBe(5);
  });

  it('a function of the prelude may be replaced by an imported one, in the file that imports it', async () => {
    const files = {
      'main.nabla': `import { relu } from "./lib.nabla"\nimport { g } from "./other.nabla"\n${model('relu(x) + g(x)')}`,
      'lib.nabla': 'fn relu(x: real): real = 10 * x',
      'other.nabla': 'fn g(x: real): real = relu(-x)',
    };
    expect(await lossOf(files)).toBe(20);
  });

  it('models of an imported file are not looked at', async () => {
    const lib = `fn f(x: real): real = x\nimport { unused } from "./other.nabla"\n${model('nothing(x)')}`;
    const other = 'const unused = 1';
    const main = `import { f } from "./lib.nabla"\n${model('f(x)')}`;
    const { files, diagnostics } = await compile(main, {
      load: from({ 'lib.nabla': lib, 'other.nabla': other }),
    });
    expect(diagnostics).toEqual([]);
    expect(files.map((file) => file.path)).toEqual(['model.ts']);
  });

  it('a file is asked for once, also asynchronously, and not at all without an import', async () => {
    const asked: string[] = [];
    const load: Load = async (path) => {
      asked.push(path);
      return path === 'c.nabla'
        ? 'fn h(x: real): real = x'
        : 'import { h } from "./c.nabla"\nfn f(x: real): real = h(x)';
    };
    const text = `import { f } from "./a.nabla"\nimport { f as g } from "./b.nabla"\n${model('f(x) + g(x)')}`;
    expect((await compile(text, { load })).diagnostics).toEqual([]);
    expect(asked.sort()).toEqual(['a.nabla', 'b.nabla', 'c.nabla']);
    expect(
      (await compile(model('x'), { load: () => Promise.reject(new Error('asked')) })).diagnostics,
    ).toEqual([]);
  });

  it('what the caller refuses is said with its reason; what it throws is thrown', async () => {
    const text = `import { f } from "./secret.nabla"\n${model('f(x)')}`;
    const { diagnostics } = await compile(text, { load: () => ({ refused: 'it is secret' }) });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['N0703', '`secret.nabla` is not read: it is secret'],
    ]);
    await expect(compile(text, { load: () => Promise.reject(new Error('disk on fire')) })).rejects.toThrow(
      'disk on fire',
    );
  });

  it('a chain of imports without an end is cut', async () => {
    let asked = 0;
    const load: Load = () => {
      asked += 1;
      return `import { f } from "./again/lib.nabla"\nfn f${asked}(x: real): real = x`;
    };
    const { diagnostics } = await compile(`import { f } from "./lib.nabla"\n${model('f(x)')}`, { load });
    expect(diagnostics.map(({ code }) => code)).toEqual(['N0703']);
    expect(asked).toBeLessThan(200);
  });

  it('the emitted module does not depend on where the functions come from', async () => {
    const f = 'fn f(x: real): real = sin(x)^2\n';
    const alone = await compile(`${f}${model('f(x)')}`, { path: 'a/m.nabla' });
    const main = `import { f } from "./lib.nabla"\n${model('f(x)')}`;
    const apart = await compile(main, { path: 'b/c/m.nabla', load: from({ 'b/c/lib.nabla': f }) });
    expect(apart.files).toEqual(alone.files);
  });

  it('a file of functions alone can be checked as a library', () => {
    const codes = (text: string, library: boolean): readonly string[] =>
      analyse(text, { library }).diagnostics.map(({ code }) => code);
    expect(codes('const k = 2\nfn f(x: real): real = x', true)).toEqual([]);
    expect(codes('const k = 2\nfn f(x: real): real = x', false)).toEqual(['N0501']);
    expect(codes('// nothing', true)).toEqual(['N0501']);
  });
});
