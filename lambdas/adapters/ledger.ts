import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import {
  type CheckLease,
  type Claim,
  type Lease,
  type LinkRecord,
  type RequestRecord,
  wakeAt,
} from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { Removal } from '../domain/link/removal.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable, type Item } from './document-table.ts';
import { ledgerAttribute } from './names.ts';

/** Records carry a schema version, so a later release can read an earlier one's records. */
const recordVersion = { v: 1 };

const { key: pk, expiry } = ledgerAttribute;
const linkKey = ({ onelinkId, shortlinkId }: LinkAddress) => `link#${onelinkId}/${shortlinkId}`;
const recordKeyOf = (request: RequestKey) => `request#${requestKey(request)}`;
const claimKey = ({ onelinkId, shortlinkId }: LinkAddress) => `claim#${onelinkId}/${shortlinkId}`;
const parkedKey = ({ onelinkId, shortlinkId }: LinkAddress) => `parked#${onelinkId}/${shortlinkId}`;

/**
 * A link record as an item. The TTL attribute is the time of the record's next check. If the check comes before the link
 * expires, the expiry has its own attribute.
 */
function itemOf(record: LinkRecord): Item {
  const { expiresAt, ...fields } = record;
  const wake = wakeAt(record);
  return { ...recordVersion, ...fields, [expiry]: wake, ...(wake !== expiresAt && { linkExpiresAt: expiresAt }) };
}

