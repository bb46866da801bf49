// What a caller with wrong arguments is told.

import { beforeAll, describe, expect, it } from 'vitest';
import { constant, divide, subtract, symbol } from '../../src/base/polynomial.ts';
import { emitTypeScript } from '../../src/emit/typescript.ts';
import { at, buffer, declare, integer, local, model, store, type } from './build.ts';
import { cases } from './cases.ts';
import { load, type Module } from './typescript.ts';

const shapes = () => {
  const [a, s] = [buffer('param', 'a', type('real', 'N')), buffer('scratch', 's', type('real', 'N'))];
  const x = local('x');
  const half = divide(symbol('N'), 2);
  const body = [declare(x, at(a, integer(0))), store(s, [integer(0)], x)];
  return model(
    {
      name: 'Shapes',
      sizes: ['N'],
      params: { a: type('real', 'N'), flag: type('real') },
      data: {
        b: type('bool', half),
        k: {
          type: type('int', subtract(symbol('N'), constant(3))),
          range: { from: constant(1), to: symbol('N') },
        },
        j: { type: type('int'), range: { from: constant(0), to: constant(2) } },
        i: type('int'),
      },
      outputs: { o: type('int', 'N') },
    },
    {
      loss: { body, result: x, scratch: [s] },
      outputs: { body: [] },
      gradient: { body, result: x, scratch: [s] },
    },
  );
};

