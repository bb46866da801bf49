// Rules on trial: what a user says that a derivative is, against differences of the function. Points, directions and adjoints are
// random, and the same every time.

import { evaluate } from '../base/polynomial.ts';
import { catalogue, report } from '../base/catalogue.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { holdStops, interpret, type Result } from '../ir/interpret.ts';
import type { Input, Program } from '../ir/types.ts';
import { judge } from '../numeric/compare.ts';
import { differentiate, stepsAround } from '../numeric/differences.ts';
import { random, type Random } from '../numeric/random.ts';
import type { Annotations, FunctionInfo, RuleInfo } from './check/context.ts';
import { signatureNote } from './check/unify.ts';
import { given, lowerAlone, type Alone } from './lower/function.ts';

/** So many points at which the function can be differentiated are looked for. */
const wantedPoints = { partials: 8, adjoint: 3 } as const;
const mostAttempts = 40;
/** That of `nabla gradcheck`. */
const tolerance = 1e-6;
const rounding = 2 ** -52;

type Numbers = readonly number[];
type Point = Readonly<Record<string, Numbers>>;
type Sizes = Readonly<Record<string, number>>;

/** What is wrong with the rule of a function, if differences can tell. */
export function tryRule(annotations: Annotations, info: FunctionInfo, rule: RuleInfo): readonly Diagnostic[] {
  const alone = lowerAlone(annotations, info, rule);
  if (alone === undefined) return [];
  const source = random(1);
  const isAdjoint = rule.given !== undefined;
  const wanted = wantedPoints[isAdjoint ? 'adjoint' : 'partials'];
  const sure = new Set<string>();
  let usable = 0;
  for (let attempt = 0; attempt < mostAttempts && usable < wanted; attempt += 1) {
    const sizes = chooseSizes(alone.value, attempt);
    if (sizes === undefined) continue;
    const found = tryAt(alone, rule, drawPoint(alone.value, sizes, source, attempt), sizes, source);
    if (found === undefined) continue;
    let isUsable = false;
    for (const { name, verdict, said, expected, where } of found) {
      if (verdict === 'wrong') {
        const answer = rule.answers.find(({ argument }) => argument.name === name);
        const args = {
          name: info.declaration.name.text,
          parameter: name,
          rule: shown(said),
          differences: shown(expected),
          where,
        };
        const span = answer?.value.span ?? rule.declaration.head;
        return [report(catalogue.ruleWrong, args, span, { notes: [signatureNote(info)] })];
      }
      if (verdict === 'agrees') {
        sure.add(name);
        isUsable = true;
      }
    }
    if (isUsable) usable += 1;
  }
  const unsure = rule.answers.map(({ argument }) => argument.name).filter((name) => !sure.has(name));
  if (unsure.length === 0) return [];
  const args = {
    name: info.declaration.name.text,
    parameters: unsure.map((name) => `\`${name}\``).join(' and '),
  };
  return [report(catalogue.ruleUnchecked, args, rule.declaration.head)];
}

interface Found {
  readonly name: string;
  readonly verdict: ReturnType<typeof judge>['verdict'];
  readonly said: number;
  readonly expected: number;
  readonly where: string;
}

/** Each real parameter at one point; undefined where the function has no finite value. */
function tryAt(
  { value, rule: program }: Alone,
  rule: RuleInfo,
  point: Point,
  sizes: Sizes,
  source: Random,
): readonly Found[] | undefined {
  const out = run(value, point, sizes)?.[given.out];
  if (out === undefined || !out.every(Number.isFinite)) return undefined;
  // The partial of a scalar is what its adjoint is for an adjoint of 1.
  const adjoint = out.map(() => (rule.given === undefined ? 1 : draw(source.normal())));
  const answers = run(program, { ...point, [given.out]: out, [given.adjoint]: adjoint }, sizes);
  const size = Math.max(...out.map((one, k) => Math.abs(one * (adjoint[k] ?? NaN))));
  return rule.answers.map(({ argument }): Found => {
    const { name } = argument;
    const start = point[name] ?? [];
    const direction = start.map(() => (rule.given === undefined ? 1 : draw(source.normal())));
    const hold = holdStops();
    run(value, point, sizes, hold());
    const along = (t: number): Numbers => {
      const moved = start.map((x, k) => x + t * (direction[k] ?? NaN));
      return [dot(run(value, { ...point, [name]: moved }, sizes, hold())?.[given.out] ?? [NaN], adjoint)];
    };
    const steps = stepsAround(
      Math.max(...start.map(Math.abs)),
      rounding,
      Math.max(1, ...direction.map(Math.abs)),
    );
    const [slope] = differentiate(along, steps, rounding);
    const said = answers === undefined ? NaN : dot(answers[name] ?? [NaN], direction);
    const where = placeOf(point, sizes, rule);
    if (slope === undefined || !Number.isFinite(slope.value))
      return { name, verdict: 'unresolved', said, expected: NaN, where };
    const floors = { numeric: 1e-6 * size, compared: 1e-3 * Math.max(size, Math.abs(slope.value)) };
    const { verdict } = judge(said, slope, floors, tolerance);
    return { name, verdict, said, expected: slope.value, where };
  });
}

