import { PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { AwaitedOutcomes } from '../../../cli/pipeline/awaited-outcomes.ts';
import { openOutcomes } from '../../../cli/pipeline/outcomes.ts';
import { ProducerOutcomes } from '../../../cli/pipeline/producer-outcomes.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import { givenOutcome } from '../../world/given-outcome.ts';
import { givenEngines } from '../lambdas/adapters/given-engines.ts';

const engines = await givenEngines();
const { sqs, sns } = engines;

const put = async (QueueUrl: string, ...messageIds: string[]) => {
  for (const messageId of messageIds) {
    const MessageBody = JSON.stringify(givenOutcome({ messageId, requestId: messageId }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }
};

/** What a consumer would receive at this moment. */
async function visibleIn(QueueUrl: string): Promise<string[]> {
  const bodies = (await engines.drain(QueueUrl)).map(({ body }) => body);
  return bodies.map((body) => JSON.parse(body).messageId).sort();
}

/** Listens until it was passed this many outcomes. @param own message IDs of its own requests */
async function listenTo(queue: Pick<ProducerOutcomes, 'listen'>, own: readonly string[], count: number) {
  const over = new AbortController();
  const passed: string[] = [];
  await queue.listen(({ messageId }: Outcome) => {
    passed.push(messageId);
    if (passed.length === count) setTimeout(() => over.abort(), 50);
    return own.includes(messageId);
  }, over.signal);
  return passed;
}

describe('a producer’s own outcome queue', () => {
  test('Given outcomes of others, When somebody listens, Then only its own are deleted', async () => {
    const url = await engines.queue('own-and-others');
    await put(url, 'own-1', 'other-1', 'own-2', 'other-2');
    const queue = new ProducerOutcomes(sqs, url);
    // Each of the others comes twice: it was given back at once, and is then hidden.
    const passed = await listenTo(queue, ['own-1', 'own-2'], 6);
    expect(passed.toSorted()).toEqual(['other-1', 'other-1', 'other-2', 'other-2', 'own-1', 'own-2']);
    expect(await visibleIn(url)).toEqual([]);
    await queue.close();
    expect(await visibleIn(url)).toEqual(['other-1', 'other-2']);
  });

  test('receives an outcome of others a few times only, however long it listens', async () => {
    const url = await engines.queue('seldom');
    await put(url, 'other-1');
    const queue = new ProducerOutcomes(sqs, url);
    const over = new AbortController();
    setTimeout(() => over.abort(), 1_500);
    const passed: string[] = [];
    await queue.listen(({ messageId }) => {
      passed.push(messageId);
      return false;
    }, over.signal);
    expect(passed).toEqual(['other-1', 'other-1']);
    await queue.close();
    expect(await visibleIn(url)).toEqual(['other-1']);
  });

  test('leaves what is not an outcome', async () => {
    const url = await engines.queue('no-outcome');
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '{"messageId":"note"}' }));
    await put(url, 'own-1');
    const queue = new ProducerOutcomes(sqs, url);
    await listenTo(queue, ['own-1'], 1);
    await queue.close();
    expect(await visibleIn(url)).toEqual(['note']);
  });

  test('deletes an outcome that came before SQS had confirmed the command', async () => {
    const url = await engines.queue('early');
    await put(url, 'm-1');
    const awaited = new AwaitedOutcomes<{ asksForQr: boolean }>();
    const over = new AbortController();
    const queue = new ProducerOutcomes(sqs, url);
    let passed = 0;
    await queue.listen((outcome) => {
      if (++passed === 2) setTimeout(() => over.abort(), 50);
      return awaited.received(outcome).kind !== 'unknown';
    }, over.signal);
    expect(awaited.sent({ asksForQr: false }, 'm-1').map(({ kind }) => kind)).toEqual(['news']);
    await queue.close();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    expect(Attributes).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });
});

describe('the outcomes of several sources', () => {
  test('come from their own queues, and the rest from a temporary one, with those of unreadable commands', async () => {
    // Given a topic that feeds the own queue of crm
    const { topicArn, queueUrl: everything } = await engines.topic('several');
    const own = await engines.queue('several-crm');
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: own, AttributeNames: ['QueueArn'] }),
    );
    await sns.send(
      new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: Attributes?.QueueArn ?? '',
        Attributes: { RawMessageDelivery: 'true', FilterPolicy: JSON.stringify({ source: ['crm'] }) },
      }),
    );
    const outcomes = await openOutcomes({ sqs, sns }, { topicArn, ownQueues: [own], others: { except: ['crm'] } });
    expect(await outcomes.untilReceived({ signal: new AbortController().signal, everyMilliseconds: 20 })).toBe(
      'received',
    );
    // When outcomes of three senders are published
    for (const source of ['crm', 'studio', null]) {
      const text = (StringValue: string) => ({ DataType: 'String', StringValue });
      await sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Message: JSON.stringify(givenOutcome({ source, messageId: `of-${source}` })),
          MessageAttributes: { outcome: text('created'), ...(source !== null && { source: text(source) }) },
        }),
      );
    }
    // Then each comes once
    const passed = await listenTo(outcomes, ['of-crm'], 3);
    expect(passed.toSorted()).toEqual(['of-crm', 'of-null', 'of-studio']);
    await outcomes.close();
    expect(await visibleIn(own)).toEqual([]);
    expect(await visibleIn(everything)).toHaveLength(4);
  });

  test('are received from the others if SQS refuses a private queue', async () => {
    const [own, secret] = [await engines.queue('beside-private'), await engines.queue('private')];
    const refusals: unknown[] = [];
    const refusing = { send: () => Promise.reject(new Error('AccessDenied')) } as unknown as typeof sqs;
    const privateQueues = [
      { url: secret, sqs, onRefused: (error: unknown) => void refusals.push(error) },
      { url: 'https://other', sqs: refusing, onRefused: (error: unknown) => void refusals.push(error) },
    ];
    const options = { topicArn: 'arn:aws:sns:eu-west-1:000000000000:none', ownQueues: [own], others: { only: [] } };
    const outcomes = await openOutcomes({ sqs, sns }, { ...options, privateQueues });
    await put(own, 'own-1');
    await put(secret, 'found-1');
    expect((await listenTo(outcomes, ['own-1', 'found-1'], 2)).toSorted()).toEqual(['found-1', 'own-1']);
    expect(refusals).toEqual([new Error('AccessDenied')]);
    await outcomes.close();
    expect(await visibleIn(secret)).toEqual([]);
  });

  test('need no subscription if each source has its own queue', async () => {
    const own = await engines.queue('only-own');
    const denied = { send: () => Promise.reject(new Error('denied')) } as unknown as typeof sns;
    const options = { topicArn: 'arn:aws:sns:eu-west-1:000000000000:none', ownQueues: [own], others: { only: [] } };
    const outcomes = await openOutcomes({ sqs, sns: denied }, options);
    expect(outcomes.urls).toEqual([own]);
    expect(await outcomes.untilReceived({ signal: new AbortController().signal })).toBe('received');
    await put(own, 'own-1');
    expect(await listenTo(outcomes, ['own-1'], 1)).toEqual(['own-1']);
    await outcomes.close();
  });
});