describe('checks at the door', () => {
  let module: Module;
  let unchecked: Module;
  beforeAll(async () => {
    const options = { sourcePath: 'shapes.nabla', precision: 'f64' } as const;
    module = await load(await emitTypeScript([shapes()], options));
    unchecked = await load(await emitTypeScript([shapes()], { ...options, checked: false }));
  });

  const good = () => ({
    params: { a: new Float64Array(4), flag: 0 },
    data: { b: new Uint8Array(2), k: Int32Array.of(1), j: 1, i: 5 },
    sizes: { N: 4 },
    gradient: { a: new Float64Array(4), flag: 0 },
    outputs: { o: new Int32Array(4) },
    ws: { s: new Float64Array(4) },
  });
  type Arguments = ReturnType<typeof good>;
  type Wrong = { [Key in keyof Arguments]?: Record<string, unknown> };

  const loss = (m: Module, { params, data, sizes, ws }: Arguments) =>
    m['shapesLoss']?.(params, data, sizes, ws);
  const gradient = (m: Module, a: Arguments) =>
    m['shapesLossAndGradient']?.(a.params, a.data, a.sizes, a.gradient);
  const outputs = (m: Module, a: Arguments) => m['shapesOutputs']?.(a.params, a.data, a.sizes, a.outputs);
  const withWrong = (wrong: Wrong): Arguments => {
    const all = good();
    for (const [key, fields] of Object.entries(wrong)) Object.assign(all[key as keyof Arguments], fields);
    return all;
  };

  it('let what fits pass', () => {
    expect(loss(module, good())).toBe(0);
    expect(gradient(module, good())).toBe(0);
    expect(outputs(module, good())).toBeUndefined();
  });

  it.each<[typeof loss, Wrong, ErrorConstructor, string]>([
    [loss, { sizes: { N: 0 } }, RangeError, 'sizes.N must be a positive integer, got 0'],
    [loss, { sizes: { N: -4 } }, RangeError, 'sizes.N must be a positive integer, got -4'],
    [loss, { sizes: { N: 2.5 } }, RangeError, 'sizes.N must be a positive integer, got 2.5'],
    [loss, { sizes: { N: NaN } }, RangeError, 'sizes.N must be a positive integer, got NaN'],
    [loss, { sizes: { N: undefined } }, RangeError, 'sizes.N must be a positive integer, got undefined'],
    [loss, { sizes: { N: 5 } }, RangeError, 'N/2 must be an integer and not negative, got 2.5'],
    [loss, { sizes: { N: 2 } }, RangeError, 'N - 3 must be an integer and not negative, got -1'],
    [loss, { params: { a: new Float64Array(3) } }, RangeError, 'params.a must have length 4 for real[N], got 3'],
    [loss, { params: { a: [0, 0, 0, 0] } }, TypeError, 'params.a must be a Float64Array for real[N], got [object Array]'],
    [loss, { params: { a: new Float32Array(4) } }, TypeError, 'params.a must be a Float64Array for real[N], got [object Float32Array]'],
    [loss, { params: { a: undefined } }, TypeError, 'params.a must be a Float64Array for real[N], got [object Undefined]'],
    [loss, { data: { b: new Uint8Array(4) } }, RangeError, 'data.b must have length 2 for bool[N/2], got 4'],
    [loss, { data: { k: new Float64Array(1) } }, TypeError, 'data.k must be an Int32Array for int[N - 3], got [object Float64Array]'],
    [loss, { data: { k: Int32Array.of(4) } }, RangeError, 'data.k[0] must be in 1..4, got 4'],
    [loss, { data: { k: Int32Array.of(0) } }, RangeError, 'data.k[0] must be in 1..4, got 0'],
    [loss, { data: { j: 2 } }, RangeError, 'data.j must be an integer in 0..2, got 2'],
    [loss, { data: { j: 0.5 } }, RangeError, 'data.j must be an integer in 0..2, got 0.5'],
    [loss, { data: { i: NaN } }, RangeError, 'data.i must be an integer, got NaN'],
    [loss, { ws: { s: new Float64Array(2) } }, RangeError, 'ws.s must have length 4 for real[N], got 2'],
    [gradient, { gradient: { a: new Float64Array(8) } }, RangeError, 'gradient.a must have length 4 for real[N], got 8'],
    [outputs, { outputs: { o: new Int32Array(0) } }, RangeError, 'outputs.o must have length 4 for int[N], got 0'],
    [(m, a) => m['shapesPack']?.(a.params, a.sizes, new Float64Array(4)), {}, RangeError, 'flat must have length 5 for real[N + 1], got 4'],
    [(m, a) => m['shapesUnpack']?.(new Float64Array(6), a.sizes), {}, RangeError, 'flat must have length 5 for real[N + 1], got 6'],
    [(m, a) => m['shapesWorkspace']?.(a.sizes), { sizes: { N: 1.5 } }, RangeError, 'sizes.N must be a positive integer, got 1.5'],
    [(m, a) => m['shapesZeros']?.(a.sizes), { sizes: { N: 0 } }, RangeError, 'sizes.N must be a positive integer, got 0'],
  ])('%#: $3', (call, wrong, kind, message) => {
    expect(() => call(module, withWrong(wrong))).toThrow(new kind(message));
    expect(() => call(module, withWrong(wrong))).toThrow(kind);
  }); // prettier-ignore

  it('hold what is filled apart from what is read', () => {
    const all = good();
    const call = (filled: object) => () =>
      module['shapesLossAndGradient']?.(all.params, all.data, all.sizes, filled);
    expect(call(all.gradient)).not.toThrow();
    expect(call(all.params)).toThrow(
      new TypeError('gradient must not be params, which is read while it is filled'),
    );
    expect(call({ a: all.params.a, flag: 0 })).toThrow(
      new TypeError('gradient.a must not be params.a, which is read while it is filled'),
    );
  });

  it('without checks only lengths and sizes are held', () => {
    expect(loss(unchecked, withWrong({ data: { k: Int32Array.of(99), j: 7, i: NaN } }))).toBe(0);
    expect(() => loss(unchecked, withWrong({ params: { a: new Float64Array(3) } }))).toThrow(RangeError);
  });

  it('an index is checked where it is used', async () => {
    const { hostileLoss, hostileZeros } = await load(
      await emitTypeScript(cases['hostile']?.models ?? [], { sourcePath: 'x', precision: 'f64' }),
    );
    expect(
      hostileLoss?.(
        hostileZeros?.({ default: 1, sizes: 1 }),
        { class: new Float64Array(1), it_s: new Float64Array(1) },
        { default: 1, sizes: 1 },
      ),
    ).toBe(0.5);
    const { mixedBagLossAndGradient } = await load(
      await emitTypeScript(
        cases['mixed-bag']?.models.map((m) => ({
          ...m,
          program: {
            ...m.program,
            inputs: m.program.inputs.map(({ role, name, value }) => ({ role, name, value })),
          },
        })) ?? [],
        { sourcePath: 'x', precision: 'f64' },
      ),
    );
    const data = {
      word: Int32Array.of(3),
      keep: Uint8Array.of(1),
      isSigned: true,
      mode: 0,
      gap: new Float64Array(0),
    };
    const params = { L: new Float64Array(3), scale: 1 };
    const call = () =>
      mixedBagLossAndGradient?.(params, data, { N: 1, D: 2 }, { L: new Float64Array(3), scale: 0 });
    expect(call).toThrow(new RangeError('index 3 of L must be in 0..3 (axis 0)'));
  });
});
