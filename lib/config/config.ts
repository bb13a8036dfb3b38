import type { Configuration, PipelineSettings } from './config-schema.ts';

/**
 * Every number that an operator may change, on one screen. Synthesis checks all of it (config-validation.ts). It refuses a
 * configuration that cannot work, and names the path, the rule and the value.
 */

const lanes: PipelineSettings['lanes'] = {
  /** One link for one waiting person: small batches, no window, each outcome published at once. */
  transactional: {
    rateShare: 0.076, // of the account's budget of calls per second: floor(0.076 × 950) = 72 = 4 × (16 + 2 kept free for crashes)
    batchSize: 10, // messages per invocation; above 10, SQS requires a window
    windowSeconds: 0, // how long a mapping collects a batch; 0 makes a latency lane, which sends at once
    quotaReserveCalls: 20_000, // the lane leaves these calls to the other lanes; at least two minutes of the lane's rate
    dailyCapCalls: 500_000, // protects the month from a producer in a loop: at the cap the lane parks until the next UTC day
    answeredWithinMinutes: 5, // an older command raises a page
    rejectedAlarmPer15Minutes: 50, // raises a ticket: a producer sends commands that the API would refuse
  },
  /** Millions of links before a send: the lane needs throughput, and a minute more does not matter. */
  campaign: {
    rateShare: 0.863, // floor(0.863 × 950) = 819; with QR codes (2.4 %), expiry, reader and governor, all of the budget is planned
    batchSize: 1_000, // fifteen seconds of work per invocation: a utilisation of up to 98 %
    windowSeconds: 5,
    quotaReserveCalls: 750_000, // a tenth of the month's quota is left to the transactional lane.
    // No hourlyCapCalls and no dailyCapCalls: a campaign may need half of the month's quota in an hour.
    // A backlog that takes longer raises a ticket. A whole month's quota takes 150 minutes at full rate.
    answeredWithinMinutes: 360,
    rejectedAlarmPer15Minutes: 1_000, // about 0.13 % of the lane's capacity in that time
  },
};

