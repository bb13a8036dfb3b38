import {
  type DeleteMarkerEntry,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ObjectVersion,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, type BucketProps, type CfnBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { everything, sessionOf } from '../../../../local/cloud/access/caller.ts';
import { type LocalCloud, SimulatedClock } from '../../../../local/cloud/cloud.ts';
import { type Bench, openBench, QueueDriver, urlOf } from './fixture.ts';

const now = Date.parse('2031-05-04T12:00:00Z');
const day = 24 * 60 * 60_000;
const files = { Bucket: 'files' };

/** A versioned bucket, and what the tests do in it. */
async function openFiles(props: BucketProps = {}, declare: (bench: Bench, bucket: Bucket) => void = () => {}) {
  const bench = await openBench();
  declare(bench, new Bucket(bench.stack, 'Files', { bucketName: 'files', versioned: true, ...props }));
  const clock = new SimulatedClock(now);
  const clerk = sessionOf('arn:aws:iam::000000000000:role/clerk', 'jane', [
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['s3:*Object', 's3:ListBucket'], Resource: '*' } },
  ]);
  const admin = sessionOf('arn:aws:iam::000000000000:role/admin', 'max', [everything]);
  const cloud = await bench.start({ clock, callers: { clerk, admin } });
  expect(cloud.notices.filter(({ severity }) => severity === 'warning')).toEqual([]);
  return { cloud, clock, ...callsOf(cloud) };
}

