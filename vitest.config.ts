import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/run/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two workers: the machines this runs on have two cores, and the wire-level tests start processes of their own.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/run/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
