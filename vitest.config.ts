import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/run/longest-first.ts';
import { SlowFiles } from './test/run/slow-files.ts';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    // Two minutes for every command of the documents: `npm run test:scenarios` has them.
    exclude: [...configDefaults.exclude, ...(mode === 'scenarios' ? [] : ['test/integration/documented-commands/**'])],
    // Two workers: the machines this runs on have two cores, and the wire-level tests start processes of their own.
    maxWorkers: 2,
    // Half of the time of the short tests would go into loading the same modules again for each file.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SlowFiles()],
    // The app and the command line go by the sample: lib/config/config.ts may say anything.
    env: { ONELINK_CONFIG: join(import.meta.dirname, 'examples/configuration.ts') },
    globalSetup: ['test/run/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
}));
