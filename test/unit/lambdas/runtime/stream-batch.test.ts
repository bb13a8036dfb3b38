import type { Context, DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { streamBatch } from '../../../../lambdas/runtime/stream-batch.ts';
import { Telemetry } from '../../../../lambdas/runtime/telemetry.ts';

const context = { awsRequestId: 'i-1' } as Context;
const event = {
  Records: ['101', '102', '103'].map((SequenceNumber): DynamoDBRecord => ({ dynamodb: { SequenceNumber } })),
};
const handlerOf = (succeeded: boolean[]) =>
  streamBatch({
    telemetry: new Telemetry(),
    work: async (bodies) => bodies.map((_, index) => succeeded[index] ?? false),
  });

describe('a batch of a table’s stream', () => {
  it('reports no failure when every record succeeded', async () => {
    expect(await handlerOf([true, true, true])(event, context)).toEqual({ batchItemFailures: [] });
  });

  it('reports the first failed record, from which Lambda delivers again', async () => {
    expect(await handlerOf([true, false, false])(event, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: '102' }],
    });
  });

  it('passes each record to the work as JSON', async () => {
    const seen: string[] = [];
    const work = async (bodies: string[]) => {
      seen.push(...bodies);
      return bodies.map(() => true);
    };
    await streamBatch({ telemetry: new Telemetry(), work })(event, context);
    expect(seen.map((body) => JSON.parse(body))).toEqual(event.Records);
  });

  it('fails as a whole when the failed record has no sequence number', async () => {
    await expect(handlerOf([false])({ Records: [{}] }, context)).rejects.toThrow('has no sequence number');
  });
});
