import { dialectLimits } from '../../lambdas/domain/onelink/dialect.ts';
import { dialectOf } from '../../lib/config/account-api.ts';
import type { AccountSettings } from '../../lib/config/config-schema.ts';

/** The API's base URL at the emulator, or at what is in front of it: with the path of the account's version. */
export function apiAddress(origin: string, account: Pick<AccountSettings, 'api'>): string {
  return origin + new URL(dialectLimits[dialectOf(account)].baseUrl).pathname;
}