const pipeline: PipelineSettings = {
  name: 'OneLink', // the stacks are called <name>-<stage>
  account: 'acme', // one of the accounts below
  // existing: {…}, // after a loss: a restored table, or what a deleted state stack has left (docs/restoring.md)
  /** OneLink templates: their domain, and the brand domains that links may use instead. The governor probes the first. */
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] },
    abc123: { domain: 'globex.onelink.me', brandDomains: [] },
  },
  /**
   * Who may send commands. Each command names its `source`. Only the source that made a link may change it. The first
   * lane is the producer's default. `principals` become queue policies:
   * `{ role: 'arn:aws:iam::111122223333:role/crm', senderId: 'AROA…' }`, `{ user: 'arn:…', senderId: 'AIDA…' }`,
   * `{ account: '111122223333' }` or `{ service: 'events.amazonaws.com', sourceArn: 'arn:…' }`.
   * Accounts and services send to ingress queues of their own, which the stack's outputs name. Without principals, IAM
   * policies in the deploying account decide.
   *
   * A `senderId` binds the source: the worker then holds commands from unknown senders. It is the unique ID of the role or
   * user. `aws sts get-caller-identity` shows it before the colon of `UserId`. An ingress queue binds its source by itself.
   *
   * `outcomeQueue: true` gives a producer a queue with its outcomes, and no other's. Its roles, users and accounts may
   * receive them. They may also read its QR images, with or without the queue.
   *
   * `privateOutcomeQueue: true` gives it a second queue, with the answers to `get`: the data of its own links. Its roles,
   * users and accounts may receive them, and nobody else. Without it, its `get` commands are rejected.
   *
   * `http: {}` gives a producer the HTTP API: keys by default, `iam: true` for signed requests, `requestsPerSecond` (20).
   * `outcomeUrl: 'https://…'` has its outcomes posted there. docs/http.md explains both.
   *
   * A producer and a template may have a `policy`: what links may hold and where they may lead (docs/governance.md).
   */
  producers: [
    { source: 'crm', principals: [], lanes: ['campaign', 'transactional'], templates: ['A1b3', 'abc123'] },
    { source: 'product', principals: [], lanes: ['transactional'], templates: ['A1b3'] },
    { source: 'studio', principals: [], lanes: ['campaign'], templates: ['A1b3', 'abc123'] },
  ],
  lanes,
  qrRateShare: 1, // of the account's budget of QR calls per second, for all lanes together: 2 × floor(23 / 2) = 22
  expiryRateShare: 0.02, // of the calls per second, for checks of links past their expiry: floor(0.02 × 950) = 19
  readRateShare: 0.019, // of the calls per second, for the GETs of all operators’ tools together: floor(0.019 × 950) = 18
  keepQrImagesOfExpiredLinks: false, // true if the images have a use without their links
  linkIdLength: 12, // of derived short-link IDs: 36^12 ≈ 4.7 × 10^18, too many to guess; at least 10
  conflictPolicy: 'reject', // if another link has a chosen ID: 'reject' the command or 'derive' an ID (a lane may override)
  ledgerKeeps: 'digest', // of a link's data: its keyed 'digest', or the 'full' data (confidential; a GET of it is free)
  deduplicationWindowDays: 75, // in which a request makes one link; at least 55 = queue 10 + dead letters 14 + a month 31
  commandRetentionDays: 10, // in the queue; the dead-letter queue's 14 days also count from the first sent time
  qrImageDays: 'forever', // printed codes live long; a number deletes each image after that many days
  archiveDays: 180, // how long the archive keeps rejected commands
  historyDays: 'forever', // how long the archive keeps the lines about links that have ended
  /** The records of operators' acts. `lockDays: 365` would also keep them from everybody who administers the account. */
  audit: {
    retentionDays: 1_096, // three years; as long as your rules ask who did what
  },
  /** Campaigns from files: docs/campaigns.md. These wait for `onelink campaign approve`, and so do those whose settings ask for it. */
  campaigns: {
    approval: {
      aboveRows: 500_000, // more rows to send than this; without it, size does not matter
      belowReserve: true, // calls that would touch the lane's quotaReserveCalls; also while the quota is unknown
      // sources: ['crm'], // all campaigns of these producers
    },
  },
  /** The HTTP API's function, used only if a producer has `http`. Half of its environments may wait for outcomes. */
  http: {
    concurrency: 20, // requests at a time; a request without a wait takes some hundredths of a second
  },
  /** Thresholds of the alarms, beside those of the lanes above. lib/observability/RUNBOOK.md describes what to do. */
  alarmThresholds: {
    quotaUsedPercent: {
      ticket: [70, 85], // an evenly spent month reaches them on the 22nd and the 26th; each number is an alarm of its own
      page: 95, // the campaign lane parks at 90 %; the transactional lane then has an hour and a half at its full rate
    },
    quotaProjectedPercent: 100, // the forecast for the month's end, if the coming days are like the last seven
    // In an hour, by other users of the account. A worker counts its calls at the end of a batch, so up to 14,040 of our own
    // calls appear here for a while. Other pipelines and stages on the account also count as elsewhere: allow for them.
    quotaSpentElsewhereCalls: 50_000,
    laneParkedMinutes: 60, // longer than an hourly cap can park a lane
    lanePausedMinutes: 60, // long enough for a deployment; an operator may have forgotten a pause
    failedCallsPercent: 5, // of creates, updates and deletes, for a quarter of an hour; a normal day has a few in a thousand
    returnedCommandsPercent: 20, // of the deliveries, for a quarter of an hour (a lane with a window: half an hour)
    qrFailedPercent: 5, // of a quarter of an hour's images; images of deleted links fail as well
    rateLimitedPer5Minutes: 10, // 429s of one lane, twice in a row; within the budget there are none
    ledgerThrottlesPer5Minutes: 100, // three times in a row; an on-demand table throttles briefly when traffic doubles
    campaignRejectedPercent: 20, // of a campaign's rows; more than that is a wrong column or template
  },
  // Memory decides the CPU as well: 1,769 MB are one vCPU.
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
  /** AppsFlyer accounts. All pipelines and stages that name an account share its limits. */
  accounts: {
    acme: {
      accountId: 'acc-demo',
      apiBaseUrl: 'https://onelink.appsflyer.com/api/v2.0',
      callsPerSecond: 1_000, // OneLink API, per account
      qrCallsPerSecond: 25, // OneLink API, per account
      headroom: 0.95, // the share of the limits that the pipelines may use: the network bunches calls that were sent evenly
      leftToOthers: 0, // of that, the part left to other systems on the account (0.2 = a fifth)
      monthlyQuotaCalls: 7_500_000, // POST, PUT and DELETE per UTC month, by contract
      maxDataCharacters: 2_048, // of a link's data, as JSON; newer contracts allow 3,000
      queryStringCounts: false, // true: the limit also applies to the data as a query string, as in version 1.0 of the API
      maxTtlDays: 365, // newer contracts allow 730; for more days the API silently sets 31
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
      // { email, pageTopicArn, ticketTopicArn, runbookUrl }: topics of your own, or an address that subscribes to the stack's
      // topics. `runbookUrl` is the page where your team reads RUNBOOK.md.
      alarms: {},
      // aws: { account: '111122223333', region: 'eu-central-1' }, // other accounts are then refused (docs/deploying.md)
      // landingZone: { key: 'own', … }, // keys, networks, IAM rules and names that your company demands (docs/deploying.md)
      pipelines: [pipeline],
    },
    staging: {
      tags: { application: 'onelink-pipeline', stage: 'staging' },
      removalPolicy: 'destroy', // deleting a stack deletes everything in it; the buckets must be empty
      logRetentionDays: 14,
      alarms: {},
      pipelines: [{ ...pipeline, account: 'acmeStaging' }],
    },
  },
};
