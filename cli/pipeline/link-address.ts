import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import { OperatorError } from '../words/operator-error.ts';

const templateId = /^[A-Za-z0-9]{4,8}$/;
const shortlinkId = /^[A-Za-z0-9_-]{1,50}$/;

/** The domains of the links of each template. */
export type TemplateDomains = Readonly<Record<string, { domain: string; brandDomains: readonly string[] }>>;

/**
 * Reads a link's address from its short URL, or from TEMPLATE/ID.
 *
 * @throws OperatorError if it is neither, or if its template does not have its domain. A short link is confidential, so the
 * error repeats only the domain.
 */
export function linkAddressOf(text: string, templates: TemplateDomains): LinkAddress {
  const url = URL.canParse(text) && /^https?:/i.test(text) ? new URL(text) : undefined;
  const [onelinkId = '', id = ''] = (url?.pathname ?? text).split('/').filter(Boolean).slice(-2);
  if (templateId.test(onelinkId) && shortlinkId.test(id)) {
    if (url !== undefined) checkDomain(url.hostname, onelinkId, templates);
    return { onelinkId, shortlinkId: id };
  }
  throw new OperatorError('That is not a link. Give its short URL (https://acme.onelink.me/A1b3/…), or A1b3/….');
}

function checkDomain(host: string, onelinkId: string, templates: TemplateDomains): void {
  const template = Object.hasOwn(templates, onelinkId) ? templates[onelinkId] : undefined;
  if (template === undefined) {
    throw new OperatorError(
      `The configuration has no template ${onelinkId}. It has ${Object.keys(templates).join(', ')}.`,
    );
  }
  const domains = [template.domain, ...template.brandDomains];
  // A brand domain may have a path.
  if (domains.some((domain) => domain.split('/')[0] === host)) return;
  throw new OperatorError(
    `${host} is not a domain of the template ${onelinkId}. In the configuration it has ${domains.join(', ')}. Nothing was looked up.`,
  );
}
