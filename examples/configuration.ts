import type { Configuration, PipelineSettings } from '../lib/config/config-schema.ts';

/**
 * The configuration of a fictional company. The demo, the stories, the benchmark and the tests use it. Deployments use
 * lib/config/config.ts, which also explains each setting.
 */

const lanes: PipelineSettings['lanes'] = {
  transactional: {
    rateShare: 0.076,
    batchSize: 10,
    windowSeconds: 0,
    quotaReserveCalls: 20_000,
    dailyCapCalls: 500_000,
    answeredWithinMinutes: 5,
    rejectedAlarmPer15Minutes: 50,
  },
  campaign: {
    rateShare: 0.863,
    batchSize: 1_000,
    windowSeconds: 5,
    quotaReserveCalls: 750_000,
    answeredWithinMinutes: 360,
    rejectedAlarmPer15Minutes: 1_000,
  },
};

const pipeline: PipelineSettings = {
  name: 'OneLink',
  account: 'acme',
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] },
    abc123: { domain: 'globex.onelink.me', brandDomains: [] },
  },
  producers: [
    {
      source: 'crm',
      principals: [{ role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AROAEXAMPLEOFCRMROLE1' }],
      lanes: ['campaign', 'transactional'],
      templates: ['A1b3', 'abc123'],
      outcomeQueue: true,
      privateOutcomeQueue: true,
      http: { iam: true },
    },
    {
      source: 'product',
      principals: [{ user: 'arn:aws:iam::111122223333:user/product', senderId: 'AIDAEXAMPLEPRODUCTUSR' }],
      lanes: ['transactional'],
      templates: ['A1b3'],
    },
    {
      source: 'studio',
      principals: [{ role: 'arn:aws:iam::444455556666:role/studio', senderId: 'AROAEXAMPLESTUDIOROLE' }],
      lanes: ['campaign'],
      templates: ['A1b3', 'abc123'],
      http: {},
    },
  ],
  lanes,
  qrRateShare: 1,
  expiryRateShare: 0.02,
  readRateShare: 0.019,
  keepQrImagesOfExpiredLinks: false,
  linkIdLength: 12,
  conflictPolicy: 'reject',
  ledgerKeeps: 'digest',
  deduplicationWindowDays: 75,
  commandRetentionDays: 10,
  qrImageDays: 'forever',
  archiveDays: 180,
  historyDays: 'forever',
  audit: { retentionDays: 1_096 },
  campaigns: { approval: { aboveRows: 500_000, belowReserve: true } },
  http: { concurrency: 20 },
  alarmThresholds: {
    quotaUsedPercent: {
      ticket: [70, 85],
      page: 95,
    },
    quotaProjectedPercent: 100,
    quotaSpentElsewhereCalls: 50_000,
    laneParkedMinutes: 60,
    lanePausedMinutes: 60,
    failedCallsPercent: 5,
    returnedCommandsPercent: 20,
    qrFailedPercent: 5,
    rateLimitedPer5Minutes: 10,
    ledgerThrottlesPer5Minutes: 100,
    campaignRejectedPercent: 20,
  },
  memoryMegabytes: {
    linkWorker: 1_024,
    qrWorker: 512,
    expiryWorker: 256,
    governor: 256,
    replayer: 256,
    reader: 256,
    campaignChecker: 1_024,
    campaignSender: 1_024,
    httpApi: 512,
  },
};

export const config: Configuration = {
  accounts: {
    acme: {
      accountId: 'acc-demo',
      apiBaseUrl: 'https://onelink.appsflyer.com/api/v2.0',
      callsPerSecond: 1_000,
      qrCallsPerSecond: 25,
      headroom: 0.95,
      leftToOthers: 0,
      monthlyQuotaCalls: 7_500_000,
      maxDataCharacters: 2_048,
      queryStringCounts: false,
      maxTtlDays: 365,
    },
    acmeStaging: {
      accountId: 'acc-demo-staging',
      apiBaseUrl: 'https://onelink.appsflyer.com/api/v2.0',
      callsPerSecond: 1_000,
      qrCallsPerSecond: 25,
      headroom: 0.95,
      leftToOthers: 0,
      monthlyQuotaCalls: 7_500_000,
      maxDataCharacters: 2_048,
      queryStringCounts: false,
      maxTtlDays: 365,
    },
  },
  stages: {
    production: {
      tags: { application: 'onelink-pipeline', stage: 'production' },
      removalPolicy: 'retain',
      logRetentionDays: 90,
      alarms: {},
      pipelines: [pipeline],
    },
    staging: {
      tags: { application: 'onelink-pipeline', stage: 'staging' },
      removalPolicy: 'destroy',
      logRetentionDays: 14,
      alarms: {},
      pipelines: [{ ...pipeline, account: 'acmeStaging' }],
    },
  },
};