/** The optional attributes of a record. A replacement removes those that it lacks. */
const optional = {
  data: undefined,
  campaign: undefined,
  keepUntil: undefined,
  lookAgainAt: undefined,
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

function checkedBy({ version, expiryCheck }: LinkRecord, nowSeconds: number, lease: Lease | undefined) {
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

/**
 * The ledger: link records and request records in one table, each found by its key alone. Links share no partition key, so no
 * partition is hotter than its own link.
 */
export class Ledger {
  readonly #table: DocumentTable;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#table = new DocumentTable(client, table, clock);
  }

  /** The existing records of these requests, by `source/requestId`. Strongly consistent. */
  async requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>> {
    const items = await this.#table.getAll(asked.map(recordKeyOf));
    const records = items as unknown as RequestRecord[];
    return new Map(records.map((record) => [requestKey(record), record]));
  }

  /** One request's record. Strongly consistent. */
  async request(asked: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#get(recordKeyOf(asked))) as RequestRecord | undefined;
  }

  /** Records a request's outcome, unless it has one. @returns the existing record, if there is one */
  async rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined> {
    const added = await this.#table.add({ [pk]: recordKeyOf(record), ...recordVersion, ...record });
    return added ? undefined : this.request(record);
  }

  /** One link's record. Strongly consistent. It may have expired, because DynamoDB removes it up to some days later. */
  async link(address: LinkAddress): Promise<LinkRecord | undefined> {
    const item = await this.#get(linkKey(address));
    return item === undefined ? undefined : linkInItem(item);
  }

  /** Adds a link's record, unless the address has one. @returns the existing record, if there is one */
  async addLink(record: LinkRecord): Promise<LinkRecord | undefined> {
    const added = await this.#table.add({ [pk]: linkKey(record.address), ...itemOf(record) });
    return added ? undefined : this.link(record.address);
  }

  /**
   * Takes the lease of a link for one change. It fails if the link has changed since that version was read, or if another lease
   * runs, even one of a copy of the same change. @returns whether it took the lease
   */
  async leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean> {
    const taken = await this.#table.update(linkKey(address), {
      UpdateExpression: 'SET lease = :lease',
      ConditionExpression: '#version = :read AND (attribute_not_exists(lease) OR lease.#until < :now)',
      ExpressionAttributeNames: { '#version': 'version', '#until': 'until' },
      ExpressionAttributeValues: {
        ':lease': lease,
        ':read': readVersion,
        ':now': nowSeconds,
      },
    });
    // If DynamoDB's answer was lost, the client has repeated the write and met its own lease.
    return taken || (lease.token !== undefined && (await this.link(address))?.lease?.token === lease.token);
  }

  /** Releases the lease of a change that was not applied. A later lease stays. */
  async releaseLink(address: LinkAddress, lease: Lease): Promise<void> {
    await this.#table.update(linkKey(address), {
      UpdateExpression: 'REMOVE lease',
      ConditionExpression: 'lease.requestId = :mine AND lease.#until = :until',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':mine': lease.requestId, ':until': lease.until },
    });
  }

  /**
   * Replaces a link's record and removes its lease. It fails if the link has changed since that version was read, or if another
   * lease runs. The key of a live link's QR image stays.
   *
   * @param held.anew the record is a new link's, which has no image yet
   * @returns whether it replaced the record
   */
  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean> {
    const { qrKey: _, lease: __, ...fields }: Item = { ...optional, ...itemOf(record) };
    const entries = Object.entries(fields);
    const set = entries.flatMap(([name, value], index) => (value === undefined ? [] : [{ name, value, index }]));
    const removed = entries.flatMap(([, value], index) => (value === undefined ? [`#f${index}`] : []));
    // When a link ends, its image is removed, and the image's key with it.
    const ended = record.state === 'deleted' || held.anew ? ['lease', 'qrKey'] : ['lease'];
    const mine = held.leaseOf === undefined ? '' : ' OR lease.requestId = :mine';
    return this.#table.update(linkKey(record.address), {
      UpdateExpression: `SET ${set.map(({ index }) => `#f${index} = :f${index}`).join(', ')} REMOVE ${[...ended, ...removed].join(', ')}`,
      ConditionExpression: `#version = :read AND (attribute_not_exists(lease) OR lease.#until < :now${mine})`,
      ExpressionAttributeNames: {
        ...Object.fromEntries(entries.map(([name], index) => [`#f${index}`, name])),
        '#version': 'version',
        '#until': 'until',
      },
      ExpressionAttributeValues: {
        ...Object.fromEntries(set.map(({ value, index }) => [`:f${index}`, value])),
        ':read': held.version,
        ':now': held.nowSeconds,
        ...(held.leaseOf !== undefined && { ':mine': held.leaseOf }),
      },
    });
  }

  /**
   * Claims an address for one create, unless another attempt's claim runs.
   *
   * @param recorded the request in the address's record, whose claim has served its purpose
   * @returns whether it claimed the address
   */
  claimAddress(
    address: LinkAddress,
    claim: Claim,
    { nowSeconds, recorded }: { nowSeconds: number; recorded?: RequestKey | undefined },
  ): Promise<boolean> {
    return this.#table.put(
      { [pk]: claimKey(address), ...recordVersion, ...claim },
      {
        // `token`: if DynamoDB's answer was lost, the client has repeated the write and meets its own claim.
        ConditionExpression: `attribute_not_exists(${pk}) OR #until < :now OR #token = :token OR (#source = :source AND requestId = :request)`,
        ExpressionAttributeNames: { '#until': 'until', '#token': 'token', '#source': 'source' },
        ExpressionAttributeValues: {
          ':now': nowSeconds,
          ':token': claim.token,
          ':source': recorded?.source ?? '',
          ':request': recorded?.requestId ?? '',
        },
      },
    );
  }

  /** The last claim of an address. Strongly consistent. */
  async claimOf(address: LinkAddress): Promise<Claim | undefined> {
    return (await this.#get(claimKey(address))) as Claim | undefined;
  }

  /** Ends the claim of a create that has made no link, unless another attempt's claim runs. */
  async releaseClaim(
    address: LinkAddress,
    { source, requestId, token }: Pick<Claim, 'source' | 'requestId' | 'token'>,
    nowSeconds: number,
  ): Promise<void> {
    await this.#table.update(claimKey(address), {
      UpdateExpression: 'SET #until = :ended',
      ConditionExpression: '#source = :source AND requestId = :request AND (#token = :token OR #until < :now)',
      ExpressionAttributeNames: { '#until': 'until', '#token': 'token', '#source': 'source' },
      ExpressionAttributeValues: {
        ':ended': 0,
        ':source': source,
        ':request': requestId,
        ':token': token,
        ':now': nowSeconds,
      },
    });
  }

  /**
   * Writes the result of an expiry check and removes its mark, unless a command has changed the link since or holds its lease.
   *
   * @param checked the record with its mark, as it was read
   * @param found.lease the lease of the check, which the write replaces
   * @returns whether it wrote the result
   */
  concludeCheck(
    checked: LinkRecord,
    found: { expiresAt: number; lookAgainAt?: number; lease?: CheckLease; nowSeconds: number },
  ): Promise<boolean> {
    const { expiryCheck: _, lookAgainAt: __, ...kept } = checked;
    const { expiresAt, lookAgainAt, lease, nowSeconds } = found;
    const wake = wakeAt({ ...kept, expiresAt, ...(lookAgainAt !== undefined && { lookAgainAt }) });
    const condition = checkedBy(checked, nowSeconds, lease?.taken);
    const set = {
      [expiry]: wake,
      linkExpiresAt: wake === expiresAt ? undefined : expiresAt,
      lookAgainAt,
      ...(lease !== undefined && { lease: lease.left }),
    };
    const entries = Object.entries(set);
    const given = entries.flatMap(([name, value]) => (value === undefined ? [] : [`${name} = :${name}`]));
    const taken = entries.flatMap(([name, value]) => (value === undefined ? [name] : []));
    const removed = ['expiryCheck', ...taken];
    return this.#table.update(linkKey(checked.address), {
      ...condition,
      UpdateExpression: `SET ${given.join(', ')} REMOVE ${removed.join(', ')}`,
      ExpressionAttributeValues: {
        ...condition.ExpressionAttributeValues,
        ...Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[`:${name}`, value]]))),
      },
    });
  }

  /**
   * Removes the record of a link that its check has found expired, unless a command has changed the link since or holds its lease.
   * @returns whether it removed the record
   */
  removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean> {
    return this.#table.remove(linkKey(checked.address), checkedBy(checked, nowSeconds, undefined));
  }

  /** Records the key of a link's QR image, unless the link is deleted or unknown. @returns whether it recorded the key */
  noteQr(address: LinkAddress, qrKey: string): Promise<boolean> {
    return this.#table.update(linkKey(address), {
      UpdateExpression: 'SET qrKey = :key',
      ConditionExpression: '#state = :live',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':key': qrKey, ':live': 'live' },
    });
  }

  /** The park order of a link's commands (domain/contract/parked-command.ts), first to last. */
  async parkedPlaces(address: LinkAddress): Promise<string[]> {
    const item = await this.#get(parkedKey(address));
    return item?.places instanceof Set ? [...(item.places as Set<string>)].sort() : [];
  }

  /** Records that a command of a link is parked, so that later commands for the link queue behind it. */
  async addParkedPlace(address: LinkAddress, place: string, keptUntilSeconds: number): Promise<void> {
    await this.#table.update(parkedKey(address), {
      UpdateExpression: 'ADD places :place SET #expiry = :until',
      ExpressionAttributeNames: { '#expiry': expiry },
      ExpressionAttributeValues: { ':place': new Set([place]), ':until': keptUntilSeconds },
    });
  }

  /** Removes a finished command from the park order, so that the link's next command may run. */
  async removeParkedPlace(address: LinkAddress, place: string): Promise<void> {
    await this.#table.update(parkedKey(address), {
      UpdateExpression: 'DELETE places :place',
      ExpressionAttributeValues: { ':place': new Set([place]) },
    });
  }

  async #get(key: string): Promise<Item | undefined> {
    const item = await this.#table.get(key);
    if (item === undefined) return undefined;
    // Callers write changed records back, and DynamoDB refuses an update that sets the key.
    const { [pk]: _, ...record } = item;
    return record;
  }
}
