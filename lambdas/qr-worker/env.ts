import * as z from 'zod';
import { queueWorkerVariables } from '../domain/contract/queue-worker-variables.ts';
import { apiVariables } from '../domain/onelink/api-variables.ts';

/** The contract between the QR worker's construct and its handler: one variable each, all required. */
export const qrWorkerEnvironment = z.object({
  ...apiVariables,
  ...queueWorkerVariables,
  /** One environment's share of the QR rate: sends per second. */
  QR_CALLS_PER_SECOND: z.coerce.number().int().min(1),
  QR_QUEUE_URL: z.url(),
  /** The deduplication window: how long a request record is kept. */
  DEDUPLICATION_WINDOW_DAYS: z.coerce.number().int().min(1),
  /** After this many failed deliveries the outcome is `qr-failed`. Below the queue's maxReceiveCount. */
  MAX_QR_ATTEMPTS: z.coerce.number().int().min(1),
});
export type QrWorkerEnvironment = z.infer<typeof qrWorkerEnvironment>;
/** What the construct must set: every variable, as text. */
export type QrWorkerVariables = Record<keyof QrWorkerEnvironment, string>;
