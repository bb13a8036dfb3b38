import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, onTestFinished, test } from 'vitest';
import { CampaignFiles } from '../../../../lambdas/adapters/campaign-files.ts';
import { ObjectVersions } from '../../../../lambdas/adapters/object-versions.ts';
import { openBench } from '../../local/cloud/fixture.ts';

async function openFiles() {
  const bench = await openBench();
  new Bucket(bench.stack, 'Files', { bucketName: 'files', versioned: true });
  const cloud = await bench.start();
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true, maxAttempts: 1 });
  onTestFinished(() => s3.destroy());
  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'files', Key, Body }));
  return { s3, put, versions: new ObjectVersions(s3, 'files') };
}

const listed = async (versions: ObjectVersions, prefix: string, after?: string) => {
  const all = [];
  for await (const object of versions.objects(prefix, after)) {
    all.push(object.map(({ key, isLatest, bytes }) => `${key} ${bytes}${isLatest ? ' latest' : ''}`));
  }
  return all;
};

test('the versions of objects come object by object, the newest first, from a key on', async () => {
  const { put, versions } = await openFiles();
  await put('in/a', '1');
  await put('in/a', '22');
  await put('in/b', '333');
  await versions.hide('in/b');
  await put('out/c', '4');
  expect(await listed(versions, 'in/')).toEqual([['in/a 2 latest', 'in/a 1'], ['in/b 3']]);
  expect(await listed(versions, 'in/', 'in/a')).toEqual([['in/b 3']]);
});

test('a version is read and removed by its ID, and a second time is no error', async () => {
  const { put, versions } = await openFiles();
  await put('in/a', 'old');
  await put('in/a', 'new');
  const { value: objects } = await versions.objects('in/').next();
  const [latest, old] = objects ?? [];
  if (latest === undefined || old === undefined) return expect.fail('two versions');
  expect((await versions.read(old))?.toString()).toBe('old');
  await versions.remove(old);
  await versions.remove(old);
  expect(await versions.read(old)).toBeUndefined();
  expect((await versions.read(latest))?.toString()).toBe('new');
});

test('a rewritten file is no new file for the campaign checker, and a file dropped over it is one', async () => {
  const { s3, put, versions } = await openFiles();
  const files = new CampaignFiles(s3, 'files');
  await put('inbox/crm/spring.csv', 'pid\nsms\n');
  expect(await files.file('inbox/crm/spring.csv')).not.toHaveProperty('rewritten');
  await versions.write('inbox/crm/spring.csv', Buffer.from('pid\n\n'), 'text/csv');
  expect(await files.file('inbox/crm/spring.csv')).toMatchObject({ rewritten: true, bytes: 5 });
  await put('inbox/crm/spring.csv', 'pid\nsms\n');
  expect(await files.file('inbox/crm/spring.csv')).not.toHaveProperty('rewritten');
});
