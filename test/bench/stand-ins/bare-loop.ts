import { BatchGetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dynamoClient } from '../../../lambdas/adapters/document-table.ts';
import { HttpTransport } from '../../../lambdas/adapters/http-transport.ts';
import { topicClient } from '../../../lambdas/adapters/outcome-topic.ts';
import { systemClock as clock } from '../../../lambdas/runtime/clock.ts';

/**
 * The lower bound of a link worker. It reads the batch's requests once. For each command it sends the POST, writes the two
 * records and publishes, with the same clients and sizes as the link worker. It has no checks, digests, pace, logs or metrics,
 * and it does not survive a crash or a lost answer.
 */

const { env } = process;
const table = env.LEDGER_TABLE_NAME ?? '';
const inFlight = Number(env.CALLS_IN_FLIGHT);
const dynamo = dynamoClient();
const sns = topicClient();
const http = new HttpTransport({ timeoutMilliseconds: 10_000, connections: inFlight, clock });
const secret = new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: env.API_TOKEN_SECRET_ARN }));

interface Create {
  source: string;
  requestId: string;
  requestedAt: string;
  onelinkId: string;
  ttl: string;
  data: Record<string, string>;
}

/** As long as the digests and IDs that the link worker calculates. */
const digest = '0123456789abcdef'.repeat(2);
const expiresAt = Math.floor(Date.now() / 1000) + 31 * 86_400;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const authorization = (await secret).SecretString ?? '';
  const commands = event.Records.map(({ body, messageId }) => ({ ...(JSON.parse(body) as Create), messageId }));
  await Promise.all(
    batchesOf(commands, 100).map((batch) => {
      const Keys = batch.map(({ source, requestId }) => marshall({ pk: `request#${source}/${requestId}` }));
      return dynamo.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }));
    }),
  );
  const waiting = commands.values();
  const outcomes: Outcome[] = [];
  const oneByOne = async () => {
    for (const command of waiting) {
      outcomes.push(await make(command, authorization));
      if (outcomes.length >= 10) await publish(outcomes.splice(0, 10));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, oneByOne));
  if (outcomes.length > 0) await publish(outcomes);
  return { batchItemFailures: [] };
}

async function make({ messageId, ...command }: Create & { messageId: string }, authorization: string) {
  const { source, requestId, requestedAt, onelinkId, ttl, data } = command;
  const answer = await http.send({
    method: 'POST',
    url: new URL(`${env.API_BASE_URL}/shortlinks/${onelinkId}`),
    headers: { authorization, accept: 'application/json' },
    body: JSON.stringify({ data, ttl }),
    onSent: () => {},
  });
  if (!('status' in answer) || answer.status !== 200) throw new Error('the call failed');
  const { shortlink_url: shortUrl } = answer.body as { shortlink_url: string };
  const address = { onelinkId, shortlinkId: shortUrl.slice(shortUrl.lastIndexOf('/') + 1) };
  const made = { address, source, requestId, state: 'live', shortUrl, pid: data.pid, campaign: data.c, version: 1 };
  const link = { ...made, dataDigest: digest, ttlSeconds: 31 * 86_400, renewTtl: true, expiresAt };
  const outcome = {
    specVersion: '1.0',
    outcomeId: digest,
    outcome: 'created',
    link: { ...address, shortUrl, expiresAt: new Date(expiresAt * 1000).toISOString(), version: 1 },
    action: 'create',
    source,
    requestId,
    lane: env.LANE ?? '',
    messageId,
    repeat: false,
    decidedAt: new Date().toISOString(),
  };
  const ConditionExpression = 'attribute_not_exists(pk)';
  const put = (item: object) =>
    dynamo.send(new PutItemCommand({ TableName: table, Item: marshall(item), ConditionExpression }));
  await put({ pk: `link#${shortUrl}`, v: 1, ...link, applied: { requestedAt, requestId } });
  await put({
    pk: `request#${source}/${requestId}`,
    v: 1,
    source,
    requestId,
    commandDigest: digest,
    outcome,
    expiresAt,
  });
  return outcome;
}

type Outcome = Awaited<ReturnType<typeof make>>;

function publish(outcomes: Outcome[]) {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return sns.send(
    new PublishBatchCommand({
      TopicArn: env.OUTCOME_TOPIC_ARN,
      PublishBatchRequestEntries: outcomes.map((outcome, index) => {
        const { action, source, lane } = outcome;
        const MessageAttributes = {
          outcome: text(outcome.outcome),
          action: text(action),
          source: text(source),
          lane: text(lane),
        };
        return { Id: String(index), Message: JSON.stringify(outcome), MessageAttributes };
      }),
    }),
  );
}

function batchesOf<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, i * size + size));
}
