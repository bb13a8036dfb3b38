import * as z from 'zod';
import {
  arithmeticOf,
  budgetOf,
  deadLetterRetentionDays,
  type LanePlan,
  planLanes,
  plannedCalls,
} from './rate-budget.ts';

/** Says a rule once, for whatever breaks it: `must be 1–10,000 (SQS event source mappings)`. */
const rule = <Value>(holds: (value: unknown) => boolean, must: string) => z.custom<Value>(holds, { error: must });
const count = (least: number, most: number, why = '') =>
  rule<number>(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `must be ${least.toLocaleString('en')}–${most.toLocaleString('en')}${why && ` (${why})`}`,
  );
const fraction = (least: number, most: number, must: string) =>
  rule<number>((value) => typeof value === 'number' && value >= least && value <= most, must);
const text = (pattern: RegExp, must: string) =>
  rule<string>((value) => typeof value === 'string' && pattern.test(value), must);
const choice = <const Value extends string | number>(...values: Value[]) =>
  rule<Value>((value) => values.some((one) => one === value), `must be one of ${values.join(', ')}`);
const key = (pattern: RegExp, must: string) => z.string().regex(pattern, must);

const conflictPolicy = choice('reject', 'derive');
const share = fraction(0, 1, 'must be a share from 0 to 1');
const topicArn = text(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'must be the ARN of an SNS topic');

const lane = z.strictObject({
  rateShare: share,
  qrShare: share,
  batchSize: count(1, 10_000, 'SQS event source mappings'),
  windowSeconds: count(0, 300, 'SQS event source mappings'),
  quotaReserveCalls: count(0, 1_000_000_000),
  oldestCommandAlarmMinutes: count(1, 10_080, 'CloudWatch alarms look back 7 days'),
  rejectedAlarmPer15Minutes: count(1, 10_000_000),
  conflictPolicy: conflictPolicy.optional(),
});

const principal = z.union(
  [
    z.strictObject({ account: text(/^\d{12}$/, 'must be an AWS account ID') }),
    z.strictObject({ role: text(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, 'must be the ARN of an IAM role') }),
    z.strictObject({
      service: text(/^[a-z0-9.-]+\.amazonaws\.com$/, 'must be an AWS service principal'),
      sourceArn: text(/^arn:.+/, 'must be the ARN of what the service sends from'),
    }),
  ],
  { error: 'must be { account: 12 digits }, { role: ARN } or { service: ….amazonaws.com, sourceArn: ARN }' },
);

