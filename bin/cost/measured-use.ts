/** What one link, or one QR code, takes of each service. Everything is a mean over a campaign that fills its batches. */
export interface UsePerItem {
  /** Billed: the time that its environment runs at its pace, divided by what it carries. */
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

/** What runs whether or not there is work. */
export interface StandingUse {
  alarmMetrics: number;
  /** At most: each is billed by the hour in which it is written. */
  customMetrics: number;
  dashboards: number;
  secrets: number;
  /** Queues with an event source mapping: Lambda polls each with long receives, around the clock. */
  polledQueues: number;
}

/** As `npm run bench -- cost` printed it, for lib/config.ts as it is. */
export const measuredUse: { measuredOn: string; link: UsePerItem; qrCode: UsePerItem; standing: StandingUse } = {
  measuredOn: '2026-11-24',
  link: {
    lambdaMilliseconds: 10.6,
    lambdaRequests: 0.001,
    sqsRequests: 0.3,
    dynamoDbWriteUnits: 2,
    dynamoDbReadUnits: 1,
    snsPublishes: 0.18,
    s3Puts: 0,
    logBytes: 475,
  },
  qrCode: {
    lambdaMilliseconds: 171,
    lambdaRequests: 0.015,
    sqsRequests: 1.2,
    dynamoDbWriteUnits: 1,
    dynamoDbReadUnits: 0,
    snsPublishes: 0.91,
    s3Puts: 1,
    logBytes: 446,
  },
  standing: { alarmMetrics: 68, customMetrics: 134, dashboards: 1, secrets: 2, polledQueues: 5 },
};
