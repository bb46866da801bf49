// Compiles a model, loads the emitted module and calls it: what a user does, for tests.

import { renderDiagnostic } from '../../src/base/frame.ts';
import { analyse } from '../../src/analyse.ts';
import type { Optimisation } from '../../src/base/optimisations.ts';
import { compile, type CompileOptions } from '../../src/compile.ts';
import { loadEmitted } from '../../src/gradcheck/emitted.ts';
import type { Input, Program } from '../../src/ir/types.ts';
import { evaluate } from '../../src/base/polynomial.ts';
import { nest, type Nested } from '../../src/gradcheck/records.ts';
import { free, type FreeOptions } from '../../src/passes/free.ts';
import { flat, type Numbers } from './compare.ts';
import type { Sizes } from './derive.ts';

type Values = Readonly<Record<string, Numbers>>;
type Field = number | boolean | Float64Array | Float32Array | Int32Array | Uint8Array;
/** Fields of records by their paths. */
type Fields = Record<string, Field>;

function byName(object: Nested<Field>, prefix = ''): Fields {
  const entries = Object.entries(object).map(([name, value]): Fields => {
    const isLeaf = typeof value !== 'object' || ArrayBuffer.isView(value);
    return isLeaf ? { [prefix + name]: value } : byName(value, `${prefix}${name}.`);
  });
  return Object.assign({}, ...entries) as Fields;
}

export interface Point {
  readonly params: Values;
  readonly data: Values;
  readonly direction?: Values | undefined;
}

export interface Found {
  readonly lossAlone: number;
  readonly loss: number;
  readonly gradient: Fields;
  readonly outputs: Fields;
  readonly directional?: number;
  readonly hvpDirectional?: number;
  readonly hvp?: Fields;
}

export interface Emitted {
  readonly text: string;
  /** Calls every function there is, twice with one workspace; the results of the second time must be those of the first. */
  readonly run: (point: Point) => Found;
}

const kinds = ['loss', 'gradient', 'outputs', 'jvp', 'hvp'] as const;

/** The first model of a source, compiled with sizes left open (they are given in calls) and loaded. */
export async function compileModule(
  source: string,
  path: string,
  options: {
    readonly sizes: Sizes;
    readonly precision?: 'f64' | 'f32';
    readonly emit: 'all' | NonNullable<CompileOptions['emit']>;
    /** The functions of free params, rather than those of the params as they are. */
    readonly free?: FreeOptions;
    readonly without?: readonly Optimisation[];
  },
): Promise<Emitted> {
  const { sizes, precision = 'f64', without = [] } = options;
  const emit = options.emit === 'all' ? kinds : options.emit;
  const jacobian = options.free?.jacobian ?? false;
  const { files, diagnostics } = await compile(source, {
    path,
    emit,
    precision,
    jacobian,
    without,
    format: false,
  });
  const [file] = files;
  const [written] = analyse(source, { path }).programs;
  if (file === undefined || written === undefined)
    throw new Error(diagnostics.map((each) => renderDiagnostic(each)).join('\n'));
  const module = await loadEmitted(file.text);
  const program = options.free === undefined ? written : free(written, options.free);
  const prefix = program.name.charAt(0).toLowerCase() + program.name.slice(1);
  const open = program.sizes.filter((size) => size.value === undefined);
  const all: Sizes = {
    ...Object.fromEntries(program.sizes.map((size) => [size.name, size.value ?? NaN])),
    ...sizes,
  };
  const given =
    open.length === 0 ? [] : [Object.fromEntries(open.map((size) => [size.name, all[size.name]]))];
  const lengthOf = (input: Program['inputs'][number]['value']): number =>
    input.type.dims.reduce((product, dim) => product * evaluate(dim, (name) => all[name] ?? NaN), 1);

  const arrayOf = (scalar: string, values: readonly number[] | number): Fields[string] => {
    const Kind =
      scalar === 'int'
        ? Int32Array
        : scalar === 'bool'
          ? Uint8Array
          : precision === 'f32'
            ? Float32Array
            : Float64Array;
    return typeof values === 'number' ? new Kind(values) : Kind.from(values);
  };
  const fields = (role: Input['role'], values: Values): Fields =>
    Object.fromEntries(
      program.inputs
        .filter((input) => input.role === role)
        .map(({ name, value }) => {
          const content = values[name] ?? NaN;
          if (value.type.dims.length > 0) return [name, arrayOf(value.type.scalar, flat(content))];
          return [name, value.type.scalar === 'bool' ? Boolean(content) : Number(content)];
        }),
    );
  const outputFields = (): Fields =>
    Object.fromEntries(
      program.outputs.flatMap((output, i) => {
        const result = program.body.results[i];
        if (output.role !== 'output' || result === undefined) return [];
        const isScalar = result.type.dims.length === 0 || result.kind !== 'value';
        return [[output.name, isScalar ? NaN : arrayOf(result.type.scalar, lengthOf(result))]];
      }),
    );
  /** Filled with NaN, so that an element that is not written shows. */
  const blank = (values: Fields): Fields =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value !== 'object'
          ? NaN
          : value instanceof Float64Array || value instanceof Float32Array
            ? value.slice().fill(NaN)
            : value,
      ]),
    );

  const run = (point: Point): Found => {
    const params = fields('param', point.params);
    const own = Object.keys(params).length > 0 ? [nest(params)] : [];
    const data = program.inputs.some((input) => input.role === 'data')
      ? [nest(fields('data', point.data))]
      : [];
    const workspace = module[`${prefix}Workspace`]?.(...given);
    const call = (suffix: string, ...more: readonly unknown[]): number =>
      Number(module[prefix + suffix]?.(...own, ...data, ...given, ...more, workspace) ?? NaN);
    const once = (): Found => {
      const gradient = nest(blank(params));
      const outputs = nest(outputFields());
      const hasLoss = program.outputs.some((output) => output.role === 'loss');
      const lossAlone = hasLoss ? call('Loss') : NaN;
      const loss = hasLoss ? call('LossAndGradient', gradient) : NaN;
      if (Object.keys(outputs).length > 0) call('Outputs', outputs);
      const found = { lossAlone, loss, gradient: byName(gradient), outputs: byName(outputs) };
      if (point.direction === undefined) return found;
      const direction = nest(fields('param', point.direction));
      const hvp = nest(blank(params));
      const directional = call('Jvp', direction);
      const hvpDirectional = call('Hvp', direction, hvp);
      return { ...found, directional, hvpDirectional, hvp: byName(hvp) };
    };
    const [first, second] = [once(), once()];
    if (JSON.stringify(first) !== JSON.stringify(second))
      throw new Error('a second call with the same workspace differs');
    return second;
  };
  return { text: file.text, run };
}
