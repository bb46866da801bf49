import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest begin first: at the end, one alone would leave the other cores idle. */
const longest = /random\/properties|test\/optimisations|webgpu-reference|random\/wgsl/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    // All cores: one fewer, as it would be, is half of two.
    maxWorkers: '100%',
    // In the main process, before there are workers.
    globalSetup: 'scripts/gpu-driver.mjs',
    sequence: { sequencer: LongestFirst },
  },
});
