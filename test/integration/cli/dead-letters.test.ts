import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { DeadLetterQueue } from '../../../cli/pipeline/dead-letters/dead-letter-queues.ts';
import { sizeOf } from '../../../cli/pipeline/dead-letters/dead-letter-queues.ts';
import type { ExaminationPorts } from '../../../cli/pipeline/dead-letters/examination.ts';
import { LetterFile } from '../../../cli/pipeline/dead-letters/letter-file.ts';
import { type Listed, listDeadLetters, listedWords } from '../../../cli/pipeline/dead-letters/list.ts';
import { purge } from '../../../cli/pipeline/dead-letters/purge.ts';
import { redrive } from '../../../cli/pipeline/dead-letters/redrive.ts';
import type { RunningAct } from '../../../cli/pipeline/operations.ts';
import { config } from '../../../examples/configuration.ts';
import { DeadLetters } from '../../../lambdas/adapters/dead-letters.ts';
import { OutcomeTopic } from '../../../lambdas/adapters/outcome-topic.ts';
import { acts } from '../../../lambdas/domain/acts/registry.ts';
import { purgeAct } from '../../../lambdas/operations/purge.ts';
import { type RedrivePorts, redrive as redriveSlice } from '../../../lambdas/operations/redrive.ts';
import { type RedriveOutcomesPorts, redriveOutcomes } from '../../../lambdas/operations/redrive-outcomes.ts';
import { givenOutcome } from '../../world/given-outcome.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { givenEngines } from '../lambdas/adapters/given-engines.ts';

const engines = await givenEngines();
const directory = await temporaryFolder(afterAll);
const { sqs } = engines;
const never = new AbortController().signal;
const now = Date.parse('2026-03-10T12:00:00Z');
const command = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'r-1',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms', utm_mobile: 'secret-phone' },
  requestedAt: '2026-03-09T10:00:00Z',
};

const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
const ports: ExaminationPorts = {
  ledger: { request: async () => undefined, link: async () => undefined },
  pipeline: {
    // Nothing binds a source here, because the engine's senders are not those of the configuration.
    settings: { ...settings, producers: settings.producers.map((one) => ({ ...one, principals: [] })) },
    account: config.accounts.acme ?? expect.fail('no account'),
  },
  secret: 'a secret of the test',
  senders: { vouching: new Set(), decisions: {} },
  nowMilliseconds: () => now,
};

let made = 0;
/** A queue, and its dead-letter queue with these bodies. */
async function givenLetters(...bodies: unknown[]): Promise<DeadLetterQueue & { sourceUrl: string }> {
  const name = `queue-${++made}`;
  const queue = {
    lane: 'campaign',
    kind: 'commands' as const,
    url: await engines.queue(`${name}-dead`),
    sourceUrl: await engines.queue(name),
  };
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 20 });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.sourceUrl, Attributes: { RedrivePolicy } }));
  for (const body of bodies) await send(queue.url, body);
  return queue;
}

async function send(url: string, body: unknown, attributes: Record<string, [string, string]> = {}): Promise<string> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, [DataType, StringValue]]) => [name, { DataType, StringValue }]),
  );
  const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
  const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody, MessageAttributes }));
  return MessageId;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `letter ${index}`);
const bodiesIn = async (url: string) => (await engines.drain(url)).map(({ body }) => body).sort();

describe('list', () => {
  async function listed(queue: DeadLetterQueue, limit: number, change: Partial<ExaminationPorts> = {}) {
    const found: Listed[] = [];
    const options = { limit, waitSeconds: 0, interrupted: never };
    const done = listDeadLetters(sqs, queue, options, { ...ports, ...change }, (one) => void found.push(one));
    await done.catch(() => {});
    return { done, found };
  }

  test('shows the request of a letter, its age and its deliveries, and none of its contents', async () => {
    const queue = await givenLetters();
    const messageId = await send(queue.url, command, { OriginalSentTimestamp: ['Number', String(now - 90_000_000)] });
    const { found } = await listed(queue, 100);
    expect(found).toEqual([
      {
        lane: 'campaign',
        queue: 'commands',
        source: 'crm',
        requestId: 'r-1',
        action: 'create',
        reason: 'unknown',
        words: 'the ledger does not show why: read the worker’s log; a redrive tries it again',
        messageId,
        sentAt: '2026-03-09T11:00:00.000Z',
        ageSeconds: 90_000,
        receiveCount: 1,
      },
    ]);
    expect(found.map(listedWords)).toEqual([
      'campaign  crm r-1  create  1 d 1 h old  1 deliveries  unknown: the ledger does not show why: read the worker’s log; ' +
        'a redrive tries it again',
    ]);
  });

  test('examines each letter once, and returns all of them', async () => {
    const queue = await givenLetters(...numbered(23));
    const { found } = await listed(queue, 100);
    expect(new Set(found.map(({ messageId }) => messageId)).size).toBe(23);
    expect(found).toHaveLength(23);
    expect(await bodiesIn(queue.url)).toEqual(numbered(23).sort());
  });

  test('keeps to its limit', async () => {
    const queue = await givenLetters(...numbered(23));
    expect((await listed(queue, 12)).found).toHaveLength(12);
    expect(await sizeOf(sqs, queue)).toEqual({ waiting: 23, held: 0 });
  });

  test('returns the letters when it fails', async () => {
    const queue = await givenLetters(command);
    const ledger = { ...ports.ledger, request: () => Promise.reject(new Error('throttled')) };
    await expect((await listed(queue, 100, { ledger })).done).rejects.toThrow('throttled');
    expect(await bodiesIn(queue.url)).toEqual([JSON.stringify(command)]);
  });
});

