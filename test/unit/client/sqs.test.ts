import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { CommandError } from '../../../client/command-error.ts';
import { sqsLinks } from '../../../client/sqs.ts';
import { config } from '../../../examples/configuration.ts';
import { commandReader, noPolicy } from '../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../lambdas/domain/contract/envelope.ts';

const start = Date.parse('2026-03-01T08:00:00Z');
const create = { requestId: 'r-1', onelinkId: 'A1b3', data: { pid: 'sms', c: 'spring' } };
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...create, requestId: `r-${index}` }));

/** What becomes of a message at each attempt: an error of its own, or one of the whole call. */
type Fate = { Code: string; SenderFault: boolean } | Error | undefined;

/** An SQS with its limits: ten messages and 1 MiB in a call. */
function given(fate: (requestId: string, attempt: number) => Fate = () => undefined) {
  const batches: string[][] = [];
  const bodies: string[] = [];
  const attempts = new Map<string, number>();
  const send = async ({ input: { Entries = [] } }: SendMessageBatchCommand) => {
    const total = Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
    if (Entries.length > 10 || total > 1_048_576) throw new Error('beyond the limits of SQS');
    const ids = Entries.map(({ MessageBody = '' }) => String(JSON.parse(MessageBody).requestId));
    batches.push(ids);
    const Successful: { Id: string; MessageId: string }[] = [];
    const Failed: { Id: string; Code: string; SenderFault: boolean }[] = [];
    for (const [index, { Id = '', MessageBody = '' }] of Entries.entries()) {
      const requestId = ids[index] ?? '';
      const attempt = (attempts.get(requestId) ?? 0) + 1;
      attempts.set(requestId, attempt);
      const failure = fate(requestId, attempt);
      if (failure instanceof Error) throw failure;
      if (failure !== undefined) {
        Failed.push({ Id, ...failure });
        continue;
      }
      bodies.push(MessageBody);
      Successful.push({ Id, MessageId: `message of ${requestId}` });
    }
    return { Successful, Failed };
  };
  const sqs = { send } as unknown as Pick<SQSClient, 'send'>;
  const options = { source: 'crm', queueUrl: 'https://sqs.example/campaign', now: () => start, backoffMilliseconds: 1 };
  return { links: sqsLinks({ ...options, sqs }), batches, bodies };
}

