import * as z from 'zod';
import { dialects } from '../../lambdas/domain/onelink/dialect.ts';
import { harmfulSchemes } from '../../lambdas/domain/policy/names.ts';
import { expiryLane, qrLane, readerLane } from '../../lambdas/domain/work/names.ts';
import { existingSchema } from './existing.ts';
import { awsAccountId, awsRegion, landingZoneSchema } from './landing-zone-schema.ts';
import { choice, count, fraction, group, hostPattern, key, list, portPattern, rule, text } from './setting-rules.ts';
import { tagsSchema } from './tags-schema.ts';

/** The shape of the configuration, setting by setting. config-validation.ts holds how the settings must fit together. */

/** SQS keeps a message for at most 14 days. A dead letter keeps its sent time, so this must exceed the queue's retention. */
export const deadLetterRetentionDays = 14;

const conflictPolicy = choice('reject', 'derive');
const share = fraction(0, 1, 'must be a share from 0 to 1');
const topicArn = text(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'must be the ARN of an SNS topic');

const lane = group({
  rateShare: share,
  batchSize: count(1, 10_000, 'SQS event source mappings'),
  windowSeconds: count(0, 300, 'SQS event source mappings'),
  quotaReserveCalls: count(0, 1_000_000_000),
  hourlyCapCalls: count(1, 1_000_000_000).optional(),
  dailyCapCalls: count(1, 1_000_000_000).optional(),
  answeredWithinMinutes: count(1, 10_080, 'a week'),
  rejectedAlarmPer15Minutes: count(1, 10_000_000),
  conflictPolicy: conflictPolicy.optional(),
});

/** IAM's unique IDs: 21 characters today, 128 at most (IAM API reference). */
export const uniqueIdForm = (start: 'AROA' | 'AIDA') => new RegExp(`^${start}[A-Z0-9]{12,124}$`);
const senderId = (start: 'AROA' | 'AIDA', what: string) =>
  key(uniqueIdForm(start), `must be the unique ID of ${what}: ${start}…`).optional();
/**
 * IAM reads `*` and `?` in an ARN as patterns, even in `ArnEquals`, and `${…}` as a variable. A pattern would admit principals
 * of other accounts. IAM permits these signs in the path of a role, so such a role cannot be a principal here.
 */
const plainArn = (start: string) => new RegExp(`^${start}[^*?$\\s]+$`);
const principal = z.union(
  [
    z.strictObject({ account: key(/^\d{12}$/, 'must be an AWS account ID') }),
    z.strictObject({
      role: key(plainArn('arn:[\\w-]+:iam::\\d{12}:role/'), 'must be the ARN of an IAM role, without * ? $'),
      senderId: senderId('AROA', 'the role'),
    }),
    z.strictObject({
      user: key(plainArn('arn:[\\w-]+:iam::\\d{12}:user/'), 'must be the ARN of an IAM user, without * ? $'),
      senderId: senderId('AIDA', 'the user'),
    }),
    z.strictObject({
      service: key(/^[a-z0-9.-]+\.amazonaws\.com$/, 'must be an AWS service principal'),
      sourceArn: key(
        plainArn('arn:[\\w-]+:[a-z0-9-]+:[a-z0-9-]*:(?:\\d{12})?:'),
        'must be the whole ARN of what the service sends from, without * ? $',
      ),
    }),
  ],
  {
    error:
      'must be { account: "12 digits" }, { role: ARN, senderId: AROA… }, { user: ARN, senderId: AIDA… } or ' +
      '{ service: ….amazonaws.com, sourceArn: ARN }',
  },
);

// The same rules as the commands': a command must be able to name all that the configuration allows.
const templateIdPattern = /^[A-Za-z0-9]{4,8}$/;
const templateIdRule = 'must be 4 to 8 letters and digits (OneLink template ID)';
const domain = text(
  new RegExp(`^${hostPattern}(?:/[^\\s?#]{0,200})?$`),
  'must be a domain name, with a path if the template has one',
);
/**
 * Constructs, alarms and verbs carry a lane's name, so these names are taken. A dash is refused as well:
 * `campaign-ingress-crm` is a producer's queue. Each object has a `constructor`, so a record seems to have that lane. The CDK
 * treats the construct IDs `Default` and `Resource` in its own way.
 */
const takenNames = [
  expiryLane,
  qrLane,
  readerLane,
  'all',
  'outcomes',
  'deliveries',
  'governor',
  'replayer',
  'ingress',
  'forwarder',
  'operations',
  'campaigns',
  'alarms',
  'dashboard',
  'constructor',
  'default',
  'resource',
].join(', ');
const laneNameRule = `must be lower-case letters and digits, a letter first, and none of ${takenNames}`;
const laneNamePattern = new RegExp(`^(?!(?:${takenNames.replaceAll(', ', '|')})$)[a-z][a-z0-9]{0,30}$`);

