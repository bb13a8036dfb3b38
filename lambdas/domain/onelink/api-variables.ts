import * as z from 'zod';
import type { ApiContract } from '../contract/command.ts';
import { dialectLimits, dialects } from './dialect.ts';

const dialect = {
  /** The version of the API that the account speaks. */
  API_DIALECT: z.enum(dialects),
};

/** The variables of every function that calls the API. */
export const apiVariables = {
  ...dialect,
  /** Without a trailing slash: `https://onelink.appsflyer.com/api/v2.0`. */
  API_BASE_URL: z.url(),
  /** The proxy for these calls: `http://proxy.acme.example:3128`. Empty: none. */
  API_PROXY_URL: z.string(),
};

/** The variables of every function that checks commands: the account's contract. */
export const contractVariables = {
  ...dialect,
  /** 2,048 in the first API documentation, 3,000 in the newer one. */
  MAX_DATA_CHARACTERS: z.coerce.number().int().min(1),
  /** Whether that limit also holds for the data as a query string. In version 1.0 it holds for nothing else. */
  QUERY_STRING_COUNTS: z.enum(['true', 'false']).transform((text) => text === 'true'),
  /** 365 in the first API documentation, 730 in the newer one, 31 in version 1.0. Above it, the API silently sets 31 days. */
  MAX_TTL_DAYS: z.coerce.number().int().min(1),
};
/** The variable of the functions that need to know how much quota is left. */
export const quotaVariables = {
  /** `own-count`: the API does not report, so the pipeline counts its own calls. */
  QUOTA_FROM: z.enum(['api', 'own-count']),
};

const contractSchema = z.object(contractVariables);

/** What commands may hold, by the account's contract. */
export function contractOf(env: z.infer<typeof contractSchema>): ApiContract {
  const { dataMeasure, hasQr } = dialectLimits[env.API_DIALECT];
  return {
    maxDataCharacters: env.MAX_DATA_CHARACTERS,
    queryStringCounts: dataMeasure === 'query-string' ? 'alone' : env.QUERY_STRING_COUNTS,
    maxTtlDays: env.MAX_TTL_DAYS,
    hasQr,
  };
}
