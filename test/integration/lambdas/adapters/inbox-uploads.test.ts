import { createHash } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InboxUploads, type UploadAddress } from '../../../../lambdas/adapters/inbox-uploads.ts';
import type { LocalCloud } from '../../../../local/cloud/cloud.ts';
import { openBench } from '../../local/cloud/fixture.ts';

const campaign = { source: 'crm', name: 'spring.retire' };
const file = '{"action":"delete"}\n';
const expectedOf = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('base64'),
  bytes: Buffer.byteLength(text),
});

let cloud: LocalCloud;
let s3: S3Client;
let uploads: InboxUploads;
beforeAll(async () => {
  const bench = await openBench(afterAll);
  new Bucket(bench.stack, 'Campaigns', { bucketName: 'campaigns', versioned: true });
  cloud = await bench.start();
  s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  uploads = new InboxUploads(s3, 'campaigns');
});
afterAll(() => s3?.destroy());

const read = async (Key: string) => {
  const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'campaigns', Key }));
  return { type: ContentType, text: await Body?.transformToString() };
};

/** The answer to an upload. The client itself writes the length of what it sends. */
async function put(url: string, body: string, { 'content-length': _, ...headers }: UploadAddress['headers']) {
  const response = await fetch(url, { method: 'PUT', body, headers });
  return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
}

test('the settings of a campaign lie beside its file', async () => {
  await uploads.putSettings(campaign, { template: 'A1b3', approval: 'automatic' });
  expect(await read('inbox/crm/spring.retire.campaign.json')).toEqual({
    type: 'application/json',
    text: '{\n  "template": "A1b3",\n  "approval": "automatic"\n}\n',
  });
});

test('an address takes exactly its file, under the key of its campaign', async () => {
  const { url, headers } = await uploads.addressFor(campaign, expectedOf(file));

  expect(await put(url, file, headers)).toEqual([200, undefined]);

  expect(await read('inbox/crm/spring.retire.ndjson')).toEqual({ type: 'application/x-ndjson', text: file });
  expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('900');
  expect(Object.keys(headers).sort()).toEqual(['content-length', 'content-type', 'x-amz-checksum-sha256']);
});

test.each<[string, (address: UploadAddress) => [string, string, UploadAddress['headers']], [number, string]]>([
  ['a file of the same length', ({ url, headers }) => [url, '{"action":"create"}\n', headers], [400, 'BadDigest']],
  ['a longer file', ({ url, headers }) => [url, file + file, headers], [403, 'SignatureDoesNotMatch']],
  [
    'another file with its own checksum',
    ({ url, headers }) => [
      url,
      '{"action":"create"}\n',
      { ...headers, 'x-amz-checksum-sha256': expectedOf('{"action":"create"}\n').sha256 },
    ],
    [403, 'SignatureDoesNotMatch'],
  ],
  [
    'a file without a checksum',
    ({ url, headers }) => [url, file, { 'content-type': headers['content-type'] ?? '' }],
    [403, 'SignatureDoesNotMatch'],
  ],
  [
    'the file of another campaign',
    ({ url, headers }) => [url.replace('spring.retire', 'summer.retire'), file, headers],
    [403, 'SignatureDoesNotMatch'],
  ],
  [
    'the file of another producer',
    ({ url, headers }) => [url.replace('/crm/', '/studio/'), file, headers],
    [403, 'SignatureDoesNotMatch'],
  ],
])('an address does not take %s', async (_, sent, refusal) => {
  const address = await uploads.addressFor(campaign, expectedOf(file));
  expect(await put(...sent(address))).toEqual(refusal);
});
