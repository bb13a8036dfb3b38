import * as z from 'zod';

/** The variables of every worker with a queue and calls to the API, all required. */
export const queueWorkerVariables = {
  API_TOKEN_SECRET_ARN: z.string().min(1),
  /** The most calls that one environment may have in flight. */
  CALLS_IN_FLIGHT: z.coerce.number().int().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  /** The most returned messages with a running delay in one environment: its part of SQS's 120,000 in flight. */
  MOST_RETURNED_MESSAGES: z.coerce.number().int().min(1),
  LEDGER_TABLE_NAME: z.string().min(1),
  QR_BUCKET_NAME: z.string().min(1),
  OUTCOME_TOPIC_ARN: z.string().min(1),
};
