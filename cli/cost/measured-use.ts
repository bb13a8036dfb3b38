import type { WorkerPlan } from '../../lib/config/rate-budget.ts';

/** What one link, or one QR code, uses of each service. Each number is a mean over a campaign with full batches. */
export interface UsePerItem {
  /** Billed time: the run time of an environment at its pace, divided by its items. */
  lambdaMilliseconds: number;
  lambdaRequests: number;
  /** The producer's sends, and the event source mapping's receives and deletes. */
  sqsRequests: number;
  dynamoDbWriteUnits: number;
  dynamoDbReadUnits: number;
  snsPublishes: number;
  s3Puts: number;
  logBytes: number;
}

/** The pace in lib/config/config.ts decides the billed time: {@link billedMilliseconds}. */
export type MeasuredPerItem = Omit<UsePerItem, 'lambdaMilliseconds'>;

/** The numbers that `npm run bench -- cost` prints, on a machine that keeps the campaign lane's pace. */
export const measuredUse: { measuredOn: string; link: MeasuredPerItem; qrCode: MeasuredPerItem } = {
  measuredOn: '2026-11-27',
  link: {
    lambdaRequests: 0.001,
    sqsRequests: 0.3,
    dynamoDbWriteUnits: 2.001,
    dynamoDbReadUnits: 1,
    snsPublishes: 0.228,
    s3Puts: 0,
    logBytes: 474,
  },
  qrCode: {
    lambdaRequests: 0.025,
    sqsRequests: 1.2,
    dynamoDbWriteUnits: 1,
    dynamoDbReadUnits: 0,
    snsPublishes: 1,
    s3Puts: 1,
    logBytes: 449,
  },
};

/**
 * The time that Lambda bills for one item of a full batch: a slot's cycle (lib/config/rate-budget.ts) divided by the batch
 * size. The pace decides it, not the processor, as long as the processor is fast enough.
 */
export function billedMilliseconds({
  busySeconds,
  utilisation,
  batchSize,
}: Pick<WorkerPlan, 'busySeconds' | 'utilisation' | 'batchSize'>): number {
  return (busySeconds * 1000) / utilisation / batchSize;
}

/** The use of a link and of a QR code on a lane with this plan. */
export function useOn(
  { link, qr }: { link: WorkerPlan; qr: WorkerPlan },
  measured: { link: MeasuredPerItem; qrCode: MeasuredPerItem } = measuredUse,
): { link: UsePerItem; qrCode: UsePerItem } {
  return {
    link: { lambdaMilliseconds: billedMilliseconds(link), ...measured.link },
    qrCode: { lambdaMilliseconds: billedMilliseconds(qr), ...measured.qrCode },
  };
}
