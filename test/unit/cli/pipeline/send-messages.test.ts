import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { batchesOf } from '../../../../cli/files/message-batches.ts';
import { pauseAfter, sendAll, sendMessages, type Unsent } from '../../../../cli/pipeline/send-messages.ts';

const messages = (count: number, body = 'x') => Array.from({ length: count }, (_, index) => ({ index, body }));

/** An SQS that accepts every entry, unless `refuse` refuses it by message and attempt. */
function givenSqs(refuse: (body: string, attempt: number) => { Code: string; SenderFault: boolean } | undefined) {
  const attempts = new Map<string, number>();
  const batchSizes: number[] = [];
  const send = async ({ input }: SendMessageBatchCommand) => {
    const entries = input.Entries ?? [];
    batchSizes.push(entries.length);
    const Successful: { Id: string; MessageId: string }[] = [];
    const Failed: { Id: string; Code: string; SenderFault: boolean }[] = [];
    for (const { Id = '', MessageBody = '' } of entries) {
      const attempt = (attempts.get(MessageBody) ?? 0) + 1;
      attempts.set(MessageBody, attempt);
      const refused = refuse(MessageBody, attempt);
      if (refused === undefined) Successful.push({ Id, MessageId: `id-of-${MessageBody}` });
      else Failed.push({ Id, ...refused });
    }
    return { Successful, Failed };
  };
  return { sqs: { send } as unknown as Pick<SQSClient, 'send'>, batchSizes };
}

async function sizesOf(all: { index: number; body: string }[], queueUrlOf = (_: { index: number }) => 'url') {
  const sizes: number[] = [];
  for await (const { messages: batch } of batchesOf(all, queueUrlOf)) sizes.push(batch.length);
  return sizes;
}

describe('batchesOf', () => {
  test.each([
    ['packs ten messages into a batch', messages(23), [10, 10, 3]],
    ['keeps a batch within 1 MiB', [...messages(3, 'x'.repeat(600_000)), ...messages(2)], [1, 1, 3]],
    ['counts bytes, not characters', messages(2, 'ü'.repeat(300_000)), [1, 1]],
  ])('%s', async (_, all, sizes) => {
    expect(await sizesOf(all)).toEqual(sizes);
  });

  test('fills the batches of each queue', async () => {
    expect(await sizesOf(messages(30), ({ index }) => (index % 3 === 0 ? 'one' : 'other'))).toEqual([10, 10, 10]);
  });
});

test('the wait after a failed attempt doubles, and is random by half', () => {
  expect([1, 2, 3].map((attempt) => pauseAfter(attempt, 200, () => 1))).toEqual([200, 400, 800]);
  expect([1, 2, 3].map((attempt) => pauseAfter(attempt, 200, () => 0))).toEqual([100, 200, 400]);
});

describe('senders', () => {
  test('each send their own messages, in batches of their own', async () => {
    const [crm, studio, operator] = [givenSqs(() => undefined), givenSqs(() => undefined), givenSqs(() => undefined)];
    const sent: string[] = [];
    const all = messages(30).map(({ index }) => ({
      body: `${index}`,
      sender: [undefined, 'crm', 'studio'][index % 3],
    }));
    const unsent = await sendMessages(
      (sender) => ({ crm, studio })[sender ?? '']?.sqs ?? operator.sqs,
      'url',
      all,
      ({ body }) => sent.push(body),
      { senderOf: ({ sender }) => sender },
    );
    expect(unsent).toEqual([]);
    expect(sent).toHaveLength(30);
    expect([crm, studio, operator].map(({ batchSizes }) => batchSizes)).toEqual([[10], [10], [10]]);
  });
});

describe('sendMessages', () => {
  const bodies = ['a', 'b', 'c'].map((body) => ({ body }));

  test('reports the ID of every message that SQS accepted', async () => {
    const { sqs } = givenSqs(() => undefined);
    const sent: string[] = [];
    const unsent = await sendMessages(sqs, 'url', bodies, ({ body }, id) => sent.push(`${body} ${id}`));
    expect(sent).toEqual(['a id-of-a', 'b id-of-b', 'c id-of-c']);
    expect(unsent).toEqual([]);
  });

  test('sends again only the messages on which SQS failed', async () => {
    const { sqs, batchSizes } = givenSqs((body, attempt) =>
      body === 'b' && attempt < 3 ? { Code: 'InternalError', SenderFault: false } : undefined,
    );
    const sent: string[] = [];
    const unsent = await sendMessages(sqs, 'url', bodies, ({ body }) => sent.push(body), { backoffMilliseconds: 0 });
    expect(sent).toEqual(['a', 'c', 'b']);
    expect(batchSizes).toEqual([3, 1, 1]);
    expect(unsent).toEqual([]);
  });

  test('stops at once after a sender fault, and after five attempts for any other error', async () => {
    const { sqs, batchSizes } = givenSqs((body) => {
      if (body === 'a') return { Code: 'InvalidMessageContents', SenderFault: true };
      return body === 'c' ? { Code: 'InternalError', SenderFault: false } : undefined;
    });
    const unsent = await sendMessages(sqs, 'url', bodies, () => {}, { backoffMilliseconds: 0 });
    expect(unsent).toEqual([
      { message: { body: 'a' }, reason: 'InvalidMessageContents', mayBeIn: false },
      { message: { body: 'c' }, reason: 'InternalError', mayBeIn: false },
    ]);
    expect(batchSizes).toEqual([3, 1, 1, 1, 1]);
  });

  test('sends nothing after an interruption', async () => {
    const { sqs, batchSizes } = givenSqs(() => undefined);
    const unsent = await sendMessages(sqs, 'url', bodies, () => {}, { signal: AbortSignal.abort() });
    expect(unsent.map(({ reason }) => reason)).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect(batchSizes).toEqual([]);
  });
});

