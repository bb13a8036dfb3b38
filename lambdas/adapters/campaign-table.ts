import { randomBytes } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CampaignAct } from '../domain/campaign/orders.ts';
import { type CampaignKey, campaignKey } from '../domain/campaign/places.ts';
import { type CampaignRecord, campaignRecordSchema } from '../domain/campaign/record.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable, type Item } from './document-table.ts';
import { ledgerAttribute } from './names.ts';

const { key: pk } = ledgerAttribute;
const listKey = 'campaigns';
const prefix = 'campaign#';
const version = 1;

/** A campaign's drop. The list of active campaigns holds drops, so the end of an older drop cannot hide a newer one. */
export interface CampaignDrop extends CampaignKey {
  drop: number;
}

/** A campaign's record as its writer gives it. The table adds the version and the revision. */
export type CampaignContent = Omit<CampaignRecord, 'v' | 'revision'>;

/** One reading of a campaign's record. */
export interface CampaignReading {
  /** Undefined if the record is missing or malformed. */
  record: CampaignRecord | undefined;
  /** Whether the record exists and is malformed. */
  corrupt: boolean;
}

/**
 * The campaigns in the ledger's table: a record for each campaign, and the list of active ones.
 *
 * If DynamoDB's answer is lost, the client repeats the write. A record keeps the mark of its last write, so a repeat
 * recognises itself.
 */
export class CampaignTable {
  readonly #table: DocumentTable;
  /** This environment's mark: six random bytes. */
  readonly #self = randomBytes(6).toString('base64url');
  #writes = 0;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#table = new DocumentTable(client, table, clock);
  }

  /** A campaign's record, with strong consistency. */
  async read(campaign: CampaignKey): Promise<CampaignReading> {
    return readingOf(await this.#table.get(recordKey(campaign)));
  }

  /** The records of these campaigns, in any order. A missing one is left out, and a malformed one is named. */
  async readAll(campaigns: readonly CampaignKey[]): Promise<{ records: CampaignRecord[]; corrupt: string[] }> {
    const items = await this.#table.getAll(campaigns.map(recordKey));
    const records: CampaignRecord[] = [];
    const corrupt: string[] = [];
    for (const item of items) {
      const { record } = readingOf(item);
      if (record) records.push(record);
      else corrupt.push(String(item[pk]).slice(prefix.length));
    }
    return { records, corrupt };
  }

  /**
   * Adds a campaign's record, or replaces the one that its writer has read. A malformed record has no revision, so the
   * write replaces it.
   *
   * @param read the reading that `next` is based on
   * @returns the record as it is now, or undefined if somebody else has written it since the reading
   */
  async write(next: CampaignContent, { record, corrupt }: CampaignReading): Promise<CampaignRecord | undefined> {
    const written: CampaignRecord = { ...next, v: version, revision: (record?.revision ?? 0) + 1 };
    const writtenBy = this.#mark();
    const isLast = record ? 'revision = :read' : `attribute_not_exists(${pk})`;
    const condition = {
      ConditionExpression: `${isLast} OR writtenBy = :writtenBy`,
      ExpressionAttributeValues: { ':writtenBy': writtenBy, ...(record && { ':read': record.revision }) },
    };
    const isWritten = await this.#table.put({ [pk]: recordKey(next), ...written, writtenBy }, corrupt ? {} : condition);
    return isWritten ? written : undefined;
  }

  /**
   * Does an operator's act. It needs no revision, and it makes a writer with an older reading read again.
   *
   * @returns false if the campaign is missing, or in no state for this act
   */
  act(campaign: CampaignKey, act: CampaignAct, nowMilliseconds: number): Promise<boolean> {
    const { set = '', remove = '', values, from } = changeOf(act, nowMilliseconds);
    const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
    return this.#table.update(recordKey(campaign), {
      UpdateExpression: `SET changedAt = :now, writtenBy = :writtenBy${set}${remove} ADD revision :one`,
      ConditionExpression: `#state IN (${Object.keys(states).join(', ')}) OR writtenBy = :writtenBy`,
      ExpressionAttributeValues: {
        ...states,
        ...values,
        ':now': nowMilliseconds,
        ':one': 1,
        ':writtenBy': this.#mark(),
      },
    });
  }

  /** The drops on the list of active campaigns. An element that is none is left out. */
  async active(): Promise<CampaignDrop[]> {
    const { active } = (await this.#table.get(listKey)) ?? {};
    return active instanceof Set ? [...active].flatMap((element) => dropOf(String(element))) : [];
  }

  /** Puts a drop on the list. Its checker does so before it writes the drop's record. */
  async list(drop: CampaignDrop): Promise<void> {
    await this.#table.update(listKey, {
      UpdateExpression: 'ADD #active :drop',
      ExpressionAttributeValues: { ':drop': new Set([elementOf(drop)]) },
    });
  }

  /** Takes a drop off the list: it is finished, or a newer drop has replaced it. */
  async unlist(drop: CampaignDrop): Promise<void> {
    await this.#table.update(listKey, {
      UpdateExpression: 'DELETE #active :drop',
      ExpressionAttributeValues: { ':drop': new Set([elementOf(drop)]) },
    });
  }

  #mark(): string {
    return `${this.#self}/${++this.#writes}`;
  }
}

const recordKey = (campaign: CampaignKey) => `${prefix}${campaignKey(campaign)}`;

/** `crm/spring/2`. Neither a source nor a name has a slash. */
const elementOf = (drop: CampaignDrop) => `${campaignKey(drop)}/${drop.drop}`;

function dropOf(element: string): CampaignDrop[] {
  const [source, name, drop, ...others] = element.split('/');
  if (!source || !name || !/^[1-9]\d*$/.test(drop ?? '') || others.length > 0) return [];
  return [{ source, name, drop: Number(drop) }];
}

function readingOf(item: Item | undefined): CampaignReading {
  const record = campaignRecordSchema.safeParse(item).data;
  return { record, corrupt: item !== undefined && record === undefined };
}

const activeStates = ['checking', 'waiting', 'sending'] as const;

/** An update's parts, and the states in which it may happen. */
interface Change {
  set?: string;
  remove?: string;
  values?: Item;
  from: readonly CampaignRecord['state'][];
}

function changeOf(act: CampaignAct, at: number): Change {
  switch (act.act) {
    case 'pause': {
      const { reason, by } = act;
      return { set: ', #paused = :paused', values: { ':paused': { at, reason, by } }, from: activeStates };
    }
    case 'resume':
      return { remove: ' REMOVE #paused', from: activeStates };
    case 'approve': {
      const approvedBy = act.by === undefined ? '' : ', approvedBy = :by';
      const values = { ':to': 'sending', ':by': act.by };
      return { set: `, #state = :to, approvedAt = :now${approvedBy}`, values, from: ['waiting'] };
    }
    case 'cancel': {
      const values = { ':to': 'cancelled', ':cancelled': { at, by: act.by } };
      return { set: ', #state = :to, cancelled = :cancelled', values, from: activeStates };
    }
  }
}
