import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the directory that all test files of a run share. The worker processes inherit the variable. */
export const runDirectoryVariable = 'ONELINK_TEST_RUN_DIRECTORY';

/** Makes a directory for the run, and removes it at the end of the run. */
export default async function setUp(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-test-run-'));
  process.env[runDirectoryVariable] = directory;
  return () => rm(directory, { recursive: true, force: true });
}
