import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable } from './document-table.ts';

/** A place among the waiting calls. It is free again after its time, even if its call has crashed. */
export interface WaitingPlace {
  place: number;
  /** Epoch milliseconds. */
  until: number;
}

const waitingKey = 'http-waiting';
/** The counts of a second are of no use after it. DynamoDB removes them within days. */
const countsKeptSeconds = 300;

/** The HTTP API's own limits, which all its environments share: two kinds of items in the ledger's table. */
export class HttpLimits {
  readonly #table: DocumentTable;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#table = new DocumentTable(client, table, clock);
  }

  /**
   * Counts calls and commands of a source.
   *
   * @param second epoch seconds
   * @returns the source's count of that second
   */
  count(source: string, second: number, by: number): Promise<number> {
    return this.#table.count(`http-rate#${source}#${second}`, by, second + countsKeptSeconds);
  }

  /** Takes a place among the waiting calls. @returns whether the place was free */
  async take({ place, until }: WaitingPlace, nowMilliseconds: number): Promise<boolean> {
    const name = `place${place}`;
    return this.#table.update(waitingKey, {
      UpdateExpression: `SET #${name} = :until`,
      ConditionExpression: `attribute_not_exists(#${name}) OR #${name} < :now`,
      ExpressionAttributeValues: { ':until': until, ':now': nowMilliseconds },
    });
  }

  /** Leaves a place, unless its time has passed and another call has it. */
  async leave({ place, until }: WaitingPlace): Promise<void> {
    const name = `place${place}`;
    await this.#table.update(waitingKey, {
      UpdateExpression: `REMOVE #${name}`,
      ConditionExpression: `#${name} = :until`,
      ExpressionAttributeValues: { ':until': until },
    });
  }
}
