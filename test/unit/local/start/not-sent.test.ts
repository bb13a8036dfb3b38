import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chaosWords } from '../../../../local/start/chaos.ts';
import { writeNotSent } from '../../../../local/start/report/write-report.ts';
import { testFolder } from '../../../world/test-folder.ts';
import { givenUnsent } from './given-unsent.ts';

const at = testFolder();

test('two files have the unsent commands: one with the reasons, one for another send', async () => {
  await writeNotSent(at(), []);
  expect(readdirSync(at())).toEqual([]);
  await writeNotSent(at(), [givenUnsent(9, 'ECONNRESET', true), givenUnsent(7, '=1')]);
  expect(readFileSync(at('not-sent.csv'), 'utf8').split('\r\n')).toEqual([
    '\ufeffline,request,source,lane,reason,may_be_in_the_queue',
    "7,r-7,crm,campaign,'=1,false",
    '9,r-9,crm,campaign,ECONNRESET,true',
    '',
  ]);
  expect(readFileSync(at('not-sent.ndjson'), 'utf8')).toBe('{"line":7}\n{"line":9}\n');
});

test('chaos announces its duration and the reason', () => {
  expect(chaosWords(360)).toBe(
    'Environments will be killed at random. It takes 7 minutes or more: the messages of a killed environment return after ' +
      'their queue’s visibility time-out of 6 minutes, as on AWS.',
  );
});
