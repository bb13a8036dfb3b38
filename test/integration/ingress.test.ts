import { LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redrive } from '../../cli/pipeline/dead-letters/redrive.ts';
import { Operations } from '../../cli/pipeline/operations.ts';
import { config as sample } from '../../examples/configuration.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { Configuration, ProducerPrincipal } from '../../lib/config/config-schema.ts';
import { everything, sessionOf } from '../../local/cloud/access/caller.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { runningPipeline } from '../world/running-pipeline.ts';

/** The sample, whose product sends from an EventBridge rule, and whose crm and studio send as roles. */
function configuration(): Configuration {
  const principals: Record<string, ProducerPrincipal[]> = {
    product: [{ service: 'events.amazonaws.com', sourceArn: 'arn:aws:events:eu-west-1:111122223333:rule/signup' }],
    crm: [{ role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AROAEXAMPLEOFACRMROLE' }],
    studio: [{ role: 'arn:aws:iam::111122223333:role/studio', senderId: 'AROAEXAMPLESTUDIOROLE' }],
  };
  const copy = structuredClone(sample);
  for (const pipeline of copy.stages.production?.pipelines ?? []) {
    pipeline.producers = pipeline.producers.map((producer) => ({
      ...producer,
      lanes: ['transactional'],
      principals: principals[producer.source] ?? [],
    }));
  }
  return copy;
}

const commandOf = (source: string, requestId: string) => ({
  specVersion: '1.0',
  source,
  requestId,
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms' },
  requestedAt: '2026-03-01T10:00:00Z',
});

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
beforeAll(async () => {
  // These may send to every queue, so also to a dead-letter queue. SQS moves a message there with its own sender.
  const buried = (role: string, senderId: string) =>
    sessionOf(`arn:aws:iam::${localAccountId}:role/${role}`, 'buried', [everything], senderId);
  const callers = {
    'producer-buried-crm': buried('crm', 'AROAEXAMPLEOFACRMROLE'),
    'producer-buried-studio': buried('studio', 'AROAEXAMPLESTUDIOROLE'),
  };
  pipeline = await runningPipeline({ configuration: configuration(), callers });
}, 120_000);
afterAll(() => pipeline?.stop());

/** Sends a message as a producer. @returns its ID */
async function send(
  producer: string,
  output: string,
  body: unknown,
  attributes: Record<string, string> = {},
): Promise<string> {
  const sqs = new SQSClient(pipeline.cloud.clientConfig('sqs', `producer-${producer}`));
  const { MessageId = '' } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: pipeline.outputs[output] ?? `no output ${output}`,
      MessageBody: JSON.stringify(body),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }),
  );
  return MessageId;
}

const received = new Map<string, Outcome>();

/** The outcome of a message, by the ID that its sender knows. */
async function outcomeOf(messageId: string): Promise<Outcome> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 30_000);
  if (!received.has(messageId)) {
    await pipeline.outcomes.listen((outcome) => {
      if (outcome.messageId !== null) received.set(outcome.messageId, outcome);
      if (received.has(messageId)) stop.abort();
      return true;
    }, stop.signal);
  }
  clearTimeout(timer);
  return received.get(messageId) ?? expect.fail(`no outcome of ${messageId}; got ${[...received.keys()]}`);
}

describe('a message through an ingress queue', { timeout: 60_000 }, () => {
  it('is carried out as its producer’s, in an envelope of EventBridge as well, and keeps its ID', async () => {
    const event = { 'detail-type': 'signup', source: 'acme.signup', detail: commandOf('product', 'event-1') };
    const id = await send('product', 'TransactionalIngressQueueUrlProduct', event);

    expect(await outcomeOf(id)).toMatchObject({ outcome: 'created', source: 'product', requestId: 'event-1' });
  });

  it('that claims another source is rejected, and its own producer hears of it', async () => {
    const id = await send('product', 'TransactionalIngressQueueUrlProduct', commandOf('crm', 'stolen-1'), {
      FirstSender: 'AROAEXAMPLEOFACRMROLE',
    });

    expect(await outcomeOf(id)).toMatchObject({
      outcome: 'rejected',
      reason: 'sender-not-allowed',
      source: 'product',
      requestId: 'stolen-1',
    });
  });

  it('may not come from another producer, and its own producer may not send to the lane', async () => {
    const foreign = send('crm', 'TransactionalIngressQueueUrlProduct', commandOf('product', 'foreign-1'));
    await expect(foreign).rejects.toThrow(/not authorized/i);

    const direct = send('product', 'TransactionalQueueUrl', commandOf('product', 'direct-1'));
    await expect(direct).rejects.toThrow(/not authorized/i);
  });
});

describe('a message with forged attributes, sent to the lane by a producer', { timeout: 60_000 }, () => {
  it('is not believed: it is rejected under its own ID', async () => {
    const id = await send('studio', 'TransactionalQueueUrl', commandOf('product', 'forged-1'), {
      FirstSender: 'source:product',
      OriginalMessageId: 'the-id-of-another-message',
      OriginalSentTimestamp: '1000000000000',
    });

    expect(await outcomeOf(id)).toMatchObject({
      outcome: 'rejected',
      reason: 'sender-not-allowed',
      source: 'studio',
      requestId: 'forged-1',
    });
    expect(received.has('the-id-of-another-message')).toBe(false);
  });
});

describe('dead letters that the operations function redrives', { timeout: 60_000 }, () => {
  const deadLetters = 'TransactionalDeadLetterQueueUrl';

  it('keep the sender that SQS reports, not one that they claim', async () => {
    const attributes = { FirstSender: 'source:product', OriginalMessageId: 'the-id-of-another-letter' };
    const id = await send('buried-studio', deadLetters, commandOf('product', 'letter-1'), attributes);
    const own = await send('buried-crm', deadLetters, commandOf('crm', 'letter-2'));

    const operations = new Operations({
      lambda: new LambdaClient(pipeline.cloud.clientConfig('lambda')),
      functionName: pipeline.outputs.OperationsFunctionName ?? '',
      functionArn: pipeline.outputs.OperationsFunctionArn ?? '',
      interrupted: new AbortController().signal,
      variables: pipeline.cloud.clientVariables(),
      onBusy: () => expect.fail('no other act runs'),
    });
    const queue = { url: pipeline.outputs[deadLetters] ?? '', sourceUrl: pipeline.outputs.TransactionalQueueUrl ?? '' };
    const limits = { limit: 10, interrupted: new AbortController().signal };
    expect(await redrive(operations.begin(), queue, limits, 20)).toEqual({ moved: 2, refused: [] });

    expect(await outcomeOf(id)).toMatchObject({
      reason: 'sender-not-allowed',
      source: 'studio',
      requestId: 'letter-1',
    });
    expect(await outcomeOf(own)).toMatchObject({ outcome: 'created', source: 'crm', requestId: 'letter-2' });
  });
});

it('leaves nothing in the ingress queue', async () => {
  const sqs = new SQSClient(pipeline.cloud.clientConfig('sqs'));
  const QueueUrl = pipeline.outputs.TransactionalIngressQueueUrlProduct;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
  expect(Messages).toEqual([]);
});
