import { randomBytes } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type ControlReading,
  type ControlRecord,
  controlRecordSchema,
  emptyControl,
  type Signal,
  signalsSchema,
} from '../domain/control/control-record.ts';
import type { SpentOnDay } from '../domain/control/quota-tally.ts';
import { type Clock, dayOf } from '../domain/work/clock.ts';
import { DocumentTable } from './document-table.ts';
import type { JoinedReads } from './joined-reads.ts';
import { ledgerAttribute } from './names.ts';
import { OpenErasures } from './open-erasures.ts';

const { key: pk, expiry } = ledgerAttribute;
const [controlKey, signalsKey] = ['control', 'signals'];
const spentKey = (lane: string, day: string) => `spent#${lane}/${day}`;
const renewalsKey = (day: string) => `renewals#${day}`;

/** The forecast reads the counts of calls in their month and in the next one. */
const countsKeptSeconds = 75 * 86_400;

/**
 * The records in the ledger's table that steer the pipeline: the control record, the workers' signals, and the counts
 * of calls. They are few. A lane's workers write a count once a batch.
 *
 * If DynamoDB's answer is lost, the client repeats the write, so each write must recognise its own repeat. A count
 * keeps the number of each environment's last addition, and refuses one that is not later. This mark takes 12 bytes:
 * a name of 9, and a number of up to 3. An item has 400 KB, so a lane's day has room for 30,000 environments. Lambda
 * replaces an environment after some hours. A campaign lane's 13 slots make 13 × 24 / 2 = 156 environments a day, or 2
 * KB.
 */
export class ControlTable {
  readonly #table: DocumentTable;
  /**
   * This environment's mark: six random bytes. Of 1,000 environments a day, two share a mark once in 500 million days.
   */
  readonly #self = `_${randomBytes(6).toString('base64url')}`;
  #writes = 0;

  constructor(client: DynamoDBClient, table: string, clock: Clock, joined?: JoinedReads) {
    this.#table = new DocumentTable(client, table, clock, joined);
  }

  /** The control record and the signals, in one strongly consistent read. */
  async read(): Promise<ControlReading> {
    const items = await this.#table.getAll([controlKey, signalsKey]);
    const control = items.find((item) => item[pk] === controlKey);
    const read = controlRecordSchema.safeParse(control).data;
    const signals = signalsSchema.safeParse(items.find((item) => item[pk] === signalsKey) ?? {}).data ?? {};
    return { control: read, corrupt: control !== undefined && read === undefined, signals };
  }

  /**
   * Replaces the control record, unless somebody else has written it since this reading. A malformed record has no
   * revision, so the write replaces it. @returns whether it was replaced
   */
  async write(next: Omit<ControlRecord, 'revision' | 'v'>, read: ControlReading): Promise<boolean> {
    const revision = read.control?.revision ?? 0;
    const writtenBy = `${this.#self}/${++this.#writes}`;
    const unchanged = {
      ConditionExpression:
        `attribute_not_exists(${pk}) OR attribute_not_exists(revision) OR revision = :read` +
        ' OR writtenBy = :writtenBy',
      ExpressionAttributeValues: { ':read': revision, ':writtenBy': writtenBy },
    };
    const record: ControlRecord = { ...next, v: emptyControl.v, revision: revision + 1 };
    return this.#table.put({ [pk]: controlKey, ...record, writtenBy }, read.corrupt ? {} : unchanged);
  }

  /** Clears `parkedAt`, unless a lane has parked since. @returns whether it was cleared */
  drained(parkedAt: number): Promise<boolean> {
    return this.#table.update(controlKey, {
      UpdateExpression: 'REMOVE parkedAt ADD revision :one',
      ConditionExpression: 'parkedAt = :seen',
      ExpressionAttributeValues: { ':one': 1, ':seen': parkedAt },
    });
  }

  /** Signals to the governor and all workers what a worker has just met. */
  async signal(signal: Signal, nowMilliseconds: number): Promise<void> {
    await this.#table.update(signalsKey, {
      UpdateExpression: `SET #${signal} = :now`,
      ExpressionAttributeValues: { ':now': nowMilliseconds },
    });
  }

  /** Adds a lane's calls of the quota. */
  async addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void> {
    const [day, hour] = [dayOf(nowMilliseconds), new Date(nowMilliseconds).getUTCHours()];
    await this.#add(spentKey(lane, day), `ADD calls :n, h${hour} :n`, calls, nowMilliseconds);
  }

  /** Adds kept links whose renewal falls due on this day. */
  async addRenewals(day: string, links: number, nowMilliseconds: number): Promise<void> {
    await this.#add(renewalsKey(day), 'ADD links :n', links, Math.max(nowMilliseconds, Date.parse(day)));
  }

  /** The calls of these lanes on these days. A lane's day without calls is left out. */
  async spent(lanes: string[], days: string[]): Promise<SpentOnDay[]> {
    const wanted = new Map(lanes.flatMap((lane) => days.map((day) => [spentKey(lane, day), { lane, day }])));
    const items = await this.#table.getAll([...wanted.keys()]);
    return items.flatMap((item) => {
      const key = wanted.get(String(item[pk]));
      if (key === undefined) return [];
      const byHour = Array.from({ length: 24 }, (_, hour): [number, number] => [hour, Number(item[`h${hour}`] ?? 0)]);
      return [{ ...key, calls: Number(item.calls ?? 0), byHour: new Map(byHour) }];
    });
  }

  /** The approximate number of renewals due on these days. It includes links deleted since. */
  async renewals(days: string[]): Promise<number> {
    const items = await this.#table.getAll(days.map(renewalsKey));
    return items.reduce((sum, { links }) => sum + Number(links ?? 0), 0);
  }

  /** The DELETE calls that running erasures have before them. */
  openDeletes(nowMilliseconds: number): Promise<number> {
    return new OpenErasures(this.#table).deletes(nowMilliseconds);
  }

  async #add(key: string, add: string, n: number, from: number): Promise<void> {
    const expiresAt = Math.floor(from / 1000) + countsKeptSeconds;
    // If DynamoDB refuses the write, this addition was made before and only its answer was lost.
    await this.#table.update(key, {
      UpdateExpression: `${add} SET #${expiry} = :expiry, #self = :write`,
      ConditionExpression: 'attribute_not_exists(#self) OR #self < :write',
      ExpressionAttributeNames: { '#self': this.#self },
      ExpressionAttributeValues: { ':n': n, ':expiry': expiresAt, ':write': ++this.#writes },
    });
  }
}
