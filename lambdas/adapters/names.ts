import { hash } from 'node:crypto';
import { campaignPrefix } from '../domain/campaign/places.ts';

/** Names in the ledger's table and in the buckets. */

export const ledgerAttribute = {
  /**
   * The ledger's only key: `link#{onelink-id}/{shortlink-id}`, `request#{source}/{requestId}`,
   * `claim#{onelink-id}/{shortlink-id}`, `parked#{onelink-id}/{shortlink-id}`, `spent#{lane}/{day}`, `renewals#{day}`,
   * `erasure#{subject digest}`, `erasure-run#{id}`, `erasure-run#{id}#{page}`, `campaign#{source}/{name}`,
   * `http#{source}/{requestId}`, `http-change#{source}/{requestId}`, `http-campaign#{source}/{name}`,
   * `http-code#{source}/{onelinkId}/{shortlinkId}` or `http-rate#{source}#{perSecond}`. Of these there is one item each: `control`,
   * `signals`, `senders`, `campaigns`, `erasures`, `http-waiting` and `link-id-secret`.
   */
  key: 'pk',
  /** DynamoDB's TTL attribute, in epoch seconds. */
  expiry: 'expiresAt',
} as const;

/** The beginning of the keys of requests that came by the HTTP API. */
export const httpKeyPrefix = 'http#';

/**
 * Key prefixes in the buckets. Lambda itself writes `givenUp`: removals that it could not deliver to the expiry intake.
 */
export const prefix = {
  qr: 'qr/',
  rejected: 'rejected/',
  history: 'history/',
  parked: 'parked/',
  held: 'held/',
  quarantine: 'quarantine/',
  givenUp: 'aws/lambda/',
  inbox: campaignPrefix.inbox,
  campaignWork: campaignPrefix.work,
  results: campaignPrefix.results,
} as const;

const rewritten = 'rewritten';

/**
 * The mark of an object from which rows were erased, so that the campaign checker does not take it for a new file. A copy under
 * another key is a new file.
 */
export const rewrittenMark = (key: string) => ({ [rewritten]: hash('sha256', key, 'hex').slice(0, 32) });

/** Whether an object was rewritten in its place. */
export const isRewritten = (key: string, metadata: Record<string, string> | undefined): boolean =>
  metadata?.[rewritten] === rewrittenMark(key)[rewritten];
