import type { Templates } from '../../../lambdas/domain/contract/producer.ts';
import { dataDigest } from '../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import { durationWords } from '../../words.ts';

/** One thing in which ledger and API differ, in words that hold no value of the link. */
export interface Difference {
  what: 'state' | 'data' | 'ttl' | 'expiry' | 'short-url';
  words: string;
}

export type Comparison =
  | { result: 'equal' }
  /** Equal but for clicks, which extend a renewing link's life and of which nobody is told. */
  | { result: 'renewed-by-clicks' }
  | { result: 'different'; differences: Difference[] };

/** What a GET found: the link, none, or one that was made by other means than the API. */
export type Found = LinkAtApi | 'absent' | 'foreign';

/** The API's clock may be this much off the pipeline's, whose expiry is its own time of sending plus the TTL. */
const clockToleranceSeconds = 5;
/** And this much off the clock of the machine that this runs on, which need not be kept by anybody. */
const machineToleranceSeconds = 60;

/**
 * Holds a link's record against what the API says of it.
 *
 * @param context.nowSeconds after the API's answer
 * @param context.templates the domains that links of each template may have; a template that is not there any more is
 *   not held against anything
 */
export function compare(
  record: LinkRecord,
  found: Found,
  context: { secret: string; templates: Templates; nowSeconds: number },
): Comparison {
  if (found === 'foreign') {
    return different([{ what: 'state', words: 'was made in another way than through the API' }]);
  }
  if (record.state === 'deleted') {
    const dead = found === 'absent' || found.expiresAt <= context.nowSeconds;
    return dead ? { result: 'equal' } : different([{ what: 'state', words: 'deleted in the ledger, live at the API' }]);
  }
  if (found === 'absent') {
    // A check that is under way is about to find it over.
    const isChecked = record.expiryCheck !== undefined;
    const expired = isChecked || record.expiresAt <= context.nowSeconds + machineToleranceSeconds;
    return expired ? { result: 'equal' } : different([{ what: 'state', words: 'live in the ledger, gone at the API' }]);
  }
  const laterSeconds = found.expiresAt - record.expiresAt;
  const differences = [
    ...(dataDigest(context.secret, found.data) === record.dataDigest
      ? []
      : [{ what: 'data', words: 'its data differs' } as const]),
    ...lifeDifferences(record, found, context.nowSeconds),
    ...(hasDomainOf(record, context.templates)
      ? []
      : [{ what: 'short-url', words: 'its short URL has none of its template’s domains' } as const]),
  ];
  if (differences.length > 0) return different(differences);
  return { result: laterSeconds > clockToleranceSeconds ? 'renewed-by-clicks' : 'equal' };
}

const different = (differences: Difference[]): Comparison => ({ result: 'different', differences });

/**
 * TTL and expiry. A TTL that the API tells is held against the record's. It shows in the expiry as well, which no click can
 * move further ahead than one TTL from now. Within that, a later expiry of a renewing link is the work of clicks.
 */
function lifeDifferences(record: LinkRecord, found: LinkAtApi, nowSeconds: number): Difference[] {
  const ttl = ttlDifference(record, found, nowSeconds);
  const later = found.expiresAt - record.expiresAt;
  // What a check is under way for: it writes the true expiry down.
  const isChecked = record.expiryCheck !== undefined;
  const isExplained = isChecked || Math.abs(later) <= clockToleranceSeconds || (later > 0 && record.renewTtl);
  const words = `expires ${durationWords(Math.abs(later))} ${later > 0 ? 'later' : 'earlier'} at the API`;
  return [...(ttl === undefined ? [] : [ttl]), ...(isExplained ? [] : [{ what: 'expiry' as const, words }])];
}

function ttlDifference(record: LinkRecord, found: LinkAtApi, nowSeconds: number): Difference | undefined {
  if (found.ttlSeconds !== undefined && found.ttlSeconds !== record.ttlSeconds) {
    const [there, here] = [found.ttlSeconds, record.ttlSeconds].map(durationWords);
    return { what: 'ttl', words: `has a TTL of ${there} at the API, and of ${here} in the ledger` };
  }
  const beyond = found.expiresAt - (nowSeconds + record.ttlSeconds);
  if (beyond <= machineToleranceSeconds) return undefined;
  return { what: 'ttl', words: `lives ${durationWords(beyond)} longer at the API than its TTL allows` };
}

function hasDomainOf({ address, shortUrl }: LinkRecord, templates: Templates): boolean {
  const template = Object.hasOwn(templates, address.onelinkId) ? templates[address.onelinkId] : undefined;
  if (template === undefined) return true;
  if (!URL.canParse(shortUrl)) return false;
  // A brand domain may be configured with a path; its host is what counts.
  const hosts = [template.domain, ...template.brandDomains].map((domain) => domain.split('/')[0]?.toLowerCase());
  return hosts.includes(new URL(shortUrl).host);
}
