// The page that trains in WebGPU, in Debian's Chromium: on SwiftShader, so that no GPU is needed.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, createServer, preview, type PreviewServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const configFile = resolve(import.meta.dirname, '../examples/gpu-digits/vite.config.mjs');
const folder = mkdtempSync(join(tmpdir(), 'nabla-gpu-digits-'));
/** A software renderer beside other tests takes its time. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let server: ViteDevServer;
let built: PreviewServer;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  // `node scripts/setup-gpu.mjs` installs it.
  const program = process.env.CHROMIUM || 'chromium';
  const executablePath = execFileSync('which', [program], { encoding: 'utf8' }).trim();
  server = await createServer({ configFile, logLevel: 'warn', server: { port: 0, host: '127.0.0.1' } });
  await server.listen();
  const outDir = join(folder, 'page');
  await build({ configFile, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  built = await preview({ configFile, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await built?.close();
  rmSync(folder, { recursive: true });
});

const addressOf = ({ resolvedUrls }: ViteDevServer | PreviewServer): string => resolvedUrls?.local[0] ?? '';

/** The page, as soon as it can train. `prepare` is run in it before its own scripts. */
async function open(of: ViteDevServer | PreviewServer, prepare = ''): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(prepare);
  await page.goto(addressOf(of));
  await page.locator('#train:enabled').waitFor();
  return page;
}

const numberIn = async (page: Page, id: string): Promise<number> =>
  Number((await page.locator(id).innerText()).replace(/[,% ms]/g, ''));

/** Trains until so many steps are done, and gives the loss that is then shown. */
async function trainUntil(page: Page, steps: number): Promise<number> {
  await page.getByRole('button', { name: 'Train' }).click();
  await expect
    .poll(() => numberIn(page, '#steps'), { timeout: 100_000, interval: 100 })
    .toBeGreaterThanOrEqual(steps);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('body[aria-busy=false]').waitFor();
  return numberIn(page, '#loss');
}

/** Waits until the other device has the params. */
async function change(page: Page, device: 'gpu' | 'cpu'): Promise<void> {
  await page.locator(`input[value=${device}]`).check();
  await page.locator(`body[data-device=${device}]`).waitFor();
}

/** A one: a stroke down, by mouse. */
async function drawOne(page: Page): Promise<void> {
  const box = await page.locator('#pad').boundingBox();
  if (box === null) throw new Error('there is no paper');
  const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.53, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.47, 0.8), { steps: 8 });
  await page.mouse.up();
}

/** The probabilities of the ten digits, in per cent. */
const shares = async (page: Page): Promise<number[]> =>
  (await page.locator('.share').allInnerTexts()).map((text) => parseFloat(text));

it('trains on the GPU, goes on with the same params on the CPU, and reads what is drawn', async () => {
  complaints.length = 0;
  const page = await open(server);
  expect(await page.locator('input[value=gpu]').isChecked()).toBe(true);
  const onGpu = await trainUntil(page, 30);
  // Ten classes at random have a loss of log 10, which is 2.3; He's first params are no better.
  expect(onGpu).toBeLessThan(1.6);
  // Of digits it has not seen: a page that learned from anything but digits would be at 10.
  expect(await numberIn(page, '#accuracy')).toBeGreaterThan(50);

  expect(await page.locator('#prediction').innerText()).toBe('?');
  await drawOne(page);
  // So few steps need not tell a one from a zero.
  await expect.poll(() => page.locator('#prediction').innerText(), { timeout: 60_000 }).toMatch(/^\d$/);
  const read = await shares(page);
  expect(read.length).toBe(10);
  expect(Math.abs(read.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(0.6);

  await change(page, 'cpu');
  expect(await shares(page)).toEqual(read);
  const onCpu = await trainUntil(page, (await numberIn(page, '#steps')) + 400);
  expect(onCpu).toBeLessThan(onGpu);
  expect(await page.locator('path.smooth.gpu').count()).toBe(1);
  expect(await page.locator('path.smooth.cpu').count()).toBe(1);
  // A page without curves, drawing and bars is not half as large.
  expect((await page.screenshot({ path: join(folder, 'page.png') })).length).toBeGreaterThan(60_000);

  expect(await page.locator('#prediction').innerText()).toBe('1');
  const learned = await shares(page);
  expect(learned).not.toEqual(read);
  await change(page, 'gpu');
  expect(await shares(page)).toEqual(learned);
  expect(complaints).toEqual([]);
  await page.close();
});

it('goes on with what it has when the GPU is lost', async () => {
  const page = await open(
    server,
    `const { requestDevice } = GPUAdapter.prototype;
     GPUAdapter.prototype.requestDevice = async function () {
       return (globalThis.device = await requestDevice.call(this));
     };`,
  );
  await page.evaluate('device.destroy()');
  await page.getByRole('button', { name: 'Train' }).click();
  await expect
    .poll(() => page.locator('#status').innerText(), { timeout: 60_000 })
    .toContain('the device is lost');
  await change(page, 'cpu');
  expect(await trainUntil(page, 60)).toBeLessThan(1.6);
  expect(complaints).toEqual([]);
  await page.close();
});

it('says so where its digits are none', async () => {
  const page = await browser.newPage();
  await page.route('**/digits.bin', (route) => route.fulfill({ body: '<!doctype html>' }));
  await page.goto(addressOf(server));
  await expect.poll(() => page.locator('#status').innerText()).toBe('digits.bin: 15 bytes are no digits');
  expect(await page.locator('#train').isDisabled()).toBe(true);
  await page.close();
});

it('as it is built, trains on the CPU where there is no WebGPU, and says so', async () => {
  const page = await open(built, 'Object.defineProperty(Navigator.prototype, "gpu", { value: undefined })');
  expect(await page.locator('input[value=gpu]').isDisabled()).toBe(true);
  expect(await page.locator('#status').innerText()).toContain('CPU only');
  expect(await trainUntil(page, 60)).toBeLessThan(1.6);
  expect(complaints).toEqual([]);
  await page.close();
});
