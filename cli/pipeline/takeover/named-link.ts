import { namedByUrl } from '../../../lambdas/domain/campaign/short-url.ts';
import type { Templates } from '../../../lambdas/domain/contract/producer.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { plainUrl } from './plain-url.ts';

/** What a cell of the list names: a link of the producer's templates, one elsewhere, or no link. */
export type NamedLink =
  | { is: 'link'; address: LinkAddress; brandDomain?: string }
  /** Of a template or of a domain that the configuration does not have, or that the producer may not use. */
  | { is: 'elsewhere' }
  | { is: 'no-link' };

/** The templates of the configuration, and those of them that the producer may use. */
export interface Reach {
  templates: Templates;
  usable: readonly string[];
}

const templateAndId = /^([A-Za-z0-9]{4,8})\/([A-Za-z0-9_-]{1,50})$/;

/**
 * What the cell names, by the configuration: a short URL, or TEMPLATE/ID. It may be written in another way, if that leaves no doubt
 * which link is meant.
 */
export function namedLink(cell: string, { templates, usable }: Reach): NamedLink {
  const text = plainUrl(cell);
  const [, template = '', id = ''] = templateAndId.exec(text) ?? [];
  if (id !== '') return ofTemplate(template, id, Object.hasOwn(templates, template) && usable.includes(template));
  const named = namedByUrl(text, templates);
  if ('fault' in named)
    return { is: named.fault.rule === 'format' || isOtherPath(text, templates) ? 'no-link' : 'elsewhere' };
  const link = ofTemplate(named.template, named.shortlinkId, usable.includes(named.template));
  return link.is === 'link' && named.brandDomain !== undefined ? { ...link, brandDomain: named.brandDomain } : link;
}

/** A domain of the configuration, with another path than a link has. */
function isOtherPath(text: string, templates: Templates): boolean {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([^/?#]+)\/([^?#]*)/i.exec(text) ?? [];
  const domains = Object.values(templates).flatMap(({ domain, brandDomains }) => [domain, ...brandDomains]);
  return domains.includes(host.toLowerCase()) && path.replace(/\/$/, '').split('/').length !== 2;
}

const ofTemplate = (onelinkId: string, shortlinkId: string, isUsable: boolean): NamedLink =>
  isUsable ? { is: 'link', address: { onelinkId, shortlinkId } } : { is: 'elsewhere' };
