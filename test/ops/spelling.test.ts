// What the table says about text: the TypeScript of every op gives exactly what `eval` gives, and helpers of both targets
// hang together.

import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { typescript } from '../../src/emit/target.ts';
import { opHelpersOf } from '../../src/emit/typescript.ts';
import { ops, type OpName } from '../../src/ops/index.ts';
import type { ScalarName, Spelling } from '../../src/ops/types.ts';
import { evaluate, record, tuples, type Scalar } from './rule.ts';

const names = Object.keys(ops) as OpName[];
type Target = 'ts' | 'wgsl' | 'wgslFast';
type Helper = Extract<Spelling, { helper: string }>;

const helpersOf = (target: Target): readonly Helper[] =>
  names
    .map((name) => record(name)[target])
    .filter((spelling) => spelling !== undefined && 'helper' in spelling);

/** The op applied to variables with the names of its arguments, with every operand in parentheses. */
function textOf(name: OpName, spelling: Spelling): string {
  const args = Object.keys(record(name).args);
  if ('argument' in spelling) return spelling.argument;
  if ('operator' in spelling) {
    return args.length === 1
      ? `${spelling.operator}(${args[0]})`
      : `(${args[0]}) ${spelling.operator} (${args[1]})`;
  }
  if ('template' in spelling) return spelling.template.replace(/\$(\w+)/g, '($1)');
  return `${'call' in spelling ? spelling.call : spelling.helper}(${args.join(', ')})`;
}

const types: Record<ScalarName, string> = { real: 'number', int: 'number', bool: 'boolean' };

function compile(name: OpName): (...args: readonly Scalar[]) => Scalar {
  const { args, result, ts: spelling } = record(name);
  const parameters = Object.entries(args).map(([arg, type]) => `${arg}: ${types[type]}`);
  const helpers = [...opHelpersOf(typescript, new Set([name])).values()].join('\n');
  const source = `${helpers}
    function apply(${parameters.join(', ')}): ${types[result]} { return ${textOf(name, spelling)}; }`;
  const { outputText, diagnostics } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, strict: true },
  });
  expect(diagnostics).toEqual([]);
  return new Function(`${outputText}; return apply;`)() as (...args: readonly Scalar[]) => Scalar;
}

const special: Readonly<Record<ScalarName, readonly Scalar[]>> = {
  real: [0, -0, 0.5, -0.5, 1, -1, 2.5, -2.5, 5e-324, -1e-310, 1e-160, 3e200, -1e300, 1e308, 40, -800, Infinity, -Infinity, NaN], // prettier-ignore
  int: [0, 1, -1, 2, 5, -3, 1000, 2147483647, -2147483648],
  bool: [true, false],
};

/** What is computed, or the words in which it is refused. */
function outcome(run: () => Scalar): Scalar | string {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

test.each(names)('%s: the TypeScript gives the bits of eval', (name) => {
  const apply = compile(name);
  for (const args of [...record(name).samples, ...tuples(name, special)]) {
    const said = `${name}(${args.join(', ')})`;
    expect(
      outcome(() => apply(...args)),
      said,
    ).toBe(outcome(() => evaluate(name, args)));
  }
});

describe.each(['ts', 'wgsl', 'wgslFast'] as const)('the helpers in %s', (target) => {
  const helpers = helpersOf(target);
  const byName = new Map(helpers.map((helper) => [helper.helper, helper]));

  test('one name, one text', () => {
    for (const helper of helpers) expect(byName.get(helper.helper)?.source).toBe(helper.source);
  });

  test.each(helpers)('$helper is one documented function of its op’s arguments', ({ helper, source }) => {
    const keyword = target === 'ts' ? 'function' : 'fn';
    const comment = target === 'ts' ? /^\/\*\* \S.* \*\/\n/ : /^\/\/\/ \S.*\n/;
    expect(source).toMatch(comment);
    expect(source.match(new RegExp(`^${keyword} \\w+\\(`, 'gm'))).toEqual([`${keyword} ${helper}(`]);
    expect(source.endsWith('}')).toBe(true);
  });

  test.each(helpers)('$helper calls builtins and what it needs', ({ helper, source, needs = [] }) => {
    for (const need of needs) expect([...byName.keys()]).toContain(need);
    const called = [...source.replace(/\/\/.*|\/\*.*\*\//g, '').matchAll(/([\w.$]+)\(/g)].map(
      (match) => match[1] ?? '',
    );
    const allowed = [helper, ...needs, ...builtins[target]];
    expect(called.filter((callee) => !allowed.includes(callee) && !/^Math\.\w+$/.test(callee))).toEqual([]);
    for (const need of needs) expect(called).toContain(need);
  });
});

const builtins: Readonly<Record<Target, readonly string[]>> = {
  ts: ['RangeError', 'Number.isSafeInteger', 'int', '$exp', '$log1p'],
  wgsl: 'f32 i32 u32 vec2f abs ceil floor fma length max min pow round select sign sqrt $exp $expm1 $log $log1p'.split(
    ' ',
  ),
  wgslFast: 'abs atan floor inverseSqrt log log2 max min pow select sqrt'.split(' '),
};

/** `fn name(x: f32, n: i32) -> f32` */
const signature = (name: OpName, helper: string): string => {
  const wgslType: Record<ScalarName, string> = { real: 'f32', int: 'i32', bool: 'bool' };
  const { args, result } = record(name);
  const parameters = Object.entries(args).map(([arg, type]) => `${arg}: ${wgslType[type]}`);
  return `fn ${helper}(${parameters.join(', ')}) -> ${wgslType[result]} {`;
};

test.each(names)('%s: the spellings take the arguments of the op', (name) => {
  const { ts: typescript, wgsl, args } = record(name);
  if ('helper' in wgsl) expect(wgsl.source).toContain(signature(name, wgsl.helper));
  for (const spelling of [typescript, wgsl]) {
    if ('operator' in spelling) expect(Object.keys(args).length).toBeLessThanOrEqual(2);
    if ('argument' in spelling) expect(Object.keys(args)).toEqual([spelling.argument]);
    if ('template' in spelling) {
      const used = [...spelling.template.matchAll(/\$(\w+)/g)].map((match) => match[1]);
      expect([...used].sort()).toEqual(Object.keys(args).sort());
    }
  }
});