// The same rules as the commands': what the configuration allows must be possible to ask for.
const templateIdPattern = /^[A-Za-z0-9]{4,8}$/;
const templateIdRule = 'must be 4 to 8 letters and digits (OneLink template ID)';
const domain = text(
  /^[A-Za-z0-9.-]{1,253}(?:\/[^\s?#]{0,200})?$/,
  'must be a domain name, with a path if the template says so',
);
const laneNameRule = 'must be lower-case letters and digits, a letter first';
const laneNamePattern = /^[a-z][a-z0-9]{0,30}$/;

const producer = z.strictObject({
  source: text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1–64 letters, digits, dots, dashes or underscores'),
  principals: z.array(principal),
  lanes: z.array(text(laneNamePattern, laneNameRule)).min(1, 'must name at least one lane'),
  templates: z.array(text(templateIdPattern, templateIdRule)).min(1, 'must name at least one template'),
});

const memory = count(128, 10_240, 'megabytes, Lambda');

const pipeline = z.strictObject({
  name: text(/^[A-Z][A-Za-z0-9]{0,39}$/, 'must be 1–40 letters and digits, a capital first'),
  account: z.string(),
  templates: z.record(
    key(templateIdPattern, templateIdRule),
    z.strictObject({ domain, brandDomains: z.array(domain) }),
  ),
  producers: z.array(producer).min(1, 'must name at least one producer'),
  lanes: z.record(key(laneNamePattern, laneNameRule), lane),
  linkIdLength: count(10, 50, 'guessable below 10; OneLink short-link IDs end at 50'),
  conflictPolicy,
  ledgerKeeps: choice('digest', 'full'),
  requestHorizonDays: count(1, 3_650),
  commandRetentionDays: count(1, deadLetterRetentionDays - 1, 'below the dead-letter queue’s 14 days'),
  qrImageDays: rule<number | 'forever'>(
    (value) => value === 'forever' || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 36_500),
    'must be days from 1 to 36,500, or forever',
  ),
  archiveDays: count(31, 36_500),
  memoryMegabytes: z.strictObject({ linkWorker: memory, qrWorker: memory, governor: memory }),
});

const account = z.strictObject({
  accountId: text(/^[\w-]{1,64}$/, 'must be the AppsFlyer account ID'),
  apiBaseUrl: text(/^https?:\/\/[^\s/]+(\/[^\s/]+)*$/, 'must be a URL without a trailing slash'),
  callsPerSecond: count(1, 100_000),
  qrCallsPerSecond: count(1, 100_000),
  headroom: fraction(0.01, 1, 'must be a share from 0.01 to 1'),
  leftToOthers: fraction(0, 0.99, 'must be a share from 0 to 0.99'),
  monthlyQuotaCalls: count(1, 1_000_000_000),
  maxDataCharacters: count(100, 100_000),
  maxTtlDays: count(1, 3_650),
});

const stage = z.strictObject({
  tags: z.record(z.string(), z.string()),
  removalPolicy: choice('retain', 'destroy'),
  // The periods that CloudWatch Logs offers (PutRetentionPolicy), from a week to a decade.
  logRetentionDays: choice(
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
  ),
  alarms: z.strictObject({
    email: text(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address').optional(),
    pageTopicArn: topicArn.optional(),
    ticketTopicArn: topicArn.optional(),
  }),
  pipelines: z.array(pipeline).min(1, 'must hold at least one pipeline'),
});

const stageName = key(/^[a-z][a-z0-9]{0,19}$/, 'must be 1–20 lower-case letters and digits, a letter first');
const configuration = z.strictObject({
  accounts: z.record(z.string(), account),
  stages: z.record(stageName, stage),
});

export type LaneSettings = z.infer<typeof lane>;
export type ProducerPrincipal = z.infer<typeof principal>;
export type ProducerSettings = z.infer<typeof producer>;
export type PipelineSettings = z.infer<typeof pipeline>;
export type AccountSettings = z.infer<typeof account>;
export type StageSettings = z.infer<typeof stage>;
export type Configuration = z.infer<typeof configuration>;

/** Everything that is wrong with a configuration, a line for each fault. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration (lib/config.ts) cannot work:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

/**
 * Checks the shape of every setting and, of every pipeline whose own settings are sound, how they fit together.
 *
 * @throws ConfigurationError with all faults at once: path, rule, and the value given.
 */
export function validateConfiguration(candidate: unknown): Configuration {
  const parsed = configuration.safeParse(candidate);
  const faults = parsed.success ? [] : parsed.error.issues.flatMap((issue) => shapeFaults(issue, candidate));
  faults.push(...relationFaults(candidate));
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  return parsed.data;
}

type Path = readonly PropertyKey[];

const pathText = (path: Path) =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');

const got = (value: unknown) => (value === undefined ? 'got nothing' : `got ${JSON.stringify(value)?.slice(0, 100)}`);

function shapeFaults(issue: z.core.$ZodIssue, candidate: unknown): string[] {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => `${path && `${path}.`}${name}: is not a setting`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${path}: the name ${message}`);
  const value = issue.path.reduce<unknown>((whole, step) => Reflect.get(Object(whole), step), candidate);
  const must = issue.code === 'invalid_type' ? `must be of type ${issue.expected}` : issue.message;
  return [`${path}: ${must}; ${got(value)}`];
}

/** A pipeline that is sound in itself, where it stands, and what it plans to send. */
interface PlannedPipeline {
  readonly serviceName: string;
  readonly accountName: string;
  readonly plans: readonly LanePlan[];
}

function relationFaults(candidate: unknown): string[] {
  const outline = z
    .object({ accounts: z.record(z.string(), z.unknown()), stages: z.record(z.string(), z.unknown()) })
    .safeParse(candidate);
  if (!outline.success) return [];
  const accounts = soundParts(account, outline.data.accounts);
  const planned: PlannedPipeline[] = [];
  const faults = duplicateAccounts(accounts);
  for (const [name, part] of Object.entries(outline.data.stages)) {
    const alarms = stage.shape.alarms.safeParse(Reflect.get(Object(part), 'alarms'));
    const { email, pageTopicArn, ticketTopicArn } = alarms.data ?? {};
    if (email && pageTopicArn && ticketTopicArn) {
      faults.push(`stages.${name}.alarms.email: needs a topic made here, and both are given; ${got(email)}`);
    }
    const pipelines = Reflect.get(Object(part), 'pipelines');
    const names = new Set<string>();
    for (const [index, one] of (Array.isArray(pipelines) ? pipelines : []).entries()) {
      const settings = pipeline.safeParse(one).data;
      if (!settings) continue;
      const at = `stages.${name}.pipelines[${index}]`;
      if (names.has(settings.name)) faults.push(`${at}.name: must be unique in its stage; ${got(settings.name)}`);
      names.add(settings.name);
      const limits = accounts.get(settings.account);
      if (!limits) {
        if (!Object.hasOwn(outline.data.accounts, settings.account)) {
          faults.push(`${at}.account: must be one of the accounts; ${got(settings.account)}`);
        }
        continue;
      }
      const { plans, faults: found } = pipelineFaults(settings, limits);
      faults.push(...found.map(([path, message]) => `${at}.${path}: ${message}`));
      planned.push({ serviceName: `${settings.name}-${name}`, accountName: settings.account, plans });
    }
  }
  return [...faults, ...accountFaults(accounts, planned)];
}

function soundParts<Schema extends z.ZodType>(
  schema: Schema,
  parts: Record<string, unknown>,
): Map<string, z.infer<Schema>> {
  return new Map(
    Object.entries(parts).flatMap(([name, part]) => {
      const parsed = schema.safeParse(part);
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}

/** The limits are the account's: declared twice, they would be spent twice. */
function duplicateAccounts(accounts: ReadonlyMap<string, AccountSettings>): string[] {
  const seen = new Map<string, string>();
  return [...accounts].flatMap(([name, { accountId, apiBaseUrl }]) => {
    const identity = `${apiBaseUrl} ${accountId}`;
    const first = seen.get(identity);
    seen.set(identity, first ?? name);
    return first ? [`accounts.${name}: must not repeat accounts.${first}; got ${accountId} at ${apiBaseUrl}`] : [];
  });
}

function pipelineFaults(
  settings: PipelineSettings,
  limits: AccountSettings,
): { plans: LanePlan[]; faults: [path: string, message: string][] } {
  const faults: [string, string][] = [];
  const known = (names: readonly string[], among: object, path: string, what: string) => {
    for (const [index, name] of names.entries()) {
      if (!Object.hasOwn(among, name))
        faults.push([`${path}[${index}]`, `must be one of the pipeline's ${what}; ${got(name)}`]);
    }
  };
  const sources = new Set<string>();
  for (const [index, { source, lanes, templates }] of settings.producers.entries()) {
    if (sources.has(source)) faults.push([`producers[${index}].source`, `must be unique; ${got(source)}`]);
    sources.add(source);
    known(lanes, settings.lanes, `producers[${index}].lanes`, 'lanes');
    known(templates, settings.templates, `producers[${index}].templates`, 'templates');
  }
  if (Object.keys(settings.lanes).length === 0) faults.push(['lanes', 'must hold at least one lane; got {}']);
  if (Object.keys(settings.templates).length === 0)
    faults.push(['templates', 'must hold at least one template; got {}']);

  const horizon = settings.commandRetentionDays + deadLetterRetentionDays + 31;
  if (settings.requestHorizonDays < horizon) {
    const sum = `${settings.commandRetentionDays} in the queue + ${deadLetterRetentionDays} as a dead letter + 31 to wait for the next month`;
    faults.push(['requestHorizonDays', `must be at least ${horizon} (${sum}); ${got(settings.requestHorizonDays)}`]);
  }
  const budget = budgetOf(limits);
  for (const [name, { batchSize, windowSeconds, rateShare, quotaReserveCalls }] of Object.entries(settings.lanes)) {
    if (batchSize > 10 && windowSeconds < 1) {
      const because = `because batchSize is ${batchSize} and SQS fills batches above 10 only over a window`;
      faults.push([`lanes.${name}.windowSeconds`, `must be at least 1, ${because}; ${got(windowSeconds)}`]);
    }
    // The governor polls once a minute; a lane learns of the last calls after two polls at worst.
    const rate = Math.floor(rateShare * budget.callsPerSecond);
    if (quotaReserveCalls < 120 * rate) {
      const sum = `two polls of 60 s × ${rate} calls/s`;
      faults.push([
        `lanes.${name}.quotaReserveCalls`,
        `must be at least ${(120 * rate).toLocaleString('en')} (${sum}); ${got(quotaReserveCalls)}`,
      ]);
    }
    if (quotaReserveCalls >= limits.monthlyQuotaCalls) {
      const quota = limits.monthlyQuotaCalls.toLocaleString('en');
      faults.push([
        `lanes.${name}.quotaReserveCalls`,
        `must be below the monthly quota of ${quota}; ${got(quotaReserveCalls)}`,
      ]);
    }
  }
  const { plans, faults: planFaults } = planLanes(limits, settings.lanes);
  faults.push(...planFaults.map(({ path, message }): [string, string] => [pathText(path), message]));
  return { plans, faults };
}

