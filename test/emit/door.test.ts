// What a caller with wrong arguments is told.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { constant, divide, subtract, symbol } from '../../src/base/polynomial.ts';
import { emitTypeScript } from '../../src/emit/typescript.ts';
import { at, buffer, declare, integer, local, model, real, store, type } from './build.ts';
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
        on: type('bool'),
        r: type('real'),
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
    data: { b: new Uint8Array(2), k: Int32Array.of(1), j: 1, i: 5, on: true, r: 0.5 },
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
    [loss, { data: { j: '1' } }, TypeError, 'data.j must be a number for int, got [object String]'],
    [loss, { data: { on: 1 } }, TypeError, 'data.on must be a boolean for bool, got [object Number]'],
    [loss, { data: { r: [1] } }, TypeError, 'data.r must be a number for real, got [object Array]'],
    [loss, { params: { flag: '1' } }, TypeError, 'params.flag must be a number for real, got [object String]'],
    [loss, { params: { flag: undefined } }, TypeError, 'params.flag must be a number for real, got [object Undefined]'],
    [loss, { params: { flag: null } }, TypeError, 'params.flag must be a number for real, got [object Null]'],
    [(m, a) => m['shapesPack']?.(a.params, a.sizes), { params: { flag: '1' } }, TypeError, 'params.flag must be a number for real, got [object String]'],
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

  it.each<[keyof Arguments, typeof loss, unknown, string]>([
    ['params', loss, undefined, 'params must be an object, got undefined'],
    ['params', loss, null, 'params must be an object, got null'],
    ['params', loss, 3, 'params must be an object, got 3'],
    ['data', loss, undefined, 'data must be an object, got undefined'],
    ['sizes', loss, undefined, 'sizes must be an object, got undefined'],
    ['sizes', gradient, undefined, 'sizes must be an object, got undefined'],
    ['ws', loss, null, 'ws must be an object, got null'],
    ['gradient', gradient, undefined, 'gradient must be an object, got undefined'],
    ['outputs', outputs, undefined, 'outputs must be an object, got undefined'],
    ['sizes', (m, a) => m['shapesZeros']?.(a.sizes), undefined, 'sizes must be an object, got undefined'],
    ['params', (m, a) => m['shapesPack']?.(a.params, a.sizes), undefined, 'params must be an object, got undefined'],
  ])('%s may not be missing: %#', (name, call, value, message) => {
    expect(() => call(module, { ...good(), [name]: value })).toThrow(new TypeError(message));
  }); // prettier-ignore

  it.each([NaN, Infinity, -Infinity])('%s is a number', (value) => {
    const all = withWrong({ params: { flag: value }, data: { r: value } });
    expect(loss(module, all)).toBe(0);
    expect(gradient(module, all)).toBe(0);
  });

  it('the scalars of what is filled may hold anything', () => {
    expect(gradient(module, withWrong({ gradient: { flag: undefined } }))).toBe(0);
  });

  it('a gradient of scalars may not be missing', async () => {
    const text = await emitTypeScript(
      [model({ name: 'Point', params: { x: type('real') } }, { gradient: { body: [], result: real(0) } })],
      { sourcePath: 'x', precision: 'f64' },
    );
    const { pointLossAndGradient } = await load(text);
    const call = (gradientObject: unknown) => () => pointLossAndGradient?.({ x: 1 }, gradientObject);
    expect(call({})).not.toThrow();
    expect(call(undefined)).toThrow(new TypeError('gradient must be an object, got undefined'));
  });

  it('without checks only kinds, lengths and sizes are held', () => {
    expect(loss(unchecked, withWrong({ data: { k: Int32Array.of(99), j: 7, i: NaN } }))).toBe(0);
    expect(() => loss(unchecked, withWrong({ params: { a: new Float64Array(3) } }))).toThrow(RangeError);
    expect(() => loss(unchecked, withWrong({ data: { j: '1' } }))).toThrow(TypeError);
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

describe('ranges of int data', () => {
  const lowest = -(2 ** 31);
  const highest = 2 ** 31 - 1;
  it.each([
    [1, 5],
    [-3, 4],
    [lowest, -5],
    [7, highest],
    [lowest, highest],
  ])('every element is in %i..%i, or is named', async (from, to) => {
    const k = { type: type('int', 'N'), range: { from: constant(from), to: constant(to) } };
    const body = [declare(local('zero'), real(0))];
    const ranges = model(
      { name: 'Ranges', sizes: ['N'], params: { w: type('real') }, data: { k } },
      { loss: { body, result: real(0) } },
    );
    const { rangesLoss } = await load(
      await emitTypeScript([ranges], { sourcePath: 'ranges.nabla', precision: 'f64' }),
    );
    const call = (data: Int32Array) => () => rangesLoss?.({ w: 1 }, { k: data }, { N: data.length });
    for (const N of [1, 4, 9]) {
      expect(call(Int32Array.from({ length: N }, (_, i) => (i % 2 === 0 ? from : to - 1)))).not.toThrow();
      const outside = [from - 1, to, lowest, highest].filter((k) => k >= lowest && !(k >= from && k < to));
      for (const bad of outside) {
        for (let at = 0; at < N; at++) {
          const data = new Int32Array(N).fill(from);
          data[at] = bad;
          expect(call(data)).toThrow(new RangeError(`data.k[${at}] must be in ${from}..${to}, got ${bad}`));
        }
      }
    }
  });
});

const aliases = () => {
  const a = buffer('param', 'a', type('real', 'N'));
  const x = local('x');
  const body = [declare(x, at(a, integer(0)))];
  const reals = type('real', 'N');
  return model(
    {
      name: 'Aliases',
      sizes: ['N'],
      params: { a: reals, a2: reals, flag: type('real') },
      data: { r: reals, l: type('int', 'N'), b: type('bool', 'N') },
      outputs: { o: type('int', 'N'), o2: type('int', 'N'), q: reals },
    },
    { gradient: { body, result: x }, hvp: { body, result: x }, outputs: { body: [] } },
  );
};

describe('what is filled', () => {
  let module: Module;
  beforeAll(async () => {
    module = await load(await emitTypeScript([aliases()], { sourcePath: 'aliases.nabla', precision: 'f64' }));
  });

  const params = () => ({ a: new Float64Array(4), a2: new Float64Array(4), flag: 0 });
  const good = () => ({
    params: params(),
    data: { r: new Float64Array(4), l: new Int32Array(4), b: new Uint8Array(4) },
    gradient: params(),
    direction: params(),
    product: params(),
    outputs: { o: new Int32Array(4), o2: new Int32Array(4), q: new Float64Array(4) },
  });
  type Arguments = ReturnType<typeof good>;
  const sizes = { N: 4 };
  const gradient = (a: Arguments) => module['aliasesLossAndGradient']?.(a.params, a.data, sizes, a.gradient);
  const product = (a: Arguments) => module['aliasesHvp']?.(a.params, a.data, sizes, a.direction, a.product);
  const outputs = (a: Arguments) => module['aliasesOutputs']?.(a.params, a.data, sizes, a.outputs);

  /** One flat vector as two views that share its elements from `from` to 4. */
  const overlapping = (from: number) => {
    const memory = new Float64Array(8);
    return [memory.subarray(0, 4), memory.subarray(from, from + 4)] as const;
  };

  it.each<[string, (all: Arguments) => unknown, (all: Arguments) => void, string]>([
    ['gradient for params', gradient, (a) => (a.gradient = a.params), 'gradient.a must not share memory with params.a'],
    ['an array', gradient, (a) => (a.gradient.a = a.params.a), 'gradient.a must not share memory with params.a'],
    ['an array with another field', gradient, (a) => (a.gradient.a2 = a.params.a), 'gradient.a2 must not share memory with params.a'],
    ['an array of the data', gradient, (a) => (a.gradient.a = a.data.r), 'gradient.a must not share memory with data.r'],
    ['an array filled twice', gradient, (a) => (a.gradient.a = a.gradient.a2), 'gradient.a2 must not share memory with gradient.a'],
    ['the same part of a buffer', gradient, (a) => ([a.gradient.a, a.params.a2] = overlapping(0)), 'gradient.a must not share memory with params.a2'],
    ['one element of a buffer', gradient, (a) => ([a.gradient.a, a.params.a2] = overlapping(3)), 'gradient.a must not share memory with params.a2'],
    ['one element, from above', gradient, (a) => ([a.params.a2, a.gradient.a] = overlapping(3)), 'gradient.a must not share memory with params.a2'],
    ['bytes of another kind', gradient, (a) => (a.data.b = new Uint8Array(a.gradient.a.buffer, 28)), 'gradient.a must not share memory with data.b'],
    ['outputs for data', outputs, (a) => (a.outputs.o = a.data.l), 'outputs.o must not share memory with data.l'],
    ['outputs for each other', outputs, (a) => (a.outputs.o = a.outputs.o2), 'outputs.o2 must not share memory with outputs.o'],
    ['outputs for params', outputs, (a) => (a.outputs.q = a.params.a), 'outputs.q must not share memory with params.a'],
    ['product for direction', product, (a) => (a.product.a = a.direction.a2), 'product.a must not share memory with direction.a2'],
  ])('hold what is filled apart: %s', (_, call, alias, message) => {
    const all = good();
    expect(() => call(all)).not.toThrow();
    alias(all);
    expect(() => call(all)).toThrow(new TypeError(message));
  }); // prettier-ignore

  it('let views of one buffer pass that do not overlap, and reads of the same array', () => {
    const all = good();
    [all.gradient.a, all.params.a] = overlapping(4);
    all.params.a2 = all.params.a;
    all.data.r = all.params.a;
    expect(gradient(all)).toBe(0);
    all.outputs.q = all.gradient.a;
    expect(outputs(all)).toBeUndefined();
  });

  it('are what they were in the call before, and still checked for what may have changed', () => {
    const all = good();
    gradient(all);
    all.params.a2 = new Float64Array(5);
    expect(() => gradient(all)).toThrow('params.a2 must have length 4 for real[N], got 5');
    all.params.a2 = new Float64Array(4);
    gradient(all);
    all.params.flag = '1' as never;
    expect(() => gradient(all)).toThrow('params.flag must be a number for real, got [object String]');
    all.params.flag = 1;
    gradient(all);
    structuredClone(all.gradient.a2, { transfer: [all.gradient.a2.buffer] });
    expect(() => gradient(all)).toThrow('gradient.a2 must have length 4 for real[N], got 0');
    all.gradient.a2 = new Float64Array(4);
    gradient(all);
    const call = (n: unknown, change: object) =>
      module['aliasesLossAndGradient']?.({ ...all.params, ...change }, all.data, n, all.gradient);
    expect(() => call({ N: 3 }, {})).toThrow('params.a must have length 3 for real[N], got 4');
    expect(() => call(undefined, {})).toThrow('sizes must be an object, got undefined');
    expect(() => call(sizes, { a: undefined })).toThrow('params.a must be a Float64Array');
    expect(() => call(sizes, { a: all.gradient.a2 })).toThrow(
      'gradient.a2 must not share memory with params.a',
    );
    expect(call(sizes, {})).toBe(0);
  });

  it('are checked again when calls with several sets of arrays take turns', () => {
    const [one, other] = [good(), good()];
    for (const all of [one, other, one, { ...one, gradient: other.gradient }]) expect(gradient(all)).toBe(0);
    expect(() => gradient({ ...one, gradient: one.params })).toThrow('must not share memory');
    other.gradient.a = one.params.a;
    expect(gradient({ ...other, gradient: good().gradient })).toBe(0);
    expect(() => gradient({ ...one, gradient: other.gradient })).toThrow('must not share memory');
  });

  it('are checked again when a buffer that was too short for a view has grown', () => {
    const memory = new (ArrayBuffer as any)(32, { maxByteLength: 64 });
    const all = good();
    [all.gradient.a, all.params.a] = [new Float64Array(memory), new Float64Array(4)];
    gradient(all);
    memory.resize(64);
    expect(() => gradient(all)).toThrow('gradient.a must have length 4 for real[N], got 8');
  });

  it('are not half remembered when a field throws, whichever time it is looked at', () => {
    let thrown = 0;
    for (let look = 1; look <= 12; look++) {
      const [first, second] = [good(), good()];
      // What is read later is what is filled now.
      first.gradient.a = second.params.a;
      gradient(first);
      let looks = 0;
      const { a } = second.gradient;
      Object.defineProperty(second.gradient, 'a', {
        get: () => {
          if (++looks === look) throw new Error('not now');
          return a;
        },
      });
      try {
        gradient(second);
      } catch {
        thrown++;
      }
      const both = { ...second, gradient: { ...first.gradient, a: second.params.a } };
      expect(() => gradient(both)).toThrow('gradient.a must not share memory with params.a');
    }
    expect(thrown).toBeGreaterThan(2);
  });

  it('are not kept from being collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let kept = 0;
    const refs = [gradient, product].map((call) => {
      const all = good();
      call(all);
      return new WeakRef(all.params.a);
    });
    await new Promise((resolve) => setTimeout(resolve));
    collect();
    for (const ref of refs) if (ref.deref() !== undefined) kept++;
    expect(kept).toBe(0);
  });

  it('are remembered however many they are', async () => {
    const names = Array.from({ length: 60 }, (_, k) => `p${k}`);
    const [first, x] = [buffer('param', 'p0', type('real', 'N')), local('x')];
    const many = model(
      {
        name: 'Many',
        sizes: ['N'],
        params: Object.fromEntries(names.map((name) => [name, type('real', 'N')])),
      },
      { gradient: { body: [declare(x, at(first, integer(0)))], result: x } },
    );
    const { manyLossAndGradient } = await load(
      await emitTypeScript([many], { sourcePath: 'many.nabla', precision: 'f64' }),
    );
    const arrays = () => Object.fromEntries(names.map((name) => [name, new Float64Array(4)]));
    const [params, gradient] = [arrays(), arrays()];
    const call = () => manyLossAndGradient?.(params, sizes, gradient);
    expect([call(), call()]).toEqual([0, 0]);
    for (const name of names) {
      const [given, filled] = [params[name], gradient[name]] as const;
      params[name] = new Float64Array(3);
      expect(call).toThrow(`params.${name} must have length 4 for real[N], got 3`);
      params[name] = given as Float64Array<ArrayBuffer>;
      expect(call()).toBe(0);
      gradient[name] = given as Float64Array<ArrayBuffer>;
      expect(call).toThrow(`gradient.${name} must not share memory with params.${name}`);
      gradient[name] = filled as Float64Array<ArrayBuffer>;
      expect(call()).toBe(0);
    }
  });

  it('hold scalars that are filled apart from those that are read', async () => {
    const { rosenbrockLossAndGradient } = await load(
      await emitTypeScript(cases['rosenbrock']?.models ?? [], { sourcePath: 'x', precision: 'f64' }),
    );
    const params = { x: 1, y: 1 };
    expect(() => rosenbrockLossAndGradient?.(params, params)).toThrow(
      new TypeError('gradient must not be params, which is read while it is filled'),
    );
  });
});
