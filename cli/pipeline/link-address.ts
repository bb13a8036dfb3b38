import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import { OperatorError } from '../operator-error.ts';

const templateId = /^[A-Za-z0-9]{4,8}$/;
const shortlinkId = /^[A-Za-z0-9_-]{1,50}$/;

/** The domains of each template's links. */
export type TemplateDomains = Readonly<Record<string, { domain: string; brandDomains: readonly string[] }>>;

/**
 * A link as somebody names it: by its short URL or as TEMPLATE/ID.
 *
 * @throws OperatorError when it is neither, or its domain is not one of its template's; a short link is confidential, so
 * that no more than the domain is repeated
 */
export function linkAddressOf(text: string, templates: TemplateDomains): LinkAddress {
  const url = URL.canParse(text) && /^https?:/i.test(text) ? new URL(text) : undefined;
  const [onelinkId = '', id = ''] = (url?.pathname ?? text).split('/').filter(Boolean).slice(-2);
  if (templateId.test(onelinkId) && shortlinkId.test(id)) {
    if (url !== undefined) checkDomain(url.hostname, onelinkId, templates);
    return { onelinkId, shortlinkId: id };
  }
  throw new OperatorError('That is no link: name it by its short URL (https://acme.onelink.me/A1b3/…) or as A1b3/….');
}

function checkDomain(host: string, onelinkId: string, templates: TemplateDomains): void {
  const template = Object.hasOwn(templates, onelinkId) ? templates[onelinkId] : undefined;
  if (template === undefined) {
    throw new OperatorError(
      `The configuration has no template ${onelinkId}; it has ${Object.keys(templates).join(', ')}.`,
    );
  }
  const domains = [template.domain, ...template.brandDomains];
  // A brand domain may have a path of its own.
  if (domains.some((domain) => domain.split('/')[0] === host)) return;
  throw new OperatorError(
    `${host} is no domain of the template ${onelinkId}; those are ${domains.join(', ')}, by the configuration. Nothing was looked up.`,
  );
}
