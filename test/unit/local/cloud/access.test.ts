import { describe, expect, test } from 'vitest';
import { type Call, dynamodbCalls, snsCalls, sqsCalls } from '../../../../local/cloud/access/call.ts';
import { accessKeyIdOf } from '../../../../local/cloud/access/credentials.ts';
import { Guard } from '../../../../local/cloud/access/guard.ts';
import { s3Calls } from '../../../../local/cloud/access/s3-calls.ts';

const words = (calls: readonly Call[]) => calls.map(({ action, resource }) => `${action} ${resource}`);
const queue = 'arn:aws:sqs:eu-west-1:000000000000:inbox';
const topic = 'arn:aws:sns:eu-west-1:000000000000:news';
const table = (name: string) => `arn:aws:dynamodb:eu-west-1:000000000000:table/${name}`;

describe('a request is these calls', () => {
  const QueueUrl = 'http://127.0.0.1:4566/000000000000/inbox';
  test.each<[string, Call[], string[]]>([
    ['a send', sqsCalls('SendMessage', { QueueUrl }, 'eu-west-1'), [`sqs:SendMessage ${queue}`]],
    ['a batch of sends', sqsCalls('SendMessageBatch', { QueueUrl }, 'eu-west-1'), [`sqs:SendMessage ${queue}`]],
    ['a new queue', sqsCalls('CreateQueue', { QueueName: 'inbox' }, 'eu-west-1'), [`sqs:CreateQueue ${queue}`]],
    ['a list of queues', sqsCalls('ListQueues', {}, 'eu-west-1'), ['sqs:ListQueues *']],
    ['a publish', snsCalls({ Action: 'Publish', TopicArn: topic }, 'eu-west-1'), [`sns:Publish ${topic}`]],
    [
      'a batch of publishes',
      snsCalls({ Action: 'PublishBatch', TopicArn: topic }, 'eu-west-1'),
      [`sns:Publish ${topic}`],
    ],
    [
      'the end of a subscription',
      snsCalls({ Action: 'Unsubscribe', SubscriptionArn: `${topic}:1234` }, 'eu-west-1'),
      [`sns:Unsubscribe ${topic}`],
    ],
    [
      'a read of an item',
      dynamodbCalls('GetItem', { TableName: 'a' }, 'eu-west-1'),
      [`dynamodb:GetItem ${table('a')}`],
    ],
    [
      'a query of an index',
      dynamodbCalls('Query', { TableName: 'a', IndexName: 'b' }, 'eu-west-1'),
      [`dynamodb:Query ${table('a')}/index/b`],
    ],
    [
      'a read from two tables',
      dynamodbCalls('BatchGetItem', { RequestItems: { a: {}, b: {} } }, 'eu-west-1'),
      [`dynamodb:BatchGetItem ${table('a')}`, `dynamodb:BatchGetItem ${table('b')}`],
    ],
    [
      'a read of an object',
      s3Calls('GET', '/bucket/qr/a%20b.png?x-id=GetObject', {}),
      ['s3:GetObject arn:aws:s3:::bucket/qr/a b.png'],
    ],
    [
      'a copy of an object',
      s3Calls('PUT', '/bucket/b', { 'x-amz-copy-source': 'other/a' }),
      ['s3:PutObject arn:aws:s3:::bucket/b', 's3:GetObject arn:aws:s3:::other/a'],
    ],
    [
      'a deletion of two objects',
      s3Calls(
        'POST',
        '/bucket/?delete=',
        {},
        '<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>',
      ),
      ['s3:DeleteObject arn:aws:s3:::bucket/a', 's3:DeleteObject arn:aws:s3:::bucket/b'],
    ],
    [
      'an upload that is given up',
      s3Calls('DELETE', '/bucket/a?uploadId=1', {}),
      ['s3:AbortMultipartUpload arn:aws:s3:::bucket/a'],
    ],
    ['a read of a version', s3Calls('GET', '/bucket/a?versionId=1', {}), ['s3:GetObjectVersion arn:aws:s3:::bucket/a']],
    [
      'a deletion of a version in spite of its retention',
      s3Calls('DELETE', '/bucket/a?versionId=1', { 'x-amz-bypass-governance-retention': 'TRUE' }),
      ['s3:DeleteObjectVersion arn:aws:s3:::bucket/a', 's3:BypassGovernanceRetention arn:aws:s3:::bucket/a'],
    ],
    [
      'a deletion of an object and a version',
      s3Calls(
        'POST',
        '/bucket?delete',
        {},
        '<Delete><Object><Key>a&amp;b</Key></Object><Object><VersionId>1</VersionId><Key>c</Key></Object></Delete>',
      ),
      ['s3:DeleteObject arn:aws:s3:::bucket/a&b', 's3:DeleteObjectVersion arn:aws:s3:::bucket/c'],
    ],
    [
      'a locked write',
      s3Calls('PUT', '/bucket/a', { 'x-amz-object-lock-mode': 'GOVERNANCE' }),
      ['s3:PutObject arn:aws:s3:::bucket/a', 's3:PutObjectRetention arn:aws:s3:::bucket/a'],
    ],
    [
      'a copy of a version',
      s3Calls('PUT', '/bucket/b', { 'x-amz-copy-source': '/other/a?versionId=1' }),
      ['s3:PutObject arn:aws:s3:::bucket/b', 's3:GetObjectVersion arn:aws:s3:::other/a'],
    ],
    [
      'a list of versions',
      s3Calls('GET', '/bucket?versions&prefix=qr%2F', {}),
      ['s3:ListBucketVersions arn:aws:s3:::bucket'],
    ],
    [
      'a list of objects',
      s3Calls('GET', '/bucket?list-type=2&prefix=qr%2F', {}),
      ['s3:ListBucket arn:aws:s3:::bucket'],
    ],
    ["a read of a bucket's policy", s3Calls('GET', '/bucket?policy', {}), ['s3:GetBucketPolicy arn:aws:s3:::bucket']],
    ['a list of buckets', s3Calls('GET', '/', {}), ['s3:ListAllMyBuckets *']],
  ])('%s', (_, calls, expected) => expect(words(calls)).toEqual(expected));
});

