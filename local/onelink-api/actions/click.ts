import type { Answer } from '../answer.ts';
import { type Fields, fieldsOf, plainText } from '../data/fields.ts';
import { queryString } from '../data/payload.ts';
import type { Emulator } from '../emulator.ts';
import { decoded } from '../operations.ts';
import { clickPath } from '../short-url.ts';
import { withoutEncoding } from '../v1/encoding.ts';

/** Parameters that steer the redirect. The redirect does not pass them on. */
const steering = new Set(['af_r', 'af_web_dp', 'af_ios_url', 'af_android_url', 'af_dp', 'af_param_forwarding']);

/**
 * A click on a short URL, on a device with none of the apps and no app store.
 *
 * A live link redirects to its `af_r`, else its `af_web_dp`, else its template's base URL. The target's query carries
 * the link's parameters unless `af_param_forwarding` is false. The click renews a link that has `renew_ttl`. An expired
 * or unknown link redirects to the template's base URL without parameters.
 */
export function followLink(emulator: Emulator, host: string, path: string): Answer {
  const { settings, store, statistics, clock } = emulator;
  statistics.clicks.total += 1;
  const [, onelinkId = '', shortlinkId = ''] = (clickPath(settings, host, path) ?? '').split('/').map(decoded);
  const template = Object.hasOwn(settings.templates, onelinkId) ? settings.templates[onelinkId] : undefined;
  if (template === undefined) return { status: 404, contentType: 'text/plain', body: 'No such OneLink template\n' };
  const base = template.baseUrl ?? `https://www.${template.subdomain}.example/`;
  const link = store.get(onelinkId, shortlinkId);
  if (link === undefined || store.isExpired(link)) return redirect(base);
  statistics.clicks.onLiveLinks += 1;
  link.clicks += 1;
  if (link.renewTtl) link.expiresAtSeconds = clock.nowSeconds() + link.ttlSeconds;
  const parameters = fieldsOf(link.payload) ?? new Map();
  return redirect(destination(link.api === 'v1.0' ? withoutEncoding(parameters) : parameters, base));
}

function destination(parameters: Fields, base: string): string {
  const text = (name: string) => {
    const field = parameters.get(name);
    return field && plainText(field);
  };
  const target = [text('af_r'), text('af_web_dp')].find((url) => url !== undefined && URL.canParse(url)) ?? base;
  if (text('af_param_forwarding') === 'false') return target;
  const travelling = queryString(new Map([...parameters].filter(([name]) => !steering.has(name))));
  if (travelling === '') return target;
  return `${target}${target.includes('?') ? '&' : '?'}${travelling}`;
}

function redirect(location: string): Answer {
  return { status: 302, contentType: 'text/plain', body: '', location: new URL(location).href };
}
