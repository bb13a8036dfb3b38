import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/run/longest-first.ts';
import { SlowFiles } from './test/run/slow-files.ts';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    // The commands of the documents take two minutes. `npm run test:scenarios` runs them.
    exclude: [...configDefaults.exclude, ...(mode === 'scenarios' ? [] : ['test/integration/documented-commands/**'])],
    // Two workers, because the machines have two cores and the wire-level tests start further processes.
    maxWorkers: 2,
    // Otherwise half of the short tests' time would go into loading the same modules again for each file.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SlowFiles()],
    // The tests use the sample configuration, because an operator may change lib/config/config.ts.
    env: { ONELINK_CONFIG: join(import.meta.dirname, 'examples/configuration.ts') },
    globalSetup: ['test/run/global-setup.ts'],
    setupFiles: ['test/run/clean-environment.ts'],
    // Ample: on a busy machine a test that starts processes takes many times as long as on a quiet one.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    expect: { poll: { interval: 20, timeout: 15_000 } },
  },
}));
