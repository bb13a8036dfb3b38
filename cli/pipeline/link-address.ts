import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import { OperatorError } from '../words/operator-error.ts';

const templateId = /^[A-Za-z0-9]{4,8}$/;
const shortlinkId = /^[A-Za-z0-9_-]{1,50}$/;

interface Domains {
  domain: string;
  brandDomains: readonly string[];
}

/** The domains of the links of each template. */
export type TemplateDomains = Readonly<Record<string, Domains>>;

/** An address as a text has it. `host` is undefined if the text is no URL. */
export interface WrittenLink {
  address: LinkAddress;
  host: string | undefined;
}

/** The link that a short URL, or TEMPLATE/ID, names. Undefined for any other text. It does not check the domain. */
export function linkIn(text: string): WrittenLink | undefined {
  const url = URL.canParse(text) && /^https?:/i.test(text) ? new URL(text) : undefined;
  const [onelinkId = '', id = ''] = (url?.pathname ?? text).split('/').filter(Boolean).slice(-2);
  if (!templateId.test(onelinkId) || !shortlinkId.test(id)) return undefined;
  return { address: { onelinkId, shortlinkId: id }, host: url?.hostname };
}

/** The domain of the template that has this host. A brand domain may have a path, and its host is what counts. */
export function domainAt(host: string, { domain, brandDomains }: Domains): string | undefined {
  return [domain, ...brandDomains].find((one) => one.split('/')[0]?.toLowerCase() === host);
}

/** A template by its ID. */
export function templateNamed(onelinkId: string, templates: TemplateDomains): Domains | undefined {
  return Object.hasOwn(templates, onelinkId) ? templates[onelinkId] : undefined;
}

/**
 * Reads a link's address from its short URL, or from TEMPLATE/ID.
 *
 * @throws OperatorError if it is neither, or if its template does not have its domain. A short link is confidential, so the
 * error repeats only the domain.
 */
export function linkAddressOf(text: string, templates: TemplateDomains): LinkAddress {
  const written = linkIn(text);
  if (written === undefined) {
    throw new OperatorError('That is not a link. Give its short URL (https://acme.onelink.me/A1b3/…), or A1b3/….');
  }
  const { address, host } = written;
  if (host !== undefined) checkDomain(host, address.onelinkId, templates);
  return address;
}

function checkDomain(host: string, onelinkId: string, templates: TemplateDomains): void {
  const template = templateNamed(onelinkId, templates);
  if (template === undefined) {
    throw new OperatorError(
      `The configuration has no template ${onelinkId}. It has ${Object.keys(templates).join(', ')}.`,
    );
  }
  if (domainAt(host, template) !== undefined) return;
  const domains = [template.domain, ...template.brandDomains].join(', ');
  throw new OperatorError(
    `${host} is not a domain of the template ${onelinkId}. In the configuration it has ${domains}. Nothing was looked up.`,
  );
}
