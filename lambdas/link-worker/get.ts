import type { GetCommand } from '../domain/contract/command.ts';
import type { Fault } from '../domain/contract/fault.ts';
import { dataAsText } from '../domain/contract/link-data.ts';
import type { Decision } from '../domain/contract/outcome.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { dataDigest } from '../domain/link/digest.ts';
import { subjectErased } from '../domain/link/erasure.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { foundAtApi, isOver, linkOf } from '../domain/link/link-state.ts';
import type { LinkAtApi } from '../domain/onelink/api-answer.ts';
import { isoSeconds, secondsNow } from '../domain/work/clock.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import { type Answer, returnCauseOf } from './answer.ts';
import type { Attempt } from './attempt.ts';

/**
 * Reads one link for its owner: its data, and its true expiry.
 *
 *     link record ─▶ its owner's? ─▶ GET ─▶ found, or not-found
 *                     └─ no: rejected, without a call
 *
 * The ledger alone decides whose link it is, so nobody learns from a call whether another source's link exists. A get writes
 * nothing. If its worker crashes, the next delivery reads again.
 */
export async function getLink(attempt: Attempt<GetCommand>): Promise<Answer> {
  const { command, receiveCount, ports } = attempt;
  const { ledger, api, clock } = ports;
  const address = { onelinkId: command.onelinkId, shortlinkId: command.shortlinkId };
  const record = await ledger.link(address);
  if (record === undefined) {
    // Its create may be under way, or the expiry intake may have to restore its record.
    if (receiveCount < deliveriesToWaitForCreate) return 'try-again';
    return { outcome: 'rejected', reason: 'link-not-found', link: address };
  }
  if (record.source !== command.source) return { outcome: 'rejected', reason: 'not-owner', link: address };
  if (record.erased) return subjectErased;
  if (record.state === 'deleted') return gone(address, 'link-deleted');
  const nowSeconds = secondsNow(clock);
  const found = foundAtApi(await api.read(address), nowSeconds);
  switch (found.state) {
    case 'alive':
      return shown(attempt, record, found.link, nowSeconds);
    case 'dead':
      return gone({ ...address, expiresAt: isoSeconds(found.link.expiresAt) }, 'link-expired');
    case 'absent':
      return gone(address, 'link-not-found');
    case 'made-elsewhere':
      return { outcome: 'rejected', reason: 'made-elsewhere', link: address };
    case 'unknown': {
      const cause = returnCauseOf(found.meaning);
      // A get costs no quota, so it does not wait for quota.
      return cause === 'park' ? 'try-again' : cause;
    }
  }
}

/** The link that a GET shows. If the API reports no expiry, the ledger's counts. */
function shown(attempt: Attempt<GetCommand>, record: LinkRecord, found: LinkAtApi, nowSeconds: number): Answer {
  const { secret, receiveCount } = attempt;
  if (isOver(record, nowSeconds) || record.expiryCheck !== undefined) {
    const isRecorded = dataDigest(secret, found.data) === record.dataDigest;
    // After the end of a link, its address may have a new link whose record is still under way.
    if (!isRecorded && receiveCount < deliveriesToWaitForCreate) return 'try-again';
    // The API shows an ended link for up to 48 hours.
    const { expiresAt } = record;
    if (found.expiresAt === undefined && !record.renewTtl && isOver(record, nowSeconds)) {
      return gone({ ...record.address, expiresAt: isoSeconds(expiresAt) }, 'link-expired');
    }
  }
  const data = dataAsText(found.data);
  const bytes = Buffer.byteLength(wireJson(data));
  if (bytes > mostDataBytes) {
    return { outcome: 'rejected', reason: 'data-too-large', faults: [tooLarge(bytes)], link: { ...record.address } };
  }
  const { expiresAt = record.expiresAt, ttlSeconds = record.ttlSeconds } = found;
  return { outcome: 'found', link: { ...linkOf({ ...record, expiresAt }), ttlSeconds }, data };
}

const gone = (link: LinkAddress & { expiresAt?: string }, reason: string): Decision => ({
  outcome: 'not-found',
  reason,
  link,
});

/**
 * An SNS message has 256 KiB at most. The rest of an outcome has up to 40 KB: ten entries of metadata with 320 characters, each
 * up to 12 bytes long. The API's own limit is 3,000 characters, so larger data means that this limit has changed.
 */
const mostDataBytes = 200 * 1024;

const tooLarge = (bytes: number): Fault => ({
  path: '',
  rule: 'length',
  message: `the link’s data has ${bytes} bytes, and an outcome holds ${mostDataBytes} at most: read it over HTTP (GET /v1/links/…)`,
});
