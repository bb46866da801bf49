// The part of an emitted host that is the same for all models: it places arrays in a few large buffers, compiles the kernels,
// and runs them all in one command buffer. Everything model-specific is a table (host.ts).

import { mostTerms } from './kernel.ts';
import { leastTerms, mostElements, mostSplit } from './share.ts';

/** Names that the text below declares. */
export const runtimeNames = [
  'GpuField',
  'GpuSort',
  'GpuStep',
  'GpuPlan',
  'GpuModel',
  'createGpuModel',
  'checkFields',
  'sorted',
  'descentCode',
] as const;

/** `hasOutputs`: whether any of the models has outputs. */
export function runtimeOf(hasOutputs: boolean): string {
  const outputs = (text: string): string => (hasOutputs ? text : '');
  return `\
/** A param or an input: where it is in its object, and what it must be. */
interface GpuField {
  readonly path: readonly string[];
  readonly storage: string;
  readonly kind: 'Float32Array' | 'Int32Array' | 'Uint8Array' | 'number' | 'boolean';
  readonly length: number;
  readonly shape: string;
  readonly range?: readonly [from: number, to: number];
}

/** A kernel with its number of threads (or of workgroups, where these count); or steps that are repeated. */
type GpuStep =
  | {
      readonly run: string;
      readonly title: string;
      readonly threads?: number;
      readonly groups?: number;
      /** The same for large matrices. */
      readonly tiled?: { readonly run: string; readonly rows: number; readonly columns: number; readonly terms: number };
      /**
       * The same for few elements that are long sums: an element has a workgroup, or so many workgroups, and another kernel adds up
       * what these find.
       */
      readonly shared?: {
        readonly run: string;
        readonly elements: number;
        readonly terms: number;
        readonly groups: number;
        readonly whole?: string;
      };
    }
  | { readonly times: number; readonly steps: readonly GpuStep[] };

/** Iterations that kernels sum up by the place that they add to, an int that is computed from data, or from sizes alone. */
interface GpuSort {
  /** Arrays of ints: those of place k are order[starts[k]] to order[starts[k + 1] - 1]. */
  readonly starts: string;
  readonly order: string;
  readonly places: number;
  readonly count: number;
  readonly isFixed?: boolean;
  readonly keys: (keys: Numbers, data: any) => void;
}

interface GpuPlan {
  readonly name: string;
  readonly code: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly params: readonly GpuField[];
  readonly data: readonly GpuField[];
  /**
   * The numbers of elements of all arrays, by the buffer that holds them, and for how long they are needed, in numbers of kernels.
   * Gradients stand in the order of the params, behind the loss.
   */
  readonly arenas: readonly (readonly (readonly [name: string, length: number, first?: number, last?: number])[])[];
  readonly sorts: readonly GpuSort[];
  readonly steps: readonly GpuStep[];${outputs(`
  /** What else is read. */
  readonly outputs?: readonly GpuField[];`)}
}

interface GpuModel {
  setParams(params: object): void;
  setData(data: object): void;
  lossAndGradient(): Promise<{ loss: number; gradient: any }>;
  step(learningRate: number): void;
  readLoss(): Promise<number>;
  readParams(): Promise<any>;${outputs(`
  readOutputs(): Promise<any>;`)}
  destroy(): void;${outputs(`
  readonly buffers: readonly GPUBuffer[];
  readonly given: Set<string>;
  told(): Promise<unknown>;`)}
}

const descentCode = \`
@group(0) @binding(0) var<storage, read_write> params: array<f32>;
@group(0) @binding(1) var<storage, read> result: array<f32>;
@group(0) @binding(2) var<storage, read> status: u32;
@group(0) @binding(3) var<uniform> rate: f32;
override count: u32;
@compute @workgroup_size(64)
fn descend(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  // What could not be computed changes nothing.
  if (i >= count || status != 0u) { return; }
  params[i] -= rate * result[i + 1u];
}\`;

${outputs('/** Where one shares params and data with another, that one is told of them. */\n')}async function createGpuModel(device: GPUDevice, plan: GpuPlan${outputs(', shared?: GpuModel')}): Promise<GpuModel> {
  const { name, params, data } = plan;
  const scopes = ['validation', 'out-of-memory', 'internal'] as const;
  const open = (): void => scopes.forEach((scope) => device.pushErrorScope(scope));
  const close = async (): Promise<string | undefined> => {
    const errors = await Promise.all(scopes.map(() => device.popErrorScope()));
    return errors.find((error) => error !== null)?.message;
  };
  const fail = (message: string): never => {
    throw new Error(\`\${name} on this GPU: \${message}\`);
  };

  const constants: Record<string, number> = { ...plan.sizes };
  const offsets = new Map<string, number>();
  const arenaNames = ['params', 'real data', 'int data', 'arrays of reals', 'arrays of ints', 'results'];
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const lengths = plan.arenas.map((arrays, k) => {
    let length = 0;
    const placed: { readonly from: number; readonly to: number; readonly first: number; readonly last: number }[] = [];
    for (const [array, own, first = 0, last = Infinity] of arrays) {
      // The first gap among those that are needed at the same time.
      const others = placed.filter((other) => other.first <= last && first <= other.last);
      let from = 0;
      for (const other of others.sort((a, b) => a.from - b.from)) {
        if (from + own <= other.from) break;
        from = Math.max(from, other.to);
      }
      placed.push({ from, to: from + own, first, last });
      constants[\`\${array}_at\`] = from;
      offsets.set(array, from);
      length = Math.max(length, from + own);
    }
    if (4 * length > most) {
      const [largest] = [...arrays].sort((a, b) => b[1] - a[1]);
      const named = largest === undefined ? '' : \`, \${4 * largest[1]} of them \${largest[0]}\`;
      throw new RangeError(\`\${name} needs \${4 * length} bytes for \${arenaNames[k]}\${named}; this device has \${most}\`);
    }
    return length;
  });

  open();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const bufferOf = (length: number, use = usage): GPUBuffer => device.createBuffer({ size: Math.max(16, 4 * length), usage: use });
  const buffers = lengths.map((length${outputs(', k')}) => ${outputs('(k < 3 ? shared?.buffers[k] : undefined) ?? ')}bufferOf(length));
  const status = bufferOf(1);
  const rate = bufferOf(1, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  const layoutOf = (types: readonly GPUBufferBindingType[]): GPUBindGroupLayout =>
    device.createBindGroupLayout({
      entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
    });
  const groupOf = (layout: GPUBindGroupLayout, bound: readonly (GPUBuffer | undefined)[]): GPUBindGroup =>
    device.createBindGroup({
      layout,
      entries: bound.flatMap((buffer, binding) => (buffer === undefined ? [] : [{ binding, resource: { buffer } }])),
    });
  const read = 'read-only-storage';
  const layout = layoutOf([read, read, read, 'storage', 'storage', 'storage', 'storage']);
  const group = groupOf(layout, [...buffers, status]);
  const descentLayout = layoutOf(['storage', read, read, 'uniform']);
  const descentGroup = groupOf(descentLayout, [buffers[0], buffers[5], status, rate]);

  const module = device.createShaderModule({ code: plan.code });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  type Compiled = { readonly pipeline: GPUComputePipeline; readonly groups: readonly [number, number] } | { readonly times: number; readonly steps: readonly Compiled[] };
  const titles: string[] = [];
  const gridOf = (threads: number, width = 64): readonly [number, number] => {
    const count = Math.ceil(threads / width);
    const x = Math.min(count, device.limits.maxComputeWorkgroupsPerDimension);
    return [x, x === 0 ? 0 : Math.ceil(count / x)];
  };
  const compile = (steps: readonly GpuStep[]): Promise<readonly Compiled[]> =>
    Promise.all(
      steps.map(async (step): Promise<Compiled> => {
        if ('times' in step) return { times: step.times, steps: await compile(step.steps) };
        titles.push(step.title);
        const { run, threads = 0, groups, tiled, shared } = step;
        // A tile of 16 by 16 pays where it is filled.
        const isTiled = tiled !== undefined && Math.min(tiled.rows, tiled.columns, tiled.terms) >= 16;
        const isShared = !isTiled && shared !== undefined && shared.elements <= ${mostElements} && shared.terms >= ${leastTerms};
        const pipeline = async (entryPoint: string, grid: readonly [number, number]): Promise<Compiled> => ({
          pipeline: await device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint, constants } }),
          groups: grid,
        });
        if (isTiled) return pipeline(tiled.run, gridOf(Math.ceil(tiled.rows / 16) * Math.ceil(tiled.columns / 16), 1));
        if (!isShared) return pipeline(run, groups === undefined ? gridOf(threads) : [groups, 1]);
        const { run: one, whole, elements, terms } = shared;
        if (whole === undefined || elements > ${mostSplit} || terms <= ${mostTerms}) return pipeline(one, [1, elements]);
        return { times: 1, steps: await Promise.all([pipeline(one, [shared.groups, elements]), pipeline(whole, [1, elements])]) };
      }),
    );
  const count = lengths[0] ?? 0;
  const descent = device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [descentLayout] }),
    compute: { module: device.createShaderModule({ code: descentCode }), entryPoint: 'descend', constants: { count } },
  });
  const making = Promise.all([compile(plan.steps), descent]).catch((error: unknown) => error);
  // Before anything is awaited: scopes are the device's, and others may open theirs meanwhile.
  const trouble = await close();
  if (trouble !== undefined) fail(trouble);
  const made = await making;
  if (!Array.isArray(made)) fail(String(made));
  const [steps, descend] = made as [readonly Compiled[], GPUComputePipeline];

  let failure: string | undefined;
  void device.lost.then(({ message }) => {
    failure = \`the device is lost: \${message}\`;
  });
  let pending: Promise<void> = Promise.resolve();
  const given = ${outputs('shared?.given ?? ')}new Set<string>();
  const submit = (encode: (encoder: GPUCommandEncoder) => void): void => {
    open();
    try {
      const encoder = device.createCommandEncoder();
      encode(encoder);
      device.queue.submit([encoder.finish()]);
    } finally {
      const closed = close();
      pending = pending.then(async () => {
        failure ??= await closed.catch(String);
      });
    }
  };
  const dispatch = (pass: GPUComputePassEncoder, list: readonly Compiled[]): void => {
    for (const step of list) {
      if ('times' in step) for (let k = 0; k < step.times; k++) dispatch(pass, step.steps);
      else if (step.groups[0] > 0) {
        pass.setPipeline(step.pipeline);
        pass.dispatchWorkgroups(...step.groups);
      }
    }
  };
  const need = (what: 'params' | 'data'): void => {
    const isNeeded = (what === 'params' ? params : data).length > 0;
    if (isNeeded && !given.has(what)) throw new Error(\`\${name} has no \${what} yet: set\${what === 'data' ? 'Data' : 'Params'} gives them\`);
  };
  let isComputed = false;
  const compute = (encoder: GPUCommandEncoder, descends: boolean): void => {
    need('params');
    need('data');
    isComputed = true;
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, group);
    dispatch(pass, steps);
    if (descends && count > 0) {
      pass.setPipeline(descend);
      pass.setBindGroup(0, descentGroup);
      pass.dispatchWorkgroups(...gridOf(count));
    }
    pass.end();
  };

  const idle: GPUBuffer[] = [];
  const longest = 1 + Math.max(count, lengths[5] ?? 0${outputs(', plan.outputs === undefined ? 0 : (lengths[4] ?? 0)')});
  /** The first numbers of a buffer, when all before is done; what went wrong is thrown. */
  const fetch = async (buffer: GPUBuffer | undefined, length: number, before?: (encoder: GPUCommandEncoder) => void): Promise<Float32Array> => {
    const copy = idle.pop() ?? bufferOf(longest, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    submit((encoder) => {
      before?.(encoder);
      encoder.copyBufferToBuffer(status, 0, copy, 0, 4);
      // It is told once; until then, no step goes on from what failed.
      encoder.clearBuffer(status);
      if (buffer !== undefined && length > 0) encoder.copyBufferToBuffer(buffer, 0, copy, 4, 4 * length);
    });
    await pending;
    if (failure !== undefined) fail(failure);
    await copy.mapAsync(GPUMapMode.READ).catch(async (error: unknown) => {
      // A device that is lost may say so only after this.
      await Promise.race([device.lost, new Promise((done) => setTimeout(done, 100))]);
      fail(failure ?? String(error));
    });
    const bytes = copy.getMappedRange().slice(0, 4 + 4 * length);
    copy.unmap();
    idle.push(copy);
    const [failed = 0] = new Uint32Array(bytes, 0, 1);
    if (failed > 0) throw new RangeError(\`\${name}: an index is out of range, or a loop does not end, where \${titles[failed - 1]} is computed\`);
    return new Float32Array(bytes, 4);
  };
  const objectOf = (numbers: Float32Array, first: number): any => {
    const object: any = {};
    let at = first;
    for (const { path, kind, length } of params) {
      let place = object;
      for (const part of path.slice(0, -1)) place = place[part] ??= {};
      place[path[path.length - 1] ?? ''] = kind === 'number' ? numbers[at] : numbers.slice(at, at + length);
      at += length;
    }
    return object;
  };
${outputs(`\
  const outputsOf = (fields: readonly GpuField[], reals: Float32Array, ints: Int32Array): any => {
    const object: any = {};
    for (const { path, kind, storage, length } of fields) {
      const numbers = kind === 'number' && arenaOf(storage) === 5 || kind === 'Float32Array' ? reals : ints;
      const at = offsets.get(storage) ?? 0;
      let place = object;
      for (const part of path.slice(0, -1)) place = place[part] ??= {};
      const values = numbers.slice(at, at + length);
      place[path[path.length - 1] ?? ''] =
        kind === 'number' ? values[0] : kind === 'boolean' ? values[0] !== 0 : kind === 'Uint8Array' ? Uint8Array.from(values) : values;
    }
    return object;
  };
`)}  const arenaOf = (storage: string): number => plan.arenas.findIndex((arrays) => arrays.some(([array]) => array === storage));
  const put = (storage: string, numbers: Int32Array): void => {
    const buffer = buffers[arenaOf(storage)];
    if (buffer !== undefined) device.queue.writeBuffer(buffer, 4 * (offsets.get(storage) ?? 0), numbers);
  };
  const write = (fields: readonly GpuField[], object: any): void => {
    for (const { path, kind, storage } of fields) {
      let value = object;
      for (const part of path) value = value[part];
      if (kind === 'number') value = arenaOf(storage) === 2 ? Int32Array.of(value) : Float32Array.of(value);
      else if (kind === 'boolean') value = Int32Array.of(Number(value));
      else if (kind === 'Uint8Array') value = Int32Array.from(value);
      put(storage, value);
    }
  };
  const sort = (isFixed: boolean, object?: object): void => {
    for (const one of plan.sorts) {
      if ((one.isFixed ?? false) !== isFixed) continue;
      const { starts, order } = sorted(one, object);
      put(one.starts, starts);
      put(one.order, order);
    }
  };
  sort(true);

  return {
    setParams(object) {
      checkFields('params', object, params);
      write(params, object);
      given.add('params');
    },
    setData(object) {
      checkFields('data', object, data);
      write(data, object);
      sort(false, object);
      given.add('data');
    },
    async lossAndGradient() {
      const numbers = await fetch(buffers[5], lengths[5] ?? 0, (encoder) => compute(encoder, false));
      return { loss: numbers[0] ?? NaN, gradient: objectOf(numbers, 1) };
    },
    step(learningRate) {
      if (!Number.isFinite(learningRate)) throw new RangeError(\`\${name}: the learning rate must be a finite number, got \${String(learningRate)}\`);
      device.queue.writeBuffer(rate, 0, Float32Array.of(learningRate));
      submit((encoder) => compute(encoder, true));
    },
    async readLoss() {
      if (!isComputed) throw new Error(\`\${name} has no loss yet: lossAndGradient and step compute it\`);
      const [loss = NaN] = await fetch(buffers[5], 1);
      return loss;
    },
    async readParams() {
      need('params');
      return objectOf(await fetch(buffers[0], count), 0);
    },${outputs(`
    async readOutputs() {
      const fields = plan.outputs ?? [];
      const lengthIn = (arena: number): number =>
        Math.max(0, ...fields.map(({ storage, length }) => (arenaOf(storage) === arena ? (offsets.get(storage) ?? 0) + length : 0)));
      // Both are on their way before either is waited for, so that nothing comes between them.
      const reals = fetch(buffers[5], lengthIn(5), (encoder) => compute(encoder, false));
      const ints = lengthIn(4) > 0 ? fetch(buffers[4], lengthIn(4)) : reals;
      const [ofReals, ofInts] = await Promise.all([reals, ints]);
      return outputsOf(fields, ofReals, new Int32Array(ofInts.buffer, ofInts.byteOffset, ofInts.length));
    },
    /** What went wrong before, if anything did. */
    told: () => fetch(undefined, 0),
    buffers,
    given,`)}
    destroy() {
      for (const buffer of [...buffers, ...idle, status, rate]) buffer.destroy();
    },
  };
}

/** A counting sort: what belongs together keeps its order. */
function sorted({ places, count, keys }: GpuSort, data?: object): { readonly starts: Int32Array; readonly order: Int32Array } {
  const starts = new Int32Array(places + 1);
  const order = new Int32Array(count);
  const place: Numbers = new Int32Array(count);
  keys(place, data);
  const ends: Numbers = starts;
  // What is no place is nowhere.
  for (let i = 0; i < count; i++) if (place[i] >= 0 && place[i] < places) ends[place[i] + 1]++;
  for (let k = 0; k < places; k++) ends[k + 1] += ends[k];
  const next: Numbers = starts.slice();
  for (let i = 0; i < count; i++) if (place[i] >= 0 && place[i] < places) order[next[place[i]]++] = i;
  return { starts, order };
}

function checkFields(owner: string, object: any, fields: readonly GpuField[]): void {
  checkObject(owner, object);
  for (const { path, kind, length, shape, range } of fields) {
    let value = object;
    let at = '';
    for (const part of path) {
      if (at !== '') checkRecord(owner, at, value);
      value = value[part];
      at += \`.\${part}\`;
    }
    const [from, to] = range ?? [-2147483648, 2147483648];
    if (kind === 'Float32Array') checkFloat32Array(owner, at, value, length, shape);
    else if (kind === 'Uint8Array') checkUint8Array(owner, at, value, length, shape);
    else if (kind === 'Int32Array') {
      checkInt32Array(owner, at, value, length, shape);
      if (range !== undefined) checkRange(owner + at, value, from, to);
    } else {
      checkScalar(owner, at, value, kind, shape);
      if (kind === 'number' && shape.startsWith('int')) checkInteger(owner + at, value, from, to);
    }
  }
}`;
}
