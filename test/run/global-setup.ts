import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of what the files of one run share; the worker processes inherit it. */
export const runDirectoryVariable = 'ONELINK_TEST_RUN_DIRECTORY';

/** Makes a directory for the run, and removes it when the run is over. */
export default async function setUp(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-test-run-'));
  process.env[runDirectoryVariable] = directory;
  return () => rm(directory, { recursive: true, force: true });
}
