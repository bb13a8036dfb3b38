import type { Configuration } from '../lib/config/config-schema.ts';
import { config as sample } from './configuration.ts';

/** The sample configuration, with accounts that speak version 1.0 of the API. `npm start -- --api v1.0` runs it. */
export const config: Configuration = {
  ...sample,
  accounts: Object.fromEntries(
    Object.entries(sample.accounts).map(([name, { apiBaseUrl: _, ...account }]) => [
      name,
      {
        ...account,
        api: 'v1.0',
        callsPerSecond: 500, // of version 1.0, per account
        maxTtlDays: 31,
      },
    ]),
  ),
};
