import type { ApiContract } from '../../lambdas/domain/contract/command.ts';
import { contractOf } from '../../lambdas/domain/onelink/api-variables.ts';
import { dialectOf } from '../../lib/config/account-api.ts';
import type { AccountSettings } from '../../lib/config/config-schema.ts';

/** What commands may hold, as every function that checks commands has it. */
export const accountContract = (account: AccountSettings): ApiContract =>
  contractOf({
    API_DIALECT: dialectOf(account),
    MAX_DATA_CHARACTERS: account.maxDataCharacters,
    QUERY_STRING_COUNTS: account.queryStringCounts ?? false,
    MAX_TTL_DAYS: account.maxTtlDays,
  });
