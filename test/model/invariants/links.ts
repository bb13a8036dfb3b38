import { isDeepStrictEqual } from 'node:util';
import { dataDigest } from '../../../lambdas/domain/link/digest.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { HeldLink } from '../../world/held-links.ts';
import { linkIdSecret } from '../../world/link-world.ts';
import type { Run } from '../steps/perform.ts';
import { isOutside, keyOf } from '../world/one-link.ts';
import { timeoutSeconds } from '../world/pipeline.ts';
import { excusedKeys } from './excused.ts';

/** The worker calculates an expiry before the call, and the call may take effect until the invocation ends. */
const toleranceSeconds = timeoutSeconds;

/** At rest, the ledger's record of each link matches the API, and only live links have images. */
export function linkFaults(run: Run): string[] {
  const { pipeline, producers } = run;
  const { ledger, oneLink, images, nowSeconds } = pipeline;
  const faults: string[] = [];
  // A link that is about to expire may have expired at the API and not in the ledger, or the other way round.
  const isSurelyAlive = ({ expiresAt }: { expiresAt: number }) => expiresAt > nowSeconds + 2 * toleranceSeconds;

  const excused = excusedKeys(run);

  for (const [key, held] of oneLink.links) {
    if (!isSurelyAlive(held) || excused.has(key)) continue;
    const record = ledger.links.get(key);
    if (record?.state !== 'live' && !isOwned(held, record, run)) continue;
    if (record?.state !== 'live') {
      faults.push(`${key} is at the API, but ${record === undefined ? 'missing' : 'deleted'} in the ledger`);
      continue;
    }
    if (record.dataDigest !== dataDigest(linkIdSecret, held.data))
      faults.push(`${key} holds other data than its record`);
    const isSent = producers.sent.some(({ body }) => isDeepStrictEqual(body.data, held.data));
    if (!isSent && !oneLink.isOutsideData(held.data))
      faults.push(`${key} holds data that no producer has sent in this form`);
    const ahead = held.expiresAt - record.expiresAt;
    // A create may adopt a link that has its data. It does not know the TTL with which that link was made.
    const mayBeAdopted = producers.sent.some(
      (sent) => sent.action === 'create' && sent.isAlike && sent.keys.includes(key),
    );
    const isExplained = mayBeAdopted || (ahead >= 0 && (ahead <= toleranceSeconds || oneLink.clicked.has(key)));
    if (!isExplained) faults.push(`${key} expires ${ahead} s later than its record shows`);
  }
  for (const [key, record] of ledger.links) {
    if (excused.has(key)) continue;
    const held = oneLink.links.get(key);
    if (record.state === 'live' && isSurelyAlive(record) && (held === undefined || held.expiresAt <= nowSeconds)) {
      faults.push(`${key} is live in the ledger, but not at the API`);
    }
    if (record.qrFailure !== undefined && (record.qrKey !== undefined || record.state !== 'live'))
      faults.push(`${key} has a failed code, and ${record.qrKey === undefined ? 'has ended' : 'an image'}`);
    if (record.state === 'live' && isSurelyAlive(record) && record.lease !== undefined) {
      faults.push(`${key} is still leased to ${record.lease.requestId}`);
    }
  }
  for (const image of images) {
    const [source, ...address] = image.split('/');
    const key = address.join('/');
    if (excused.has(key)) continue;
    const record = ledger.links.get(key);
    if (record?.state !== 'live') faults.push(`${key} has an image, but is not live`);
    else if (record.source !== source) faults.push(`${key} has an image of ${source}, but is ${record.source}’s`);
    else if (record.qrKey === undefined) faults.push(`${key} has an image that is missing in its record`);
  }
  return [...faults, ...takenOver(run)];
}

/**
 * Whether a link at the API must have a record. A link from outside has one after a command has taken it over, unless the
 * command has given it up (`disown`).
 */
function isOwned({ data }: HeldLink, record: LinkRecord | undefined, { pipeline: { history } }: Run): boolean {
  if (!isOutside(data)) return true;
  const digest = dataDigest(linkIdSecret, data);
  const wasTakenOver = history.some(({ dataDigest, applied }) => dataDigest === digest && applied.requestId !== '');
  return wasTakenOver && record?.shortUrl !== '';
}

/** While the ledger has a link's record, live or ended, no other source gets a link at its address. */
function takenOver({ pipeline: { history, swept } }: Run): string[] {
  const records = Map.groupBy(history, ({ address }) => keyOf(address));
  return [...records].flatMap(([key, states]) => {
    // The TTL has deleted a record, so the ledger did not know whose address it was.
    if (swept.has(key)) return [];
    return states.flatMap((record, index) => {
      const before = states[index - 1];
      if (before === undefined || before.shortUrl === '' || before.source === record.source) return [];
      return [`${key} was ${before.source}’s, and became ${record.source}’s`];
    });
  });
}
