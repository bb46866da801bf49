// Runs WGSL in tests. One device per test file, with the limits that every WebGPU device has: what needs more fails here
// instead of at a user's. Whatever WebGPU complains of fails the test, with the line that it complains of; so does a
// missing driver, which `node scripts/setup-gpu.mjs` installs.

import { afterAll, expect } from 'vitest';
import { create, globals } from 'webgpu';
import { bug } from '../../src/base/bug.ts';

Object.assign(globalThis, globals);

// Held as long as the process lives: a collected one takes the process with it while a device is open.
const gpu = create([]);
/** It knows all rules and executes nothing. */
const validator = create(['backend=null']);

export interface Binding {
  /** As it is declared: `var<storage, read>`, `var<storage, read_write>` or `var<uniform>`. */
  readonly kind: 'read' | 'write' | 'uniform';
  /** What it holds at first. */
  readonly bytes: ArrayBuffer | ArrayBufferView;
}

export interface Kernel {
  readonly code: string;
  readonly entryPoint: string;
  /** Those of group 0, in the order of their numbers. */
  readonly bindings: readonly Binding[];
  readonly workgroups?: readonly [x: number, y?: number, z?: number];
}

export interface Call {
  /** A module with the function and its types, which have to be types that a buffer can hold. */
  readonly code: string;
  readonly name: string;
  readonly args: readonly { readonly type: string; readonly bytes: Binding['bytes'] }[];
  readonly result: { readonly type: string; readonly byteLength: number };
}

/** What is wrong with the code by the rules of WGSL, with the offending lines; empty if nothing is. */
export async function validate(code: string): Promise<readonly string[]> {
  const device = await validatingDevice.open();
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const error = await device.popErrorScope();
  const messages = await messagesOf(module, code);
  return error !== null && messages.length === 0 ? [error.message] : messages;
}

/** Runs the kernel and returns what is in each `write` binding afterwards. */
export async function run({ code, entryPoint, bindings, workgroups }: Kernel): Promise<ArrayBuffer[]> {
  const device = await runningDevice.open();
  for (const scope of scopes) device.pushErrorScope(scope);
  const module = device.createShaderModule({ code });
  // Written out: a layout made by `auto` leaves out what the entry point does not use.
  const layout = device.createBindGroupLayout({
    entries: bindings.map(({ kind }, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: bufferTypes[kind] },
    })),
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint },
  });
  const buffers = bindings.map((binding) => bufferOf(device, binding));
  const written = buffers.filter((_, i) => bindings[i]?.kind === 'write');
  const copies = written.map(({ size }) =>
    device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ }),
  );
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(...(workgroups ?? [1]));
  pass.end();
  written.forEach((buffer, i) => {
    encoder.copyBufferToBuffer(buffer, 0, copies[i] ?? bug('each has its copy'), 0, buffer.size);
  });
  device.queue.submit([encoder.finish()]);

  const errors = await Promise.all(scopes.map(() => device.popErrorScope()));
  const messages = await messagesOf(module, code);
  // What follows from an error in the shader says nothing new.
  if (messages.length === 0) messages.push(...errors.flatMap((error) => error?.message ?? []));
  if (messages.length > 0) throw new Error(messages.join('\n'));

  runningDevice.pending++;
  await Promise.all(copies.map((copy) => copy.mapAsync(GPUMapMode.READ)));
  runningDevice.pending--;
  const results = copies.map((copy) => copy.getMappedRange().slice(0));
  for (const buffer of [...buffers, ...copies]) buffer.destroy();
  return results;
}

/** Calls a function once, on one thread, and returns the bytes of its result. */
export async function call({ code, name, args, result }: Call): Promise<ArrayBuffer> {
  const parameters = args.map((_, i) => `test_argument_${i}`);
  const declarations = args.map(
    ({ type }, i) => `@group(0) @binding(${i}) var<storage, read> test_argument_${i}: ${type};`,
  );
  const caller = `
${declarations.join('\n')}
@group(0) @binding(${args.length}) var<storage, read_write> test_result: ${result.type};
@compute @workgroup_size(1) fn test_call() { test_result = ${name}(${parameters.join(', ')}); }
`;
  const [bytes] = await run({
    code: code + caller,
    entryPoint: 'test_call',
    bindings: [
      ...args.map(({ bytes }) => ({ kind: 'read' as const, bytes })),
      { kind: 'write', bytes: new ArrayBuffer(result.byteLength) },
    ],
  });
  return bytes ?? bug('the result has a binding');
}

/** The device that everything runs on, for hosts that open buffers of their own. */
export const openDevice = (): Promise<GPUDevice> => runningDevice.open();

const bufferTypes = { read: 'read-only-storage', write: 'storage', uniform: 'uniform' } as const;
const scopes = ['validation', 'out-of-memory', 'internal'] as const;

function bufferOf(device: GPUDevice, { kind, bytes }: Binding): GPUBuffer {
  const from = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const buffer = device.createBuffer({
    size: Math.ceil(from.length / 4) * 4,
    usage: kind === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
    mappedAtCreation: true,
  });
  new Uint8Array(buffer.getMappedRange()).set(from);
  buffer.unmap();
  return buffer;
}

/** What the compiler of the module says, warnings too: `error at 3:9: …`, and below it the line. */
async function messagesOf(module: GPUShaderModule, code: string): Promise<string[]> {
  const { messages } = await module.getCompilationInfo();
  const lines = code.split('\n');
  return messages.map(({ type, lineNum, linePos, message }) =>
    [`${type} at ${lineNum}:${linePos}: ${message}`, lines[lineNum - 1] ?? '', `${' '.repeat(Math.max(0, linePos - 1))}^`].join('\n'),
  ); // prettier-ignore
}

/** A device that is opened when it is first wanted, and closed behind the last test of the file. */
class Device {
  readonly #instance: GPU;
  #opened: Promise<GPUDevice> | undefined;
  /** What was wrong outside of all scopes. */
  readonly #stray: string[] = [];
  /** How many runs have not come to an end. */
  pending = 0;

  constructor(instance: GPU) {
    this.#instance = instance;
  }

  open(): Promise<GPUDevice> {
    return (this.#opened ??= this.#request());
  }

  async #request(): Promise<GPUDevice> {
    const adapter = await this.#instance.requestAdapter();
    if (adapter === null) throw new Error('nothing to run WGSL on: see `node scripts/setup-gpu.mjs`');
    const device = await adapter.requestDevice();
    device.addEventListener('uncapturederror', ({ error }) => this.#stray.push(error.message));
    void device.lost.then(({ reason, message }) => {
      if (reason !== 'destroyed') this.#stray.push(`the device was lost: ${message}`);
    });
    return device;
  }

  async close(): Promise<void> {
    const device = await this.#opened;
    // While a shader runs forever the device cannot be destroyed; the end of the process does it.
    if (this.pending === 0) device?.destroy();
    expect(this.#stray).toEqual([]);
  }
}

const runningDevice = new Device(gpu);
const validatingDevice = new Device(validator);

afterAll(() => Promise.all([runningDevice.close(), validatingDevice.close()]));