const parameter = text(/^[^\s]{1,100}$/, 'must be the name of a link parameter');
const host = text(
  new RegExp(`^(?:\\*\\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]*[a-z][a-z0-9-]*(?::${portPattern})?$`),
  'must be a host in lower case, with ports up to 65535 (acme.example, acme.example:8443, *.acme.example for its subdomains; other letters as xn--)',
);
const scheme = text(
  new RegExp(`^(?!(?:${harmfulSchemes.join('|')})$)[a-z][a-z0-9+.-]*$`),
  `must be a scheme in lower case, without the colon, and none of ${harmfulSchemes.join(', ')}`,
);
const hours = count(1, 87_600, 'ten years');
const values = list(text(/^[\s\S]{1,300}$/, 'must be a value, in which * stands for any characters'), 'values');
const linkPolicy = group({
  mode: choice('enforce', 'warn'),
  mandatory: list(parameter, 'link parameters').optional(),
  forbidden: list(parameter, 'link parameters').optional(),
  allowed: z.record(parameter, values.min(1, 'must hold at least one value')).optional(),
  hosts: list(host, 'hosts').optional(),
  hostsOf: z.record(parameter, list(host, 'hosts')).optional(),
  schemes: list(scheme, 'schemes').optional(),
  ttlHours: group({ least: hours.optional(), most: hours.optional() }).optional(),
});

const sourceName = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  'must be 1–64 letters, digits, dots, dashes or underscores',
);
/**
 * SNS delivers to any HTTPS address. A user name or password in it would stand in templates and in the list of subscriptions.
 * A fragment never reaches a server.
 */
const outcomeUrl = text(
  new RegExp(`^https://${hostPattern}(?::${portPattern})?(?:[/?][^\\s#]{0,1000})?$`),
  'must be an https URL, with a port up to 65535, and without a user name, password or fragment',
);
const producerHttp = group({
  /** Whether the producer may have keys (`onelink keys`). On by default. */
  keys: z.boolean().optional(),
  /** Whether its roles and users with a `senderId` may sign their requests instead. Off by default. */
  iam: z.boolean().optional(),
  /** 20 by default. Twice as many are allowed in one second. */
  requestsPerSecond: count(1, 200).optional(),
});
const producer = group({
  source: sourceName,
  principals: list(principal, 'principals'),
  lanes: list(text(laneNamePattern, laneNameRule), 'lanes').min(1, 'must name at least one lane'),
  templates: list(text(templateIdPattern, templateIdRule), 'template IDs').min(1, 'must name at least one template'),
  /** Whether the producer gets a queue with its outcomes alone, which its principals may receive. Off by default. */
  outcomeQueue: z.boolean().optional(),
  /** Whether the producer gets a queue with the data of its links, which its principals alone may receive: the answers to `get`. Off by default. */
  privateOutcomeQueue: z.boolean().optional(),
  /** Where SNS posts the producer's outcomes. Without it, nowhere. */
  outcomeUrl: outcomeUrl.optional(),
  /** How the producer may use the HTTP API. Without it, the producer has none. */
  http: producerHttp.optional(),
  policy: linkPolicy.optional(),
});

const percent = count(1, 99, 'percent');

const alarmThresholds = group({
  quotaUsedPercent: group({
    ticket: z
      .array(percent, 'must be a list of percentages, in [ ]')
      .max(10, 'must be 10 at most: each is an alarm of its own'),
    page: percent,
  }),
  quotaProjectedPercent: count(1, 1_000, 'percent'),
  quotaSpentElsewhereCalls: count(1, 1_000_000_000),
  laneParkedMinutes: count(5, 10_080, 'a week'),
  lanePausedMinutes: count(5, 10_080, 'a week'),
  failedCallsPercent: percent,
  returnedCommandsPercent: percent,
  qrFailedPercent: percent,
  rateLimitedPer5Minutes: count(1, 10_000_000),
  ledgerThrottlesPer5Minutes: count(1, 10_000_000),
  campaignRejectedPercent: percent,
});

const campaigns = group({
  /** Which campaigns wait for an operator's approval. Without any of these, a campaign waits only if its settings ask for it. */
  approval: group({
    aboveRows: count(0, 1_000_000_000).optional(),
    sources: list(sourceName, 'sources').optional(),
    belowReserve: z.boolean().optional(),
  }),
});

/** The records of operators' acts. */
const audit = group({
  /** How long a record is kept, in the audit bucket. */
  retentionDays: count(31, 36_500),
  /** How long nobody can delete a record, not even the account's root user. Without it, a bucket policy alone keeps records. */
  lockDays: count(1, 36_500).optional(),
});

/** Half of the environments may wait for outcomes (docs/http.md), so one is not enough. */
const http = group({ concurrency: count(2, 1_000) });

const memory = count(128, 10_240, 'megabytes, Lambda');

const daysOrForever = rule<number | 'forever'>(
  (value) => value === 'forever' || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 36_500),
  'must be days from 1 to 36,500, or forever',
);

