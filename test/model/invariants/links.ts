import { isDeepStrictEqual } from 'node:util';
import { dataDigest } from '../../../lambdas/domain/link/digest.ts';
import { linkIdSecret } from '../../world/link-world.ts';
import type { Run } from '../steps/perform.ts';
import { timeoutSeconds } from '../world/pipeline.ts';
import { excusedKeys } from './excused.ts';

/** An expiry is reckoned from before the call, which may take effect as late as its invocation ends. */
const toleranceSeconds = timeoutSeconds;

/** At rest, the ledger says of each link what the API holds, and images lie there for living links alone. */
export function linkFaults(run: Run): string[] {
  const { pipeline, producers } = run;
  const { ledger, oneLink, images, nowSeconds } = pipeline;
  const faults: string[] = [];
  // A link about to expire may have done so on one side and not on the other.
  const isSurelyAlive = ({ expiresAt }: { expiresAt: number }) => expiresAt > nowSeconds + 2 * toleranceSeconds;

  const excused = excusedKeys(run);

  for (const [key, held] of oneLink.links) {
    if (!isSurelyAlive(held) || excused.has(key)) continue;
    const record = ledger.links.get(key);
    if (record?.state !== 'live') {
      faults.push(`${key} is at the API, but ${record === undefined ? 'unknown to' : 'deleted in'} the ledger`);
      continue;
    }
    if (record.dataDigest !== dataDigest(linkIdSecret, held.data))
      faults.push(`${key} holds other data than its record`);
    if (!producers.sent.some(({ body }) => isDeepStrictEqual(body.data, held.data)))
      faults.push(`${key} holds data that nobody has sent in these words`);
    const ahead = held.expiresAt - record.expiresAt;
    // A create that adopts a link with the data it asked for knows nothing of the TTL that this was made with.
    const mayBeAdopted = producers.sent.some(
      (sent) => sent.action === 'create' && sent.isAlike && sent.keys.includes(key),
    );
    const isExplained = mayBeAdopted || (ahead >= 0 && (ahead <= toleranceSeconds || oneLink.clicked.has(key)));
    if (!isExplained) faults.push(`${key} expires ${ahead} s later than its record says`);
  }
  for (const [key, record] of ledger.links) {
    if (excused.has(key)) continue;
    const held = oneLink.links.get(key);
    if (record.state === 'live' && isSurelyAlive(record) && (held === undefined || held.expiresAt <= nowSeconds)) {
      faults.push(`${key} is live in the ledger, but not at the API`);
    }
    if (record.state === 'live' && isSurelyAlive(record) && record.lease !== undefined) {
      faults.push(`${key} is still leased to ${record.lease.requestId}`);
    }
  }
  for (const key of images) {
    if (excused.has(key)) continue;
    const record = ledger.links.get(key);
    if (record?.state !== 'live') faults.push(`${key} has an image, but is no living link`);
    else if (record.qrKey === undefined) faults.push(`${key} has an image that its record does not know`);
  }
  return faults;
}
