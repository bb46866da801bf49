// Hand-made models. For each: the module that is emitted stands in golden/, is type-checked, and is run.

import { add, divide, multiply, one, symbol, constant } from '../../src/base/polynomial.ts';
import type { EmittedModel, TypeScriptOptions } from '../../src/emit/typescript.ts';
import {
  accumulate, assign, at, buffer, check, declare, fill, flat, increase, integer, literal, load, local, loop, model, of,
  real, reference, section, store, type, when,
} from './build.ts'; // prettier-ignore

export interface Case {
  readonly models: readonly EmittedModel[];
  readonly options?: Partial<TypeScriptOptions>;
  /** Calls functions of the module and says what came of it; `expected` is that. */
  readonly run: (module: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>) => unknown;
  readonly expected: unknown;
}

const f64 = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const i32 = (...values: readonly number[]): Int32Array => Int32Array.from(values);

// ---- Rosenbrock: scalars only, nothing to check at the door

function rosenbrock(): EmittedModel {
  const [x, y] = [local('x'), local('y')];
  const [a, b] = [local('a'), local('b')];
  const open = [
    declare(x, load(buffer('param', 'x', type('real')), [])),
    declare(y, load(buffer('param', 'y', type('real')), [])),
  ];
  const forward = [declare(a, of('sub', 1, x)), declare(b, of('sub', y, of('mul', x, x)))];
  const value = of('add', of('mul', a, a), of('mul', of('mul', 100, b), b));
  const loss = local('loss');
  const g = local('bAdjoint');
  return model(
    {
      name: 'Rosenbrock',
      doc: 'The banana of Rosenbrock, with its minimum 0 at (1, 1).',
      params: { x: type('real'), y: { type: type('real'), doc: 'Across the valley.' } },
    },
    {
      loss: { body: [...open, ...forward], result: value },
      gradient: {
        body: [
          ...open,
          section('primal'),
          ...forward,
          declare(loss, value),
          section('adjoint'),
          declare(g, of('mul', 200, b)),
          store(
            buffer('gradient', 'x', type('real')),
            [],
            of('sub', of('mul', -2, a), of('mul', of('mul', 2, x), g)),
          ),
          store(buffer('gradient', 'y', type('real')), [], g),
        ],
        result: loss,
      },
    },
  );
}

// ---- Logistic regression: arrays, scratch that two functions share, an output

function logistic(): EmittedModel {
  const [n, d] = [local('n', 'int'), local('d', 'int')];
  const X = buffer('data', 'X', type('real', 'N', 'D'));
  const y = buffer('data', 'y', type('real', 'N'));
  const w = buffer('param', 'w', type('real', 'D'));
  const gradient = buffer('gradient', 'w', type('real', 'D'));
  const p = buffer('output', 'p', type('real', 'N'));
  const lambda = local('lambda');
  const dot = local('dot', 'real', true);
  const loss = local('loss', 'real', true);
  const g = local('g');
  const readLambda = declare(lambda, load(buffer('data', 'lambda', type('real')), []));
  const rows = (target: typeof X) => [
    loop(n, 'N', [
      declare(dot, 0),
      loop(d, 'D', [increase(dot, of('mul', at(X, flat(n, 'D', d)), at(w, d)))]),
      store(target, [n], of('mul', at(y, n), dot)),
    ]),
  ];
  const margin = () => buffer('scratch', 'margin', type('real', 'N'));
  const [first, second] = [margin(), margin()];
  return model(
    {
      name: 'Logistic',
      doc: 'Logistic regression, labels in {-1, +1}.\n\nSecond paragraph; this does not end the comment: */ and this opens none: /*',
      sizes: [{ name: 'N', doc: 'Observations.' }, 'D'],
      params: { w: { type: type('real', 'D'), doc: 'Weights.' } },
      data: {
        X: type('real', 'N', 'D'),
        y: { type: type('real', 'N'), doc: 'Labels: -1 or 1?' },
        lambda: type('real'),
      },
      outputs: { p: type('real', 'N') },
    },
    {
      loss: {
        body: [
          readLambda,
          ...rows(first),
          declare(loss, 0),
          loop(n, 'N', [increase(loss, of('neg', of('mul', lambda, of('logSigmoid', at(first, n)))))]),
        ],
        result: loss,
        scratch: [first],
      },
      gradient: {
        body: [
          readLambda,
          section('primal'),
          ...rows(second),
          declare(loss, 0),
          loop(n, 'N', [increase(loss, of('neg', of('mul', lambda, of('logSigmoid', at(second, n)))))]),
          section('adjoint'),
          fill(gradient, 0),
          loop(n, 'N', [
            declare(
              g,
              of('mul', of('mul', of('neg', lambda), of('sigmoid', of('neg', at(second, n)))), at(y, n)),
            ),
            loop(d, 'D', [accumulate(gradient, [d], of('mul', g, at(X, flat(n, 'D', d))))]),
          ]),
        ],
        result: loss,
        scratch: [second],
      },
      outputs: {
        body: [
          loop(n, 'N', [
            declare(dot, 0),
            loop(d, 'D', [increase(dot, of('mul', at(X, flat(n, 'D', d)), at(w, d)))]),
            store(p, [n], of('sigmoid', dot)),
          ]),
        ],
      },
    },
  );
}

