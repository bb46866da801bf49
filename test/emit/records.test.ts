// Records in the emitted module: interfaces of the same shape, and functions that take and fill them.

import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/compile.ts';
import { loadEmitted, type EmittedModule } from '../../src/gradcheck/emitted.ts';
import { typeErrors } from './typescript.ts';

const source = `
/// A point, or a vector.
type Vec2 = { x: real, y: real }
type Camera = {
  at: Vec2
  /// in pixels
  focal: real
  lens: real[2]
}
type Mark = { default: int, on: bool, at: Vec2 }
model Scene {
  dim N, M
  /// The one that looks.
  param camera: Camera
  param others: Camera[N], grid: Vec2[N, M]
  data marks: Mark[M], origin: Vec2
  loss camera.at.x * camera.focal + sum(camera.lens) * origin.y
  loss sum(others[n].focal^2 * others.at.y[n] + sum(others[n].lens) for n)
  loss sum(grid[n, m].x * marks[m].at.x for n, m) + sum(marks[m].on ? real(marks[m].default) : 0 for m)
  output shifted[n in N] = Vec2 { x: others[n].at.x + origin.x, y: 0 }
  output first = others[0]
}
model Other {
  param p: Vec2, q: Vec2
  loss p.x * q.y + p.y
}`;

const f64 = (...values: number[]): Float64Array => Float64Array.from(values);
const vec = (x: number, y: number) => ({ x, y });
const sizes = { N: 2, M: 1 };
const params = () => ({
  camera: { at: vec(1, 2), focal: 3, lens: f64(4, 5) },
  others: { at: { x: f64(1, 2), y: f64(3, 4) }, focal: f64(5, 6), lens: f64(7, 8, 9, 10) },
  grid: { x: f64(1, 2), y: f64(3, 4) },
});
const data = () => ({
  marks: { default: Int32Array.of(3), on: Uint8Array.of(1), at: { x: f64(2), y: f64(0) } },
  origin: vec(10, 20),
});

let text: string;
let module: EmittedModule;
const call = (name: string, ...args: readonly unknown[]): any => module[name]?.(...args);

beforeAll(async () => {
  const { files } = await compile(source, {
    path: 'scene.nabla',
    emit: ['loss', 'gradient', 'jvp', 'hvp', 'outputs'],
  });
  text = files[0]?.text ?? '';
  module = await loadEmitted(text);
});

describe('interfaces', () => {
  it('are one for a record, and one for arrays of it, whatever model uses them', () => {
    const names = [...text.matchAll(/^export interface (\w+)/gm)].map(([, name]) => name);
    expect(names.slice(0, 5).sort()).toEqual(['Camera', 'CameraArray', 'MarkArray', 'Vec2', 'Vec2Array']);
    expect(new Set(names).size).toBe(names.length);
  });

  it('carry docs, and the shape of one record', () => {
    expect(text).toContain(`\
export interface CameraArray {
  /** Vec2 of each */
  at: Vec2Array;
  /** in pixels, real of each. */
  focal: Float64Array;
  /** real[2] of each */
  lens: Float64Array;
}`);
    expect(text).toContain('  /** The one that looks, Camera. */\n  camera: Camera;');
    expect(text).toContain('  /** Vec2[N, M] */\n  grid: Vec2Array;');
  });

  it('have no type errors', () => expect(typeErrors({ 'scene.ts': text })).toEqual([]));
});