describe('redrive', () => {
  const options = { limit: Number.POSITIVE_INFINITY, interrupted: never };

  /** The operations function, without Lambda: its act, its adapter and engines. It counts turns and never waits. */
  function operationsHere({
    own = ['AROAREPLAYER'],
    ...adapter
  }: { own?: string[] } & Partial<RedrivePorts['letters']> = {}) {
    const taken = { turns: 0, slices: 0 };
    let milliseconds = 0;
    const real = new DeadLetters(sqs);
    const ports: RedrivePorts = {
      letters: {
        comeFrom: (letters, queue) => real.comeFrom(letters, queue),
        receive: (url, most) => real.receive(url, most, 0),
        giveBack: (url, letters) => real.giveBack(url, letters),
        remove: (url, letters) => real.remove(url, letters),
        send: (url, message) => real.send(url, message),
        ...adapter,
      },
      turns: {
        next: async () => {
          taken.turns += 1;
          return { sent: () => {} };
        },
      },
      // Each look at the clock takes three seconds, so a slice of five seconds ends after two rounds of ten.
      clock: { monotonicMilliseconds: () => (milliseconds += 3_000) },
    };
    const settings = { OWN_SENDERS: new Set(own), DEDUPLICATION_WINDOW_DAYS: 3_650 };
    const part = async (name: 'redrive', fields: object) => {
      taken.slices += 1;
      const act = acts.redrive.schema.parse(JSON.parse(JSON.stringify({ ...fields, name })));
      return redriveSlice(act, settings, ports);
    };
    return { operations: { part } as unknown as Pick<RunningAct, 'part'>, taken };
  }

  /** What SQS reports of the first letter: when it was sent, and by whom. */
  async function reported(url: string) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 0, MessageSystemAttributeNames: ['All'] }),
    );
    const { SentTimestamp = '', SenderId = '' } = Messages[0]?.Attributes ?? {};
    return { SentTimestamp, sender: SenderId.split(':')[0] ?? '' };
  }
  const attributesIn = async (url: string) => (await engines.drain(url)).map(({ attributes }) => attributes);

  test('moves every letter in slices, with one turn of the rate limiter for each', async () => {
    const queue = await givenLetters(...numbered(23));
    const { operations, taken } = operationsHere();
    const counts: number[] = [];
    const done = await redrive(operations, queue, options, 20, (moved) => void counts.push(moved));
    expect(done).toEqual({ moved: 23, refused: [] });
    expect(counts).toEqual([20, 23]);
    expect(taken).toEqual({ turns: 23, slices: 2 });
    expect(await bodiesIn(queue.sourceUrl)).toEqual(numbered(23).sort());
    expect(await sizeOf(sqs, queue)).toEqual({ waiting: 0, held: 0 });
  });

  test('takes at a slow pace only as many as a slice has time for', async () => {
    const queue = await givenLetters(...numbered(7));
    const asked: number[] = [];
    const real = new DeadLetters(sqs);
    const { operations } = operationsHere({
      receive: (url, most) => {
        asked.push(most);
        return real.receive(url, most, 0);
      },
    });
    expect((await redrive(operations, queue, options, 1)).moved).toBe(7);
    // One letter a second, in slices of five seconds.
    expect(asked).toEqual([5, 5, 5]);
  });

  test('keeps the first sent time, message ID and sender, and none of the message’s own attributes', async () => {
    const queue = await givenLetters();
    const messageId = await send(queue.url, 'x', {
      tenant: ['String', 'shop'],
      FirstSender: ['String', 'source:crm'],
      OriginalSentTimestamp: ['Number', '1773140000000'],
      OriginalMessageId: ['String', 'of-another-message'],
      OriginalReceiveCount: ['Number', '3'],
    });
    const { SentTimestamp, sender } = await reported(queue.url);
    await redrive(operationsHere().operations, queue, options, 20);
    expect(await attributesIn(queue.sourceUrl)).toEqual([
      { OriginalSentTimestamp: SentTimestamp, OriginalMessageId: messageId, FirstSender: sender },
    ]);
  });

  test('keeps what one of the pipeline’s own roles has vouched for', async () => {
    const queue = await givenLetters();
    // The receive count shows the worker that the command was parked, and may have begun before that.
    const before = {
      OriginalSentTimestamp: '1773140000000',
      OriginalMessageId: 'the-first',
      OriginalReceiveCount: '3',
      FirstSender: 'source:crm',
    };
    await send(queue.url, 'x', {
      OriginalSentTimestamp: ['Number', '1773140000000'],
      OriginalMessageId: ['String', 'the-first'],
      OriginalReceiveCount: ['Number', '3'],
      FirstSender: ['String', 'source:crm'],
    });
    const { sender } = await reported(queue.url);
    await redrive(operationsHere({ own: [sender] }).operations, queue, options, 20);
    expect(await attributesIn(queue.sourceUrl)).toEqual([before]);
  });

  test('keeps to its limit', async () => {
    const queue = await givenLetters(...numbered(23));
    const done = await redrive(operationsHere().operations, queue, { ...options, limit: 12 }, 20);
    expect(done).toEqual({ moved: 12, refused: [] });
    expect(await sizeOf(sqs, queue)).toEqual({ waiting: 11, held: 0 });
    expect(await bodiesIn(queue.sourceUrl)).toHaveLength(12);
  });

  test('stops between two slices when it is interrupted, and leaves each letter visible in one of the two queues', async () => {
    const queue = await givenLetters(...numbered(33));
    const interruption = new AbortController();
    const limits = { ...options, interrupted: interruption.signal };
    const { moved } = await redrive(operationsHere().operations, queue, limits, 20, () => interruption.abort());
    expect(moved).toBe(20);
    const [left, sent] = [await bodiesIn(queue.url), await bodiesIn(queue.sourceUrl)];
    expect(sent).toHaveLength(20);
    expect([...left, ...sent].sort()).toEqual(numbered(33).sort());
  });

  test('deletes nothing and returns the letters if it cannot send', async () => {
    const queue = await givenLetters('a', 'b');
    const { operations } = operationsHere({ send: () => Promise.reject(new Error('SQS is down')) });
    await expect(redrive(operations, queue, options, 20)).rejects.toThrow('SQS is down');
    expect(await bodiesIn(queue.url)).toEqual(['a', 'b']);
  });

  test('sends nothing to a queue that the letters do not come from', async () => {
    const [queue, other] = [await givenLetters('a'), await givenLetters()];
    const wrong = { ...queue, sourceUrl: other.sourceUrl };
    await expect(redrive(operationsHere().operations, wrong, options, 20)).rejects.toThrow('not of this queue');
    expect(await bodiesIn(queue.url)).toEqual(['a']);
  });

  test('leaves a message that its queue refuses where it is, tries it once, and reports it', async () => {
    const queue = await givenLetters(...numbered(25));
    const messageId = await send(queue.url, 'too long');
    const real = new DeadLetters(sqs);
    let refusals = 0;
    const { operations, taken } = operationsHere({
      send: async (url, message) => {
        if (message.body !== 'too long') return real.send(url, message);
        refusals += 1;
        return 'InvalidParameterValue';
      },
    });
    expect(await redrive(operations, queue, options, 20)).toEqual({
      moved: 25,
      refused: [{ messageId, reason: 'InvalidParameterValue' }],
    });
    expect([refusals, taken.slices]).toEqual([1, 2]);
    expect(await bodiesIn(queue.url)).toEqual(['too long']);
  });

  test('stops if SQS deletes nothing of what was sent', async () => {
    const queue = await givenLetters('a');
    const { operations } = operationsHere({ remove: async () => ({ kept: 1, code: 'InternalError' }) });
    await expect(redrive(operations, queue, options, 20)).rejects.toThrow(
      'SQS did not delete 1 dead letters (InternalError).',
    );
    expect(await bodiesIn(queue.sourceUrl)).toEqual(['a']);
  });
});

