// The fits on WebGPU: that of the browser, or in Node the one of the package `webgpu`.

/** Held as long as the process lives: while a device is open its instance must not be collected. */
let gpu = globalThis.navigator?.gpu;

async function open() {
  if (gpu === undefined) {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    gpu = create([]);
  }
  const adapter = await gpu.requestAdapter();
  if (adapter === null)
    throw new Error('nothing to run WGSL on: `node scripts/setup-gpu.mjs` installs a software driver');
  return { device: await adapter.requestDevice(), name: adapter.info.description };
}

/** Params and cost of each curve, four numbers: the struct `Fit`. `code` is all of the shader. */
export async function fitOnGpu(code, measured, { points, steps }) {
  const { device, name } = await open();
  const count = measured.length / (2 * points);
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: 'fit', constants: { points, steps } },
  });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const size = 16 * count;
  const given = device.createBuffer({ size: measured.byteLength, usage: STORAGE | COPY_DST });
  const fits = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  const copy = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
  device.queue.writeBuffer(given, 0, measured);
  const entries = [given, fits].map((buffer, binding) => ({ binding, resource: { buffer } }));

  const start = performance.now();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(count / 64));
  pass.end();
  encoder.copyBufferToBuffer(fits, 0, copy, 0, size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const milliseconds = performance.now() - start;

  const found = new Float32Array(copy.getMappedRange().slice(0));
  device.destroy();
  return { fits: found, milliseconds, name };
}
