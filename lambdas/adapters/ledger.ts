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

/** Records carry the version of their form, so that a later release can read an earlier one's. */
const recordVersion = { v: 1 };

const { key: pk, expiry } = ledgerAttribute;
const linkKey = ({ onelinkId, shortlinkId }: LinkAddress) => `link#${onelinkId}/${shortlinkId}`;
const recordKeyOf = (request: RequestKey) => `request#${requestKey(request)}`;
const claimKey = ({ onelinkId, shortlinkId }: LinkAddress) => `claim#${onelinkId}/${shortlinkId}`;
const parkedKey = ({ onelinkId, shortlinkId }: LinkAddress) => `parked#${onelinkId}/${shortlinkId}`;

/**
 * A link record as an item. The TTL attribute says when the record is to be looked at, which may be before the link expires;
 * then the expiry has an attribute of its own.
 */
function itemOf(record: LinkRecord): Item {
  const { expiresAt, ...fields } = record;
  const wake = wakeAt(record);
  return { ...recordVersion, ...fields, [expiry]: wake, ...(wake !== expiresAt && { linkExpiresAt: expiresAt }) };
}

/** What a record may have or not: a replacement without it takes it away. */
const optional = {
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

/**
 * The ledger: link records and request records in one table, each found by its key alone. Records of a link share no
 * key with those of another, so that no partition is hotter than its own link.
 */
export class Ledger {
  readonly #table: DocumentTable;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#table = new DocumentTable(client, table, clock);
  }

  /** The records of those requests that have one, by `source/requestId`. Strongly consistent. */
  async requests(asked: RequestKey[]): Promise<Map<string, RequestRecord>> {
    const items = await this.#table.getAll(asked.map(recordKeyOf));
    const records = items as unknown as RequestRecord[];
    return new Map(records.map((record) => [requestKey(record), record]));
  }

  /** One request's record. Strongly consistent. */
  async request(asked: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#get(recordKeyOf(asked))) as RequestRecord | undefined;
  }

  /** Remembers what was answered, unless the request has been answered already: then it returns that answer's record. */
  async rememberRequest(record: RequestRecord): Promise<RequestRecord | undefined> {
    const added = await this.#table.add({ [pk]: recordKeyOf(record), ...recordVersion, ...record });
    return added ? undefined : this.request(record);
  }

  /** One link's record. Strongly consistent. An expired record may still be there: DynamoDB removes it some days later. */
  async link(address: LinkAddress): Promise<LinkRecord | undefined> {
    const item = await this.#get(linkKey(address));
    return item === undefined ? undefined : linkInItem(item);
  }

  /** Adds a link's record unless the address has one already, whose it then returns. */
  async addLink(record: LinkRecord): Promise<LinkRecord | undefined> {
    const added = await this.#table.add({ [pk]: linkKey(record.address), ...itemOf(record) });
    return added ? undefined : this.link(record.address);
  }

  /**
   * Takes the lease of a link for one change, unless the link has changed since that version was read, or any
   * lease of it still runs, be it that of another copy of the same change. @returns whether it was taken
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
    // DynamoDB's answer may have been lost: then the client has repeated the write, and met its own lease.
    return taken || (lease.token !== undefined && (await this.link(address))?.lease?.token === lease.token);
  }

  /** Gives a lease back when its change did not come about; a later one stays. */
  async releaseLink(address: LinkAddress, lease: Lease): Promise<void> {
    await this.#table.update(linkKey(address), {
      UpdateExpression: 'REMOVE lease',
      ConditionExpression: 'lease.requestId = :mine AND lease.#until = :until',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':mine': lease.requestId, ':until': lease.until },
    });
  }

  /**
   * Replaces a link's record, its lease with it, unless the link has changed since that version was read or the lease is
   * another's. What is known of its QR image stays while it lives.
   *
   * @param held.anew the record is that of another link than before, which has no image yet
   * @returns whether it was replaced
   */
  replaceLink(
    record: LinkRecord,
    held: { version: number; leaseOf?: string; nowSeconds: number; anew?: boolean },
  ): Promise<boolean> {
    const { qrKey: _, lease: __, ...fields }: Item = { ...optional, ...itemOf(record) };
    const entries = Object.entries(fields);
    const set = entries.flatMap(([name, value], index) => (value === undefined ? [] : [{ name, value, index }]));
    const removed = entries.flatMap(([, value], index) => (value === undefined ? [`#f${index}`] : []));
    // The image of a link that is over is removed, and with it what is known of it.
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
   * @param recorded the request that the address's record speaks of: its own claim has served
   * @returns whether it was claimed
   */
  claimAddress(
    address: LinkAddress,
    claim: Claim,
    { nowSeconds, recorded }: { nowSeconds: number; recorded?: RequestKey | undefined },
  ): Promise<boolean> {
    return this.#table.put(
      { [pk]: claimKey(address), ...recordVersion, ...claim },
      {
        // Its own token: DynamoDB's answer was lost, and the client has repeated the write.
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

  /** Who has claimed an address last. Strongly consistent. */
  async claimOf(address: LinkAddress): Promise<Claim | undefined> {
    return (await this.#get(claimKey(address))) as Claim | undefined;
  }

  /** A create has ended without a link: its claim ends, unless another attempt's runs. */
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
   * Writes what the check of a link's expiry has found, and takes its mark off, unless a command has changed the link
   * meanwhile or is about to.
   *
   * @param checked the record with its mark, as it was read
   * @param found.lease taken for the check, and given back with it
   * @returns whether it was written
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
   * Removes the record of a link whose check has found it over, unless a command has changed the link meanwhile or is about to.
   * @returns whether it was removed
   */
  removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean> {
    return this.#table.remove(linkKey(checked.address), checkedBy(checked, nowSeconds, undefined));
  }

  /** Notes where a link's QR image lies, unless the link is deleted or unknown. @returns whether it was noted */
  noteQr(address: LinkAddress, qrKey: string): Promise<boolean> {
    return this.#table.update(linkKey(address), {
      UpdateExpression: 'SET qrKey = :key',
      ConditionExpression: '#state = :live',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':key': qrKey, ':live': 'live' },
    });
  }

  /** Where the parked commands of a link stand among each other (domain/contract/parked-command.ts), the first one first. */
  async parkedPlaces(address: LinkAddress): Promise<string[]> {
    const item = await this.#get(parkedKey(address));
    return item?.places instanceof Set ? [...(item.places as Set<string>)].sort() : [];
  }

  /** Notes that a command of a link is parked, so that later ones for it stand behind. */
  async addParkedPlace(address: LinkAddress, place: string, keptUntilSeconds: number): Promise<void> {
    await this.#table.update(parkedKey(address), {
      UpdateExpression: 'ADD places :place SET #expiry = :until',
      ExpressionAttributeNames: { '#expiry': expiry },
      ExpressionAttributeValues: { ':place': new Set([place]), ':until': keptUntilSeconds },
    });
  }

  /** The command has been carried out: the next one of its link may follow. */
  async removeParkedPlace(address: LinkAddress, place: string): Promise<void> {
    await this.#table.update(parkedKey(address), {
      UpdateExpression: 'DELETE places :place',
      ExpressionAttributeValues: { ':place': new Set([place]) },
    });
  }

  async #get(key: string): Promise<Item | undefined> {
    const item = await this.#table.get(key);
    if (item === undefined) return undefined;
    // A record that is changed and written back must not set its key: DynamoDB refuses that.
    const { [pk]: _, ...record } = item;
    return record;
  }
}
