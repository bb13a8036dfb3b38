import { baseUrlOf, dialectOf, quotaSourceOf } from './account-api.ts';
import type { AccountSettings, PipelineSettings } from './config-schema.ts';
import { budgetOf } from './rate/budget.ts';
import type { PipelinePlan } from './rate/pipeline-plan.ts';
import { arithmeticOf, plannedCalls } from './rate/planned-calls.ts';

/** A pipeline on an account, and the calls that it plans. */
export interface PlannedPipeline {
  /** As messages name it. */
  readonly name: string;
  readonly plan: PipelinePlan;
  /** Of the month's quota. */
  readonly monthlyQuotaShare?: number | undefined;
}

/** What makes two entries the same AppsFlyer account. */
export const accountIdentity = (account: AccountSettings) => `${account.accountId} at ${baseUrlOf(account)}`;

/** An account has its limits once. If two entries named the same account, the pipelines would use its limits twice. */
export function duplicateAccounts(accounts: ReadonlyMap<string, AccountSettings>): string[] {
  const seen = new Map<string, string>();
  return [...accounts].flatMap(([name, account]) => {
    const identity = accountIdentity(account);
    const first = seen.get(identity);
    seen.set(identity, first ?? name);
    return first ? [`accounts.${name}: must not repeat accounts.${first}; got ${identity}`] : [];
  });
}

/**
 * All pipelines that name an AppsFlyer account share its limits: those of all stages of a configuration, or of a CDK app.
 *
 * @param at where the account's limits are set
 */
export function sharesFaults(at: string, limits: AccountSettings, planned: readonly PlannedPipeline[]): string[] {
  const budget = budgetOf(limits);
  const loads = planned.map(({ plan }) => plannedCalls(plan));
  const check = (kind: 'callsPerSecond' | 'qrCallsPerSecond', unit: string, terms: readonly string[]) => {
    const total = loads.reduce((sum, load) => sum + load[kind], 0);
    if (total <= budget[kind]) return [];
    const sum = planned.map(({ name }, index) => `${name}: ${terms[index]}`).join('; ');
    const allowed = `floor(${limits[kind]} × ${limits.headroom} × (1 − ${limits.leftToOthers})) = ${budget[kind]}`;
    return [`${at}: the shares must come to at most ${allowed} ${unit}; got ${total} (${sum})`];
  };
  const all = planned.map(({ plan }) => arithmeticOf(plan));
  const qr = planned.map(({ plan }) => `QR ${plan.qr?.concurrency ?? 0} × ${plan.qr?.callsPerSecond ?? 0}`);
  return [
    ...check('callsPerSecond', 'calls/s', all),
    ...check('qrCallsPerSecond', 'QR calls/s', qr),
    ...quotaShareFaults(at, planned),
  ];
}

/** Either every pipeline of the account has a share of the month's quota, or none: one without could use up the others'. */
function quotaShareFaults(at: string, planned: readonly PlannedPipeline[]): string[] {
  const without = planned.filter(({ monthlyQuotaShare }) => monthlyQuotaShare === undefined);
  if (without.length === planned.length) return [];
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(', ');
    return [`${at}: monthlyQuotaShare must be set for all of its pipelines, or for none; ${names} has none`];
  }
  const sum = planned.reduce((total, { monthlyQuotaShare = 0 }) => total + monthlyQuotaShare, 0);
  if (Number(sum.toFixed(9)) <= 1) return [];
  const terms = planned.map(({ name, monthlyQuotaShare }) => `${name}: ${monthlyQuotaShare}`).join('; ');
  return [`${at}: the shares of the month’s quota must come to at most 1; got ${Number(sum.toFixed(9))} (${terms})`];
}

/** The calls of the month's quota that a pipeline may use. */
export const quotaCallsOf = (
  { monthlyQuotaCalls }: Pick<AccountSettings, 'monthlyQuotaCalls'>,
  { monthlyQuotaShare = 1 }: Pick<PipelineSettings, 'monthlyQuotaShare'>,
) => Math.floor(Number((monthlyQuotaCalls * monthlyQuotaShare).toFixed(6)));

/** The limits in which two entries for one account differ, with the defaults of what they leave out. */
export function differentLimits(one: AccountSettings, other: AccountSettings): string[] {
  const [limits, others] = [limitsOf(one), limitsOf(other)];
  return Object.keys(limits).filter((name) => Reflect.get(limits, name) !== Reflect.get(others, name));
}

const limitsOf = (account: AccountSettings) => ({
  queryStringCounts: false,
  ...account,
  api: dialectOf(account),
  apiBaseUrl: baseUrlOf(account),
  quotaFrom: quotaSourceOf(account),
});
