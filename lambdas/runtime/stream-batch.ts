import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Telemetry } from './telemetry.ts';

export interface StreamBatchOptions {
  /** Resolves to whether each record succeeded, in the order of the records. */
  work: (bodies: string[]) => Promise<boolean[]>;
  telemetry: Telemetry;
}

/**
 * Handles a batch of a table's stream as a Lambda function. It reports the first failed record, which has the lowest
 * sequence number. Lambda delivers that record and all later ones again.
 */
export function streamBatch({ work, telemetry }: StreamBatchOptions) {
  return async (event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
    telemetry.beginInvocation(context);
    try {
      const succeeded = await work(event.Records.map((record) => JSON.stringify(record)));
      const failed = event.Records.find((_, index) => !succeeded[index]);
      if (failed === undefined) return { batchItemFailures: [] };
      const itemIdentifier = failed.dynamodb?.SequenceNumber;
      if (itemIdentifier === undefined) throw new Error('a stream record failed and has no sequence number');
      return { batchItemFailures: [{ itemIdentifier }] };
    } finally {
      telemetry.endInvocation();
    }
  };
}
