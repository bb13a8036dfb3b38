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
        { subdomain: subdomainOf(domain), brandDomains },
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

/** The emulator's links are all below onelink.me: `links.acme.example/go` becomes `links-acme-example`. */
function subdomainOf(domain: string): string {
  const [host = ''] = domain.toLowerCase().split('/');
  return host
    .replace(/\.onelink\.me$/, '')
    .replaceAll('.', '-')
    .replace(/^-+/, '');
}
