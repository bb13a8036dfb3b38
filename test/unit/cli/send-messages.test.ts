import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { batchesOf } from '../../../bin/client/message-batches.ts';
import { sendMessages } from '../../../bin/client/send-messages.ts';

const messages = (count: number, body = 'x') => Array.from({ length: count }, (_, index) => ({ index, body }));

/** An SQS that takes every entry, or refuses it as `refuse` says: by message and attempt. */
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

describe('batchesOf', () => {
  test('packs ten to a batch', () => {
    expect(batchesOf(messages(23)).map((batch) => batch.length)).toEqual([10, 10, 3]);
  });

  test('keeps a batch within 1 MiB', () => {
    const heavy = messages(3, 'x'.repeat(600_000));
    expect(batchesOf([...heavy, ...messages(2)]).map((batch) => batch.length)).toEqual([1, 1, 3]);
  });

  test('counts bytes, not characters', () => {
    expect(batchesOf(messages(2, 'ü'.repeat(300_000))).map((batch) => batch.length)).toEqual([1, 1]);
  });
});

describe('sendMessages', () => {
  const bodies = ['a', 'b', 'c'].map((body) => ({ body }));

  test('tells the ID of every message that SQS took', async () => {
    const { sqs } = givenSqs(() => undefined);
    const sent: string[] = [];
    const unsent = await sendMessages(sqs, 'url', bodies, ({ body }, id) => sent.push(`${body} ${id}`));
    expect(sent).toEqual(['a id-of-a', 'b id-of-b', 'c id-of-c']);
    expect(unsent).toEqual([]);
  });

  test('sends again what SQS failed on, and nothing else', async () => {
    const { sqs, batchSizes } = givenSqs((body, attempt) =>
      body === 'b' && attempt < 3 ? { Code: 'InternalError', SenderFault: false } : undefined,
    );
    const sent: string[] = [];
    const unsent = await sendMessages(sqs, 'url', bodies, ({ body }) => sent.push(body), { backoffMilliseconds: 0 });
    expect(sent).toEqual(['a', 'c', 'b']);
    expect(batchSizes).toEqual([3, 1, 1]);
    expect(unsent).toEqual([]);
  });

  test('gives up on what is the sender’s fault at once, and on anything else after five attempts', async () => {
    const { sqs, batchSizes } = givenSqs((body) => {
      if (body === 'a') return { Code: 'InvalidMessageContents', SenderFault: true };
      return body === 'c' ? { Code: 'InternalError', SenderFault: false } : undefined;
    });
    const unsent = await sendMessages(sqs, 'url', bodies, () => {}, { backoffMilliseconds: 0 });
    expect(unsent).toEqual([
      { message: { body: 'a' }, reason: 'InvalidMessageContents' },
      { message: { body: 'c' }, reason: 'InternalError' },
    ]);
    expect(batchSizes).toEqual([3, 1, 1, 1, 1]);
  });

  test('sends nothing more once it is interrupted', async () => {
    const { sqs, batchSizes } = givenSqs(() => undefined);
    const unsent = await sendMessages(sqs, 'url', bodies, () => {}, { signal: AbortSignal.abort() });
    expect(unsent.map(({ reason }) => reason)).toEqual(['interrupted', 'interrupted', 'interrupted']);
    expect(batchSizes).toEqual([]);
  });
});
