import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // In the main process, before there are workers.
    globalSetup: 'scripts/gpu-driver.mjs',
  },
});
