import { quotaCallsOf } from './account-faults.ts';
import {
  type AccountSettings,
  deadLetterRetentionDays,
  type PipelineSettings,
  type StageSettings,
} from './config-schema.ts';
import { httpFaults } from './http.ts';
import { policyFaults } from './policy-faults.ts';
import { arnOf, ingressQueuesOf, isDirect } from './principals.ts';
import { budgetOf } from './rate/budget.ts';
import type { PipelinePlan, planPipeline } from './rate/pipeline-plan.ts';
import { got, pathText } from './shape-faults.ts';

/** How a pipeline's settings, each of them valid, do not fit together, its account's limits or its plan. */
export function pipelineFaults(
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
  faults.push(...privateQueueFaults(settings));
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
    const quota = quotaCallsOf(limits, settings);
    if (quotaReserveCalls >= quota) {
      const of = settings.monthlyQuotaShare === undefined ? '' : ' (monthlyQuotaShare × monthlyQuotaCalls)';
      const rule = `must be below the monthly quota of ${quota.toLocaleString('en')}${of}`;
      faults.push([`lanes.${name}.quotaReserveCalls`, `${rule}; ${got(quotaReserveCalls)}`]);
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

/** Its policy denies everybody else, so a queue without such a principal would have no reader. */
function privateQueueFaults({ producers }: PipelineSettings): [path: string, message: string][] {
  return producers.flatMap(({ privateOutcomeQueue, principals }, index): [string, string][] => {
    if (!privateOutcomeQueue || principals.some((principal) => !('service' in principal))) return [];
    const rule = 'must name a role, a user or an account, because nobody else may receive from the privateOutcomeQueue';
    return [[`producers[${index}].principals`, `${rule}; ${got(principals)}`]];
  });
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

/** An address gets its own topics. With both topics given, it would get nothing. */
export const alarmFaults = ({ email, pageTopicArn, ticketTopicArn }: StageSettings['alarms']) =>
  email && pageTopicArn && ticketTopicArn
    ? [`alarms.email: must be left out if both topic ARNs are given; ${got(email)}`]
    : [];