export const pipelineSchema = group({
  name: text(/^[A-Z][A-Za-z0-9]{0,39}$/, 'must be 1–40 letters and digits, a capital first'),
  account: text(/^/, 'must be the name of one of the accounts'),
  /** Parts of the state that exist, such as a restored table. Normally none. */
  existing: existingSchema.optional(),
  /** The pipeline's share of the account's monthly quota. Without it, the pipeline may use all of it. */
  monthlyQuotaShare: fraction(0.001, 1, 'must be a share from 0.001 to 1').optional(),
  templates: z.record(
    key(templateIdPattern, templateIdRule),
    group({ domain, brandDomains: list(domain, 'domains'), policy: linkPolicy.optional() }),
  ),
  producers: list(producer, 'producers').min(1, 'must name at least one producer'),
  lanes: z.record(key(laneNamePattern, laneNameRule), lane),
  qrRateShare: share,
  expiryRateShare: share,
  readRateShare: share,
  keepQrImagesOfExpiredLinks: z.boolean(),
  linkIdLength: count(10, 50, 'guessable below 10; OneLink short-link IDs end at 50'),
  conflictPolicy,
  ledgerKeeps: choice('digest', 'full'),
  deduplicationWindowDays: count(1, 3_650),
  commandRetentionDays: count(1, deadLetterRetentionDays - 1, 'below the dead-letter queue’s 14 days'),
  qrImageDays: daysOrForever,
  archiveDays: count(31, 36_500),
  historyDays: daysOrForever,
  audit,
  campaigns,
  http,
  alarmThresholds,
  memoryMegabytes: group({
    linkWorker: memory,
    qrWorker: memory,
    expiryWorker: memory,
    governor: memory,
    replayer: memory,
    reader: memory,
    campaignChecker: memory,
    campaignSender: memory,
    httpApi: memory,
  }),
});

export const accountSchema = group({
  accountId: text(/^[\w-]{1,64}$/, 'must be the AppsFlyer account ID'),
  api: choice(...dialects).optional(),
  apiBaseUrl: text(
    new RegExp(`^https?://(?:${hostPattern}|\\[[0-9a-f:]+\\])(?::${portPattern})?(?:/[^\\s/?#]+)*$`),
    'must be an http or https URL with a port up to 65535, and without a user name, query or trailing slash',
  ).optional(),
  quotaFrom: choice('api', 'own-count').optional(),
  callsPerSecond: count(1, 100_000),
  qrCallsPerSecond: count(1, 100_000),
  headroom: fraction(0.01, 1, 'must be a share from 0.01 to 1'),
  leftToOthers: fraction(0, 0.99, 'must be a share from 0 to 0.99'),
  monthlyQuotaCalls: count(1, 1_000_000_000),
  maxDataCharacters: count(100, 100_000),
  queryStringCounts: z.boolean().optional(),
  maxTtlDays: count(1, 3_650),
});

// Days, from a week to a decade, that CloudWatch Logs offers (PutRetentionPolicy).
const logRetentionPeriods = [
  7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export const stageSchema = group({
  /** Where the stage belongs. Without it, the stage goes where the credentials are. */
  aws: group({
    account: awsAccountId,
    region: awsRegion,
    /** Other AWS accounts whose credentials may deploy the stage. None by default. */
    deployedFrom: list(awsAccountId, 'AWS account IDs').optional(),
  }).optional(),
  /** What the company demands of everything in its AWS accounts. Nothing by default. */
  landingZone: landingZoneSchema.optional(),
  tags: tagsSchema,
  removalPolicy: choice('retain', 'destroy'),
  logRetentionDays: choice(...logRetentionPeriods),
  alarms: group({
    email: text(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address').optional(),
    pageTopicArn: topicArn.optional(),
    ticketTopicArn: topicArn.optional(),
    runbookUrl: text(
      // An alarm's description has room for 1,024 characters, and a dashboard writes the address as Markdown.
      new RegExp(`^(?=.{1,400}$)https://${hostPattern}(?::${portPattern})?(?:/[^\\s#()<>"\\\\]*)?$`),
      'must be an https URL of 400 characters at most, without a user name, a password, a # or brackets',
    ).optional(),
  }),
  pipelines: list(pipelineSchema, 'pipelines').min(1, 'must hold at least one pipeline'),
});

const stageName = key(/^[a-z][a-z0-9]{0,19}$/, 'must be 1–20 lower-case letters and digits, a letter first');
export const configurationSchema = group({
  accounts: z.record(z.string(), accountSchema),
  stages: z.record(stageName, stageSchema),
});

export type LaneSettings = z.infer<typeof lane>;
export type ProducerPrincipal = z.infer<typeof principal>;
export type ProducerSettings = z.infer<typeof producer>;
export type PipelineSettings = z.infer<typeof pipelineSchema>;
export type AccountSettings = z.infer<typeof accountSchema>;
export type StageSettings = z.infer<typeof stageSchema>;
export type LandingZone = z.infer<typeof landingZoneSchema>;
export type NetworkSettings = NonNullable<LandingZone['network']>;
export type Configuration = z.infer<typeof configurationSchema>;
