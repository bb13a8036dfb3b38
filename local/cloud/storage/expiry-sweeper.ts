import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.ts';
import { expiryRecord, type StreamRecord } from './stream-record.ts';
import type { ExpiringTable } from './tables.ts';

/** DynamoDB ignores items that expired longer ago than this: it takes the value for a mistake. */
const oldestExpirySeconds = 5 * 365 * 86_400;

/** dynalite answers no other request while it reads a page. Without a limit, a page is the whole table. */
const itemsPerPage = 100;
/** The share of the table engine's time that a background sweep takes. */
const backgroundShare = 0.1;

type Item = Record<string, AttributeValue>;

export interface ExpirySweeperParts {
  readonly tables: readonly ExpiringTable[];
  readonly dynamodb: DynamoDBClient;
  readonly region: string;
  readonly clock: Clock;
  /** The time that an item stays after its expiry. */
  readonly lingerSeconds: number;
  /** Ends a sweep between two items. */
  readonly stopping: AbortSignal;
  /** Called for each deletion from a table with a stream, right after the table engine's answer. */
  readonly onRecord: (record: StreamRecord) => void;
}

/** Deletes expired items, as DynamoDB does in the background. It scans whole tables, so tables must fit a laptop. */
export class ExpirySweeper {
  readonly #parts: ExpirySweeperParts;
  #last: Promise<unknown> = Promise.resolve();
  #sequence = 0;
  /** The number of sweeps with a waiting caller. If there are any, no sweep pauses. */
  #awaited = 0;

  constructor(parts: ExpirySweeperParts) {
    this.#parts = parts;
  }

  /**
   * Sweeps all tables once, as fast as it can, after the running sweeps.
   * @returns the number of deleted items
   * @throws if the table engine does not answer. Deletions before that are reported
   */
  async sweep(): Promise<number> {
    this.#awaited++;
    try {
      return await this.#afterOthers();
    } finally {
      this.#awaited--;
    }
  }

  /**
   * Sweeps with pauses, so that no other caller has to wait for the table engine. A call of `sweep` ends the pauses.
   */
  sweepInBackground(): Promise<number> {
    return this.#afterOthers();
  }

  #afterOthers(): Promise<number> {
    const sweep = this.#last.then(async () => {
      let deleted = 0;
      for (const table of this.#parts.tables) deleted += await this.#sweepTable(table);
      return deleted;
    });
    this.#last = sweep.catch(() => {});
    return sweep;
  }

  /** Waits for the running sweeps. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #sweepTable(table: ExpiringTable): Promise<number> {
    const { dynamodb, clock, lingerSeconds, stopping } = this.#parts;
    const nowSeconds = Math.floor(clock.now() / 1000);
    const expired: Expired = {
      // A comparison with a number is false for an attribute of another type. Such an item stays, as on AWS.
      condition: '#expiry <= :latest AND #expiry > :oldest',
      names: { '#expiry': table.expiryAttribute },
      values: {
        ':latest': { N: String(nowSeconds - lingerSeconds) },
        ':oldest': { N: String(nowSeconds - oldestExpirySeconds) },
      },
    };
    const keyNames = Object.fromEntries(table.keyAttributes.map((name, index) => [`#key${index}`, name]));
    const pages = paginateScan(
      { client: dynamodb, pageSize: itemsPerPage },
      {
        TableName: table.tableName,
        FilterExpression: expired.condition,
        ProjectionExpression: Object.keys(keyNames).join(', '),
        ExpressionAttributeNames: { ...expired.names, ...keyNames },
        ExpressionAttributeValues: expired.values,
      },
    );
    let deleted = 0;
    let begun = performance.now();
    for await (const { Items = [] } of pages) {
      for (const key of Items) {
        if (stopping.aborted) return deleted;
        if (await this.#delete(table, key, expired)) deleted++;
      }
      const pause = this.#awaited > 0 ? 0 : (performance.now() - begun) * (1 / backgroundShare - 1);
      await sleep(pause, undefined, { signal: stopping }).catch(() => {});
      if (stopping.aborted) return deleted;
      begun = performance.now();
    }
    return deleted;
  }

  async #delete(table: ExpiringTable, key: Item, expired: Expired): Promise<boolean> {
    const { dynamodb, region, clock, onRecord } = this.#parts;
    try {
      const { Attributes } = await dynamodb.send(
        new DeleteItemCommand({
          TableName: table.tableName,
          Key: key,
          // The condition again: a client may have renewed the item after the read.
          ConditionExpression: expired.condition,
          ExpressionAttributeNames: expired.names,
          ExpressionAttributeValues: expired.values,
          ReturnValues: 'ALL_OLD',
        }),
      );
      if (table.stream && Attributes) {
        const at = { region, nowMilliseconds: clock.now(), sequence: ++this.#sequence };
        onRecord(expiryRecord(table.stream, key, Attributes, at));
      }
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

interface Expired {
  readonly condition: string;
  readonly names: Record<string, string>;
  readonly values: Item;
}
