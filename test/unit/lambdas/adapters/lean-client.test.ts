import { DynamoDBClient, type DynamoDBClientConfig, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { dynamoClient } from '../../../../lambdas/adapters/document-table.ts';
import { leanClient } from '../../../../lambdas/adapters/lean-client.ts';
import { topicClient } from '../../../../lambdas/adapters/outcome-topic.ts';
import { signerOf } from '../../../../local/cloud/access/signature.ts';

const accessKeyId = 'AKIAEXAMPLE';
const secretAccessKey = 'a-secret-access-key';

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

interface Given {
  further?: string[];
  credentials?: DynamoDBClientConfig['credentials'];
}

/** A client of DynamoDB. Each request gets the next of these answers, and `{}` after the last. */
function givenClient(
  answers: { statusCode: number; body: string }[] = [],
  { further, credentials = { accessKeyId, secretAccessKey } }: Given = {},
) {
  const sent: Sent[] = [];
  const requestHandler = {
    handle: async (request: Sent) => {
      // The client changes the headers of a request before it repeats it.
      sent.push({ ...request, headers: { ...request.headers } });
      const { statusCode, body } = answers.shift() ?? { statusCode: 200, body: '{}' };
      return { response: { statusCode, headers: {}, body: Buffer.from(body) } };
    },
  };
  const make = (options: object) =>
    new DynamoDBClient({ region: 'eu-west-1', credentials, requestHandler: requestHandler as never, ...options });
  return { client: leanClient('dynamodb', make, further), sent };
}

const read = (key: string) => new GetItemCommand({ TableName: 'Ledger', Key: { pk: { S: key } } });

test('each request has a signature that AWS accepts, and so has the first of the next day', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-09T23:59:58Z') });
  try {
    const { client, sent } = givenClient();
    await client.send(read('link#A1b3/spring'));
    await client.send(read('link#A1b3/autumn'));
    vi.setSystemTime(Date.parse('2026-03-10T00:00:02Z'));
    await client.send(read('link#A1b3/winter'));
    expect(sent.map(({ headers }) => headers['x-amz-date'])).toEqual([
      '20260309T235958Z',
      '20260309T235958Z',
      '20260310T000002Z',
    ]);
    for (const { headers, ...request } of sent) {
      const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      const signedBy = signerOf(
        {
          ...request,
          query: new URLSearchParams(),
          headers: lowerCase,
          body: Buffer.from(new Uint8Array(request.body)),
        } as never,
        {
          service: 'dynamodb',
          region: 'eu-west-1',
          secretOf: (key) => (key === accessKeyId ? secretAccessKey : undefined),
          nowMilliseconds: Date.now(),
        },
      );
      expect(signedBy).toBe(accessKeyId);
    }
  } finally {
    vi.useRealTimers();
  }
});

test('credentials that have expired are replaced', async () => {
  // Given
  let sessionToken = 'session-of-the-morning';
  const credentials = async () => ({
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiration: new Date(Date.now() + 1_000),
  });
  const { client, sent } = givenClient([], { credentials });
  // When
  await client.send(read('link#A1b3/spring'));
  sessionToken = 'session-of-the-evening';
  await client.send(read('link#A1b3/autumn'));
  // Then
  expect(sent.map(({ headers }) => headers['x-amz-security-token'])).toEqual([
    'session-of-the-morning',
    'session-of-the-evening',
  ]);
});

test('the clients of the pipeline have each middleware that they do without', () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  try {
    expect(() => [dynamoClient(), topicClient()]).not.toThrow();
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a throttled request is sent again, as by any client of the SDK', async () => {
  const throttled = { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' };
  const { client, sent } = givenClient([{ statusCode: 400, body: JSON.stringify(throttled) }]);
  const { $metadata } = await client.send(read('link#A1b3/spring'));
  expect($metadata.attempts).toBe(2);
  expect(sent.map(({ headers }) => headers['amz-sdk-request'])).toEqual(['attempt=1; max=4', 'attempt=2; max=4']);
});

test('requests name the pipeline as their user agent', async () => {
  const { client, sent } = givenClient();
  await client.send(read('link#A1b3/spring'));
  expect(sent[0]?.headers).toMatchObject({ 'user-agent': 'onelink-pipeline' });
  expect(Object.keys(sent[0]?.headers ?? {})).not.toContain('x-amz-user-agent');
});

test('a release of the SDK with another middleware is noticed', () => {
  expect(() => givenClient([], { further: ['otherMiddleware'] })).toThrow(
    'the client of dynamodb has no otherMiddleware',
  );
});
