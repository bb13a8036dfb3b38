import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { type Lease, type LinkRecord, wakeAt } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { Removal } from '../domain/link/removal.ts';
import type { Item } from './document-table.ts';
import { ledgerAttribute } from './names.ts';

/** Records carry the version of their form, so that a later release can read an earlier one's. */
export const recordVersion = { v: 1 };

export const { key: pk, expiry } = ledgerAttribute;
export const linkKey = ({ onelinkId, shortlinkId }: LinkAddress) => `link#${onelinkId}/${shortlinkId}`;
export const recordKeyOf = (request: RequestKey) => `request#${requestKey(request)}`;
export const claimKey = ({ onelinkId, shortlinkId }: LinkAddress) => `claim#${onelinkId}/${shortlinkId}`;
export const parkedKey = ({ onelinkId, shortlinkId }: LinkAddress) => `parked#${onelinkId}/${shortlinkId}`;

/**
 * A link record as an item. The TTL attribute says when the record is to be looked at, which may be before the link expires;
 * then the expiry has an attribute of its own.
 */
export function itemOf(record: LinkRecord): Item {
  const { expiresAt, ...fields } = record;
  const wake = wakeAt(record);
  return { ...recordVersion, ...fields, [expiry]: wake, ...(wake !== expiresAt && { linkExpiresAt: expiresAt }) };
}

/** What a record may have or not: a replacement without it takes it away. */
export const optional = {
  data: undefined,
  campaign: undefined,
  keepUntil: undefined,
  lookAgainAt: undefined,
  linkExpiresAt: undefined,
  expiryCheck: undefined,
};

/** The link record in an item, without what is the table's alone: a replacement must not try to set the key. */
export function linkInItem(item: Item): LinkRecord {
  const { [pk]: _, v: __, linkExpiresAt, ...fields } = item;
  return { ...fields, expiresAt: linkExpiresAt ?? item[expiry] } as LinkRecord;
}

/** Written while the mark of a check and the version stand, and no change holds the link but, maybe, the check's own. */
const whileChecked =
  'expiryCheck.#token = :token AND #version = :version AND ' +
  '(attribute_not_exists(lease) OR lease.#until < :now OR (lease.requestId = :mine AND lease.#until = :until))';

export function checkedBy({ version, expiryCheck }: LinkRecord, nowSeconds: number, lease: Lease | undefined) {
  return {
    ConditionExpression: whileChecked,
    ExpressionAttributeNames: { '#token': 'token', '#version': 'version', '#until': 'until' },
    ExpressionAttributeValues: {
      ':token': expiryCheck?.token ?? '',
      ':version': version,
      ':now': nowSeconds,
      ':mine': lease?.requestId ?? '',
      ':until': lease?.until ?? 0,
    },
  };
}

/** What a record of the table's stream tells of a link's record that was removed; undefined when it is anything else. */
export function removalInStreamRecord(text: string): Removal | undefined {
  try {
    const { eventID, dynamodb } = JSON.parse(text);
    const item = unmarshall(dynamodb.OldImage);
    if (typeof eventID !== 'string' || !String(item[pk]).startsWith('link#')) return undefined;
    return { record: linkInItem(item), token: eventID };
  } catch {
    return undefined;
  }
}
