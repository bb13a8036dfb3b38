import { accountMayNotBrand, brandDomainMismatch } from './errors.ts';
import type { Settings } from './settings.ts';

/**
 * The address of a link: `https://<subdomain>.onelink.me/<template>/<id>`, or `https://<brand domain>/<template>/<id>`
 * since a brand domain takes the place of the OneLink host and nothing else.
 */
export function shortUrl(
  settings: Settings,
  link: { onelinkId: string; shortlinkId: string; brandDomain: string | undefined },
): string {
  const host = link.brandDomain ?? `${settings.templates[link.onelinkId]?.subdomain ?? 'unknown'}.onelink.me`;
  return `https://${host}/${link.onelinkId}/${link.shortlinkId}`;
}

/**
 * The brand domain that a create or an update asks for, if it asks for one.
 * @throws ApiError 401 or 403 `wrong_brand_domain`
 */
export function checkedBrandDomain(settings: Settings, onelinkId: string, asked: unknown): string | undefined {
  if (asked === undefined) return undefined;
  if (!settings.brandedLinks) throw accountMayNotBrand();
  const known = settings.templates[onelinkId]?.brandDomains ?? [];
  if (typeof asked !== 'string' || !known.includes(asked)) throw brandDomainMismatch();
  return asked;
}

/**
 * The path of a click below its template's host: brand domains may have a path of their own, which goes. Undefined when
 * the host is one of the account's, but not of the template in the path. Other hosts (127.0.0.1) serve every template.
 */
export function clickPath(settings: Settings, host: string, path: string): string | undefined {
  let known = false;
  for (const [onelinkId, template] of Object.entries(settings.templates)) {
    for (const domain of [`${template.subdomain}.onelink.me`, ...template.brandDomains]) {
      const slash = domain.indexOf('/');
      if (host !== (slash === -1 ? domain : domain.slice(0, slash))) continue;
      known = true;
      const prefix = slash === -1 ? '' : domain.slice(slash);
      const rest = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : '';
      if (rest === `/${onelinkId}` || rest.startsWith(`/${onelinkId}/`)) return rest;
    }
  }
  return known ? undefined : path;
}
