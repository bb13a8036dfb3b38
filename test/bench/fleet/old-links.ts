import { dataDigest } from '../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { Removal } from '../../../lambdas/domain/link/removal.ts';
import { linkIdSecret } from './workers.ts';

const count = 1_000;
const data = { pid: 'print', c: 'posters' };
const ttlSeconds = 31 * 86_400;

/** Links that the API holds from the start. The expiry worker checks them again and again, and the reader reads them. */
export function oldLinks(nowMilliseconds: () => number) {
  const at = (number: number): LinkAddress => ({ onelinkId: 'A1b3', shortlinkId: `old${number}` });
  let read = 0;
  return {
    preloaded: Array.from({ length: count }, (_, number) => ({ ...at(number), data, ttl: '31d' })),

    /** Endless checks, each of a link whose record has expired a minute ago. */
    *checks(): Generator<{ body: string }> {
      for (let number = 0; ; number++) {
        const expiresAt = Math.floor(nowMilliseconds() / 1000) - 60;
        const address = at(number % count);
        const record: LinkRecord = {
          address,
          source: 'crm',
          requestId: address.shortlinkId,
          state: 'live',
          shortUrl: `https://acme.onelink.me/A1b3/${address.shortlinkId}`,
          pid: data.pid,
          dataDigest: dataDigest(linkIdSecret, data),
          ttlSeconds,
          renewTtl: true,
          version: 1,
          applied: { requestedAt: '2026-03-01T00:00:00Z', requestId: address.shortlinkId },
          expiresAt,
        };
        yield { body: JSON.stringify({ record, token: `removal-${number}` } satisfies Removal) };
      }
    },

    /** The record of a check, as the intake has restored it. */
    recordIn(body: string): LinkRecord {
      const { record, token } = JSON.parse(body) as Removal;
      return { ...record, expiryCheck: { token, lostAt: Math.floor(nowMilliseconds() / 1000) + ttlSeconds } };
    },

    addresses(most: number): LinkAddress[] {
      return Array.from({ length: most }, () => at(read++ % count));
    },
  };
}
