import type { WorkerPlan } from '../../lib/config/rate/worker-plan.ts';

/** What one item uses of each service: a create, a QR code, or the end of a link. Each number is a mean over full batches. */
export interface UsePerItem {
  /** Billed time: the run time of an environment at its pace, divided by its items. */
  lambdaMilliseconds: number;
  lambdaRequests: number;
  /** The sends, and the event source mapping's receives and deletes. */
  sqsRequests: number;
  dynamoDbWriteUnits: number;
  dynamoDbReadUnits: number;
  snsPublishes: number;
  s3Puts: number;
  logBytes: number;
}

/** The uses of a link's whole life, and of its QR code. */
export interface UseOfLife {
  link: UsePerItem;
  qrCode: UsePerItem;
  /** The end of a link that renews itself: the expiry worker asks the API. */
  checkedEnd: UsePerItem;
  /** The end of a link that does not renew itself: nothing is asked, and nothing is restored. */
  certainEnd: UsePerItem;
}

/** The workers of a life, as the configuration sizes them. */
export interface PlansOfLife {
  link: WorkerPlan;
  qr: WorkerPlan;
  expiry: WorkerPlan;
}

/**
 * What `npm run bench -- cost` counts: each number is of one item, or of one batch. The pace and the batches of the configuration decide
 * the rest. test/unit/bench/lives.test.ts plays the lives once more and compares.
 */
export const measuredUse = {
  measuredOn: '2026-11-28',
  create: { writeUnits: 2, readUnits: 1, logBytes: 416 },
  /** The count of the calls, the control record with the signals, Lambda's own log lines and the metrics. */
  batch: { writeUnits: 1, readUnits: 2, logBytes: 1_440 },
  /** A lane with a window publishes ten outcomes at once. */
  publishesOfWindowLane: 0.1,
  qrCode: { writeUnits: 1, sends: 1, publishes: 1, puts: 1, logBytes: 372, batchLogBytes: 1_150 },
  /** The intake restores the record and the worker removes it, after it has read it. */
  checkedEnd: { writeUnits: 2, readUnits: 1, logBytes: 7.6 },
  /** The intake takes a hundred removals at a time, and its processor needs so long for one. */
  intake: { batchSize: 100, milliseconds: 2.5, logBytes: 4.1 },
  ends: { publishes: 0.1, sends: 0.1, batchMilliseconds: 80, batchLogBytes: 670 },
  /** Metrics of the month in docs/performance.md, by the hours in which each is written (`npm run bench -- month`). */
  metricMonths: 26.4,
  /** Bytes of a link's record, of a request's record, of a line of the history, and of a PNG of 300 pixels. */
  bytes: { link: 370, request: 510, historyLine: 322, qrImage: 2_500 },
} as const;

/** An SQS request has ten messages at most, and an invocation of a small batch one receive and one delete. */
const requestsOf = (batchSize: number) => Math.ceil(batchSize / 10) / batchSize;

/**
 * The time that Lambda bills for one item of a full batch: a slot's cycle (lib/config/rate/utilisation.ts) divided by the batch
 * size. The pace decides it, not the processor, as long as the processor is fast enough.
 */
export function billedMilliseconds({
  busySeconds,
  utilisation,
  batchSize,
}: Pick<WorkerPlan, 'busySeconds' | 'utilisation' | 'batchSize'>): number {
  return (busySeconds * 1000) / utilisation / batchSize;
}

/** The use of a life on a lane with this plan, each worker with its own full batches. */
export function useOn({ link, qr, expiry }: PlansOfLife): UseOfLife {
  const { create, batch, publishesOfWindowLane, qrCode, checkedEnd, intake, ends } = measuredUse;
  const end: UsePerItem = {
    lambdaMilliseconds: intake.milliseconds + ends.batchMilliseconds / expiry.batchSize,
    lambdaRequests: 1 / expiry.batchSize + 1 / intake.batchSize,
    sqsRequests: ends.sends + 2 * requestsOf(expiry.batchSize),
    dynamoDbWriteUnits: 0,
    dynamoDbReadUnits: batch.readUnits / expiry.batchSize,
    snsPublishes: ends.publishes,
    s3Puts: 1 / expiry.batchSize,
    logBytes: intake.logBytes + ends.batchLogBytes / expiry.batchSize,
  };
  return {
    link: {
      lambdaMilliseconds: billedMilliseconds(link),
      lambdaRequests: 1 / link.batchSize,
      // Producers send ten at a time.
      sqsRequests: 0.1 + 2 * requestsOf(link.batchSize),
      dynamoDbWriteUnits: create.writeUnits + batch.writeUnits / link.batchSize,
      dynamoDbReadUnits: create.readUnits + batch.readUnits / link.batchSize,
      snsPublishes: link.windowSeconds > 0 ? publishesOfWindowLane : 1,
      s3Puts: 0,
      logBytes: create.logBytes + batch.logBytes / link.batchSize,
    },
    qrCode: {
      lambdaMilliseconds: billedMilliseconds(qr),
      lambdaRequests: 1 / qr.batchSize,
      sqsRequests: qrCode.sends + 2 * requestsOf(qr.batchSize),
      dynamoDbWriteUnits: qrCode.writeUnits,
      dynamoDbReadUnits: 0,
      snsPublishes: qrCode.publishes,
      s3Puts: qrCode.puts,
      logBytes: qrCode.logBytes + qrCode.batchLogBytes / qr.batchSize,
    },
    checkedEnd: {
      ...end,
      lambdaMilliseconds: billedMilliseconds(expiry) + end.lambdaMilliseconds,
      dynamoDbWriteUnits: checkedEnd.writeUnits,
      dynamoDbReadUnits: checkedEnd.readUnits + end.dynamoDbReadUnits,
      logBytes: checkedEnd.logBytes + end.logBytes,
    },
    certainEnd: end,
  };
}
