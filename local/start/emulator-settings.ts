import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import type { SettingsInput } from '../onelink-api/settings.ts';

/** An account at the emulator that is what the configuration says of the true one. */
export function emulatorSettings(
  { settings, account }: Pick<ConfiguredPipeline, 'settings' | 'account'>,
  token: string,
) {
  return {
    token,
    accountId: account.accountId,
    templates: Object.fromEntries(
      Object.entries(settings.templates).map(([id, { domain, brandDomains }]) => [
        id,
        { subdomain: domain.replace(/\.onelink\.me$/, '').replaceAll('.', '-'), brandDomains },
      ]),
    ),
    requestsPerSecond: account.callsPerSecond,
    qrRequestsPerSecond: account.qrCallsPerSecond,
    monthlyQuota: account.monthlyQuotaCalls,
    maxDataCharacters: account.maxDataCharacters,
    queryStringCounts: account.queryStringCounts ?? false,
    maxTtlDays: account.maxTtlDays,
  } satisfies SettingsInput;
}
