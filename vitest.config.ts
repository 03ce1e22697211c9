import { defineConfig } from 'vitest/config';

const isCi = process.env['CI'] !== undefined;

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Real processes: the supervisor and the package worker run from the bundle, as users have them.
    globalSetup: ['test/support/build-bundle.ts'],
    // Tests talk to real processes, disks and servers; CI machines are shared. A test that had to be tried again is printed as such.
    testTimeout: isCi ? 90_000 : 30_000,
    hookTimeout: isCi ? 90_000 : 30_000,
    retry: isCi ? 1 : 0,
    maxWorkers: 2,
    coverage: {
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts', 'src/cli/main.ts'],
      reporter: ['text-summary'],
    },
  },
});