function callsOf(cloud: LocalCloud, accessKeyId?: string) {
  const s3 = new S3Client({ ...cloud.clientConfig('s3', accessKeyId), forcePathStyle: true, maxAttempts: 1 });
  onTestFinished(() => s3.destroy());
  const ids = (VersionId?: string) => (VersionId === undefined ? {} : { VersionId });
  return {
    s3,
    put: async (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
      (await s3.send(new PutObjectCommand({ ...files, Key, Body, ...more }))).VersionId ?? '',
    read: async (Key: string, VersionId?: string, more = {}) =>
      (await s3.send(new GetObjectCommand({ ...files, Key, ...ids(VersionId), ...more }))).Body?.transformToString(),
    remove: (Key: string, VersionId?: string, more = {}) =>
      s3.send(new DeleteObjectCommand({ ...files, Key, ...ids(VersionId), ...more })),
    list: async (more = {}) => {
      const answer = await s3.send(new ListObjectVersionsCommand({ ...files, ...more }));
      const { Versions = [], DeleteMarkers = [] } = answer;
      const shown = (one: ObjectVersion | DeleteMarkerEntry) =>
        `${one.Key} ${one.VersionId}${one.IsLatest ? ' latest' : ''}`;
      return { ...answer, versions: Versions.map(shown), markers: DeleteMarkers.map(shown) };
    },
  };
}

const error = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

test('an overwritten and deleted object keeps its versions until each is deleted', async () => {
  // Given an object that was written twice, and deleted
  const { s3, put, read, remove, list } = await openFiles();
  expect((await s3.send(new GetBucketVersioningCommand(files))).Status).toBe('Enabled');
  const first = await put('a', 'first');
  const second = await put('a', 'second');
  const marker = await remove('a');
  expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
  expect(new Set([first, second, marker.VersionId]).size).toBe(3);

  // Then it is gone, and its versions are not
  await expect(read('a')).rejects.toMatchObject(error('NoSuchKey', 404));
  expect((await s3.send(new ListObjectsV2Command(files))).KeyCount).toBe(0);
  expect([await read('a', first), await read('a', second)]).toEqual(['first', 'second']);
  expect(await read('a', first, { Range: 'bytes=1-2' })).toBe('ir');
  expect(await s3.send(new HeadObjectCommand({ ...files, Key: 'a', VersionId: first }))).toMatchObject({
    ContentLength: 5,
    VersionId: first,
  });
  await expect(read('a', marker.VersionId)).rejects.toMatchObject(error('MethodNotAllowed', 405));
  await expect(read('a', 'another')).rejects.toMatchObject(error('NoSuchVersion', 404));
  await expect(read('b', first)).rejects.toMatchObject(error('NoSuchVersion', 404));
  const all = await list();
  expect(all.versions).toEqual([`a ${second}`, `a ${first}`]);
  expect(all.markers).toEqual([`a ${marker.VersionId} latest`]);

  // When the marker is deleted, the object is back
  expect(await remove('a', marker.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
  expect(await read('a')).toBe('second');
  // When the newest version is, the one before it is current
  await remove('a', second);
  expect([await read('a'), (await list()).versions]).toEqual(['first', [`a ${first} latest`]]);
  // And a deletion of nothing makes a marker too
  await remove('a', first);
  expect((await remove('none')).DeleteMarker).toBe(true);
  expect((await list()).versions).toEqual([]);
  await expect(read('a')).rejects.toMatchObject(error('NoSuchKey', 404));
});

test('versions are listed page by page, and deleted many at once', async () => {
  // Given two versions of two objects, and one of a third
  const { s3, put, list } = await openFiles();
  const [a1, b1] = [await put('p/a', '1'), await put('p/b&c', '1')];
  const [a2, b2, c] = [await put('p/a', '2'), await put('p/b&c', '2'), await put('q/c', '3')];

  // When they are listed
  const seen: string[] = [];
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (let page = 1; page <= 3; page++) {
    const { versions, IsTruncated, NextKeyMarker, NextVersionIdMarker } = await list({ MaxKeys: 2, ...markers });
    seen.push(...versions);
    expect(IsTruncated).toBe(page < 3);
    markers = {
      ...(NextKeyMarker && { KeyMarker: NextKeyMarker }),
      ...(NextVersionIdMarker && { VersionIdMarker: NextVersionIdMarker }),
    };
  }
  expect(seen).toEqual([`p/a ${a2} latest`, `p/a ${a1}`, `p/b&c ${b2} latest`, `p/b&c ${b1}`, `q/c ${c} latest`]);
  expect((await list({ Prefix: 'q/' })).versions).toEqual([`q/c ${c} latest`]);
  expect((await list({ Delimiter: '/' })).CommonPrefixes).toEqual([{ Prefix: 'p/' }, { Prefix: 'q/' }]);
  expect((await list({ KeyMarker: 'p/a' })).versions).toHaveLength(3);
  await expect(list({ VersionIdMarker: a1 })).rejects.toMatchObject({ name: 'InvalidArgument' });

  // When some versions and an object are deleted
  const Objects = [{ Key: 'p/a', VersionId: a2 }, { Key: 'p/b&c', VersionId: b1 }, { Key: 'q/c' }];
  const { Deleted = [], Errors } = await s3.send(new DeleteObjectsCommand({ ...files, Delete: { Objects } }));

  // Then the others are left
  expect(Errors).toBeUndefined();
  expect(Deleted.map(({ Key, DeleteMarker = false }) => [Key, DeleteMarker])).toEqual([
    ['p/a', false],
    ['p/b&c', false],
    ['q/c', true],
  ]);
  const left = await list();
  expect(left.versions).toEqual([`p/a ${a1} latest`, `p/b&c ${b2} latest`, `q/c ${c}`]);
  expect(left.markers).toHaveLength(1);
});

test('a bucket that takes only what is new takes nothing else from anybody', async () => {
  // Given a bucket as an audit has it
  const { cloud, s3, put, read, list } = await openFiles({}, (_, bucket) => {
    const deny = { effect: Effect.DENY, principals: [new AnyPrincipal()] };
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...deny,
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: ['arn:aws:s3:::files/*'],
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        ...deny,
        actions: ['s3:PutObject'],
        resources: ['arn:aws:s3:::files/*'],
        conditions: { Null: { 's3:if-none-match': 'true' } },
      }),
    );
  });
  const denied = error('AccessDenied', 403);

  // When a record is written as new
  const id = await put('a', 'record', { IfNoneMatch: '*' });

  // Then it cannot be written again, or be deleted, by any way
  await expect(put('a', 'other', { IfNoneMatch: '*' })).rejects.toMatchObject(error('PreconditionFailed', 412));
  await expect(put('a', 'other')).rejects.toMatchObject(denied);
  await expect(put('b', 'other')).rejects.toMatchObject(denied);
  for (const [method, query, headers, body] of [
    ['PUT', '', { 'x-amz-copy-source': 'files/a' }],
    ['PUT', '?partNumber=1', {}, 'other'],
    ['PUT', '?partNumber=1&uploadId=', {}, 'other'],
    ['POST', '', {}, '<Delete><Object><Key>a</Key></Object></Delete>'],
    ['POST', '?delete', {}, '<Delete><Object><Key>a</Key></Object></Delete>'],
    ['POST', '?uploads', {}],
    ['DELETE', ''],
    ['DELETE', `?versionId=${id}`],
    ['DELETE', `?versionId=${id}&uploadId=1`],
    ['DELETE', `?versionId=${id}&uploadId=`],
  ] satisfies [string, string, Record<string, string>?, string?][]) {
    const url = `${cloud.endpoints.s3}/files/a${query}`;
    const { status } = await fetch(url, { method, ...(headers && { headers }), ...(body && { body }) });
    expect([method, query, status]).toEqual([method, query, expect.toSatisfy((one) => one >= 400 && one < 500)]);
  }
  const Delete = { Objects: [{ Key: 'a', VersionId: id }] };
  await expect(s3.send(new DeleteObjectsCommand({ ...files, Delete }))).rejects.toMatchObject(denied);
  expect([await read('a'), (await list()).versions]).toEqual(['record', [`a ${id} latest`]]);
});

