import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockRun } from '../../../../local/start/run-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onelink-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a run that is up keeps others out', () => {
  const file = join(folder, 'run.pid');
  // The process that started this one is up for as long as the test is.
  writeFileSync(file, String(process.ppid));
  expect(() => lockRun(file)).toThrow(`Another run is up, as process ${process.ppid}.`);
});

test('one that is gone does not', () => {
  const file = join(folder, 'run.pid');
  lockRun(file)();
  const release = lockRun(file);
  // Linux gives out no such process ID: its limit is 2^22.
  writeFileSync(file, '4194305');
  expect(() => lockRun(file)).not.toThrow();
  release();
});