test.each([
  [
    'AWS4-HMAC-SHA256 Credential=producer-crm/20261127/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    '/',
    'producer-crm',
  ],
  [undefined, '/bucket/a?X-Amz-Credential=local%2F20261127%2Feu-west-1%2Fs3%2Faws4_request', 'local'],
  [undefined, '/bucket/a', undefined],
  ['Bearer producer-crm/', '/', undefined],
])('the access key of %j at %s is %j', (authorization, url, expected) => {
  expect(accessKeyIdOf({ authorization }, url)).toBe(expected);
});

describe('a guard', () => {
  function given(answer: (words: string) => boolean) {
    const asked: string[] = [];
    const guard = new Guard(
      { patterns: ['arn:aws:s3:::bucket/qr/*', 'arn:aws:s3:::bucket/qr/crm/*', queue], contextKeys: ['s3:prefix'] },
      async (accessKeyId, { action, resource, context }) => {
        const words = [accessKeyId, action, resource, ...Object.values(context ?? {})].join(' ');
        asked.push(words);
        return answer(words);
      },
    );
    return { guard, asked };
  }
  const put = (key: string): Call => ({ action: 's3:PutObject', resource: `arn:aws:s3:::bucket/${key}` });

  test('asks once for objects that the same patterns match, and answers at once afterwards', async () => {
    const { guard, asked } = given((words) => words.includes('/qr/'));
    expect(await guard.permits('worker', [put('qr/a')])).toBe(true);
    expect(guard.permits('worker', [put('qr/b')])).toBe(true);
    expect(await guard.permits('worker', [put('archive/a')])).toBe(false);
    expect(guard.permits('worker', [put('qr/c'), put('archive/b')])).toBe(false);
    expect(asked).toEqual([
      'worker s3:PutObject arn:aws:s3:::bucket/qr/a',
      'worker s3:PutObject arn:aws:s3:::bucket/archive/a',
    ]);
  });

  test('asks anew for another caller, action, resource, pattern, or context key of a policy', async () => {
    const { guard, asked } = given(() => true);
    const list = (prefix: string, other: string): Call => ({
      action: 's3:ListBucket',
      resource: 'arn:aws:s3:::bucket',
      context: { 's3:prefix': prefix, 's3:delimiter': other },
    });
    for (const [key, call] of [
      ['worker', put('qr/a')],
      ['other', put('qr/a')],
      ['worker', { ...put('qr/a'), action: 's3:GetObject' }],
      ['worker', put('qr/crm/a')],
      ['worker', list('qr/', '/')],
      ['worker', list('qr/', '-')],
      ['worker', list('parked/', '/')],
    ] as const) {
      await guard.permits(key, [call]);
    }
    expect(asked).toHaveLength(6);
  });

  test('asks again after a failure', async () => {
    let failures = 1;
    const guard = new Guard({ patterns: [], contextKeys: [] }, async () => {
      if (failures-- > 0) throw new Error('no answer');
      return true;
    });
    await expect(guard.permits('worker', [put('a')])).rejects.toThrow('no answer');
    expect(await guard.permits('worker', [put('a')])).toBe(true);
  });
});