test('old versions need permissions of their own', async () => {
  const { cloud, put } = await openFiles();
  const id = await put('a', 'first');
  await put('a', 'second');
  const { read, remove, list } = callsOf(cloud, 'clerk');
  const denied = error('AccessDenied', 403);

  expect(await read('a')).toBe('second');
  await expect(read('a', id)).rejects.toMatchObject(denied);
  await expect(remove('a', id)).rejects.toMatchObject(denied);
  await expect(list()).rejects.toMatchObject(denied);
  await remove('a');
  expect(await callsOf(cloud).read('a', id)).toBe('first');
});

test('nobody deletes a locked version before its time', async () => {
  // Given a bucket that locks each object for two days, except from those who may bypass it
  const { cloud, clock, s3, put, read, remove, list } = await openFiles({
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(2)),
  });
  const lock = await s3.send(new GetObjectLockConfigurationCommand(files));
  expect(lock.ObjectLockConfiguration).toEqual({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2 } },
  });
  const governed = await put('governed', 'x');
  const until = new Date(now + 5 * day);
  const compliant = await put('compliant', 'x', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until });
  const retention = (Key: string) => s3.send(new GetObjectRetentionCommand({ ...files, Key }));
  expect((await retention('compliant')).Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: until });
  expect((await retention('governed')).Retention?.Mode).toBe('GOVERNANCE');
  const locked = error('AccessDenied', 403);
  const bypass = { BypassGovernanceRetention: true };

  // When they are to be deleted, or set free
  await expect(remove('governed', governed)).rejects.toMatchObject(locked);
  await expect(remove('compliant', compliant, bypass)).rejects.toMatchObject(locked);
  await expect(callsOf(cloud, 'clerk').remove('governed', governed, bypass)).rejects.toMatchObject(locked);
  const hold = (Key: string, Mode: 'GOVERNANCE' | 'COMPLIANCE', days: number, more = {}) =>
    s3.send(
      new PutObjectRetentionCommand({
        ...files,
        Key,
        Retention: { Mode, RetainUntilDate: new Date(now + days * day) },
        ...more,
      }),
    );
  await expect(hold('governed', 'GOVERNANCE', 1)).rejects.toMatchObject(locked);
  await expect(hold('compliant', 'GOVERNANCE', 9, bypass)).rejects.toMatchObject(locked);
  await expect(hold('compliant', 'COMPLIANCE', 4, bypass)).rejects.toMatchObject(locked);
  await expect(hold('governed', 'GOVERNANCE', -1, bypass)).rejects.toMatchObject({ name: 'InvalidArgument' });
  const Objects = [{ Key: 'governed', VersionId: governed }];
  const { Errors } = await s3.send(new DeleteObjectsCommand({ ...files, Delete: { Objects } }));
  expect(Errors).toMatchObject([{ Key: 'governed', VersionId: governed, Code: 'AccessDenied' }]);

  // Then both are left, though a marker may hide one
  await remove('governed');
  expect((await list()).versions).toHaveLength(2);
  expect(await read('governed', governed)).toBe('x');
  // And the governed one can be held for longer, or be deleted by those who may bypass its mode
  await hold('compliant', 'COMPLIANCE', 6);
  await callsOf(cloud, 'admin').remove('governed', governed, bypass);
  // And the other after its time
  await clock.advance(5 * day + 1);
  await expect(remove('compliant', compliant)).rejects.toMatchObject(locked);
  await clock.advance(day);
  await remove('compliant', compliant);
  expect((await list()).versions).toEqual([]);
});

