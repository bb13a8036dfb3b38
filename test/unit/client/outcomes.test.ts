import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { receiveOutcomes } from '../../../client/outcomes.ts';

const outcome = (requestId: string) => ({ outcomeId: `o-${requestId}`, outcome: 'created', requestId });

/** A queue that gives its answers in order, and then stops the receiver. */
function given(answers: readonly (readonly unknown[] | Error)[]) {
  const stop = new AbortController();
  const left = [...answers];
  const [requests, deleted, errors]: [object[], string[], unknown[]] = [[], [], []];
  const send = async (command: unknown) => {
    if (command instanceof DeleteMessageBatchCommand) {
      const handles = (command.input.Entries ?? []).map(({ ReceiptHandle = '' }) => ReceiptHandle);
      if (handles.length === 0) throw new Error('SQS refuses an empty batch');
      deleted.push(...handles.filter((handle) => handle !== 'stuck'));
      return { Failed: handles.filter((handle) => handle === 'stuck').map(() => ({ Code: 'InternalError' })) };
    }
    if (!(command instanceof ReceiveMessageCommand)) throw new Error('another call');
    requests.push(command.input);
    const next = left.shift();
    if (next instanceof Error) throw next;
    if (next === undefined) stop.abort();
    return {
      Messages: next?.map((body) => (typeof body === 'string' ? { Body: body, ReceiptHandle: body } : handleOf(body))),
    };
  };
  const handleOf = (body: unknown) => ({
    Body: JSON.stringify(body),
    ReceiptHandle: String((body as { requestId?: string }).requestId ?? 'probe'),
  });
  const waits: number[] = [];
  const time = { now: () => 0, sleep: async (milliseconds: number) => void waits.push(milliseconds), random: () => 0 };
  const options = {
    queueUrl: 'https://sqs.example/outcomes',
    sqs: { send } as unknown as Pick<SQSClient, 'send'>,
    signal: stop.signal,
    onError: (error: unknown, of?: { requestId: string | null }) => void errors.push([String(error), of?.requestId]),
    time,
  };
  return { options, requests, deleted, errors, waits };
}

const serviceError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

describe('receiveOutcomes', () => {
  test('passes each outcome to the handler, and deletes its message afterwards', async () => {
    // Given
    const { options, requests, deleted } = given([[outcome('r-1'), outcome('r-2')], [], [outcome('r-3')]]);
    const handled: [string | null, number][] = [];
    // When
    await receiveOutcomes(options, ({ requestId }) => void handled.push([requestId, deleted.length]));
    // Then
    expect(handled).toEqual([
      ['r-1', 0],
      ['r-2', 0],
      ['r-3', 2],
    ]);
    expect(deleted).toEqual(['r-1', 'r-2', 'r-3']);
    expect(requests[0]).toEqual({
      QueueUrl: 'https://sqs.example/outcomes',
      WaitTimeSeconds: 20,
      MaxNumberOfMessages: 10,
    });
  });

  test('keeps the message of a handler that failed, and reports the error', async () => {
    const { options, deleted, errors } = given([[outcome('r-1'), outcome('r-2')]]);
    await receiveOutcomes(options, async ({ requestId }) => {
      if (requestId === 'r-1') throw new Error('the database is down');
    });
    expect(deleted).toEqual(['r-2']);
    expect(errors).toEqual([['Error: the database is down', 'r-1']]);
  });

  test('deletes a probe, and keeps a message that is no outcome', async () => {
    const { options, deleted, errors } = given([[{ probe: 'x' }, 'no JSON', { order: 7 }]]);
    const handled: unknown[] = [];
    await receiveOutcomes(options, (one) => void handled.push(one));
    expect(handled).toEqual([]);
    expect(deleted).toEqual(['probe']);
    expect(errors).toHaveLength(2);
  });

  test('reports a message that SQS did not delete', async () => {
    const { options, errors } = given([[{ ...outcome('stuck') }]]);
    await receiveOutcomes(options, () => {});
    expect(errors).toEqual([['Error: SQS did not delete a message: InternalError', undefined]]);
  });

  test('goes on after a failure of SQS, later each time', async () => {
    const busy = serviceError('InternalError', 500);
    const { options, deleted, waits } = given([busy, busy, [outcome('r-1')], busy]);
    await receiveOutcomes(options, () => {});
    expect(deleted).toEqual(['r-1']);
    expect(waits).toEqual([125, 250, 125]);
  });

  test('ends with the error if SQS refuses the call', async () => {
    const { options } = given([serviceError('AccessDenied', 403)]);
    await expect(receiveOutcomes(options, () => {})).rejects.toThrow('AccessDenied');
  });
});
