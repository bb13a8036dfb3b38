import type { Context, DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { streamBatch } from '../../../../lambdas/runtime/stream-batch.ts';
import { Telemetry } from '../../../../lambdas/runtime/telemetry.ts';

const context = { awsRequestId: 'i-1' } as Context;
const event = {
  Records: ['101', '102', '103'].map((SequenceNumber): DynamoDBRecord => ({ dynamodb: { SequenceNumber } })),
};
const handlerOf = (taken: boolean[]) =>
  streamBatch({ telemetry: new Telemetry(), work: async (bodies) => bodies.map((_, index) => taken[index] ?? false) });

describe('a batch of a table’s stream', () => {
  it('is done when every record is', async () => {
    expect(await handlerOf([true, true, true])(event, context)).toEqual({ batchItemFailures: [] });
  });

  it('reports the first record that failed, at which Lambda begins again', async () => {
    expect(await handlerOf([true, false, false])(event, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: '102' }],
    });
  });

  it('hands each record over as JSON', async () => {
    const seen: string[] = [];
    const work = async (bodies: string[]) => {
      seen.push(...bodies);
      return bodies.map(() => true);
    };
    await streamBatch({ telemetry: new Telemetry(), work })(event, context);
    expect(seen.map((body) => JSON.parse(body))).toEqual(event.Records);
  });

  it('fails as a whole when the record that failed cannot be named', async () => {
    await expect(handlerOf([false])({ Records: [{}] }, context)).rejects.toThrow('has no sequence number');
  });
});
