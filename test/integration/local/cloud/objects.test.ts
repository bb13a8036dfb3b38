import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBench } from './fixture.ts';

const bucket = { Bucket: 'files' };
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex');

async function openS3() {
  const bench = await openBench();
  new Bucket(bench.stack, 'Files', { bucketName: 'files' });
  const cloud = await bench.start();
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  onTestFinished(() => s3.destroy());
  const put = (Key: string, Body: string | Buffer = 'content') =>
    s3.send(new PutObjectCommand({ ...bucket, Key, Body }));
  const text = async (Key: string) =>
    (await s3.send(new GetObjectCommand({ ...bucket, Key }))).Body?.transformToString();
  return { s3, put, text, endpoint: cloud.endpoints.s3 };
}

describe('a file is read in ranges', () => {
  test('as long as its ETag is the one that the reader knows', async () => {
    // Given a file, and its ETag without quotes, as an event has it
    const { s3, put } = await openS3();
    const { ETag: quoted = '' } = await put('inbox/crm/spring.csv', 'id\nfirst\nsecond\n');
    const IfMatch = quoted.replaceAll('"', '');
    const read = (Range: string) =>
      s3.send(new GetObjectCommand({ ...bucket, Key: 'inbox/crm/spring.csv', Range, IfMatch }));

    // When a range is read
    const { Body, ContentRange, ETag } = await read('bytes=3-7');
    expect([await Body?.transformToString(), ContentRange, ETag]).toEqual(['first', 'bytes 3-7/16', quoted]);
    expect(await (await read('bytes=9-4096')).Body?.transformToString()).toBe('second\n');
    await expect(read('bytes=16-')).rejects.toMatchObject({ name: 'InvalidRange' });

    // Then a range of another file is refused
    await put('inbox/crm/spring.csv', 'id\nother\n');
    await expect(read('bytes=3-7')).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    const head = (conditions: object) =>
      s3.send(new HeadObjectCommand({ ...bucket, Key: 'inbox/crm/spring.csv', ...conditions }));
    await expect(head({ IfMatch })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(head({ IfNoneMatch: md5('id\nother\n') })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    expect((await head({ IfMatch: '*' })).ContentLength).toBe(9);
    await expect(s3.send(new HeadObjectCommand({ ...bucket, Key: 'none', IfMatch: '*' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

describe('a file is uploaded', () => {
  test.each(['a blank', 'Frühling & Sommer', 'a+b', '100%', "it's (1)", 'a//b', 'emoji 🎉', 'a?b#c'])(
    'under the key %j',
    async (name) => {
      const { s3, put, text } = await openS3();
      await put(`inbox/crm/${name}.csv`, name);
      expect(await text(`inbox/crm/${name}.csv`)).toBe(name);
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ ...bucket, Prefix: 'inbox/crm/' }));
      expect(Contents.map(({ Key }) => Key)).toEqual([`inbox/crm/${name}.csv`]);
    },
  );

  test('empty, and without a type', async () => {
    const { endpoint, text } = await openS3();
    expect((await fetch(`${endpoint}/files/empty`, { method: 'PUT' })).status).toBe(200);
    expect(await text('empty')).toBe('');
  });

  test('larger than 11 MB in one piece', async () => {
    const { put, s3 } = await openS3();
    const bytes = Buffer.alloc(20_000_000, 'row\n');
    expect((await put('large', bytes)).ETag).toBe(`"${md5(bytes)}"`);
    expect((await s3.send(new HeadObjectCommand({ ...bucket, Key: 'large' }))).ContentLength).toBe(20_000_000);
  });

  test('as a stream, in chunks with a checksum at their end', async () => {
    const { s3, text } = await openS3();
    const Body = Readable.from([Buffer.from('id,name\n'), Buffer.from('1,Tür\n')]);
    const sent = new PutObjectCommand({
      ...bucket,
      Key: 'stream',
      Body,
      ContentLength: 15,
      ContentEncoding: 'identity',
    });
    await s3.send(sent);
    expect(await text('stream')).toBe('id,name\n1,Tür\n');
    const { ContentEncoding, ETag } = await s3.send(new HeadObjectCommand({ ...bucket, Key: 'stream' }));
    expect([ContentEncoding, ETag]).toEqual(['identity', `"${md5('id,name\n1,Tür\n')}"`]);
  });

  test('in parts, whose ETag is that of the parts', async () => {
    // Given 12 MB as a stream, which the library cuts into parts of 5 MB
    const { s3 } = await openS3();
    const bytes = Buffer.alloc(12 * 1_048_576, 'row\n');
    const pieces = Array.from({ length: 12 }, (_, index) => bytes.subarray(index * 1_048_576, (index + 1) * 1_048_576));

    // When it is uploaded
    const params = { ...bucket, Key: 'parts', Body: Readable.from(pieces) };
    const { ETag } = await new Upload({ client: s3, params, partSize: 5 * 1_048_576 }).done();

    // Then the object is the whole file, readable in ranges
    const digests = [0, 5, 10].map((from) =>
      createHash('md5')
        .update(bytes.subarray(from * 1_048_576, (from + 5) * 1_048_576))
        .digest(),
    );
    expect(ETag).toBe(`"${md5(Buffer.concat(digests))}-3"`);
    const Range = `bytes=${5 * 1_048_576 - 4}-${5 * 1_048_576 + 3}`;
    const { Body } = await s3.send(new GetObjectCommand({ ...bucket, Key: 'parts', Range, IfMatch: ETag }));
    expect(await Body?.transformToString()).toBe('row\nrow\n');
    const { Body: all } = await s3.send(new GetObjectCommand({ ...bucket, Key: 'parts' }));
    expect(md5((await all?.transformToByteArray()) ?? '')).toBe(md5(bytes));
  });
});

describe('an upload is refused', () => {
  test.each([
    ['whose checksum is another', { 'x-amz-checksum-sha256': 'AAAA' }, 'id\n', 'BadDigest'],
    ['whose MD5 is another', { 'content-md5': 'AAAA' }, 'id\n', 'BadDigest'],
    [
      'whose trailing checksum is another',
      { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '3' },
      '3\r\nid\n\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      'BadDigest',
    ],
    [
      'that ends before its last chunk',
      { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-decoded-content-length': '6' },
      '6\r\nid\n',
      'IncompleteBody',
    ],
  ])('%s', async (_, headers, body, code) => {
    const { endpoint, s3 } = await openS3();
    const response = await fetch(`${endpoint}/files/wrong.csv`, { method: 'PUT', headers, body });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
    await expect(s3.send(new HeadObjectCommand({ ...bucket, Key: 'wrong.csv' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});

describe('a write has conditions', () => {
  test('that no object is there, or that it is the one that the writer knows', async () => {
    const { s3, put, text } = await openS3();
    const write = (Body: string, conditions: object) =>
      s3.send(new PutObjectCommand({ ...bucket, Key: 'a', Body, ...conditions }));
    await expect(write('never', { IfMatch: '"0"' })).rejects.toMatchObject({ name: 'NoSuchKey' });
    const { ETag = '' } = await write('first', { IfNoneMatch: '*' });
    await expect(write('never', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(write('never', { IfNoneMatch: ETag })).rejects.toMatchObject({ name: 'NotImplemented' });
    await write('second', { IfMatch: ETag });
    await expect(write('never', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text('a')).toBe('second');
    // Another key is another object.
    await put('b', 'b');
  });
});

describe('what an object does not have here is refused', () => {
  test.each([
    ['PUT', 'tagging', '<Tagging/>'],
    ['PUT', 'acl', ''],
    ['GET', 'versionId=1', undefined],
    ['DELETE', 'tagging', undefined],
    ['GET', 'uploadId=1', undefined],
  ])('%s ?%s', async (method, query, body) => {
    const { endpoint, put, text } = await openS3();
    await put('a', 'kept');
    const response = await fetch(`${endpoint}/files/a?${query}`, { method, ...(body !== undefined && { body }) });
    expect([response.status, await response.text()]).toEqual([
      501,
      expect.stringContaining('<Code>NotImplemented</Code>'),
    ]);
    expect(await text('a')).toBe('kept');
  });
});

describe('objects are listed', () => {
  // In the order of their bytes.
  const keys = ['B', 'Z/1', 'a', 'b/1', 'b/2', 'c', 'd/x/1', 'd/y', 'é', 'ﬁ', '🎉'];

  test.each([1, 2, 3, 5, 1_000])('each once, in pages of %i', async (MaxKeys) => {
    const { s3, put } = await openS3();
    for (const key of [...keys].reverse()) await put(key);
    for (const [Delimiter, expected] of [
      [undefined, keys],
      ['/', ['B', 'Z/', 'a', 'b/', 'c', 'd/', 'é', 'ﬁ', '🎉']],
    ] as const) {
      const seen: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ ...bucket, MaxKeys, Delimiter, ContinuationToken, EncodingType: 'url' }),
        );
        const { Contents = [], CommonPrefixes = [] } = page;
        expect(page.KeyCount).toBe(Contents.length + CommonPrefixes.length);
        const names = [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
        seen.push(...names.map((name) => decodeURIComponent(String(name))));
        expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(seen.sort()).toEqual([...expected].sort());
    }
  });

  test('at the instant that their header has', async () => {
    const { s3, put } = await openS3();
    // An object that happens to be put at a whole second proves nothing.
    for (const Key of ['a', 'b']) {
      await put(Key);
      const { LastModified } = await s3.send(new HeadObjectCommand({ ...bucket, Key }));
      const { Contents } = await s3.send(new ListObjectsV2Command({ ...bucket, Prefix: Key }));
      const { Versions } = await s3.send(new ListObjectVersionsCommand({ ...bucket, Prefix: Key }));
      expect([Contents?.[0]?.LastModified, Versions?.[0]?.LastModified]).toEqual([LastModified, LastModified]);
    }
  });

  test('below a prefix, after a key, and with the first version of the call', async () => {
    const { s3, put } = await openS3();
    for (const key of keys) await put(key);
    const second = await s3.send(new ListObjectsV2Command({ ...bucket, Prefix: 'd/', Delimiter: '/' }));
    expect([second.Contents?.[0]?.Key, second.CommonPrefixes]).toEqual(['d/y', [{ Prefix: 'd/x/' }]]);
    const after = await s3.send(new ListObjectsV2Command({ ...bucket, StartAfter: 'b/1', MaxKeys: 2 }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['b/2', 'c']);
    const first = await s3.send(new ListObjectsCommand({ ...bucket, Delimiter: '/', MaxKeys: 2 }));
    expect([first.Contents?.[0]?.Key, first.CommonPrefixes, first.NextMarker]).toEqual(['B', [{ Prefix: 'Z/' }], 'Z/']);
    const Marker = first.NextMarker;
    const next = await s3.send(new ListObjectsCommand({ ...bucket, Delimiter: '/', Marker, MaxKeys: 2 }));
    expect([next.Contents?.[0]?.Key, next.CommonPrefixes, next.NextMarker]).toEqual(['a', [{ Prefix: 'b/' }], 'b/']);
    await expect(s3.send(new ListObjectsV2Command({ ...bucket, ContinuationToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'none' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
