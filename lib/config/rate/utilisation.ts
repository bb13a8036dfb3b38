import { type InvocationGap, latenessMadeUpMilliseconds } from '../../../lambdas/domain/control/invocation-gap.ts';

/** The utilisation assumes this latency of the API, and this time for an invocation's start, ledger read and end. */
const assumedLatencySeconds = 0.2;
const assumedOverheadSeconds = 0.1;

/**
 * AWS documents neither how many receivers fill a batch, nor whether the next one fills while all environments are busy. At best it
 * does, and a slot does not wait. At worst one receiver begins when an environment is free. A ReceiveMessage returns ten messages at
 * most. Its time is an assumption: within a region it answers in ten to twenty milliseconds.
 */
const messagesPerReceive = 10;
const assumedReceiveSeconds = 0.02;

/** How an environment works on its batches. */
interface Batches {
  /** How long it works on a full batch at its pace. */
  readonly busySeconds: number;
  readonly callsPerSecond: number;
  readonly gap: InvocationGap;
}

/**
 * From the start of a full batch to the start of the environment's next one. With the gap after the last send, that gap passes while the
 * last call is answered.
 */
function cycleSeconds({ busySeconds, callsPerSecond, gap }: Batches, latencySeconds: number): number {
  const step = 1 / callsPerSecond;
  const work =
    gap === 'before'
      ? busySeconds + step + latencySeconds
      : busySeconds - step + Math.max(latencySeconds, step + latenessMadeUpMilliseconds / 1000);
  return work + assumedOverheadSeconds;
}

/**
 * The part of its pace that a worker reaches under a backlog, at this latency of the API.
 *
 * @param fillingSeconds for which a slot waits for its batch
 */
export function utilisationAt(batches: Batches, latencySeconds = assumedLatencySeconds, fillingSeconds = 0): number {
  return batches.busySeconds / (cycleSeconds(batches, latencySeconds) + fillingSeconds);
}

/** The same at the assumed latency, if a mapping begins to fill a batch only when an environment is free. */
export function leastUtilisationAt(batches: Batches, batchSize: number): number {
  return utilisationAt(batches, assumedLatencySeconds, fillingSecondsOf(batchSize));
}

/** How long one receiver takes for a batch. */
export function fillingSecondsOf(batchSize: number): number {
  return Math.ceil(batchSize / messagesPerReceive) * assumedReceiveSeconds;
}

/**
 * The longest that an urgent QR job waits for its call while other lanes have a backlog, in seconds. SQS delivers quiet
 * message groups first. So the job waits until an environment has ended its batch, and has the last turn of the next one.
 */
export function urgentQrSeconds(qr: Batches & { readonly windowSeconds: number }): number {
  return 2 * cycleSeconds(qr, assumedLatencySeconds) + qr.windowSeconds;
}
