import { createHmac } from 'node:crypto';
import type { RequestKey } from '../contract/request-key.ts';

/** The address of a short link: `https://{subdomain}/{onelinkId}/{shortlinkId}`. */
export interface LinkAddress {
  onelinkId: string;
  shortlinkId: string;
}

/** A link and the producer that made it. */
export interface OwnedLink {
  source: string;
  address: LinkAddress;
}

/** Whether an ID may be one that `deriveLinkId` has made. */
export const hasDerivedForm = (shortlinkId: string, length: number): boolean =>
  shortlinkId.length === length && /^[0-9a-z]+$/.test(shortlinkId);

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * The short-link ID of a create without a chosen one. The same request always derives the same ID. So a repeated create
 * finds its own link instead of making a second one.
 *
 * A link found under a derived ID is ours, for this reason: 12 characters of 36 make 36^12 = 4.7e18 IDs. An account at
 * its full quota makes 9e7 links a year. If all are live, a new ID collides with a chance of 9e7 / 4.7e18 = 2e-11.
 * Among a year's 9e7 creates, 9e7 × 9e7 / 2 / 4.7e18 < 0.001 collisions are expected. The shortest length, 10
 * characters (3.7e15 IDs), has a chance of 2.5e-8 for each create. Guessing is no faster: at 1,000 guesses a second
 * against 9e7 live links, a hit takes 4.7e18 / 9e7 / 1000 s, some 1.6 years. The secret keeps IDs unpredictable even if
 * the method is known.
 *
 * It uses SHA-512, because 36^50, the API's longest ID, needs 259 bits. The modulo's bias is then under 2^-250.
 */
export function deriveLinkId(secret: string, request: RequestKey & { onelinkId: string }, length: number): string {
  const digest = createHmac('sha512', secret)
    .update(`link-id\0${request.onelinkId}\0${request.source}\0${request.requestId}`)
    .digest('hex');
  let rest = BigInt(`0x${digest}`);
  let id = '';
  while (id.length < length) {
    id += alphabet[Number(rest % 36n)];
    rest /= 36n;
  }
  return id;
}
