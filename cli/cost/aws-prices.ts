/**
 * AWS's published list prices in dollars, for us-east-1, November 2026, before taxes, discounts and free tiers. Other
 * regions cost up to a half more. Check the prices before you rely on the sums:
 * aws.amazon.com/{lambda,dynamodb,sqs,sns,s3,cloudwatch,secrets-manager,kms,api-gateway}/pricing.
 */
export const awsPrices = {
  readOn: '2026-11',
  region: 'us-east-1',
  /** First tier, arm64. */
  lambdaGigabyteSecond: 0.000_013_333_4,
  lambdaRequest: 0.2e-6,
  /** Standard queues. Each 64 KB count as one request. */
  sqsRequest: 0.4e-6,
  /** On demand, since November 2024. One unit writes up to 1 KB. */
  dynamoDbWriteUnit: 0.625e-6,
  /** One unit reads up to 4 KB, strongly consistent. A read of a missing record costs one unit, too. */
  dynamoDbReadUnit: 0.125e-6,
  dynamoDbStorageGigabyteMonth: 0.25,
  dynamoDbRecoveryGigabyteMonth: 0.2,
  /** Standard topics. A batch of up to ten messages within 64 KB counts as one. Deliveries to SQS are free. */
  snsPublish: 0.5e-6,
  /** A delivery to an HTTPS address, after the publish. Each 64 KB count as one. */
  snsHttpsDelivery: 0.6e-6,
  /** REST APIs, the first 333 million calls of a month (whitepaper *Best Practices for Designing Amazon API Gateway*, table 4). */
  apiGatewayRequest: 3.5e-6,
  /** A PUT or a LIST. */
  s3Put: 0.005e-3,
  s3StorageGigabyteMonth: 0.023,
  /** The price of the first 10,000 metrics, prorated by the hours in which a metric is written. */
  cloudWatchMetricMonth: 0.3,
  cloudWatchAlarmMetricMonth: 0.1,
  cloudWatchDashboardMonth: 3,
  cloudWatchLogsGigabyte: 0.5,
  cloudWatchLogsGigabyteMonth: 0.03,
  secretsManagerSecretMonth: 0.4,
  secretsManagerCall: 0.05e-4,
  /** A key of the customer. Its first two rotations add as much each. An AWS managed key has no monthly price. Requests to it cost as much. */
  kmsKeyMonth: 1,
  /** Symmetric keys: $0.03 for 10,000. */
  kmsRequest: 0.03e-4,
} as const;