// ---- Names that fight with TypeScript

function hostile(): EmittedModel {
  const names = [
    'constructor',
    '__proto__',
    'eval',
    'arguments',
    'undefined',
    'params',
    'default',
    'x₁',
    'x1',
    'é',
    'e\u0301',
    'θ',
    'Math',
    'sigmoid',
    'hostileLoss',
    '2y',
    'a-b',
    'of',
    'Numbers',
  ];
  const all = names.map((name) => local(name));
  const sum = local('function', 'real', true);
  const index = local('await', 'int');
  const array = buffer('data', 'class', type('real', 'default'));
  return model(
    {
      name: 'hostile',
      doc: 'Names that fight.',
      sizes: ['default', 'sizes'],
      params: Object.fromEntries(names.map((name) => [name, type('real')])),
      data: { class: type('real', 'default'), "it's": type('real', 'sizes', 'default') },
    },
    {
      loss: {
        body: [
          ...all.map((l) => declare(l, load(buffer('param', l.name, type('real')), []))),
          declare(sum, 0),
          ...all.map((l) => increase(sum, l)),
          loop(index, 'default', [
            check(index, 'default', "it's"),
            increase(sum, of('sigmoid', at(array, index))),
          ]),
        ],
        result: sum,
      },
    },
  );
}

// ---- Parts, flags, branches, ranges, odd extents

