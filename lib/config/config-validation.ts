import * as z from 'zod';
import { accountLimitFaults, baseUrlOf } from './account-api.ts';
import {
  type AccountSettings,
  accountSchema,
  type Configuration,
  configurationSchema,
  deadLetterRetentionDays,
  type PipelineSettings,
  pipelineSchema,
  type StageSettings,
  stageSchema,
} from './config-schema.ts';
import { httpFaults } from './http.ts';
import { landingZoneFaults, sharedEndpointFaults } from './landing-zone.ts';
import { policyFaults } from './policy-faults.ts';
import { arnOf, ingressQueuesOf, isDirect } from './principals.ts';
import { arithmeticOf, budgetOf, type PipelinePlan, plannedCalls, planPipeline } from './rate-budget.ts';

/** All faults of a configuration, one line for each. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[], file = 'lib/config/config.ts') {
    super(`The configuration (${file}) cannot work:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

/**
 * Checks the shape of every setting. If a pipeline's own settings are valid, it also checks how they fit together.
 *
 * @param file where it is from
 * @throws ConfigurationError with all faults at once: path, rule, and the value given.
 */
export function validateConfiguration(candidate: unknown, file?: string): Configuration {
  const parsed = configurationSchema.safeParse(candidate);
  const faults = parsed.success ? [] : parsed.error.issues.flatMap((issue) => shapeFaults(issue, candidate));
  faults.push(...relationFaults(candidate));
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults, file);
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

/** A pipeline with valid settings, its account, and the calls that it plans. */
interface PlannedPipeline {
  readonly serviceName: string;
  readonly accountName: string;
  readonly plan: PipelinePlan;
}

