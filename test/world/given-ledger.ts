import { dataDigest } from '../../lambdas/domain/link/digest.ts';
import type { LinkRecord, RequestRecord } from '../../lambdas/domain/link/ledger-record.ts';
import { givenOutcome } from './given-outcome.ts';

export const given = {
  secret: 'a secret of the test',
  nowSeconds: Date.parse('2026-03-10T12:00:00Z') / 1000,
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example', 'path.acme.example/p'] } },
};

/** A live link of `crm` with a TTL of 31 days that renews itself, 30 days before its expiry. */
export function givenRecord(
  data: Record<string, string> = { pid: 'sms' },
  change: Partial<LinkRecord> = {},
): LinkRecord {
  return {
    address: { onelinkId: 'A1b3', shortlinkId: 'secret-id' },
    source: 'crm',
    requestId: 'r-1',
    state: 'live',
    shortUrl: 'https://acme.onelink.me/A1b3/secret-id',
    pid: 'sms',
    dataDigest: dataDigest(given.secret, data),
    ttlSeconds: 31 * 86_400,
    renewTtl: true,
    version: 1,
    applied: { requestedAt: '2026-03-09T12:00:00Z', requestId: 'r-1' },
    expiresAt: given.nowSeconds + 30 * 86_400,
    ...change,
  };
}

/** A link like {@link givenRecord} at another address. */
export const givenLinkAt = (shortlinkId: string, change: Partial<LinkRecord> = {}): LinkRecord =>
  givenRecord(
    {},
    {
      address: { onelinkId: 'A1b3', shortlinkId },
      shortUrl: `https://acme.onelink.me/A1b3/${shortlinkId}`,
      ...change,
    },
  );

export function givenRequest(commandDigest: string, outcome = givenOutcome()): RequestRecord {
  return { source: 'crm', requestId: 'r-1', commandDigest, outcome, expiresAt: given.nowSeconds + 75 * 86_400 };
}