const bodiesFrom = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `b${first + index}`);
const numbered = (count: number) => bodiesFrom(1, count).map((body) => ({ body }));
const failure = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

/** Sends b1, b2, … with an SQS whose calls, counted from 1, may throw. */
async function sending(
  count: number,
  thrown: (call: number, bodies: string[]) => Error | undefined,
  signal?: AbortSignal,
) {
  const { sqs, batchSizes } = givenSqs(() => undefined);
  let calls = 0;
  const send = async (command: SendMessageBatchCommand) => {
    const bodies = (command.input.Entries ?? []).map(({ MessageBody = '' }) => MessageBody);
    const error = thrown(++calls, bodies);
    if (error !== undefined) throw error;
    return sqs.send(command);
  };
  const sent: string[] = [];
  const unsent: Unsent<{ body: string }>[] = [];
  const ended = await sendAll({ send } as unknown as Pick<SQSClient, 'send'>, numbered(count), {
    queueUrlOf: () => 'url',
    onSent: ({ body }) => void sent.push(body),
    onUnsent: (one) => void unsent.push(one),
    backoffMilliseconds: 0,
    ...(signal && { signal }),
  });
  const reasons = [...new Set(unsent.map(({ reason, mayBeIn }) => `${reason}${mayBeIn ? ', may be in' : ''}`))];
  return { sent, unsent: unsent.map(({ message }) => message.body), reasons, ended, batchSizes, calls: () => calls };
}

describe('sendAll', () => {
  test('stops if AWS denies access half-way, and returns every unsent message in order', async () => {
    const denied = failure('AccessDeniedException', status(403));
    const { sent, unsent, reasons, ended, calls } = await sending(1_000, (call) => (call > 30 ? denied : undefined));
    expect(sent).toEqual(bodiesFrom(1, 300));
    expect(unsent).toEqual(bodiesFrom(301, 1_000));
    expect(reasons).toEqual(['AccessDeniedException', 'not tried']);
    expect(ended).toEqual({ stoppedBy: denied });
    // The batches under way in parallel.
    expect(calls()).toBeLessThanOrEqual(38);
  });

  test('tries five times after a lost connection, and reports that SQS may have the messages under way', async () => {
    const lost = failure('Error', { code: 'ECONNRESET' });
    const { sent, unsent, reasons, ended } = await sending(200, (call) => (call > 4 ? lost : undefined));
    expect(sent).toHaveLength(40);
    expect(unsent).toEqual(bodiesFrom(41, 200));
    expect(reasons).toEqual(['ECONNRESET, may be in', 'not tried']);
    expect(ended).toEqual({ stoppedBy: lost });
  });

  test.each([
    ['a throttle', failure('ThrottlingException', status(400))],
    ['too many requests', failure('UnknownError', status(429))],
    ['a fault of SQS', failure('InternalFailure', status(500))],
    ['a connection that is refused', failure('Error', { code: 'ECONNREFUSED' })],
    ['a time-out', failure('TimeoutError')],
  ])('recovers from %s that lasts four attempts', async (_, error) => {
    const { sent, unsent, ended } = await sending(10, (call) => (call <= 4 ? error : undefined));
    expect(sent).toHaveLength(10);
    expect(unsent).toEqual([]);
    expect(ended).toEqual({});
  });

  test('sends each message of a batch alone if SQS refuses the batch for one of them', async () => {
    const refused = failure('InvalidMessageContents', status(400));
    const { sent, unsent, reasons, ended } = await sending(25, (_, bodies) =>
      bodies.includes('b7') ? refused : undefined,
    );
    expect(sent).toHaveLength(24);
    expect(unsent).toEqual(['b7']);
    expect(reasons).toEqual(['InvalidMessageContents']);
    expect(ended).toEqual({});
  });

  test('waits for the batches under way after an interruption, and returns the rest', async () => {
    const interruption = new AbortController();
    const interrupt = (call: number) => (call === 20 ? void interruption.abort() : undefined);
    const { sent, unsent, reasons, ended } = await sending(1_000, interrupt, interruption.signal);
    expect(sent.length).toBeGreaterThanOrEqual(200);
    expect([...sent, ...unsent]).toEqual(bodiesFrom(1, 1_000));
    expect(reasons).toEqual(['interrupted']);
    expect(ended).toEqual({});
  });

  test('does not count a message as sent that SQS’s answer leaves out', async () => {
    const send = async () => ({ Successful: [{ Id: '0', MessageId: 'm-1' }] });
    const unsent: string[] = [];
    const sent: string[] = [];
    await sendAll({ send } as unknown as Pick<SQSClient, 'send'>, numbered(2), {
      queueUrlOf: () => 'url',
      onSent: ({ body }) => void sent.push(body),
      onUnsent: ({ message, reason, mayBeIn }) => void unsent.push(`${message.body} ${reason} ${mayBeIn}`),
      backoffMilliseconds: 0,
    });
    // The second message is sent again alone, and the answer then has it.
    expect(sent).toEqual(['b1', 'b2']);
    expect(unsent).toEqual([]);
  });

  test('throws the error of reading the messages after it has sent those read before', async () => {
    const { sqs } = givenSqs(() => undefined);
    const broken = new Error('the file has changed');
    async function* reading() {
      yield* numbered(15);
      throw broken;
    }
    const sent: string[] = [];
    const ended = await sendAll(sqs, reading(), {
      queueUrlOf: () => 'url',
      onSent: ({ body }) => void sent.push(body),
      onUnsent: () => {},
    });
    expect(sent).toHaveLength(15);
    expect(ended).toEqual({ stoppedBy: broken });
  });
});
