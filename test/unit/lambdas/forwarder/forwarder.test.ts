import { expect, it } from 'vitest';
import type { Delivery } from '../../../../lambdas/domain/work/delivery.ts';
import { type Forwarded, forwarder } from '../../../../lambdas/forwarder/forwarder.ts';

const deadline = { remainingMilliseconds: () => 60_000 };

const delivery = (messageId: string, change: Partial<Delivery> = {}): Delivery => ({
  messageId,
  body: `{"source":"studio","requestId":"${messageId}"}`,
  receiveCount: 3,
  sentAtMilliseconds: 1_773_000_000_000,
  sender: 'AROAOFACRMPROGRAM1234',
  ...change,
});

/** A forwarder of crm's messages, whose lane treats them so. */
function given(send: (messages: readonly Forwarded[]) => Promise<Forwarded[]>) {
  const sent: Forwarded[] = [];
  const observed: unknown[] = [];
  const work = forwarder('crm', {
    lane: {
      send: (messages) => {
        sent.push(...messages);
        return send(messages);
      },
    },
    observer: {
      count: (metric, by) => observed.push([metric, by]),
      warn: (message, fields) => observed.push([message, fields]),
    },
  });
  return { work, sent, observed };
}

it('passes on the body as it is, with the source that the queue proves, and what the message first had', async () => {
  const { work, sent, observed } = given(async () => []);

  expect(await work([delivery('m-1', { groupId: 'gold' }), delivery('m-2')], deadline)).toEqual(['done', 'done']);

  expect(sent).toEqual([
    {
      body: '{"source":"studio","requestId":"m-1"}',
      messageId: 'm-1',
      sentAtMilliseconds: 1_773_000_000_000,
      sender: 'source:crm',
      groupId: 'gold',
    },
    {
      body: '{"source":"studio","requestId":"m-2"}',
      messageId: 'm-2',
      sentAtMilliseconds: 1_773_000_000_000,
      sender: 'source:crm',
    },
  ]);
  expect(observed).toEqual([]);
});

it('returns the messages that the lane’s queue refuses, and counts them', async () => {
  const { work, observed } = given(async (messages) => messages.filter(({ messageId }) => messageId === 'm-2'));

  const ended = await work([delivery('m-1'), delivery('m-2'), delivery('m-3')], deadline);

  expect(ended).toEqual(['done', 'try-again', 'done']);
  expect(observed).toEqual([
    ['ForwardFailed', 1],
    ['the lane’s queue refused messages', { source: 'crm', count: 1 }],
  ]);
});

it('returns the whole batch if the lane’s queue accepts nothing', async () => {
  const { work, observed } = given(async () => {
    throw new TypeError('socket hang up');
  });

  expect(await work([delivery('m-1'), delivery('m-2')], deadline)).toEqual(['try-again', 'try-again']);
  expect(observed).toEqual([
    ['ForwardFailed', 2],
    ['the lane’s queue accepted no message', { source: 'crm', error: 'TypeError' }],
  ]);
});