const serviceError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} of arn:aws:sqs:secret`), { name, $metadata: { httpStatusCode } });

describe('what is no command', () => {
  test('fails by itself, and the others are sent', async () => {
    const { links, batches } = given();
    const items = [null, undefined, 'r-1', [], { ...create, requestId: 5 }, create];
    const results = await links.createMany(items as never);
    expect(results.map(({ requestId, ...one }) => [requestId, 'error' in one ? one.error?.reason : 'sent'])).toEqual([
      ...Array(5).fill(['', 'not-a-command']),
      ['r-1', 'sent'],
    ]);
    expect(batches).toEqual([['r-1']]);
    await expect(links.create(null as never)).rejects.toMatchObject({ reason: 'not-a-command', mayBeSent: false });
  });
});

describe('a command', () => {
  test.each([
    ['create', { ...create, qr: { size: 600 }, ttl: '14d' }],
    ['update', { ...create, shortlinkId: 'abc' }],
    ['delete', { requestId: 'r-1', onelinkId: 'A1b3', shortlinkId: 'abc' }],
    ['qr', { requestId: 'r-1', onelinkId: 'A1b3', shortlinkId: 'abc', qr: { format: 'jpg' } }],
  ] as const)('is valid by the contract, and has the ID of its message: %s', async (action, command) => {
    const { links, bodies } = given();
    expect(await links[action](command as never)).toEqual({ requestId: 'r-1', messageId: 'message of r-1' });
    const production = config.stages.production?.pipelines[0];
    const read = commandReader({
      policy: noPolicy,
      contract: { maxDataCharacters: 2048, maxTtlDays: 365 },
      producers: production?.producers ?? [],
      templates: production?.templates ?? {},
    });
    expect(read(openEnvelope(bodies[0] ?? ''), start)).toEqual({
      command: expect.objectContaining({ action, source: 'crm', requestedAt: '2026-03-01T08:00:00.000Z' }),
    });
  });

  test('has only characters that SQS takes, and the same text', async () => {
    const { links, bodies } = given();
    await links.create({ ...create, data: { pid: 'sms', c: 'a\ufffe\uffffb' } });
    expect(bodies[0]).not.toMatch(/[\ufffe\uffff]/);
    expect(JSON.parse(bodies[0] ?? '').data.c).toBe('a\ufffe\uffffb');
  });

  test('is sent again, unchanged, when SQS is busy', async () => {
    const { links, batches } = given((_, attempt) =>
      attempt < 3 ? serviceError('ThrottlingException', 400) : undefined,
    );
    expect(await links.create(create)).toMatchObject({ messageId: 'message of r-1' });
    expect(batches).toHaveLength(3);
  });

  test.each([
    ['without permission', serviceError('AccessDenied', 403), 'AccessDenied', false, 1],
    ['while SQS fails', serviceError('InternalError', 500), 'InternalError (500)', true, 5],
  ])('fails %s, and the error names the command and no value', async (_, error, reason, mayBeSent, attempts) => {
    const { links, batches } = given(() => error);
    const thrown = await links.create(create).catch((failure: unknown) => failure);
    expect(thrown).toBeInstanceOf(CommandError);
    expect(thrown).toMatchObject({ requestId: 'r-1', reason, mayBeSent });
    expect(String(thrown)).not.toContain('secret');
    expect(batches).toHaveLength(attempts);
  });

  test('that the signal has stopped is not sent', async () => {
    const { links, batches } = given();
    const call = links.create(create, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ requestId: 'r-1', reason: 'aborted', mayBeSent: false });
    expect(batches).toEqual([]);
  });
});

describe('many creates', () => {
  test('go out in batches of ten, and each has its result in its place', async () => {
    const { links, batches } = given();
    const results = await links.createMany(many(23));
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 3]);
    expect(results.map(({ requestId }) => requestId)).toEqual(many(23).map(({ requestId }) => requestId));
    expect(results[22]).toEqual({ requestId: 'r-22', messageId: 'message of r-22' });
  });

  test('go out in batches of 1 MiB in all', async () => {
    const { links, batches } = given();
    await links.createMany(many(3).map((one) => ({ ...one, data: { pid: 'sms', c: 'ü'.repeat(200_000) } })));
    expect(batches).toEqual([['r-0', 'r-1'], ['r-2']]);
  });

  test('of a batch that SQS takes in part go out again alone', async () => {
    const { links, batches } = given((requestId, attempt) =>
      requestId === 'r-1' && attempt === 1 ? { Code: 'InternalError', SenderFault: false } : undefined,
    );
    const results = await links.createMany(many(3));
    expect(batches).toEqual([['r-0', 'r-1', 'r-2'], ['r-1']]);
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
  });

  test('that SQS refuses are named, and stop no other', async () => {
    const { links } = given((requestId) =>
      requestId === 'r-1' ? { Code: 'InvalidMessageContents', SenderFault: true } : undefined,
    );
    const results = await links.createMany(many(3));
    expect(results.map(({ error }) => error?.message)).toEqual([
      undefined,
      'the command r-1 failed: InvalidMessageContents',
      undefined,
    ]);
  });

  test('that JSON cannot hold, or that are too large, fail without a call', async () => {
    const { links, batches } = given();
    const wide = { ...create, requestId: 'wide', data: { pid: 'x'.repeat(1_048_576) } };
    const big = { ...create, requestId: 'big', data: { pid: 'sms', n: 1n as never } };
    const results = await links.createMany([wide, big, create]);
    expect(results.map(({ error }) => error?.reason)).toEqual(['too-large', 'not-json', undefined]);
    expect(batches).toEqual([['r-1']]);
  });

  test('that were read before their source failed are sent', async () => {
    const { links, batches } = given();
    async function* failing() {
      yield create;
      throw new Error('the table is gone');
    }
    await expect(links.createMany(failing())).rejects.toThrow('the table is gone');
    expect(batches).toEqual([['r-1']]);
  });
});
