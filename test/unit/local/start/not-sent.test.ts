import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chaosWords } from '../../../../local/start/chaos.ts';
import { writeNotSent } from '../../../../local/start/report/write-report.ts';
import { givenUnsent } from './given-unsent.ts';

test('what was not sent is in two files: why, and what to send again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'onelink-not-sent-'));
  await writeNotSent(folder, []);
  expect(readdirSync(folder)).toEqual([]);
  await writeNotSent(folder, [givenUnsent(9, 'ECONNRESET', true), givenUnsent(7, '=1')]);
  expect(readFileSync(join(folder, 'not-sent.csv'), 'utf8').split('\r\n')).toEqual([
    '\ufeffline,request,source,lane,reason,may_be_in_the_queue',
    "7,r-7,crm,campaign,'=1,false",
    '9,r-9,crm,campaign,ECONNRESET,true',
    '',
  ]);
  expect(readFileSync(join(folder, 'not-sent.ndjson'), 'utf8')).toBe('{"line":7}\n{"line":9}\n');
  rmSync(folder, { recursive: true });
});

test('chaos says at its start how long it takes, and why', () => {
  expect(chaosWords(360)).toBe(
    'Environments will be killed at random. It takes about 7 minutes: what a killed environment had in hand comes back after ' +
      'its queue’s visibility time-out of 6 minutes, as on AWS.',
  );
});
