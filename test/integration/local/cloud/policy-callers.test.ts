import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, onTestFinished } from 'vitest';
import { signedHeaders } from '../../../world/signed-request.ts';
import { type Bench, test } from './fixture.ts';

/** A managed policy that allows these actions on everything. */
const policy = ({ stack }: Bench, id: string, ...actions: string[]) =>
  new ManagedPolicy(stack, id, { statements: [new PolicyStatement({ actions, resources: ['*'] })] });

test('each managed policy of the template has a caller that has it and no other', async ({ opened: bench }) => {
  // Given two policies
  new Bucket(bench.stack, 'Files', { bucketName: 'files' });
  policy(bench, 'Reader', 's3:ListBucket');
  policy(bench, 'CampaignOwnerCrmPolicy', 's3:PutObject');
  const cloud = await bench.start();

  // When their callers use the cloud
  expect([...cloud.policyAccessKeys].sort()).toEqual(['local-campaign-owner-crm', 'local-reader']);
  const as = (accessKeyId: string) => {
    const s3 = new S3Client({ ...cloud.clientConfig('s3', accessKeyId), forcePathStyle: true, maxAttempts: 1 });
    onTestFinished(() => s3.destroy());
    const name = (sending: Promise<unknown>) =>
      sending.then(
        () => 'done',
        (error: Error) => error.name,
      );
    return [
      name(s3.send(new ListObjectsV2Command({ Bucket: 'files' }))),
      name(s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a', Body: 'x' }))),
    ];
  };

  // Then each may do what its policy allows
  expect(await Promise.all(as('local-reader'))).toEqual(['done', 'AccessDenied']);
  expect(await Promise.all(as('local-campaign-owner-crm'))).toEqual(['AccessDenied', 'done']);
  const tables = new DynamoDBClient({ ...cloud.clientConfig('dynamodb', 'local-reader'), maxAttempts: 1 });
  onTestFinished(() => tables.destroy());
  await expect(tables.send(new ListTablesCommand())).rejects.toMatchObject({ name: 'AccessDeniedException' });
  // And STS knows them as sessions
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const headers = signedHeaders({
    url: cloud.endpoints.sts,
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    accessKeyId: 'local-reader',
    secretAccessKey: 'local-reader',
    at: new Date(),
  });
  const response = await fetch(cloud.endpoints.sts, { method: 'POST', body, headers });
  expect(await response.text()).toContain('<Arn>arn:aws:sts::000000000000:assumed-role/local-reader/local</Arn>');
});

test('a policy that IAM finds too long stops the start', async ({ opened: bench }) => {
  policy(bench, 'Long', ...Array.from({ length: 200 }, (_, index) => `s3:NoSuchActionOfThisNumber${index}`));

  await expect(bench.start()).rejects.toThrow(
    /^Bench\/Long\w* \(AWS::IAM::ManagedPolicy\): \d+ characters, and IAM takes 6144$/,
  );
});

test('policies of two stacks with one name have callers of their own', async ({ opened: bench }) => {
  policy(bench, 'Reader', 's3:ListBucket');
  policy({ ...bench, stack: new Stack(bench.app, 'OtherStage') }, 'ReaderPolicy', 's3:PutObject');

  const cloud = await bench.start();

  expect([...cloud.policyAccessKeys].sort()).toEqual(['local-bench-reader', 'local-other-stage-reader']);
});

test('a policy in parts has one caller, with all parts', async ({ opened: bench }) => {
  // Given a policy in two parts, and one that has the name of a part
  new Bucket(bench.stack, 'Files', { bucketName: 'files' });
  policy(bench, 'SupportPolicy', 's3:ListBucket');
  policy(bench, 'SupportPolicy2', 's3:PutObject');
  policy(bench, 'OtherPolicy2', 's3:PutObject');
  const cloud = await bench.start();

  // When
  const s3 = new S3Client({ ...cloud.clientConfig('s3', 'local-support'), forcePathStyle: true, maxAttempts: 1 });
  onTestFinished(() => s3.destroy());
  await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a', Body: 'x' }));
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'files' }));

  // Then
  expect(Contents?.map(({ Key }) => Key)).toEqual(['a']);
  expect([...cloud.policyAccessKeys].sort()).toEqual(['local-other-policy2', 'local-support']);
});
