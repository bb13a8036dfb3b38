import type { Configuration, LaneSettings, PipelineSettings } from '../../lib/config/config-schema.ts';

/**
 * A configuration of another company, without any value of the sample. It has three lanes, an account with other users, every
 * kind of principal, and an address for the alarms.
 */

const lane: LaneSettings = {
  rateShare: 0.2,
  batchSize: 10,
  windowSeconds: 0,
  quotaReserveCalls: 10_000,
  answeredWithinMinutes: 10,
  rejectedAlarmPer15Minutes: 20,
};

const lanes: PipelineSettings['lanes'] = {
  instant: lane,
  bulk2: { ...lane, rateShare: 0.4, batchSize: 200, windowSeconds: 3, quotaReserveCalls: 60_000 },
  nightly: { ...lane, rateShare: 0.15, conflictPolicy: 'reject', dailyCapCalls: 30_000 },
};

export const config: Configuration = {
  accounts: {
    initech: {
      accountId: 'acc-initech-7',
      apiBaseUrl: 'https://onelink.appsflyer.com/api/v2.0',
      callsPerSecond: 400,
      qrCallsPerSecond: 40,
      headroom: 0.9,
      leftToOthers: 0.25,
      monthlyQuotaCalls: 900_000,
      maxDataCharacters: 3_000,
      queryStringCounts: true,
      maxTtlDays: 730,
    },
  },
  stages: {
    live: {
      tags: { team: 'growth' },
      removalPolicy: 'destroy',
      logRetentionDays: 30,
      alarms: { email: 'oncall@initech.example', runbookUrl: 'https://wiki.initech.example/links/RUNBOOK.md' },
      pipelines: [
        {
          name: 'ShortUrls',
          account: 'initech',
          templates: {
            Tps7: { domain: 'links.initech.example/r', brandDomains: ['go.initech.example', 'initech.example/go'] },
            Cover9: { domain: 'Initech.onelink.me', brandDomains: [] },
          },
          producers: [
            {
              source: 'Billing.v2',
              principals: [{ account: '111122223333' }],
              lanes: ['instant'],
              templates: ['Tps7'],
            },
            {
              source: 'newsletter',
              principals: [
                { role: 'arn:aws:iam::111122223333:role/newsletter' },
                { service: 'events.amazonaws.com', sourceArn: 'arn:aws:events:eu-west-1:111122223333:rule/send' },
              ],
              lanes: ['nightly', 'bulk2'],
              templates: ['Tps7', 'Cover9'],
            },
          ],
          lanes,
          qrRateShare: 0.8,
          expiryRateShare: 0.02,
          readRateShare: 0.02,
          keepQrImagesOfExpiredLinks: true,
          linkIdLength: 20,
          conflictPolicy: 'derive',
          ledgerKeeps: 'full',
          deduplicationWindowDays: 60,
          commandRetentionDays: 4,
          qrImageDays: 30,
          archiveDays: 90,
          historyDays: 400,
          audit: { retentionDays: 400, lockDays: 365 },
          campaigns: { approval: { sources: ['newsletter'] } },
          http: { concurrency: 10 },
          alarmThresholds: {
            quotaUsedPercent: { ticket: [50], page: 80 },
            quotaProjectedPercent: 120,
            quotaSpentElsewhereCalls: 20_000,
            laneParkedMinutes: 30,
            lanePausedMinutes: 20,
            failedCallsPercent: 10,
            returnedCommandsPercent: 25,
            qrFailedPercent: 10,
            rateLimitedPer5Minutes: 20,
            ledgerThrottlesPer5Minutes: 50,
            campaignRejectedPercent: 40,
          },
          memoryMegabytes: {
            linkWorker: 512,
            qrWorker: 512,
            expiryWorker: 256,
            governor: 256,
            replayer: 256,
            reader: 256,
            campaignChecker: 512,
            campaignSender: 512,
            httpApi: 256,
          },
        },
      ],
    },
  },
};