/** Everything that names one AppsFlyer account shares its limits, across pipelines and stages. */
function accountFaults(accounts: ReadonlyMap<string, AccountSettings>, planned: readonly PlannedPipeline[]): string[] {
  return [...accounts].flatMap(([name, limits]) => {
    const members = planned.filter(({ accountName }) => accountName === name);
    const budget = budgetOf(limits);
    const loads = members.map(({ plans }) => plannedCalls(plans));
    const check = (kind: 'callsPerSecond' | 'qrCallsPerSecond', unit: string, left: readonly string[]) => {
      const total = loads.reduce((sum, load) => sum + load[kind], 0);
      if (total <= budget[kind]) return [];
      const sum = members.map(({ serviceName }, index) => `${serviceName}: ${left[index]}`).join('; ');
      const allowed = `floor(${limits[kind]} × ${limits.headroom} × (1 − ${limits.leftToOthers})) = ${budget[kind]}`;
      return [`accounts.${name}: the shares must come to at most ${allowed} ${unit}; got ${total} (${sum})`];
    };
    const all = members.map(({ plans }) => arithmeticOf(plans));
    const qr = members.map(({ plans }) =>
      plans.map(({ lane, qr }) => `${lane} QR ${qr.concurrency} × ${qr.callsPerSecond}`).join(' + '),
    );
    return [...check('callsPerSecond', 'calls/s', all), ...check('qrCallsPerSecond', 'QR calls/s', qr)];
  });
}
