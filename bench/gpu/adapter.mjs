// Which GPU is measured, and how processes open it. WebGPU in Node is Dawn, the package webgpu; on Linux it goes through Vulkan.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { swiftshader } from '../../scripts/gpu-driver.mjs';

/** Of cards whose limits are known, by how their drivers call them: bytes and operations in single precision, by the second. */
const cards = [
  { name: /H100 80GB HBM3/, bandwidth: 3350e9, flops: 66.9e12 },
  { name: /H200/, bandwidth: 4800e9, flops: 66.9e12 },
];

/** What the adapter can do at most, where that is known; what the user says of it comes first. */
export function limitsOf({ name }, { bandwidth, flops }) {
  const card = cards.find((one) => one.name.test(name));
  return {
    bandwidth: bandwidth === undefined ? card?.bandwidth : 1e9 * Number(bandwidth),
    flops: flops === undefined ? card?.flops : 1e9 * Number(flops),
  };
}

/**
 * The adapter, and the environment in which processes find it: what the system has, or VK_DRIVER_FILES names; SwiftShader where that is
 * nothing, or a GPU is not wanted. A loader never finds what it has once missed, hence a process for each question.
 */
export function chooseAdapter(isSoftwareWanted) {
  const own = probe(process.env);
  if (own !== undefined && (own.isSoftware || !isSoftwareWanted)) return { adapter: own, env: process.env };
  const driver = process.platform === 'linux' ? swiftshader() : undefined;
  if (driver === undefined)
    throw new Error('no adapter, and no SwiftShader: see `node scripts/setup-gpu.mjs --driver-only`');
  const env = { ...process.env, VK_DRIVER_FILES: driver };
  const adapter = probe(env);
  if (adapter === undefined) throw new Error(`WebGPU finds nothing to run on with ${driver}`);
  return { adapter, env };
}

function probe(env) {
  const script = fileURLToPath(import.meta.url);
  const text = execFileSync(process.execPath, [script, '--probe'], {
    encoding: 'utf8',
    // What loaders say where there is nothing to load is no news.
    stdio: 'pipe',
    env,
    timeout: 120_000,
  });
  return text === '' ? undefined : JSON.parse(text);
}

/** Opens WebGPU in this process: as `navigator.gpu`, where libraries look for it. */
async function open() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // The global holds it: a collected one takes the process with it while a device is open.
  const value = { gpu: create([]), userAgent: 'node', language: 'en' };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  return value.gpu.requestAdapter({ powerPreference: 'high-performance' });
}

let opened;
export const openAdapter = () => (opened ??= open());

if (process.argv[2] === '--probe') {
  const adapter = await openAdapter();
  if (adapter !== null) {
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    const isSoftware =
      isFallbackAdapter === true ||
      /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${device} ${description}`);
    const name =
      [device, description].filter((part) => part !== '').join(', ') || `${vendor} ${architecture}`;
    process.stdout.write(JSON.stringify({ name, vendor, architecture, isSoftware }));
  }
}
