import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clock } from '../domain/work/clock.ts';
import type { JoinedReads } from './joined-reads.ts';
import { leanClient } from './lean-client.ts';
import { ledgerAttribute } from './names.ts';

/** DynamoDB allows 100 keys in one BatchGetItem. */
const keysPerRead = 100;

const pk = ledgerAttribute.key;

/** An item as a plain object, its key included. */
export type Item = Record<string, unknown>;

/**
 * An update, whose expression values are plain, not in DynamoDB's format. `#name` in an expression is the attribute `name`,
 * unless `ExpressionAttributeNames` has another name for it.
 */
export interface Update
  extends Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames'> {
  ExpressionAttributeValues?: Item;
}

type Condition = Omit<Update, 'UpdateExpression'>;

// `convertClassInstanceToMap`: a parameter may be named `constructor`, and the SDK then takes its object for a class
// instance.
const marshalled = (item: Item) => marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true });

/** An update's parts, as DynamoDB expects them. */
function expressions({ ExpressionAttributeNames: given, ExpressionAttributeValues: values, ...update }: Update) {
  const used = Object.values(update)
    .join(' ')
    .matchAll(/#(\w+)/g);
  const names = Object.fromEntries([...used].map(([alias, name = '']) => [alias, given?.[alias] ?? name]));
  return {
    ...update,
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(values && { ExpressionAttributeValues: marshalled(values) }),
  };
}

/** Sets the fields that have a value, and removes the others. */
export function setting(fields: Item, removed: readonly string[]) {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const without = Object.keys(fields).filter((name) => fields[name] === undefined);
  const set = given.map(([name]) => `#${name} = :${name}`).join(', ');
  return {
    UpdateExpression: `SET ${set} REMOVE ${[...removed, ...without].map((name) => `#${name}`).join(', ')}`,
    values: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
  };
}

/**
 * A DynamoDB client for the pipeline's own requests. The SDK's header with X-Ray's trace is left out: DynamoDB does not read it, and
 * starts no function of which Lambda would detect a loop.
 */
export const dynamoClient = (): DynamoDBClient =>
  leanClient('dynamodb', (options) => new DynamoDBClient(options), ['recursionDetectionMiddleware']);

/** The ledger's table. It finds items by key alone, reads with strong consistency, and writes on conditions. */
export class DocumentTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;
  readonly #joined: JoinedReads | undefined;

  /** @param joined joins the reads of several items with those of other adapters */
  constructor(client: DynamoDBClient, table: string, clock: Clock, joined?: JoinedReads) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
    this.#joined = joined;
  }

  async get(key: string): Promise<Item | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshalled({ [pk]: key }), ConsistentRead: true }),
    );
    return item && unmarshall(item);
  }

  /**
   * The items under these keys, in any order.
   *
   * @throws Error if DynamoDB leaves keys unread in eight attempts, because the table is throttled
   */
  getAll(keys: string[]): Promise<Item[]> {
    const distinct = [...new Set(keys)];
    return this.#joined?.getAll(distinct, (all) => this.#readInParts(all)) ?? this.#readInParts(distinct);
  }

  /** Adds an item unless its key has one. @returns whether it was added */
  add(item: Item): Promise<boolean> {
    return this.put(item, { ConditionExpression: `attribute_not_exists(${pk})` });
  }

  /** Adds or replaces an item, if the condition holds. @returns whether it did */
  put(item: Item, condition: Condition = {}): Promise<boolean> {
    const put = { TableName: this.#table, Item: marshalled(item), ...expressions(condition) };
    return unlessRefused(this.#client.send(new PutItemCommand(put)));
  }

  /** Changes an item, if the condition holds. @returns whether it did */
  update(key: string, change: Update): Promise<boolean> {
    const update = { TableName: this.#table, Key: marshalled({ [pk]: key }), ...expressions(change) };
    return unlessRefused(this.#client.send(new UpdateItemCommand(update)));
  }

  /**
   * Changes an item, if the condition holds.
   *
   * @returns undefined after the change, or else the item that breaks the condition
   */
  async updateUnless(key: string, change: Update): Promise<Item | undefined> {
    const update = {
      TableName: this.#table,
      Key: marshalled({ [pk]: key }),
      ...expressions(change),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    try {
      await this.#client.send(new UpdateItemCommand(update));
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item === undefined ? ((await this.get(key)) ?? {}) : unmarshall(error.Item);
    }
  }

  /** Removes an item, if the condition holds. @returns whether it did */
  remove(key: string, condition: Condition): Promise<boolean> {
    const removal = { TableName: this.#table, Key: marshalled({ [pk]: key }), ...expressions(condition) };
    return unlessRefused(this.#client.send(new DeleteItemCommand(removal)));
  }

  async #readInParts(keys: string[]): Promise<Item[]> {
    const reads = Array.from({ length: Math.ceil(keys.length / keysPerRead) }, (_, read) =>
      this.#readAll(keys.slice(read * keysPerRead, (read + 1) * keysPerRead)),
    );
    return (await Promise.all(reads)).flat();
  }

  async #readAll(keys: string[]): Promise<Item[]> {
    const items: Item[] = [];
    let wanted = keys.map((key) => marshalled({ [pk]: key }));
    for (let attempt = 1; wanted.length > 0; attempt++) {
      // DynamoDB returns a part of the items if all exceed 16 MB, or if a partition is throttled.
      if (attempt > 1) await this.#clock.sleep(Math.min(2_000, 50 * 2 ** attempt));
      if (attempt > 8)
        throw new Error('DynamoDB left keys of a BatchGetItem unread eight times: the ledger is throttled');
      const answer = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys: wanted, ConsistentRead: true } } }),
      );
      items.push(...(answer.Responses?.[this.#table] ?? []).map((item) => unmarshall(item)));
      wanted = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
    return items;
  }
}

async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