function mixedBag(): EmittedModel {
  const triangle = divide(multiply(symbol('D'), add(symbol('D'), one)), 2);
  const L = buffer('param', 'L', type('real', triangle));
  const scale = buffer('param', 'scale', type('real'));
  const gradientL = buffer('gradient', 'L', type('real', triangle));
  const gradientScale = buffer('gradient', 'scale', type('real'));
  const word = buffer('data', 'word', type('int', 'N'));
  const keep = buffer('data', 'keep', type('bool', 'N'));
  const isSigned = buffer('data', 'isSigned', type('bool'));
  const mode = buffer('data', 'mode', type('int'));
  const isLarge = buffer('output', 'isLarge', type('bool', 'N'));
  const best = buffer('output', 'best', type('int'));
  const any = buffer('output', 'any', type('bool'));
  const carry = buffer('scratch', 'carry', type('real', 3));
  const mask = buffer('scratch', 'mask', type('bool', 'N'));
  const [n, k, i] = [local('n', 'int'), local('k', 'int'), local('i', 'int')];
  const total = local('total', 'real', true);
  const sign = local('sign', 'real', true);
  const seen = local('seen', 'bool', true);
  const position = local('position', 'int');
  const s = local('s');
  const data = {
    word: { type: type('int', 'N'), range: { from: constant(0), to: triangle } },
    keep: type('bool', 'N'),
    isSigned: type('bool'),
    mode: { type: type('int'), range: { from: constant(-1), to: symbol('N') } },
    gap: type('real', add(symbol('N'), constant(-1))),
  };
  return model(
    {
      name: 'MIXEDBag',
      sizes: ['N', 'D', { name: 'K', value: 3 }],
      params: { L: type('real', triangle), scale: type('real') },
      data,
      outputs: { isLarge: type('bool', 'N'), best: type('int'), any: type('bool') },
    },
    {
      gradient: {
        body: [
          declare(s, load(scale, [])),
          section('primal'),
          declare(total, 0),
          loop(n, 'N', [
            declare(i, of('imul', integer(1), at(word, n))),
            check(i, triangle, 'L'),
            store(mask, [n], of('and', load(keep, [reference(n)]), of('lt', at(L, i), s))),
            { kind: 'call', part: 0 },
          ]),
          loop(k, 'K', [increase(total, at(carry, k))]),
          section('adjoint'),
          { kind: 'call', part: 1 },
        ],
        result: total,
        parts: [
          {
            name: 'sums',
            body: [
              declare(sign),
              when(
                of('not', load(isSigned, [])),
                [assign(sign, 1)],
                [
                  when(
                    of(
                      'or',
                      of('ieq', load(mode, []), n),
                      of('and', load(mask, [reference(n)]), literal('bool', true)),
                    ),
                    [assign(sign, -1)],
                    [when(of('gt', s, 0), [assign(sign, 2)], [assign(sign, -2)])],
                  ),
                ],
              ),
              declare(position, of('imod', n, integer(3))),
              accumulate(
                carry,
                [position],
                of('mul', sign, {
                  kind: 'conditional',
                  condition: load(mask, [reference(n)]),
                  then: of('mul', s, at(L, at(word, n))),
                  otherwise: real(0.125),
                }),
              ),
            ],
          },
          {
            name: 'adjoint',
            body: [fill(gradientL, 0), fill(gradientScale, 0), { kind: 'call', part: 2 }],
          },
          {
            name: 'last',
            body: [
              loop(k, 3, [accumulate(gradientL, [of('isub', reference(k), literal('int', 0))], s)]),
              accumulate(gradientScale, [], -3),
            ],
          },
        ],
        scratch: [carry, mask],
      },
      outputs: {
        body: [
          declare(seen, literal('bool', false)),
          fill(isLarge, literal('bool', false)),
          loop(n, 'N', [
            store(isLarge, [n], of('gt', at(L, at(word, n)), 1)),
            when(load(isLarge, [reference(n)]), [assign(seen, literal('bool', true))]),
          ]),
          store(best, [], of('imax', load(mode, []), literal('int', 0))),
          store(any, [], seen),
        ],
      },
    },
  );
}

// ---- Fixed sizes, f32, unchecked; two models in one module

function fixed(name: string): EmittedModel {
  const k = local('k', 'int');
  const a = buffer('param', 'a', type('real', 2, 'K'));
  const picks = buffer('data', 'picks', type('int', 2));
  const i = local('i', 'int');
  const sum = local('sum', 'real', true);
  return model(
    {
      name,
      sizes: [{ name: 'K', value: 4 }],
      params: { a: type('real', 2, 'K') },
      data: { picks: { type: type('int', 2), range: { from: constant(0), to: constant(8) } } },
    },
    {
      loss: {
        body: [
          declare(sum, 0),
          loop(k, 'K', [increase(sum, of('softplus', at(a, k)))]),
          loop(k, 2, [declare(i, at(picks, k)), check(i, 8, 'a'), increase(sum, of('mul', -1, at(a, i)))]),
        ],
        result: sum,
      },
    },
  );
}