function relationFaults(candidate: unknown): string[] {
  const outline = z
    .object({ accounts: z.record(z.string(), z.unknown()), stages: z.record(z.string(), z.unknown()) })
    .safeParse(candidate);
  if (!outline.success) return [];
  const accounts = soundParts(accountSchema, outline.data.accounts);
  const planned: PlannedPipeline[] = [];
  const sound: Record<string, StageSettings> = {};
  const faults = duplicateAccounts(accounts);
  for (const [name, account] of accounts) {
    faults.push(...accountLimitFaults(account).map(([setting, message]) => `accounts.${name}.${setting}: ${message}`));
  }
  for (const [name, part] of Object.entries(outline.data.stages)) {
    const alarms = stageSchema.shape.alarms.safeParse(Reflect.get(Object(part), 'alarms'));
    const stage = stageSchema.safeParse(part).data;
    if (stage) {
      sound[name] = stage;
      faults.push(...landingZoneFaults(stage).map(([path, message]) => `stages.${name}.${path}: ${message}`));
    }
    const { email, pageTopicArn, ticketTopicArn } = alarms.data ?? {};
    if (email && pageTopicArn && ticketTopicArn) {
      faults.push(`stages.${name}.alarms.email: must be left out if both topic ARNs are given; ${got(email)}`);
    }
    const pipelines = Reflect.get(Object(part), 'pipelines');
    const names = new Set<string>();
    for (const [index, one] of (Array.isArray(pipelines) ? pipelines : []).entries()) {
      const settings = pipelineSchema.safeParse(one).data;
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
      const plan = planPipeline(limits, settings);
      const found = pipelineFaults(settings, limits, plan);
      faults.push(...found.map(([path, message]) => `${at}.${path}: ${message}`));
      planned.push({ serviceName: `${settings.name}-${name}`, accountName: settings.account, plan });
    }
  }
  faults.push(...sharedEndpointFaults(sound).map(([path, message]) => `${path}: ${message}`));
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

/** An account has its limits once. If two entries named the same account, the pipelines would use its limits twice. */
function duplicateAccounts(accounts: ReadonlyMap<string, AccountSettings>): string[] {
  const seen = new Map<string, string>();
  return [...accounts].flatMap(([name, account]) => {
    const { accountId } = account;
    const apiBaseUrl = baseUrlOf(account);
    const identity = `${apiBaseUrl} ${accountId}`;
    const first = seen.get(identity);
    seen.set(identity, first ?? name);
    return first ? [`accounts.${name}: must not repeat accounts.${first}; got ${accountId} at ${apiBaseUrl}`] : [];
  });
}

function pipelineFaults(
  settings: PipelineSettings,
  limits: AccountSettings,
  plan: ReturnType<typeof planPipeline>,
): [path: string, message: string][] {
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
  for (const [index, source] of (settings.campaigns.approval.sources ?? []).entries()) {
    if (!sources.has(source))
      faults.push([`campaigns.approval.sources[${index}]`, `must be the source of a producer; ${got(source)}`]);
  }
  faults.push(...senderIdFaults(settings), ...sourceArnFaults(settings), ...httpFaults(settings));
  faults.push(...policyFaults(settings, limits));
  const { lockDays = 0, retentionDays } = settings.audit;
  if (lockDays > retentionDays) {
    faults.push(['audit.lockDays', `must be at most audit.retentionDays (${retentionDays}); ${got(lockDays)}`]);
  }
  if (Object.keys(settings.lanes).length === 0) faults.push(['lanes', 'must hold at least one lane; got {}']);
  if (Object.keys(settings.templates).length === 0)
    faults.push(['templates', 'must hold at least one template; got {}']);

  // A message that the forwarder passes on starts a new retention in its lane's queue.
  const ingressDays = ingressQueuesOf(settings).length > 0 ? settings.commandRetentionDays : 0;
  const shortestDays = ingressDays + settings.commandRetentionDays + deadLetterRetentionDays + 31;
  if (settings.deduplicationWindowDays < shortestDays) {
    const before = ingressDays > 0 ? `${ingressDays} in the ingress queue + ` : '';
    const waits = `${before}${settings.commandRetentionDays} in the queue + ${deadLetterRetentionDays} as a dead letter`;
    const rule = `must be at least ${shortestDays} (${waits} + 31 to wait for the next month)`;
    faults.push(['deduplicationWindowDays', `${rule}; ${got(settings.deduplicationWindowDays)}`]);
  }
  const budget = budgetOf(limits);
  for (const [name, { batchSize, windowSeconds, rateShare, quotaReserveCalls }] of Object.entries(settings.lanes)) {
    if (batchSize > 10 && windowSeconds < 1) {
      const because = `because batchSize is ${batchSize} and SQS fills batches above 10 only over a window`;
      faults.push([`lanes.${name}.windowSeconds`, `must be at least 1, ${because}; ${got(windowSeconds)}`]);
    }
    // The governor polls once a minute. In the worst case, a lane learns of its last calls after two polls.
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
  faults.push(...plan.faults.map(({ path, message }): [string, string] => [pathText(path), message]));
  return [...faults, ...thresholdFaults(settings, plan)];
}

/** A unique ID belongs to one role or user. Producers may share it, as they may share the role. */
function senderIdFaults({ producers }: PipelineSettings): [path: string, message: string][] {
  const arns = new Map<string, string>();
  return producers.flatMap(({ principals }, index) =>
    principals.flatMap((principal, place): [string, string][] => {
      if (!isDirect(principal) || principal.senderId === undefined) return [];
      const { senderId } = principal;
      const arn = arnOf(principal);
      const first = arns.get(senderId) ?? arn;
      arns.set(senderId, first);
      const path = `producers[${index}].principals[${place}].senderId`;
      return first === arn ? [] : [[path, `must not belong to ${first} as well; ${got(senderId)}`]];
    }),
  );
}

/** AWS sends `aws:SourceArn` for a resource of the same service. Another ARN would admit nothing, or not what was meant. */
function sourceArnFaults({ producers }: PipelineSettings): [path: string, message: string][] {
  return producers.flatMap(({ principals }, index) =>
    principals.flatMap((principal, place): [string, string][] => {
      if (!('service' in principal)) return [];
      const { service, sourceArn } = principal;
      // `s3.amazonaws.com`, or `delivery.logs.amazonaws.com`
      const names = service.replace(/\.amazonaws\.com$/, '').split('.');
      const path = `producers[${index}].principals[${place}].sourceArn`;
      const isOwn = names.includes(sourceArn.split(':')[2] ?? '');
      return isOwn
        ? []
        : [[path, `must be an ARN of the service ${service}: arn:…:${names.at(-1)}:…; ${got(sourceArn)}`]];
    }),
  );
}

function thresholdFaults(
  { alarmThresholds }: PipelineSettings,
  { plans, expiry }: PipelinePlan,
): [path: string, message: string][] {
  const faults: [string, string][] = [];
  const { quotaUsedPercent, quotaSpentElsewhereCalls } = alarmThresholds;
  const { ticket, page } = quotaUsedPercent;
  const at = 'alarmThresholds.quotaUsedPercent';
  for (const [index, percent] of ticket.entries()) {
    const before = ticket[index - 1];
    if (before !== undefined && percent <= before) {
      faults.push([`${at}.ticket[${index}]`, `must be above the one before it, ${before}; ${got(percent)}`]);
    }
    if (percent >= page) faults.push([`${at}.ticket[${index}]`, `must be below the page's ${page}; ${got(percent)}`]);
  }
  // A worker counts its calls at the end of its batch. Until then the governor counts them as spent elsewhere.
  const workers = [...plans.map(({ link }) => link), ...(expiry === undefined ? [] : [expiry])];
  const uncounted = workers.reduce((sum, { concurrency, batchSize }) => sum + concurrency * batchSize, 0);
  if (quotaSpentElsewhereCalls < 2 * uncounted) {
    const rule = `must be at least ${(2 * uncounted).toLocaleString('en')} (twice the ${uncounted.toLocaleString('en')} calls that running batches have not counted yet)`;
    faults.push(['alarmThresholds.quotaSpentElsewhereCalls', `${rule}; ${got(quotaSpentElsewhereCalls)}`]);
  }
  return faults;
}

/** All pipelines and stages that name an AppsFlyer account share its limits. */
function accountFaults(accounts: ReadonlyMap<string, AccountSettings>, planned: readonly PlannedPipeline[]): string[] {
  return [...accounts].flatMap(([name, limits]) => {
    const members = planned.filter(({ accountName }) => accountName === name);
    const budget = budgetOf(limits);
    const loads = members.map(({ plan }) => plannedCalls(plan));
    const check = (kind: 'callsPerSecond' | 'qrCallsPerSecond', unit: string, left: readonly string[]) => {
      const total = loads.reduce((sum, load) => sum + load[kind], 0);
      if (total <= budget[kind]) return [];
      const sum = members.map(({ serviceName }, index) => `${serviceName}: ${left[index]}`).join('; ');
      const allowed = `floor(${limits[kind]} × ${limits.headroom} × (1 − ${limits.leftToOthers})) = ${budget[kind]}`;
      return [`accounts.${name}: the shares must come to at most ${allowed} ${unit}; got ${total} (${sum})`];
    };
    const all = members.map(({ plan }) => arithmeticOf(plan));
    const qr = members.map(({ plan }) => `QR ${plan.qr?.concurrency ?? 0} × ${plan.qr?.callsPerSecond ?? 0}`);
    return [...check('callsPerSecond', 'calls/s', all), ...check('qrCallsPerSecond', 'QR calls/s', qr)];
  });
}
