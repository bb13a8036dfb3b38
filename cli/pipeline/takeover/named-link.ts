import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { domainAt, linkIn, type TemplateDomains, templateNamed, type WrittenLink } from '../link-address.ts';

/** What a cell of the list names: a link of the producer's templates, one elsewhere, or no link. */
export type NamedLink =
  | { is: 'link'; address: LinkAddress; brandDomain?: string }
  /** Of a template or of a domain that the configuration does not have, or that the producer may not use. */
  | { is: 'elsewhere' }
  | { is: 'no-link' };

/** The templates of the configuration, and those of them that the producer may use. */
export interface Reach {
  templates: TemplateDomains;
  usable: readonly string[];
}

/** `acme.onelink.me/A1b3/abc`: a short URL as people write it. */
const withoutScheme = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+\/./i;

/** The short URL, or TEMPLATE/ID, in a cell. Blanks around it do not count, nor does a query or a fragment after it. */
export function writtenIn(cell: string): WrittenLink | undefined {
  const text = cell.trim();
  return linkIn(withoutScheme.test(text) ? `https://${text}` : text);
}

/** What the cell names, by the configuration. */
export function namedLink(cell: string, { templates, usable }: Reach): NamedLink {
  const written = writtenIn(cell);
  if (written === undefined) return { is: 'no-link' };
  const { address, host } = written;
  const template = templateNamed(address.onelinkId, templates);
  if (template === undefined || !usable.includes(address.onelinkId)) return { is: 'elsewhere' };
  if (host === undefined) return { is: 'link', address };
  const domain = domainAt(host, template);
  if (domain === undefined) return { is: 'elsewhere' };
  return { is: 'link', address, ...(domain !== template.domain && { brandDomain: domain }) };
}
