import { type Field, plainText } from './data/fields.ts';
import { accountMayNotBrand, brandDomainMismatch, invalidParameter } from './errors.ts';
import type { Call } from './operations.ts';
import type { Settings, Template } from './settings.ts';

/**
 * The address of a link: `https://<host>/<template>/<id>`. The host is the brand domain, else the template's own
 * domain, else `<subdomain>.onelink.me`.
 */
export function shortUrl(
  settings: Settings,
  link: { onelinkId: string; shortlinkId: string; brandDomain: string | undefined },
): string {
  const template = settings.templates[link.onelinkId];
  const host = link.brandDomain ?? (template === undefined ? 'unknown.onelink.me' : domainOf(template));
  return `https://${host}/${link.onelinkId}/${link.shortlinkId}`;
}

const domainOf = ({ domain, subdomain }: Template): string => domain ?? `${subdomain}.onelink.me`;

/**
 * The brand domain of a create or an update, if the body has one.
 * @throws ApiError 401 or 403 `wrong_brand_domain`. 400 `invalid_parameter` for a value that is not a string.
 *   Depending on the settings, also for an update.
 */
export function checkedBrandDomain(
  settings: Settings,
  { operation, onelinkId }: Call,
  asked: Field | undefined,
): string | undefined {
  if (asked === undefined) return undefined;
  const { value } = asked;
  if (typeof value !== 'string') throw invalidParameter('brand_domain', plainText(asked), 'value should be a string');
  const isKnown = settings.brandedLinks && settings.templates[onelinkId]?.brandDomains.includes(value);
  if (isKnown) return value;
  if (operation === 'update' && settings.updateBrandMismatch === 'invalid_parameter') {
    throw invalidParameter('brand_domain', value, 'value should be a brand domain of the template');
  }
  throw settings.brandedLinks ? brandDomainMismatch() : accountMayNotBrand();
}

/**
 * The path of a click below its template's host, without the path of a brand domain. Undefined if the host belongs to
 * the account but not to the template in the path. Other hosts (127.0.0.1) serve every template.
 */
export function clickPath(settings: Settings, host: string, path: string): string | undefined {
  let known = false;
  for (const [onelinkId, template] of Object.entries(settings.templates)) {
    for (const domain of [domainOf(template), ...template.brandDomains]) {
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
