import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import type { DeadLetterQueue } from '../../../cli/commands/dead-letters/dead-letter-queues.ts';
import { sizeOf } from '../../../cli/commands/dead-letters/dead-letter-queues.ts';
import type { ExaminationPorts } from '../../../cli/commands/dead-letters/examination.ts';
import { LetterFile } from '../../../cli/commands/dead-letters/letter-file.ts';
import { type Listed, listDeadLetters, listedWords } from '../../../cli/commands/dead-letters/list.ts';
import { purge } from '../../../cli/commands/dead-letters/purge.ts';
import { redrive } from '../../../cli/commands/dead-letters/redrive.ts';
import { config } from '../../../examples/configuration.ts';
import type { Turns } from '../../../lambdas/domain/control/pacer.ts';
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

const ports: ExaminationPorts = {
  ledger: { request: async () => undefined, link: async () => undefined },
  pipeline: {
    settings: config.stages.production?.pipelines[0] ?? expect.fail('no pipeline'),
    account: config.accounts.acme ?? expect.fail('no account'),
  },
  secret: 'a secret of the test',
  nowMilliseconds: () => now,
};

let made = 0;
/** A queue, and its dead-letter queue with these bodies. */
async function givenLetters(...bodies: unknown[]): Promise<DeadLetterQueue> {
  const name = `queue-${++made}`;
  const queue = {
    lane: 'campaign',
    kind: 'commands' as const,
    url: await engines.queue(`${name}-dead`),
    sourceUrl: await engines.queue(name),
  };
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

/** A rate limiter that counts its turns and never waits. */
function countedTurns() {
  const taken = { count: 0 };
  const turns: Turns = {
    next: async () => {
      taken.count += 1;
      return { sent: () => {} };
    },
    slowDown: () => {},
  };
  return { turns, taken };
}

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
  const options = { limit: Number.POSITIVE_INFINITY, interrupted: never, waitSeconds: 0 };

  test('moves every letter, with one turn of the rate limiter for each', async () => {
    const queue = await givenLetters(...numbered(23));
    const { turns, taken } = countedTurns();
    const counts: number[] = [];
    const done = await redrive(sqs, queue, options, turns, (moved) => void counts.push(moved));
    expect(done).toEqual({ moved: 23, refused: [] });
    expect(counts).toEqual([10, 20, 23]);
    expect(taken.count).toBe(23);
    expect(await bodiesIn(queue.sourceUrl)).toEqual(numbered(23).sort());
    expect(await sizeOf(sqs, queue)).toEqual({ waiting: 0, held: 0 });
  });

  test('keeps the first sent time and message ID, and the message’s own attributes', async () => {
    const queue = await givenLetters();
    const messageId = await send(queue.url, 'x', { tenant: ['String', 'shop'] });
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, VisibilityTimeout: 0, MessageSystemAttributeNames: ['All'] }),
    );
    const sentAt = Messages[0]?.Attributes?.SentTimestamp;
    await redrive(sqs, queue, options, countedTurns().turns);
    expect((await engines.drain(queue.sourceUrl)).map(({ attributes }) => attributes)).toEqual([
      { tenant: 'shop', OriginalSentTimestamp: sentAt, OriginalMessageId: messageId },
    ]);
  });

  test('overwrites attributes that a producer forged', async () => {
    const queue = await givenLetters();
    const messageId = await send(queue.url, 'x', {
      OriginalSentTimestamp: ['String', '2026-03-09T10:00:00Z'],
      OriginalMessageId: ['String', 'no message ID'],
    });
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, VisibilityTimeout: 0, MessageSystemAttributeNames: ['All'] }),
    );
    const sentAt = Messages[0]?.Attributes?.SentTimestamp;
    await redrive(sqs, queue, options, countedTurns().turns);
    expect((await engines.drain(queue.sourceUrl)).map(({ attributes }) => attributes)).toEqual([
      { OriginalSentTimestamp: sentAt, OriginalMessageId: messageId },
    ]);
  });

  test('keeps the first sent time and message ID of a message that was redriven or replayed before', async () => {
    const queue = await givenLetters();
    // The last attribute shows the worker that the command was parked, and may have begun before that.
    const before = {
      OriginalSentTimestamp: '1773140000000',
      OriginalMessageId: 'the-first',
      OriginalReceiveCount: '3',
    };
    await send(queue.url, 'x', {
      OriginalSentTimestamp: ['Number', '1773140000000'],
      OriginalMessageId: ['String', 'the-first'],
      OriginalReceiveCount: ['Number', '3'],
    });
    await redrive(sqs, queue, options, countedTurns().turns);
    expect((await engines.drain(queue.sourceUrl)).map(({ attributes }) => attributes)).toEqual([before]);
  });

  test('keeps to its limit', async () => {
    const queue = await givenLetters(...numbered(23));
    expect(await redrive(sqs, queue, { ...options, limit: 12 }, countedTurns().turns)).toEqual({
      moved: 12,
      refused: [],
    });
    expect(await sizeOf(sqs, queue)).toEqual({ waiting: 11, held: 0 });
    expect(await bodiesIn(queue.sourceUrl)).toHaveLength(12);
  });

  test('leaves each letter visible in one of the two queues when it is interrupted', async () => {
    const queue = await givenLetters(...numbered(23));
    const interruption = new AbortController();
    const { turns, taken } = countedTurns();
    const interrupting: Turns = {
      ...turns,
      next: () => {
        if (taken.count === 13) interruption.abort();
        return turns.next();
      },
    };
    const { moved } = await redrive(sqs, queue, { ...options, interrupted: interruption.signal }, interrupting);
    expect(moved).toBeLessThan(14);
    const [left, sent] = [await bodiesIn(queue.url), await bodiesIn(queue.sourceUrl)];
    expect(sent).toHaveLength(moved);
    expect([...left, ...sent].sort()).toEqual(numbered(23).sort());
  });

  test('deletes nothing and returns the letters if it cannot send', async () => {
    const queue = await givenLetters('a', 'b');
    const gone = { ...queue, sourceUrl: `${queue.sourceUrl}-gone` };
    await expect(redrive(sqs, gone, options, countedTurns().turns)).rejects.toThrow();
    expect(await bodiesIn(queue.url)).toEqual(['a', 'b']);
  });

  test('leaves a message with too many attributes where it is, and reports it', async () => {
    const queue = await givenLetters('a');
    const nine = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`a${index}`, ['String', 'x'] as [string, string]]),
    );
    const messageId = await send(queue.url, 'full', nine);
    const reason = 'it has too many message attributes: with its first sent time and ID they exceed 10';
    expect(await redrive(sqs, queue, options, countedTurns().turns)).toEqual({
      moved: 1,
      refused: [{ messageId, reason }],
    });
    expect(await bodiesIn(queue.sourceUrl)).toEqual(['a']);
    expect(await bodiesIn(queue.url)).toEqual(['full']);
  });

  test('returns nothing after it has moved everything', async () => {
    const queue = await givenLetters('a', 'b');
    const calls: string[] = [];
    const noting = {
      send: (sent: { constructor: { name: string } }) => {
        calls.push(sent.constructor.name);
        return sqs.send(sent as never);
      },
    } as unknown as Pick<typeof sqs, 'send'>;
    await redrive(noting, queue, options, countedTurns().turns);
    expect(calls).not.toContain('ChangeMessageVisibilityBatchCommand');
  });

  test('sends before it deletes, and stops if SQS deletes nothing', async () => {
    const queue = await givenLetters('a');
    const calls: string[] = [];
    const refusing = {
      send: async (sent: { constructor: { name: string } }) => {
        calls.push(sent.constructor.name);
        if (sent.constructor.name === 'DeleteMessageBatchCommand') return { Failed: [{ Code: 'InternalError' }] };
        return sqs.send(sent as never);
      },
    } as unknown as Pick<typeof sqs, 'send'>;
    await expect(redrive(refusing, queue, options, countedTurns().turns)).rejects.toThrow(
      'SQS did not delete 1 dead letters (InternalError).',
    );
    expect(calls.slice(0, 3)).toEqual(['ReceiveMessageCommand', 'SendMessageCommand', 'DeleteMessageBatchCommand']);
  });
});

describe('purge', () => {
  const options = { limit: Number.POSITIVE_INFINITY, interrupted: never, waitSeconds: 0 };

  test('writes what it deletes to a file that only its owner can read', async () => {
    const queue = await givenLetters();
    const messageId = await send(queue.url, command, { OriginalSentTimestamp: ['Number', String(now)] });
    const file = await LetterFile.create(join(directory, 'one.ndjson'));
    expect(await purge(sqs, queue, options, (letters) => file.add(queue, letters))).toBe(1);
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
    expect(await purge(sqs, queue, { ...options, limit: 12 }, (letters) => file.add(queue, letters))).toBe(12);
    await file.close();
    const written = (await readFile(file.path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).body);
    expect([...written, ...(await bodiesIn(queue.url))].sort()).toEqual(numbered(23).sort());
  });

  test('deletes nothing that it could not write', async () => {
    const queue = await givenLetters('a');
    await expect(purge(sqs, queue, options, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
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
