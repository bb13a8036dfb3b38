import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { givenQueueEngine } from '../../lambdas/adapters/given-engines.ts';

const { sqs } = await givenQueueEngine();
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'characters' }));

/** Both ends of every range that SQS documents. */
const accepted = [0x9, 0xa, 0xd, 0x20, 0x7f, 0xd7ff, 0xe000, 0xfffd, 0x10000, 0x1f600, 0x10ffff];
/** The characters next to them. */
const refused = [0x0, 0x8, 0xb, 0xc, 0xe, 0x1f, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffe, 0xffff];
const named = (points: readonly number[]) => points.map((point) => [`U+${point.toString(16)}`, point] as const);
const bodyOf = (point: number) => `{"c":"${String.fromCodePoint(point)}"}`;

describe('the characters of a message', () => {
  test.each(named(accepted))('%s is delivered unchanged', async (_, point) => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: bodyOf(point) }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.[0]?.Body).toBe(bodyOf(point));
  });

  test.each(named(refused))('%s is refused', async (_, point) => {
    const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: bodyOf(point) }));
    await expect(sending).rejects.toThrow('Invalid characters');
  });

  test('a refused message does not fail the others of its batch', async () => {
    const Entries = [0x1f600, 0xffff, 0x20].map((point, index) => ({ Id: String(index), MessageBody: bodyOf(point) }));
    const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['0', '2']);
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['1', 'InvalidMessageContents']]);
  });
});
