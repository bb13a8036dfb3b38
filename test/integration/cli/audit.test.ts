import { type GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { auditRecords } from '../../../cli/pipeline/audit.ts';
import { auditKey } from '../../../lambdas/domain/acts/record.ts';
import { givenEngines } from '../lambdas/adapters/given-engines.ts';
import { givenStack } from './given-stack.ts';

const { s3, bucket: makeBucket, settings } = await givenEngines();
const bucket = await makeBucket('audit');
const onelink = await givenStack('Here', () => ({ AuditBucketName: bucket }));
process.env.AWS_ENDPOINT_URL_S3 = settings.endpoint;

const put = (key: string, body: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
const arn = (name: string) => `arn:aws:sts::111122223333:assumed-role/operator/${name}`;

async function given(actId: string, at: string, change: object = {}) {
  const by = { arn: arn('anna'), userId: 'AROAX:anna', account: '111122223333' };
  const record = { v: 1, actId, part: 1, at, by, permission: 'operate', act: 'pause', target: { lanes: ['campaign'] } };
  for (const phase of ['begun', 'ended'] as const) {
    const json = JSON.stringify({
      ...record,
      phase,
      ...(phase === 'ended' && { result: 'done', effect: {} }),
      ...change,
    });
    await put(auditKey({ actId, part: 1, phase }, Date.parse(at)), json);
  }
}
await given('one', '2026-11-01T23:59:00.000Z', { reason: 'rates change' });
await given('two', '2026-11-20T10:00:00.000Z', {
  act: 'export',
  by: { arn: arn('bob'), userId: 'AROAX:bob', account: '111122223333' },
});
await put('audit/2026/11/20/three/000001-begun.json', 'not JSON');

test('shows the acts of a period, by act and by caller, and reports what it cannot read', async () => {
  const month = ['audit', '--since', '2026-11-01T00:00:00Z', '--until', '2026-12-01T00:00:00Z'];

  const all = await onelink(...month);
  expect(all.out).toEqual([
    '2026-11-01 23:59:00 UTC  operator/anna  pause  lanes campaign  “rates change”  done',
    '2026-11-20 10:00:00 UTC  operator/bob  export  lanes campaign  done',
  ]);
  expect(all.err).toEqual(['1 object in the audit bucket cannot be read as a record of this release.']);
  expect(all.code).toBe(0);
  expect((await onelink(...month, '--act', 'export')).out).toHaveLength(1);
  const byAnna = await onelink(...month, '--by', 'ANNA', '--json');
  expect(byAnna.out.map((line) => JSON.parse(line).actId)).toEqual(['one']);
});

/** The calls that a reading of records takes. */
function counting() {
  const calls: string[] = [];
  const send = (command: { constructor: { name: string } }) => {
    calls.push(command.constructor.name.replace('Command', ''));
    return s3.send(command as GetObjectCommand);
  };
  return { calls, s3: { send } as unknown as typeof s3 };
}
const period = (since: string, until: string) => ({
  sinceMilliseconds: Date.parse(since),
  untilMilliseconds: Date.parse(until),
});

test.each([
  ['a century', '1926-01-01T00:00:00Z', '2026-12-01T00:00:00Z', 5],
  ['two days', '2026-11-01T00:00:00Z', '2026-11-03T00:00:00Z', 2],
  ['all the time that a date can have', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z', 5],
])('lists the records of %s with one call', async (_, since, until, reads) => {
  const { calls, s3: counted } = counting();
  await auditRecords(counted, bucket, period(since, until));
  expect(calls).toEqual(['ListObjectsV2', ...Array(reads).fill('GetObject')]);
});

test('ends at an interruption, between two calls', async () => {
  const { calls, s3: counted } = counting();
  const month = period('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z');
  await auditRecords(counted, bucket, month, { signal: AbortSignal.abort() });
  expect(calls).toEqual(['ListObjectsV2']);
});

test('ends with exit code 1 if there is nothing', async () => {
  const { code, err } = await onelink('audit', '--since', '2020-01-01T00:00:00Z', '--until', '2020-01-02T00:00:00Z');
  expect([code, err]).toEqual([1, ['No act was found since 2020-01-01 00:00:00 UTC.']]);
});