/** Undefined where the program has no value, be it that an index is out of range or that a loop does not end. */
function run(
  program: Program,
  point: Point,
  sizes: Sizes,
  stop = (x: number): number => x,
): Readonly<Record<string, Numbers>> | undefined {
  const data = Object.fromEntries(
    program.inputs.map(({ name, value }) => {
      const numbers = point[name] ?? [];
      return [name, value.type.dims.length === 0 ? (numbers[0] ?? NaN) : numbers];
    }),
  );
  try {
    const { outputs } = interpret(program, { data }, sizes, { stop });
    return Object.fromEntries(Object.entries(outputs).map(([name, result]) => [name, flat(result)]));
  } catch (problem) {
    if (problem instanceof RangeError) return undefined;
    throw problem;
  }
}

const flat = (result: Result): Numbers => (typeof result === 'object' ? [...result] : [Number(result)]);
const dot = (a: Numbers, b: Numbers): number => a.reduce((sum, x, k) => sum + x * (b[k] ?? NaN), 0);

// ---- points

/** Small and distinct, so that axes that are mixed up show; larger ones where the types need them. */
function chooseSizes(program: Program, attempt: number): Sizes | undefined {
  for (const smallest of [2, 3, 5, 8]) {
    const names = program.sizes.map(({ name }) => name);
    if (attempt % 2 === 1) names.reverse();
    const sizes = Object.fromEntries(names.map((name, k) => [name, smallest + k]));
    const extents = program.inputs.flatMap((input) => shapeOf(input, sizes));
    if (extents.every((extent) => Number.isInteger(extent) && extent > 0)) return sizes;
  }
  return undefined;
}

const shapeOf = ({ value }: Input, sizes: Sizes): Numbers =>
  value.type.dims.map((dim) => evaluate(dim, (name) => sizes[name] ?? NaN));

/** What is shown is what was taken. */
const draw = (x: number): number => Math.round(1000 * x) / 1000;

/** Roots and logarithms want positive numbers, probabilities numbers below one, an inverse hyperbolic cosine numbers above. */
const distributions: readonly ((source: Random) => number)[] = [
  ({ normal }) => normal(),
  ({ uniform }) => 0.1 + 1.9 * uniform(),
  ({ uniform }) => 0.05 + 0.9 * uniform(),
  ({ normal }) => 3 * normal(),
  ({ uniform }) => 1.1 + 3 * uniform(),
];

function drawPoint(program: Program, sizes: Sizes, source: Random, attempt: number): Point {
  const distribution = distributions[attempt % distributions.length] ?? (({ normal }: Random) => normal());
  const smallest = Math.min(3, ...Object.values(sizes));
  const entries = program.inputs.map((input): readonly [string, Numbers] => {
    const shape = shapeOf(input, sizes);
    const length = shape.reduce((product, extent) => product * extent, 1);
    const { scalar } = input.value.type;
    const numbers = Array.from({ length }, () =>
      scalar === 'real' ? draw(distribution(source)) : source.integer(0, scalar === 'bool' ? 2 : smallest),
    );
    // Factorisations want matrices that are symmetric and positive definite.
    const isDefinite = scalar === 'real' && attempt % 3 === 2;
    return [input.name, isDefinite ? definite(numbers, shape) : numbers];
  });
  return Object.fromEntries(entries);
}

/** Square matrices made symmetric, with a large diagonal; anything else as it is. */
function definite(numbers: Numbers, shape: Numbers): Numbers {
  const [rows = 0, columns] = shape.slice(-2);
  if (rows !== columns) return numbers;
  return numbers.map((x, k) => {
    const inside = k % (rows * rows);
    const [i, j] = [Math.floor(inside / rows), inside % rows];
    const mirrored = numbers[k - inside + j * rows + i] ?? NaN;
    return i === j ? Math.abs(x) + 3 * rows : draw((x + mirrored) / 2);
  });
}

const longestPoint = 6;

/** `at x = 0.5, n = 2`; of arrays their sizes. */
function placeOf(point: Point, sizes: Sizes, { given: adjoint }: RuleInfo): string {
  const entries = Object.entries(point);
  const scalars = entries.every(([, numbers]) => numbers.length === 1) && entries.length <= longestPoint;
  const known = scalars ? entries.map(([name, [x]]) => [name, x] as const) : Object.entries(sizes);
  const at = known.map(([name, x]) => `${name} = ${x}`).join(', ');
  if (adjoint === undefined) return at === '' ? 'at a random point' : `at ${at}`;
  return `along a random direction${at === '' ? '' : `, ${scalars ? 'at' : 'for'} ${at}`}`;
}

const shown = (x: number): string => String(Number(x.toPrecision(6)));
