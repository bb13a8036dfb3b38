import type { Fault } from '../contract/fault.ts';
import type { Templates } from '../contract/producer.ts';

/** The parts of a command that a short URL names. */
export interface NamedByUrl {
  template: string;
  shortlinkId: string;
  /** Absent for the template's own domain. */
  brandDomain?: string;
}

const form =
  /^(?:https?:\/\/)?([a-z0-9.-]+(?:\/[^\s?#]+)?)\/([A-Za-z0-9]{4,8})\/([A-Za-z0-9_-]{1,50})\/?(?:[?#]\S*)?$/i;

const fault = (rule: string, message: string): Fault => ({ path: 'short_url', rule, message });

/**
 * What a short URL names: `https://acme.onelink.me/A1b3/abc` is the link `abc` of the template `A1b3`. What follows a question
 * mark does not count.
 */
export function namedByUrl(url: string, templates: Templates): NamedByUrl | { fault: Fault } {
  const [, host = '', template = '', shortlinkId = ''] = form.exec(url) ?? [];
  if (shortlinkId === '') {
    const message = 'is no short URL. Write it as https://acme.onelink.me/A1b3/abc: domain, template, short-link ID';
    return { fault: fault('format', message) };
  }
  const known = Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (known === undefined) {
    const message = 'names a template that the pipeline’s configuration does not have. Check the part after the domain';
    return { fault: fault('not-allowed', message) };
  }
  const isHost = (domain: string) => domain.toLowerCase() === host.toLowerCase();
  if (isHost(known.domain)) return { template, shortlinkId };
  const brandDomain = known.brandDomains.find(isHost);
  if (brandDomain !== undefined) return { template, shortlinkId, brandDomain };
  const message =
    'has a domain that is neither the template’s own nor one of its brand domains. Add it to the configuration';
  return { fault: fault('not-allowed', message) };
}
