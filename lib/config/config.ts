import type { Configuration, PipelineSettings } from './config-schema.ts';

/**
 * Every number that an operator may change, on one screen. Synthesis checks all of it (config-validation.ts)
 * and refuses what cannot work, naming the path, the rule and the value.
 */

const lanes: PipelineSettings['lanes'] = {
  /** One link for one waiting person: small batches, no window, each outcome told at once. */
  transactional: {
    rateShare: 0.06, // of the account's budget of calls per second: floor(0.06 × 950) = 57, twenty times the quota's average
    qrShare: 0.45, // of the account's budget of QR calls per second: floor(0.45 × 23) = 10
    batchSize: 10, // messages per invocation; above 10 SQS asks for a window
    windowSeconds: 0, // wait for a fuller batch; 0 makes it a latency lane
    quotaReserveCalls: 20_000, // left to others when the month runs out; at least two minutes of the lane's rate
    dailyCapCalls: 500_000, // a producer in a loop must not burn the month: above it the lane parks until the UTC day turns
    answeredWithinMinutes: 5, // pages when a command has waited longer
    rejectedAlarmPer15Minutes: 50, // opens a ticket: a producer sends what the API would refuse
  },
  /** Millions of links before a send: throughput counts, a minute does not. */
  campaign: {
    rateShare: 0.905, // floor(0.905 × 950) = 859; with QR (2.4 %), expiry and the governor the shares come to 99.9 % of what is there
    qrShare: 0.55, // floor(0.55 × 23) = 12
    batchSize: 1_000, // fifteen seconds of work per invocation keep the slot busy 98 % of the time
    windowSeconds: 5,
    quotaReserveCalls: 750_000, // a tenth of the month is kept for the transactional lane
    // hourlyCapCalls, dailyCapCalls: none here; a campaign may need half of the month's quota in an hour
    // Opens a ticket when a backlog will not be done within it. A month's quota in one go is, after 146 minutes at full rate.
    answeredWithinMinutes: 360,
    rejectedAlarmPer15Minutes: 1_000, // about 0.13 % of what the lane can do in that time
  },
};

const pipeline: PipelineSettings = {
  name: 'OneLink', // the stacks are called <name>-<stage>
  account: 'acme', // one of the accounts below
  /** OneLink templates: their own domain, and the brand domains their links may carry instead. The first is probed. */
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] },
    abc123: { domain: 'globex.onelink.me', brandDomains: [] },
  },
  /**
   * Who may ask for links. `source` is what the commands carry; only the source that made a link may change it. The first
   * lane is the producer's default. `principals` become queue policies: `{ account: '111122223333' }`,
   * `{ role: 'arn:aws:iam::111122223333:role/crm' }` or `{ service: 'events.amazonaws.com', sourceArn: 'arn:…' }`.
   * With none, IAM policies in the deploying account decide.
   */
  producers: [
    { source: 'crm', principals: [], lanes: ['campaign', 'transactional'], templates: ['A1b3', 'abc123'] },
    { source: 'product', principals: [], lanes: ['transactional'], templates: ['A1b3'] },
    { source: 'studio', principals: [], lanes: ['campaign'], templates: ['A1b3', 'abc123'] },
  ],
  lanes,
  expiryRateShare: 0.01, // of the calls per second, to ask about links whose time has come: floor(0.01 × 950) = 9
  keepQrImagesOfExpiredLinks: false, // true where the images serve for something else than their links
  linkIdLength: 12, // of derived short-link IDs: 36^12 ≈ 4.7 × 10^18, so nobody guesses one; 10 at least
  conflictPolicy: 'reject', // a chosen ID that is somebody else's: 'reject' it, or 'derive' another (a lane may override)
  ledgerKeeps: 'digest', // of a link's data: its keyed 'digest', or the 'full' data (confidential; GET is free anyway)
  requestHorizonDays: 75, // how long "once" is promised: retention 10 + dead letters 14 + a month 31 = 55 at least
  commandRetentionDays: 10, // in the queue; the dead-letter queue's 14 days count from the first arrival as well
  qrImageDays: 'forever', // printed codes live long; a number deletes the image after that many days
  archiveDays: 180, // rejected commands, for as long as somebody may ask
  /** When somebody is told, beside what the lanes say above; lib/observability/RUNBOOK.md says what to do then. */
  alarmThresholds: {
    quotaUsedPercent: {
      ticket: [70, 85], // an evenly spent month gets there on the 22nd and the 26th; each number is an alarm of its own
      page: 95, // the campaign lane has parked at 90 %; the transactional one has almost two hours at its full rate
    },
    quotaProjectedPercent: 100, // what will be used by the month's end if the coming days are like the last seven
    // In an hour, by others on the account. What a batch has sent is counted when it ends: up to 13,230 calls of ours look like
    // theirs until then. Another pipeline or stage on the same account counts as others: allow for it.
    quotaSpentElsewhereCalls: 50_000,
    laneParkedMinutes: 60, // longer than an hourly cap can park a lane
    lanePausedMinutes: 60, // long enough for a deployment; whoever paused it by hand may have forgotten
    failedCallsPercent: 5, // of creates, updates and deletes, for a quarter of an hour; a good day has a few in a thousand
    returnedCommandsPercent: 20, // of the deliveries, for a quarter of an hour (a lane with a window: half an hour)
    qrFailedPercent: 5, // of a quarter of an hour's images: codes of links deleted meanwhile fail as well
    rateLimitedPer5Minutes: 10, // 429s of one lane, twice in a row: with the budget kept there are none
    ledgerThrottlesPer5Minutes: 100, // three times in a row: a table on demand throttles for a moment when traffic doubles
  },
  memoryMegabytes: { linkWorker: 1_024, qrWorker: 512, expiryWorker: 256, governor: 256, replayer: 256 }, // also the CPU: 1,769 MB are one vCPU
};

export const config: Configuration = {
  /** AppsFlyer accounts: their limits are shared by every pipeline and stage that names them. */
  accounts: {
    acme: {
      accountId: 'acc-demo',
      apiBaseUrl: 'https://onelink.appsflyer.com/api/v2.0',
      callsPerSecond: 1_000, // OneLink API, per account
      qrCallsPerSecond: 25, // OneLink API, per account
      headroom: 0.95, // the share of the limits we dare to use: the network bunches what we space evenly
      leftToOthers: 0, // of that, the share left to other systems that use the account (0.2 = a fifth)
      monthlyQuotaCalls: 7_500_000, // POST, PUT and DELETE per UTC month, by contract
      maxDataCharacters: 2_048, // of a link's data, as JSON; newer contracts say 3,000
      queryStringCounts: false, // true: the query string that the data makes keeps to that limit, too, as in the API's version 1.0
      maxTtlDays: 365, // newer contracts say 730; above it the API silently makes it 31
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
      removalPolicy: 'retain', // ledger, buckets, secrets and logs stay when a stack is deleted
      logRetentionDays: 90, // one of the periods that CloudWatch Logs offers
      // { email, pageTopicArn, ticketTopicArn, runbookUrl }: topics of your own, or an address for the ones made here; where
      // your team reads RUNBOOK.md
      alarms: {},
      pipelines: [pipeline],
    },
    staging: {
      tags: { application: 'onelink-pipeline', stage: 'staging' },
      removalPolicy: 'destroy', // everything goes with its stack, once the buckets are empty
      logRetentionDays: 14,
      alarms: {},
      pipelines: [{ ...pipeline, account: 'acmeStaging' }],
    },
  },
};
