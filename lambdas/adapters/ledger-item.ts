import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { type Lease, type LinkRecord, wakeAt } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { Removal } from '../domain/link/removal.ts';
import type { Item } from './document-table.ts';
import { ledgerAttribute } from './names.ts';

/** Records carry a schema version, so a later release can read an earlier one's records. */
export const recordVersion = { v: 1 };

export const { key: pk, expiry } = ledgerAttribute;
export const linkKey = ({ onelinkId, shortlinkId }: LinkAddress) => `link#${onelinkId}/${shortlinkId}`;
export const recordKeyOf = (request: RequestKey) => `request#${requestKey(request)}`;
export const claimKey = ({ onelinkId, shortlinkId }: LinkAddress) => `claim#${onelinkId}/${shortlinkId}`;
export const erasureKey = (subject: string) => `erasure#${subject}`;
export const parkedKey = ({ onelinkId, shortlinkId }: LinkAddress) => `parked#${onelinkId}/${shortlinkId}`;

/**
 * A link record as an item. The TTL attribute is the time of the record's next check. If the check comes before the
 * link expires, the expiry has its own attribute.
 */
export function itemOf(record: LinkRecord): Item {
  const { expiresAt, ...fields } = record;
  const wake = wakeAt(record);
  return { ...recordVersion, ...fields, [expiry]: wake, ...(wake !== expiresAt && { linkExpiresAt: expiresAt }) };
}

/** The optional attributes of a record. A replacement removes those that it lacks. */
export const optional = {
  data: undefined,
  campaign: undefined,
  subject: undefined,
  erased: undefined,
  takenOver: undefined,
  keepUntil: undefined,
  checkAgainAt: undefined,
  linkExpiresAt: undefined,
  expiryCheck: undefined,
};

/** The link record in an item, without the key, because an update must not set the key. */
export function linkInItem(item: Item): LinkRecord {
  const { [pk]: _, v: __, linkExpiresAt, ...fields } = item;
  return { ...fields, expiresAt: linkExpiresAt ?? item[expiry] } as LinkRecord;
}

/** The condition of a check's write: mark and version are unchanged, and no lease runs except the check's own. */
const whileChecked =
  'expiryCheck.#token = :token AND #version = :version AND ' +
  '(attribute_not_exists(lease) OR lease.#until < :now OR (lease.requestId = :mine AND lease.#until = :until))';

export function checkedBy({ version, expiryCheck }: LinkRecord, nowSeconds: number, lease: Lease | undefined) {
  return {
    ConditionExpression: whileChecked,
    ExpressionAttributeValues: {
      ':token': expiryCheck?.token ?? '',
      ':version': version,
      ':now': nowSeconds,
      ':mine': lease?.requestId ?? '',
      ':until': lease?.until ?? 0,
    },
  };
}

/** The removed link record in a record of the table's stream, or undefined if the record holds anything else. */
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
