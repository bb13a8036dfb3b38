import { createHmac } from 'node:crypto';
import type { RequestKey } from '../contract/request-key.ts';

/** Where a short link lives: `https://{subdomain}/{onelinkId}/{shortlinkId}`. */
export interface LinkAddress {
  onelinkId: string;
  shortlinkId: string;
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * The short-link ID of a create that brings none of its own: the same request always derives the same ID, so that a
 * repeated create meets its own link instead of making a second one.
 *
 * Why a link found under a derived ID is ours: 12 characters of 36 make 36^12 = 4.7e18 IDs. An account at its full
 * quota makes 9e7 links a year; with all of them alive, a new ID meets a stranger's with a chance of 9e7 / 4.7e18 =
 * 2e-11, and among a year's 9e7 creates the expected number of meetings is 9e7 × 9e7 / 2 / 4.7e18 < 0.001. The least
 * length allowed, 10 characters (3.7e15 IDs), still gives 2.5e-8 for each create. Guessing works no better: at 1,000
 * guesses a second against 9e7 live links a hit takes 4.7e18 / 9e7 / 1000 s, some 1.6 years each, and the secret keeps
 * the IDs unpredictable for those who know how they are made.
 *
 * SHA-512 because 36^50, the longest ID the API takes, needs 259 bits; the modulo's bias is then under 2^-250.
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
