/** What one link, or one QR code, takes of each service. Everything is a mean over a campaign that fills its batches. */
export interface UsePerItem {
  /** Billed: the time that its environment runs at its pace, divided by what it carries. */
  lambdaMilliseconds: number;
  lambdaRequests: number;
  /** By the producer, the event source mapping and the workers, in batches of ten. */
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
    snsPublishes: 0.1,
    s3Puts: 0,
    logBytes: 400,
  },
  qrCode: {
    lambdaMilliseconds: 170,
    lambdaRequests: 0.01,
    sqsRequests: 0.3,
    dynamoDbWriteUnits: 1,
    dynamoDbReadUnits: 0,
    snsPublishes: 0.1,
    s3Puts: 1,
    logBytes: 400,
  },
  standing: { alarmMetrics: 50, customMetrics: 60, dashboards: 1, secrets: 2, polledQueues: 5 },
};
