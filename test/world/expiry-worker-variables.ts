import type { ExpiryWorkerVariables } from '../../lambdas/expiry-worker/env.ts';

export const expiryWorkerVariables: ExpiryWorkerVariables = {
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_TOKEN_SECRET_ARN: 'arn:token',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  EXPIRY_CALLS_PER_SECOND: '4',
  CALLS_IN_FLIGHT: '1',
  CALL_TIMEOUT_MILLISECONDS: '10000',
  MOST_RETURNED_MESSAGES: '3000',
  LEDGER_TABLE_NAME: 'ledger',
  ARCHIVE_BUCKET_NAME: 'archive',
  QR_BUCKET_NAME: 'codes',
  EXPIRY_QUEUE_URL: 'http://127.0.0.1:1/expired',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  KEEP_QR_IMAGES: 'false',
  LEASE_SECONDS: '90',
  CHECK_LOST_AFTER_DAYS: '15',
};
