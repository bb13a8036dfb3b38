import type { Templates } from '../../../lambdas/domain/contract/producer.ts';
import { dataDigest } from '../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { isGivenUp } from '../../../lambdas/domain/link/link-state.ts';
import type { LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import { durationWords } from '../../words/words.ts';

/** One difference between ledger and API, in words that hold no value of the link. */
export interface Difference {
  what: 'state' | 'data' | 'ttl' | 'expiry' | 'short-url';
  words: string;
}

export type Comparison =
  | { result: 'equal' }
  /** Equal except for the expiry: clicks extend a renewing link's life, and the API does not report them. */
  | { result: 'renewed-by-clicks' }
  | { result: 'different'; differences: Difference[] };

/** What a GET found: the link, no link, or a link that was not made through the API. */
export type Found = LinkAtApi | 'absent' | 'foreign';

/** The most that the API's clock may differ from the pipeline's, whose expiry is its time of sending plus the TTL. */
const clockToleranceSeconds = 5;
/** The most that the API's clock may differ from the operator's machine, which may not be synchronised. */
const machineToleranceSeconds = 60;

/**
 * Compares a link's record with the API's answer.
 *
 * @param context.nowSeconds a time after the API's answer
 * @param context.templates the allowed domains of each template's links. A link of an unknown template may have any domain.
 */
export function compare(
  record: LinkRecord,
  found: Found,
  context: { secret: string; templates: Templates; nowSeconds: number },
): Comparison {
  // A takeover that the API refused has given the link up again. What the API has there is not the pipeline's.
  if (isGivenUp(record)) return { result: 'equal' };
  if (found === 'foreign') {
    return different([{ what: 'state', words: 'was not made through the API' }]);
  }
  if (record.state === 'deleted') {
    // Without an expiry, the link may be one that has expired and is still shown.
    const dead = found === 'absent' || (found.expiresAt ?? 0) <= context.nowSeconds;
    return dead ? { result: 'equal' } : different([{ what: 'state', words: 'deleted in the ledger, live at the API' }]);
  }
  if (found === 'absent') {
    // The expiry check under way will end the link in the ledger.
    const isChecked = record.expiryCheck !== undefined;
    const expired = isChecked || record.expiresAt <= context.nowSeconds + machineToleranceSeconds;
    return expired
      ? { result: 'equal' }
      : different([{ what: 'state', words: 'live in the ledger, absent at the API' }]);
  }
  const laterSeconds = laterBy(found, record);
  const differences = lifeDifferences(record, found, context.nowSeconds);
  if (dataDigest(context.secret, found.data) !== record.dataDigest)
    differences.unshift({ what: 'data', words: 'its data differs' });
  if (!hasDomainOf(record, context.templates))
    differences.push({ what: 'short-url', words: 'its short URL has none of its template’s domains' });
  if (differences.length > 0) return different(differences);
  return { result: laterSeconds > clockToleranceSeconds ? 'renewed-by-clicks' : 'equal' };
}

/** How much later the link expires at the API, in seconds. 0 if the API reports no expiry. */
function laterBy({ expiresAt }: LinkAtApi, record: LinkRecord): number {
  return expiresAt === undefined ? 0 : expiresAt - record.expiresAt;
}

const different = (differences: Difference[]): Comparison => ({ result: 'different', differences });

/**
 * Compares TTL and expiry. If the API returns a TTL, it must equal the record's. The expiry shows the TTL too, because a
 * click moves it to at most one TTL from now. Within that, clicks explain a later expiry of a renewing link.
 */
function lifeDifferences(record: LinkRecord, found: LinkAtApi, nowSeconds: number): Difference[] {
  const ttl = ttlDifference(record, found, nowSeconds);
  const later = laterBy(found, record);
  // The expiry check under way will write the API's expiry into the record.
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
  const beyond = (found.expiresAt ?? 0) - (nowSeconds + record.ttlSeconds);
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