describe('functions', () => {
  // By hand: 1*3 + 9*20, then 25*3 + 36*4 + 15 + 19, then (1 + 2)*2 + 3.
  const loss = 183 + 253 + 9;

  it('take records and fill them', () => {
    const gradient = call('sceneZeros', sizes);
    expect(call('sceneLoss', params(), data(), sizes)).toBe(loss);
    expect(call('sceneLossAndGradient', params(), data(), sizes, gradient)).toBe(loss);
    expect(gradient).toEqual({
      camera: { at: vec(3, 0), focal: 1, lens: f64(20, 20) },
      others: { at: { x: f64(0, 0), y: f64(25, 36) }, focal: f64(30, 48), lens: f64(1, 1, 1, 1) },
      grid: { x: f64(2, 2), y: f64(0, 0) },
    });
  });

  it('take directions and fill products', () => {
    const direction = call('sceneZeros', sizes);
    direction.camera.focal = 1;
    direction.others.at.y[1] = 2;
    const product = call('sceneZeros', sizes);
    expect(call('sceneJvp', params(), data(), sizes, direction)).toBe(1 + 72);
    expect(call('sceneHvp', params(), data(), sizes, direction, product)).toBe(1 + 72);
    expect(product.camera.at).toEqual(vec(1, 0));
    expect(product.others.focal).toEqual(f64(0, 24));
  });

  it('fill outputs', () => {
    const outputs = call('sceneOutputsZeros', sizes);
    call('sceneOutputs', params(), data(), sizes, outputs);
    expect(outputs).toEqual({
      shifted: { x: f64(11, 12), y: f64(0, 0) },
      first: { at: vec(1, 3), focal: 5, lens: f64(7, 8) },
    });
  });

  it('pack and unpack', () => {
    const flat = call('scenePack', params(), sizes);
    expect([...flat]).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4]);
    expect(call('sceneUnpack', flat, sizes)).toEqual(params());
    const { fields, length } = call('sceneLayout', sizes);
    expect(length).toBe(flat.length);
    expect(fields.map((field: { name: string }) => field.name)).toEqual([
      'camera.at.x', 'camera.at.y', 'camera.focal', 'camera.lens', 'others.at.x', 'others.at.y', 'others.focal',
      'others.lens', 'grid.x', 'grid.y',
    ]); // prettier-ignore
    expect(fields[7]).toEqual({ name: 'others.lens', shape: [2, 2], offset: 11, length: 4 });
  });
});

describe('the door', () => {
  const run = (change: (p: any, d: any) => void): (() => void) => {
    const [p, d] = [params(), data()];
    change(p, d);
    return () => call('sceneLoss', p, d, sizes);
  };
  it.each<[string, (p: any, d: any) => void, string]>([
    ['a missing record', (p) => delete p.camera, 'params.camera must be an object, got undefined'],
    ['a missing inner record', (p) => (p.others.at = 3), 'params.others.at must be an object, got 3'],
    ['a missing field', (p) => delete p.camera.focal, 'params.camera.focal must be a number for real'],
    ['an array for a record', (_, d) => (d.origin = [1, 2]), 'data.origin.x must be a number for real'],
    ['a short array', (p) => (p.others.lens = f64(1)), 'params.others.lens must have length 4 for real[N, 2], got 1'],
    ['another kind of array', (_, d) => (d.marks.on = f64(1)), 'data.marks.on must be a Uint8Array for bool[M]'],
  ])('refuses %s', (_, change, message) => {
    expect(run(change)).toThrow(message);
  }); // prettier-ignore

  it('refuses a missing record of numbers alone', async () => {
    const source = `type Start = { angle: real, speed: real }
    model Swing {
      param start: Start, rate: real
      loss start.angle * start.speed * rate
    }`;
    const { files } = await compile(source, { emit: ['loss', 'gradient'] });
    const swing = await loadEmitted(files[0]?.text ?? '');
    const given = { start: { angle: 1, speed: 2 }, rate: 3 };
    const missing = 'start must be an object, got undefined';
    expect(() => swing['swingLoss']?.({ rate: 3 })).toThrow(`params.${missing}`);
    expect(() => swing['swingLossAndGradient']?.(given, { rate: 3 })).toThrow(`gradient.${missing}`);
    expect(() => swing['swingUnpack']?.(new Float64Array(3), {})).toThrow(`params.${missing}`);
    expect(swing['swingLoss']?.(given)).toBe(6);
  });

  it('refuses to fill what it reads', () => {
    const p = params();
    const gradient = (change: (g: any) => void) => (): void => {
      const g = call('sceneZeros', sizes);
      change(g);
      call('sceneLossAndGradient', p, data(), sizes, g);
    };
    expect(gradient((g) => (g.camera.at = p.camera.at))).toThrow(
      'gradient.camera.at must not be params.camera.at',
    );
    expect(gradient((g) => (g.camera.lens = p.others.lens.subarray(0, 2)))).toThrow(
      'gradient.camera.lens must not share memory with params.others.lens',
    );
    expect(gradient((g) => (g.others = p.others))).toThrow('must not share memory with params.others');
    const shared = vec(0, 0);
    expect(() =>
      call('otherLossAndGradient', { p: vec(1, 2), q: vec(3, 4) }, { p: shared, q: shared }),
    ).toThrow('gradient.q must not be gradient.p');
  });
});
