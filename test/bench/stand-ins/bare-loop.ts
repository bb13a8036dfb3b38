import { BatchGetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dynamoClient } from '../../../lambdas/adapters/document-table.ts';
import { HttpTransport } from '../../../lambdas/adapters/http-transport.ts';

/**
 * What no link worker can do without, and nothing else: one read for the batch's requests, and for each command the POST,
 * the two records and its part of a publish, with the same clients. It checks nothing, remembers nothing of what it read,
 * keeps no pace, logs and counts nothing, and a crash or a lost answer makes a mess: the floor to measure against.
 */

const { env } = process;
const table = env.LEDGER_TABLE_NAME ?? '';
const inFlight = Number(env.CALLS_IN_FLIGHT);
const dynamo = dynamoClient();
const sns = new SNSClient();
const http = new HttpTransport({ timeoutMilliseconds: 10_000, connections: inFlight });
const secret = new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: env.API_TOKEN_SECRET_ARN }));

interface Create {
  source: string;
  requestId: string;
  onelinkId: string;
  ttl: string;
  data: Record<string, string>;
}

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const authorization = (await secret).SecretString ?? '';
  const commands = event.Records.map(({ body }) => JSON.parse(body) as Create);
  await Promise.all(
    batchesOf(commands, 100).map((batch) => {
      const Keys = batch.map(({ source, requestId }) => marshall({ pk: `request#${source}/${requestId}` }));
      return dynamo.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }));
    }),
  );
  for (const batch of batchesOf(commands, inFlight)) {
    const links = await Promise.all(batch.map((command) => make(command, authorization)));
    await Promise.all(batchesOf(links, 10).map(publish));
  }
  return { batchItemFailures: [] };
}

async function make({ source, requestId, onelinkId, ttl, data }: Create, authorization: string): Promise<string> {
  const answer = await http.send({
    method: 'POST',
    url: new URL(`${env.API_BASE_URL}/shortlinks/${onelinkId}`),
    headers: { authorization, accept: 'application/json' },
    body: JSON.stringify({ data, ttl }),
    onSent: () => {},
  });
  if (!('status' in answer) || answer.status !== 200) throw new Error('the call failed');
  const { shortlink_url: shortUrl } = answer.body as { shortlink_url: string };
  const link = { source, requestId, shortUrl, state: 'live', version: 1, pid: data.pid, campaign: data.c };
  const outcome = { source, requestId, outcome: 'created', shortUrl };
  const ConditionExpression = 'attribute_not_exists(pk)';
  const put = (item: object) =>
    dynamo.send(new PutItemCommand({ TableName: table, Item: marshall(item), ConditionExpression }));
  await put({ pk: `link#${shortUrl}`, ...link });
  await put({ pk: `request#${source}/${requestId}`, outcome });
  return JSON.stringify(outcome);
}

function publish(outcomes: string[]) {
  return sns.send(
    new PublishBatchCommand({
      TopicArn: env.OUTCOME_TOPIC_ARN,
      PublishBatchRequestEntries: outcomes.map((Message, index) => ({ Id: String(index), Message })),
    }),
  );
}

function batchesOf<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, i * size + size));
}
