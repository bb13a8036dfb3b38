import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Telemetry } from './telemetry.ts';

export interface StreamBatchOptions {
  /** Whether each record was taken care of, in their order. */
  work: (bodies: string[]) => Promise<boolean[]>;
  telemetry: Telemetry;
}

/**
 * A batch of a table's stream as a Lambda function. Lambda begins again at the record that is reported, so the first one
 * that failed is: it has the lowest sequence number. Those behind it come again as well.
 */
export function streamBatch({ work, telemetry }: StreamBatchOptions) {
  return async (event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
    telemetry.beginInvocation(context);
    try {
      const taken = await work(event.Records.map((record) => JSON.stringify(record)));
      const failed = event.Records.find((_, index) => !taken[index]);
      if (failed === undefined) return { batchItemFailures: [] };
      const itemIdentifier = failed.dynamodb?.SequenceNumber;
      if (itemIdentifier === undefined) throw new Error('a record of the stream failed, and has no sequence number');
      return { batchItemFailures: [{ itemIdentifier }] };
    } finally {
      telemetry.endInvocation();
    }
  };
}
