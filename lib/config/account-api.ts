import { type Dialect, dialectLimits } from '../../lambdas/domain/onelink/dialect.ts';
import type { AccountSettings, NetworkSettings } from './config-schema.ts';

/** The version of the API that an account speaks: 2.0 if it does not say. */
export const dialectOf = ({ api = 'v2.0' }: Pick<AccountSettings, 'api'>): Dialect => api;

/** The API's address: that of its version, if the account gives none. */
export const baseUrlOf = (account: Pick<AccountSettings, 'api' | 'apiBaseUrl'>): string =>
  account.apiBaseUrl ?? dialectLimits[dialectOf(account)].baseUrl;

/** Where the governor learns how much quota is left. Version 1.0 documents no answer about it. */
export function quotaSourceOf(account: Pick<AccountSettings, 'api' | 'quotaFrom'>): 'api' | 'own-count' {
  return account.quotaFrom ?? (dialectLimits[dialectOf(account)].tellsQuota ? 'api' : 'own-count');
}

/** The variables of every function that calls the API. */
export const apiVariables = (account: AccountSettings, network?: Pick<NetworkSettings, 'apiProxyUrl'>) => ({
  API_DIALECT: dialectOf(account),
  API_BASE_URL: baseUrlOf(account),
  API_PROXY_URL: network?.apiProxyUrl ?? '',
});

/** The variables of every function that checks commands. */
export const contractVariables = (account: AccountSettings) => ({
  API_DIALECT: dialectOf(account),
  MAX_DATA_CHARACTERS: String(account.maxDataCharacters),
  QUERY_STRING_COUNTS: String(account.queryStringCounts ?? false),
  MAX_TTL_DAYS: String(account.maxTtlDays),
});

/** The limits of an account that its version of the API does not allow. */
export function accountLimitFaults(account: AccountSettings): [setting: string, message: string][] {
  const dialect = dialectOf(account);
  const limits = dialectLimits[dialect];
  // Version 2.0 has contracts with other limits. Those of version 1.0 are the end of its documents.
  if (dialect === 'v2.0') return [];
  const most = {
    callsPerSecond: limits.callsPerSecond,
    maxTtlDays: limits.mostTtlDays,
    maxDataCharacters: limits.mostDataCharacters,
  };
  return Object.entries(most).flatMap(([setting, limit]): [string, string][] => {
    const given = account[setting as keyof typeof most];
    return given <= limit ? [] : [[setting, `must be at most ${limit}, the limit of the API ${dialect}; got ${given}`]];
  });
}