export const cases: Readonly<Record<string, Case>> = {
  rosenbrock: {
    models: [rosenbrock()],
    run: ({
      rosenbrockLoss,
      rosenbrockLossAndGradient,
      rosenbrockZeros,
      rosenbrockPack,
      rosenbrockUnpack,
      rosenbrockLayout,
    }) => {
      const gradient = rosenbrockZeros?.();
      return [
        rosenbrockLoss?.({ x: 3, y: 2 }),
        rosenbrockLossAndGradient?.({ x: 3, y: 2 }, gradient),
        gradient,
        rosenbrockPack?.({ x: 3, y: 2 }),
        rosenbrockUnpack?.(f64(5, 6)),
        rosenbrockLayout?.(),
      ];
    },
    expected: [
      4904,
      4904,
      { x: 8404, y: -1400 },
      f64(3, 2),
      { x: 5, y: 6 },
      {
        length: 2,
        fields: [
          { name: 'x', shape: [], offset: 0, length: 1 },
          { name: 'y', shape: [], offset: 1, length: 1 },
        ],
      },
    ],
  },
  logistic: {
    models: [logistic()],
    run: ({ logisticLoss, logisticLossAndGradient, logisticOutputs, logisticWorkspace }) => {
      const sizes = { N: 2, D: 2 };
      const params = { w: f64(1, -1) };
      const data = { X: f64(1, 1, 2, 0), y: f64(1, -1), lambda: 2 };
      const gradient = { w: f64(7, 7) };
      const outputs = { p: f64(0, 0) };
      const ws = logisticWorkspace?.(sizes);
      logisticOutputs?.(params, data, sizes, outputs);
      return [
        logisticLoss?.(params, data, sizes),
        logisticLossAndGradient?.(params, data, sizes, gradient, ws),
        gradient.w,
        outputs.p,
        ws,
      ];
    },
    expected: (() => {
      const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
      const loss = -2 * (Math.log(0.5) + (-2 - Math.log1p(Math.exp(-2))));
      const second = -2 * sigmoid(2) * -1;
      return [loss, loss, f64(-1 + second * 2, -1), f64(0.5, sigmoid(2)), { margin: f64(0, -2) }];
    })(),
  },
  hostile: {
    models: [hostile()],
    run: ({ hostileLoss, hostileZeros, hostileLayout }) => {
      const sizes = { default: 2, sizes: 1 };
      const params = hostileZeros?.(sizes) as Record<string, number>;
      const fields = Object.keys(params);
      fields.forEach((field, i) => (params[field] = 2 ** i));
      const data = { class: f64(0, 0), it_s: f64(0, 0) };
      return [
        hostileLoss?.(params, data, sizes),
        fields.length,
        (hostileLayout?.(sizes) as { length: number } | undefined)?.length,
      ];
    },
    expected: [2 ** 19 - 1 + 1, 19, 19],
  },
  'mixed-bag': {
    models: [mixedBag()],
    run: ({ mixedBagLossAndGradient, mixedBagOutputs }) => {
      const sizes = { N: 4, D: 2 };
      const params = { L: f64(0.5, 2, 4), scale: 3 };
      const data = {
        word: i32(0, 1, 2, 0),
        keep: Uint8Array.of(1, 1, 1, 0),
        isSigned: true,
        mode: 3,
        gap: f64(0, 0, 0),
      };
      const gradient = { L: f64(9, 9, 9), scale: 9 };
      const outputs = { isLarge: new Uint8Array(4), best: 0, any: false };
      const total = mixedBagLossAndGradient?.(params, data, sizes, gradient);
      mixedBagOutputs?.(params, data, sizes, outputs);
      return [total, gradient, outputs];
    },
    expected: [
      // Masked are words 0 and 1 (0.5 < 3, 2 < 3): -1.5 - 6; the third is 2 * 0.125; the fourth matches the mode.
      -1.5 - 6 + 0.25 - 0.125,
      { L: f64(3, 3, 3), scale: -3 },
      { isLarge: Uint8Array.of(0, 1, 1, 0), best: 3, any: true },
    ],
  },
  fixed: {
    models: [fixed('Fixed'), fixed('fixed')],
    options: { precision: 'f32', checked: false },
    run: ({ fixedLoss, fixedZeros, fixedLoss_1 }) => {
      const params = fixedZeros?.() as { a: Float32Array };
      params.a[7] = 0.5;
      return [
        fixedLoss?.(params, { picks: i32(7, 7) }),
        Number.isNaN(fixedLoss_1?.(params, { picks: i32(7, 99) })),
        params.a.constructor.name,
      ];
    },
    expected: [4 * Math.log(2) - 1, true, 'Float32Array'],
  },
};