describe('redrive of outcomes that SNS could not post', () => {
  const options = { limit: Number.POSITIVE_INFINITY, interrupted: never };
  const outcome = givenOutcome({ requestId: 'r-1', lane: 'campaign' });
  // With another order of fields than this release has, and a field that it does not know.
  const text = JSON.stringify({ laterField: 1, ...outcome });

  /** A topic with a subscriber, and the queue of what SNS could not post. */
  async function givenUndelivered(...messages: string[]) {
    const topic = await engines.topic(`outcomes-${++made}`);
    const url = await engines.queue(`undelivered-${made}`);
    for (const Message of messages) await send(url, { Type: 'Notification', TopicArn: topic.topicArn, Message });
    return { ...topic, url };
  }

  /** The operations function, without Lambda. */
  function operationsHere(
    { topicArn, url }: { topicArn: string; url: string },
    { onPublished = async () => {}, wall = Date.now }: { onPublished?(): Promise<void>; wall?: () => number } = {},
  ) {
    const real = new DeadLetters(sqs);
    const topic = new OutcomeTopic(engines.sns, topicArn, 1);
    let milliseconds = 0;
    const ports: RedriveOutcomesPorts = {
      letters: {
        receive: (from, most) => real.receive(from, most, 0),
        giveBack: (to, letters) => real.giveBack(to, letters),
        remove: (from, letters) => real.remove(from, letters),
      },
      outcomes: {
        republish: async (...asked) => {
          const refused = await topic.republish(...asked);
          await onPublished();
          return refused;
        },
      },
      turns: { next: async () => ({ sent: () => {} }) },
      clock: { monotonicMilliseconds: () => (milliseconds += 3_000), wallMilliseconds: wall },
    };
    const settings = { OUTCOME_TOPIC_ARN: topicArn, UNDELIVERED_OUTCOMES_URL: url };
    const part = async (name: 'redrive-outcomes', fields: object) => {
      const act = acts['redrive-outcomes'].schema.parse(JSON.parse(JSON.stringify({ ...fields, name })));
      return redriveOutcomes(act, settings, ports);
    };
    return { part } as unknown as Pick<RunningAct, 'part'>;
  }

  test('publishes each once more, in its own text, for the subscribers of its source', async () => {
    const undelivered = await givenUndelivered(text);
    const done = await redrive(operationsHere(undelivered), { url: undelivered.url }, options, 20);
    expect(done).toEqual({ moved: 1, refused: [] });
    expect(await engines.drain(undelivered.queueUrl)).toMatchObject([{ body: text }]);
    expect(await bodiesIn(undelivered.url)).toEqual([]);
  });

  test('keeps to its limit', async () => {
    const undelivered = await givenUndelivered(text, text, text);
    const done = await redrive(operationsHere(undelivered), { url: undelivered.url }, { ...options, limit: 2 }, 20);
    expect(done.moved).toBe(2);
    expect(await engines.drain(undelivered.queueUrl)).toHaveLength(2);
    expect(await bodiesIn(undelivered.url)).toHaveLength(1);
  });

  test('ends although the receiver refuses each at once: what comes back is of the next redrive', async () => {
    const undelivered = await givenUndelivered(...Array(25).fill(text));
    const begun = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(begun));
    const { topicArn, url } = undelivered;
    const comesBack = () => send(url, { Type: 'Notification', TopicArn: topicArn, Message: text });
    const operations = operationsHere(undelivered, {
      onPublished: async () => void (await comesBack()),
      wall: () => begun,
    });
    const { moved } = await redrive(operations, { url }, options, 20);
    expect(moved).toBeLessThanOrEqual(25);
    expect(await engines.drain(undelivered.queueUrl)).toHaveLength(moved);
    expect(await bodiesIn(url)).toHaveLength(25);
  });

  test('publishes nothing that is of another topic, or no outcome', async () => {
    const undelivered = await givenUndelivered('rubbish', JSON.stringify({ ...outcome, outcome: 'won' }));
    await send(undelivered.url, { Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:1:other', Message: text });
    await send(undelivered.url, 'rubbish');
    const done = await redrive(operationsHere(undelivered), { url: undelivered.url }, options, 20);
    expect(done.moved).toBe(0);
    expect(done.refused.map(({ reason }) => reason).sort()).toEqual([
      'NotAnOutcome',
      'NotAnOutcome',
      'NotOfThisTopic',
      'NotOfThisTopic',
    ]);
    expect(await engines.drain(undelivered.queueUrl)).toEqual([]);
    expect(await bodiesIn(undelivered.url)).toHaveLength(4);
  });

  test('takes no other queue, and none if the pipeline posts no outcomes', async () => {
    const undelivered = await givenUndelivered(text);
    const operations = operationsHere(undelivered);
    await expect(redrive(operations, { url: 'https://sqs.example/other' }, options, 20)).rejects.toThrow(
      'are not outcomes',
    );
    const none = operationsHere({ ...undelivered, url: '' });
    await expect(redrive(none, { url: undelivered.url }, options, 20)).rejects.toThrow('are not outcomes');
    expect(await bodiesIn(undelivered.url)).toHaveLength(1);
  });

  test('deletes nothing that it could not publish', async () => {
    const undelivered = await givenUndelivered(text);
    const operations = operationsHere(undelivered, { onPublished: () => Promise.reject(new Error('SNS is down')) });
    await expect(redrive(operations, { url: undelivered.url }, options, 20)).rejects.toThrow('SNS is down');
    expect(await bodiesIn(undelivered.url)).toHaveLength(1);
  });
});

describe('purge', () => {
  const options = { limit: Number.POSITIVE_INFINITY, interrupted: never };
  const real = new DeadLetters(sqs);

  /** The operations function, without Lambda. Each part's answer is JSON, as over Lambda. */
  function operationsHere(adapter: Partial<Parameters<typeof purgeAct>[1]['letters']> = {}) {
    const letters = {
      receive: (url: string, most: number) => real.receive(url, most, 0),
      giveBack: (url: string, some: readonly { receiptHandle: string }[]) => real.giveBack(url, some),
      remove: (url: string, some: readonly { receiptHandle: string }[]) => real.remove(url, some),
      ...adapter,
    };
    const { purge: perform } = purgeAct({ DEDUPLICATION_WINDOW_DAYS: 3_650 }, { letters });
    const part = async (name: 'purge', fields: object) => {
      const act = acts.purge.schema.parse(JSON.parse(JSON.stringify({ ...fields, name })));
      const { answer } = await perform(act, { by: { arn: '', userId: '', account: '' }, reason: undefined });
      return acts.purge.answer.parse(JSON.parse(JSON.stringify(answer)));
    };
    return { part } as unknown as Pick<RunningAct, 'part'>;
  }
  const act = operationsHere();

  test('writes what it deletes to a file that only its owner can read', async () => {
    const queue = await givenLetters();
    const messageId = await send(queue.url, command, { OriginalSentTimestamp: ['Number', String(now)] });
    const file = await LetterFile.create(join(directory, 'one.ndjson'));
    expect(await purge(act, queue, options, (letters) => file.add(queue, letters))).toBe(1);
    await file.close();
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file.path, 'utf8'))).toEqual({
      lane: 'campaign',
      queue: 'commands',
      messageId,
      body: JSON.stringify(command),
      originalMessageId: messageId,
      receiveCount: 1,
      attributes: { OriginalSentTimestamp: { DataType: 'Number', StringValue: String(now) } },
      sentAt: '2026-03-10T12:00:00.000Z',
    });
    expect(await sizeOf(sqs, queue)).toEqual({ waiting: 0, held: 0 });
  });

  test('keeps to its limit, and writes a line for each letter that it deletes', async () => {
    const queue = await givenLetters(...numbered(23));
    const file = await LetterFile.create(join(directory, 'many.ndjson'));
    expect(await purge(act, queue, { ...options, limit: 12 }, (letters) => file.add(queue, letters))).toBe(12);
    await file.close();
    const written = (await readFile(file.path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).body);
    expect([...written, ...(await bodiesIn(queue.url))].sort()).toEqual(numbered(23).sort());
  });

  test('deletes nothing that it could not write', async () => {
    const queue = await givenLetters('a');
    await expect(purge(act, queue, options, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] }),
    );
    expect(Attributes?.ApproximateNumberOfMessagesNotVisible).toBe('1');
  });

  test('never overwrites a file, and leaves no empty file', async () => {
    const path = join(directory, 'again.ndjson');
    const file = await LetterFile.create(path);
    await expect(LetterFile.create(path)).rejects.toThrow(`${path} exists already. Name another file with --to.`);
    await file.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await expect(LetterFile.create(join(directory, 'none', 'x'))).rejects.toThrow(
      'cannot be written: there is no such folder',
    );
  });
});
