import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lockRun } from '../../../../local/start/run-lock.ts';
import { testFolder } from '../../../world/test-folder.ts';

const at = testFolder();

test('a running process locks out other runs', () => {
  const file = at('run.pid');
  // The parent process is up for as long as this test.
  writeFileSync(file, String(process.ppid));
  expect(() => lockRun(file)).toThrow(`Another run is up, as process ${process.ppid}.`);
});

test('the lock of a process that has ended does not count', () => {
  const file = at('run.pid');
  lockRun(file)();
  const release = lockRun(file);
  // Linux has no such process ID: its limit is 2^22.
  writeFileSync(file, '4194305');
  expect(() => lockRun(file)).not.toThrow();
  release();
});
