import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import { n } from '../../words.ts';
import { type Check, failed, ok, warning } from './check.ts';
import { putToken } from './secret-checks.ts';

export interface CheckedApi {
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  quota(accountId: string): Promise<ApiAnswer<number>>;
}

/** It need not exist, and cannot: only IDs that somebody chose have dashes, and nobody chooses this one. */
const sentinelId = 'onelink-pipeline-sentinel';

const isUnwell = (answer: { meaning: string }) => answer.meaning === 'transient' || answer.meaning === 'ambiguous';
const later = 'Look at the API’s status page, and try again later.';

/**
 * The token, the templates and the account ID, by one free GET each.
 *
 * @param neverReplaced the token's secret has still the value that it was created with
 */
export async function checkApi(
  api: CheckedApi,
  {
    templateIds,
    accountId,
    monthlyQuotaCalls,
  }: { templateIds: string[]; accountId: string; monthlyQuotaCalls: number },
  neverReplaced: boolean,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const onelinkId of templateIds) {
    const answer = await api.read({ onelinkId, shortlinkId: sentinelId });
    const name = `template ${onelinkId}`;
    if (answer.meaning === 'account-blocked') return [...checks, refused(answer.fault.rule, neverReplaced)];
    if (checks.length === 0 && !isUnwell(answer)) checks.push(ok('API token', 'accepted'));
    // A missing template and a missing link look the same to a GET; only a POST tells them apart, and would cost quota.
    if (answer.meaning === 'absent') checks.push(ok(name, 'readable (that it exists, only its first link can tell)'));
    else if (answer.meaning === 'ok') checks.push(ok(name, 'readable'));
    else if (isUnwell(answer)) checks.push(warning(name, `the API did not answer: ${answer.fault.message}`, later));
    else {
      const mend = 'See the configuration: is it a template of this account, and made for the API?';
      checks.push(failed(name, `${answer.fault.message} [${answer.fault.rule}]`, mend));
    }
  }
  return [...checks, await checkAccount(api, accountId, monthlyQuotaCalls)];
}

function refused(rule: string, neverReplaced: boolean): Check {
  if (rule.endsWith('feature-not-enabled')) {
    const mend = 'Ask AppsFlyer to enable the OneLink API; the lanes open by themselves then.';
    return failed('API token', 'accepted, but the OneLink API is not enabled for the account', mend);
  }
  const placeholder = neverReplaced ? ': the secret holds the value that was made up when it was created' : '';
  return failed('API token', `refused${placeholder}`, putToken);
}

async function checkAccount(api: CheckedApi, accountId: string, monthlyQuotaCalls: number): Promise<Check> {
  const name = 'account ID';
  const answer = await api.quota(accountId);
  const mend = 'accounts.….accountId in the configuration must be the ID of the account that the token belongs to.';
  if (answer.meaning === 'ok') {
    const left = `${n(answer.value)} of ${n(monthlyQuotaCalls)} calls left this month`;
    if (answer.value <= monthlyQuotaCalls) return ok(name, left);
    const more = 'More is left than the configuration says the month has: set accounts.….monthlyQuotaCalls.';
    return warning(name, left, more);
  }
  if (answer.meaning === 'absent') return failed(name, `the API knows no quota of ${accountId}`, mend);
  if (isUnwell(answer)) return warning(name, `the API did not answer: ${answer.fault.message}`, later);
  return failed(name, `${answer.fault.message} [${answer.fault.rule}]`, mend);
}
