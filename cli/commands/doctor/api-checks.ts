import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import { ReadingInterrupted } from '../../pipeline/reader.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';
import { type Check, failed, ok, warning } from './check.ts';
import { putToken } from './secret-checks.ts';

export interface CheckedApi {
  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
  quota(accountId: string): Promise<ApiAnswer<number>>;
}

/** @returns a failed check if the reader cannot work; no check if the verb was interrupted */
export async function unlessReaderFails(check: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ReadingInterrupted) return [];
    if (!(error instanceof OperatorError)) throw error;
    return [failed('reader', error.message, 'See the log group that the output ReaderLogGroupName names.')];
  }
}

/** No link has this ID: derived IDs have no dashes, and no producer chooses this one. */
const sentinelId = 'onelink-pipeline-sentinel';

const isUnavailable = (answer: { meaning: string }) => answer.meaning === 'transient' || answer.meaning === 'ambiguous';
const later = 'See the API’s status page, and try again later.';

/**
 * Checks the token, the templates and the account ID, by one free GET each.
 *
 * @param neverReplaced whether the token's secret still has the value that it was created with
 */
export async function checkApi(
  api: CheckedApi,
  asked: { templateIds: string[]; accountId: string; monthlyQuotaCalls: number },
  neverReplaced: boolean,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const onelinkId of asked.templateIds) {
    const answer = await api.read({ onelinkId, shortlinkId: sentinelId });
    const name = `template ${onelinkId}`;
    if (answer.meaning === 'account-blocked') return [...checks, refused(answer.fault.rule, neverReplaced)];
    if (checks.length === 0 && !isUnavailable(answer)) checks.push(ok('API token', 'accepted'));
    // A GET answers the same for a missing template as for a missing link. Only a POST shows which, and it costs quota.
    if (answer.meaning === 'absent') checks.push(ok(name, 'readable (only its first link can prove that it exists)'));
    else if (answer.meaning === 'ok') checks.push(ok(name, 'readable'));
    else if (isUnavailable(answer))
      checks.push(warning(name, `the API did not answer: ${answer.fault.message}`, later));
    else {
      const fix = 'Check in the configuration that this is a template of the account, created for API links.';
      checks.push(failed(name, `${answer.fault.message} [${answer.fault.rule}]`, fix));
    }
  }
  return [...checks, await checkAccount(api, asked.accountId, asked.monthlyQuotaCalls)];
}

function refused(rule: string, neverReplaced: boolean): Check {
  if (rule.endsWith('feature-not-enabled')) {
    const fix = 'Ask AppsFlyer to enable the OneLink API. The governor then opens the lanes.';
    return failed('API token', 'accepted, but the OneLink API is not enabled for the account', fix);
  }
  const placeholder = neverReplaced ? ': the secret still holds the random value that it was created with' : '';
  return failed('API token', `refused${placeholder}`, putToken);
}

async function checkAccount(api: CheckedApi, accountId: string, monthlyQuotaCalls: number): Promise<Check> {
  const name = 'account ID';
  const answer = await api.quota(accountId);
  const fix = 'Set accounts.….accountId in the configuration to the ID of the account that the token belongs to.';
  if (answer.meaning === 'ok') {
    const left = `${n(answer.value)} of ${n(monthlyQuotaCalls)} calls left this month`;
    if (answer.value <= monthlyQuotaCalls) return ok(name, left);
    const more =
      'The API has more calls left than the configuration has for the month: set accounts.….monthlyQuotaCalls.';
    return warning(name, left, more);
  }
  if (answer.meaning === 'absent') return failed(name, `the API has no quota for ${accountId}`, fix);
  if (isUnavailable(answer)) return warning(name, `the API did not answer: ${answer.fault.message}`, later);
  return failed(name, `${answer.fault.message} [${answer.fault.rule}]`, fix);
}
