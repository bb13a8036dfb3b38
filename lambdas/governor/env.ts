import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';
import { apiVariables, quotaVariables } from '../domain/onelink/api-variables.ts';

/** The contract between the governor's construct and its handler: one variable each, all required. */
export const governorEnvironment = z.object({
  ...apiVariables,
  ...quotaVariables,
  API_TOKEN_SECRET_ARN: z.string().min(1),
  APPSFLYER_ACCOUNT_ID: z.string().min(1),
  CALL_TIMEOUT_MILLISECONDS: z.coerce.number().int().min(100),
  /** POST, PUT and DELETE calls the account has per UTC month (7,500,000 by default). */
  MONTHLY_QUOTA_CALLS: z.coerce.number().int().min(1),
  /** The pipeline's share of these calls. Absent: it may use all of them. */
  MONTHLY_SHARE_CALLS: z.coerce.number().int().min(1).optional(),
  /** JSON: the ledgers and lanes of the other pipelines of this stage that use the same AppsFlyer account. */
  SIBLINGS: jsonText(z.array(z.object({ table: z.string().min(1), lanes: z.array(z.string().min(1)) }))),
  LEDGER_TABLE_NAME: z.string().min(1),
  /** The template of the sentinel link that the health probe reads. The healthy answer is 404. */
  PROBE_TEMPLATE_ID: z.string().min(1),
  /** JSON: the lanes, with the expiry worker's and the QR worker's, their limits, and the UUIDs of their event source mappings. */
  LANES: jsonText(
    z.array(
      z.object({
        name: z.string().min(1),
        /** Calls of the month's quota that the lane leaves to others. A lane that uses no quota has none, and never parks. */
        reserveCalls: z.int().min(0).optional(),
        /** The most calls that the lane may make in an hour or a day (UTC). */
        hourlyCapCalls: z.int().min(1).optional(),
        dailyCapCalls: z.int().min(1).optional(),
        mappings: z.array(z.string().min(1)),
      }),
    ),
  ),
});
export type GovernorEnvironment = z.infer<typeof governorEnvironment>;
/** What the construct must set: every variable, as text. */
export type GovernorVariables = Record<Exclude<keyof GovernorEnvironment, 'MONTHLY_SHARE_CALLS'>, string> & {
  MONTHLY_SHARE_CALLS?: string;
};
