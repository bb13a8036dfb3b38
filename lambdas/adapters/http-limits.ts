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
const placeName = (place: number) => `place${place}`;
const placeForm = /^place\d+$/;
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

  /**
   * Takes a place among the waiting calls, if it is free.
   *
   * @returns the places that are taken, this one among them, or undefined if the call has the place now
   */
  async take({ place, until }: WaitingPlace, nowMilliseconds: number): Promise<Set<number> | undefined> {
    const name = placeName(place);
    const item = await this.#table.updateUnless(waitingKey, {
      UpdateExpression: `SET #${name} = :until`,
      ConditionExpression: `attribute_not_exists(#${name}) OR #${name} < :now`,
      ExpressionAttributeValues: { ':until': until, ':now': nowMilliseconds },
    });
    if (item === undefined) return undefined;
    // If DynamoDB's answer was lost, the client has repeated the write and meets its own.
    if (item[name] === until) return undefined;
    const taken = Object.entries(item).filter(([key, end]) => placeForm.test(key) && Number(end) >= nowMilliseconds);
    return new Set([place, ...taken.map(([key]) => Number(key.slice('place'.length)))]);
  }

  /** Leaves a place, unless its time has passed and another call has it. */
  async leave({ place, until }: WaitingPlace): Promise<void> {
    const name = placeName(place);
    await this.#table.update(waitingKey, {
      UpdateExpression: `REMOVE #${name}`,
      ConditionExpression: `#${name} = :until`,
      ExpressionAttributeValues: { ':until': until },
    });
  }
}
