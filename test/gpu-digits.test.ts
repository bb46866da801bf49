// The page that trains in WebGPU, in Debian's Chromium: on SwiftShader, so that no GPU is needed.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

const configFile = resolve(import.meta.dirname, '../examples/gpu-digits/vite.config.mjs');
const folder = mkdtempSync(join(tmpdir(), 'nabla-gpu-digits-'));
let server: ViteDevServer;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  // `node scripts/setup-gpu.mjs` installs it.
  const program = process.env.CHROMIUM ?? 'chromium';
  const executablePath = execFileSync('which', [program], { encoding: 'utf8' }).trim();
  server = await createServer({ configFile, logLevel: 'warn', server: { port: 0, host: '127.0.0.1' } });
  await server.listen();
  browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

/** The page, as soon as it can train. `prepare` is run in it before its own scripts. */
async function open(prepare = ''): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(prepare);
  const [url = ''] = server.resolvedUrls?.local ?? [];
  await page.goto(url);
  await page.locator('#train:enabled').waitFor();
  return page;
}

const numberIn = async (page: Page, id: string): Promise<number> =>
  Number((await page.locator(id).innerText()).replace(/[,% ms]/g, ''));

/** Trains until so many steps are done, and gives the loss that is then shown. */
async function trainUntil(page: Page, steps: number): Promise<number> {
  await page.getByRole('button', { name: 'Train' }).click();
  await expect
    .poll(() => numberIn(page, '#steps'), { timeout: 40_000, interval: 100 })
    .toBeGreaterThanOrEqual(steps);
  await page.getByRole('button', { name: 'Pause' }).click();
  return numberIn(page, '#loss');
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

it('trains on the GPU, goes on with the same params on the CPU, and reads what is drawn', async () => {
  const page = await open();
  expect(await page.locator('input[value=gpu]').isChecked()).toBe(true);
  const onGpu = await trainUntil(page, 40);
  // Ten classes at random have a loss of log 10, which is 2.3; He's first params are no better.
  expect(onGpu).toBeLessThan(1.6);

  await page.locator('input[value=cpu]').check();
  const before = await numberIn(page, '#steps');
  const onCpu = await trainUntil(page, before + 200);
  // Had the CPU begun anew, it would not be there yet.
  expect(onCpu).toBeLessThan(onGpu);
  expect(await page.locator('path.smooth.gpu').count()).toBe(1);
  expect(await page.locator('path.smooth.cpu').count()).toBe(1);

  expect(await page.locator('#prediction').innerText()).toBe('?');
  await drawOne(page);
  await expect.poll(() => page.locator('#prediction').innerText(), { timeout: 10_000 }).toBe('1');
  const shares = await page.locator('.share').allInnerTexts();
  expect(shares.length).toBe(10);
  // In per cent, each rounded to a decimal.
  expect(Math.abs(shares.reduce((sum, share) => sum + parseFloat(share), 0) - 100)).toBeLessThan(0.6);
  await page.screenshot({ path: join(folder, 'page.png') });

  expect(complaints).toEqual([]);
  await page.close();
});

it('trains on the CPU where there is no WebGPU, and says so', async () => {
  const page = await open('Object.defineProperty(Navigator.prototype, "gpu", { value: undefined })');
  expect(await page.locator('input[value=gpu]').isDisabled()).toBe(true);
  expect(await page.locator('#status').innerText()).toContain('CPU only');
  expect(await trainUntil(page, 60)).toBeLessThan(1.6);
  expect(complaints).toEqual([]);
  await page.close();
});
