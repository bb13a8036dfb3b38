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
        { ...hostOf(domain), brandDomains },
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

/** `acme.onelink.me` is the subdomain `acme`. Another domain keeps its name; the subdomain is then for the pages behind it. */
function hostOf(domain: string): { subdomain: string; domain?: string } {
  const [host = '', ...path] = domain.split('/');
  const name = host.toLowerCase();
  const subdomain = name
    .replace(/\.onelink\.me$/, '')
    .replaceAll('.', '-')
    .replace(/^-+/, '');
  return name === `${subdomain}.onelink.me` ? { subdomain } : { subdomain, domain: [name, ...path].join('/') };
}
