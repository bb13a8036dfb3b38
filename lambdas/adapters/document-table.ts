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
import { ledgerAttribute } from './names.ts';

/** DynamoDB takes at most 100 keys in one BatchGetItem. */
const keysPerRead = 100;

const pk = ledgerAttribute.key;

/** An item as a plain object, its key included. */
export type Item = Record<string, unknown>;

/** An update, and the values of its expressions as they are, not as DynamoDB spells them. */
export interface Update
  extends Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames'> {
  ExpressionAttributeValues?: Item;
}

// A parameter may be named `constructor`: by that property, the SDK tells objects from instances of a class.
const spelt = (item: Item) => marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true });

/**
 * The client for what every command needs. It makes its chain of middleware once for each kind of request instead of for each
 * request, which saves a tenth of a request's processor time; the document client of lib-dynamodb cannot do that.
 */
export const dynamoClient = (): DynamoDBClient => new DynamoDBClient({ cacheMiddleware: true });

/** The ledger's table: items found by their key alone, read with strong consistency, and written on conditions. */
export class DocumentTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async get(key: string): Promise<Item | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: spelt({ [pk]: key }), ConsistentRead: true }),
    );
    return item && unmarshall(item);
  }

  /**
   * The items that these keys have, in any order.
   *
   * @throws Error when the table leaves some of them unread eight times: it is throttled
   */
  async getAll(keys: string[]): Promise<Item[]> {
    const distinct = [...new Set(keys)];
    const reads = Array.from({ length: Math.ceil(distinct.length / keysPerRead) }, (_, read) =>
      this.#readAll(distinct.slice(read * keysPerRead, (read + 1) * keysPerRead)),
    );
    return (await Promise.all(reads)).flat();
  }

  /** Adds an item unless its key has one. @returns whether it was added */
  add(item: Item): Promise<boolean> {
    return this.put(item, { ConditionExpression: `attribute_not_exists(${pk})` });
  }

  /** Puts an item in the place of whatever there is, if the condition holds. @returns whether it did */
  put(
    item: Item,
    { ExpressionAttributeValues: values, ...condition }: Omit<Update, 'UpdateExpression'> = {},
  ): Promise<boolean> {
    const put = { ...condition, ...(values && { ExpressionAttributeValues: spelt(values) }) };
    return unlessRefused(this.#client.send(new PutItemCommand({ TableName: this.#table, Item: spelt(item), ...put })));
  }

  /** Changes an item, if the condition holds. @returns whether it did */
  update(key: string, { ExpressionAttributeValues: values, ...update }: Update): Promise<boolean> {
    const expressions = { ...update, ...(values && { ExpressionAttributeValues: spelt(values) }) };
    return unlessRefused(
      this.#client.send(new UpdateItemCommand({ TableName: this.#table, Key: spelt({ [pk]: key }), ...expressions })),
    );
  }

  /** Removes an item, if the condition holds. @returns whether it did */
  remove(
    key: string,
    { ExpressionAttributeValues: values, ...condition }: Omit<Update, 'UpdateExpression'>,
  ): Promise<boolean> {
    const expressions = { ...condition, ...(values && { ExpressionAttributeValues: spelt(values) }) };
    return unlessRefused(
      this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: spelt({ [pk]: key }), ...expressions })),
    );
  }

  async #readAll(keys: string[]): Promise<Item[]> {
    const items: Item[] = [];
    let wanted = keys.map((key) => spelt({ [pk]: key }));
    for (let attempt = 1; wanted.length > 0; attempt++) {
      // DynamoDB answers a part when the whole would be over 16 MB or a partition is throttled.
      if (attempt > 1) await this.#clock.sleep(Math.min(2_000, 50 * 2 ** attempt));
      if (attempt > 8) throw new Error('the ledger left keys of a BatchGetItem unread eight times: it is throttled');
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