test('a lock needs a bucket that locks, a whole retention and a checksum', async () => {
  const { put, cloud, s3 } = await openFiles();
  const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(now + day) } as const;
  await expect(put('a', 'x', lock)).rejects.toMatchObject(error('InvalidRequest', 400));
  await expect(s3.send(new GetObjectLockConfigurationCommand(files))).rejects.toMatchObject({
    name: 'ObjectLockConfigurationNotFoundError',
  });
  const other = await openFiles({ objectLockEnabled: true });
  await expect(other.put('a', 'x', { ObjectLockMode: 'GOVERNANCE' })).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
  const past = { ...lock, ObjectLockRetainUntilDate: new Date(now - day) };
  await expect(other.put('a', 'x', past)).rejects.toMatchObject({ name: 'InvalidArgument' });
  const headers = {
    'x-amz-object-lock-mode': 'GOVERNANCE',
    'x-amz-object-lock-retain-until-date': '2031-06-01T00:00:00Z',
  };
  const unchecked = await fetch(`${other.cloud.endpoints.s3}/files/a`, { method: 'PUT', body: 'x', headers });
  expect([unchecked.status, await unchecked.text()]).toEqual([400, expect.stringContaining('Content-MD5')]);
  expect((await other.list()).versions).toEqual([]);
  const none = await fetch(`${cloud.endpoints.s3}/files/a?retention`);
  expect(none.status).toBe(400);
});

test('events of a versioned bucket name the version', async () => {
  const { cloud, put, remove } = await openFiles({}, (bench, bucket) => {
    const queue = new Queue(bench.stack, 'Events');
    queue.grantSendMessages(new ServicePrincipal('s3.amazonaws.com'));
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'].map((event) => ({
        event,
        queue: queue.queueArn,
      })),
    };
  });
  const queue = new QueueDriver(cloud);
  const id = await put('a', 'x');
  const { VersionId: marker } = await remove('a');
  await remove('a', id);

  const messages = [
    ...(await queue.receive(await urlOf(cloud, 'Events'))),
    ...(await queue.receive(await urlOf(cloud, 'Events'), 1)),
  ];
  const events = messages
    .flatMap(({ Body }) => JSON.parse(Body ?? '').Records ?? [])
    .map(({ eventName, s3: { object } }) => `${eventName} ${object.versionId}`);
  expect(events.sort()).toEqual(
    [`ObjectCreated:Put ${id}`, `ObjectRemoved:DeleteMarkerCreated ${marker}`, `ObjectRemoved:Delete ${id}`].sort(),
  );
});
