import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { dialectOf } from '../../lib/config/account-api.ts';
import type { SettingsInput } from '../onelink-api/settings.ts';

/** The emulator's account, as the configuration describes the real one. */
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
        { ...hostOf(domain), brandDomains },
      ]),
    ),
    ...(dialectOf(account) === 'v1.0'
      ? { v1RequestsPerSecond: account.callsPerSecond }
      : { requestsPerSecond: account.callsPerSecond }),
    qrRequestsPerSecond: account.qrCallsPerSecond,
    monthlyQuota: account.monthlyQuotaCalls,
    maxDataCharacters: account.maxDataCharacters,
    queryStringCounts: account.queryStringCounts ?? false,
    maxTtlDays: account.maxTtlDays,
  } satisfies SettingsInput;
}

/**
 * `acme.onelink.me` is the subdomain `acme`. Another domain is the template's own, and the subdomain is for its web
 * pages.
 */
function hostOf(domain: string): { subdomain: string; domain?: string } {
  const [host = '', ...path] = domain.split('/');
  const name = host.toLowerCase();
  const subdomain = name
    .replace(/\.onelink\.me$/, '')
    .replaceAll('.', '-')
    .replace(/^-+/, '');
  return name === `${subdomain}.onelink.me` ? { subdomain } : { subdomain, domain: [name, ...path].join('/') };
}
