import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param atEnd `afterAll` or `onTestFinished`, which then removes the folder */
export async function temporaryFolder(atEnd: (remove: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-test-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
