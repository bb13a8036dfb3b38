import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Places } from '../domain/http/rate.ts';
import type { Clock } from '../domain/work/clock.ts';
import { DocumentTable } from './document-table.ts';
import { ledgerAttribute } from './names.ts';
import { QuietGuess } from './quiet-guess.ts';

/** A place among the waiting calls. It is free again after its time, even if its call has crashed. */
export interface WaitingPlace {
  place: number;
  /** Epoch milliseconds. */
  until: number;
}

const waitingKey = 'http-waiting';
const placeName = (place: number) => `place${place}`;
const placeForm = /^place\d+$/;
/** A source that has been quiet for two seconds has its whole rate again. A list takes the places of 102 seconds at most. */
const rateKeptSeconds = 300;
/** A write may find that the next place is too old, and then that another call has moved it. */
const writesForPlaces = 3;

/** The HTTP API's own limits, which all its environments share: two kinds of items in the ledger's table. */
export class HttpLimits {
  readonly #table: DocumentTable;
  /** The next place of each source, as this environment has seen it. It decides which write comes first. */
  readonly #seen = new Map<string, number>();
  readonly #guess = new QuietGuess();

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#table = new DocumentTable(client, table, clock);
  }

  /**
   * Takes the next places of a source's rate, if the next one is in the range. Most calls take one write.
   *
   * @returns undefined if they are taken, or else the next place
   */
  async takeRate(source: string, { perSecond, from, until }: Places, by: number): Promise<number | undefined> {
    // The number of a place depends on the rate, so another rate starts anew.
    const key = `http-rate#${source}#${perSecond}`;
    const isOld = (this.#seen.get(key) ?? 0) < from;
    let isQuiet = isOld && this.#guess.isQuiet(key);
    for (let write = 1; write <= writesForPlaces; write++) {
      const expiry = { ':kept': Math.ceil(until / perSecond) + rateKeptSeconds };
      const found = await this.#table.updateUnless(
        key,
        isQuiet
          ? {
              UpdateExpression: 'SET #next = :then, #kept = :kept',
              ConditionExpression: 'attribute_not_exists(#next) OR #next < :from',
              ExpressionAttributeNames: { '#kept': ledgerAttribute.expiry },
              ExpressionAttributeValues: { ':then': from + by, ':from': from, ...expiry },
            }
          : {
              UpdateExpression: 'SET #next = #next + :by, #kept = :kept',
              ConditionExpression: '#next >= :from AND #next < :until',
              ExpressionAttributeNames: { '#kept': ledgerAttribute.expiry },
              ExpressionAttributeValues: { ':by': by, ':from': from, ':until': until, ...expiry },
            },
      );
      if (found === undefined) {
        if (isOld && write === 1) this.#guess.learn(key, isQuiet);
        // At least: another environment may have taken more.
        this.#seen.set(key, Math.max(from, this.#seen.get(key) ?? 0) + by);
        return undefined;
      }
      const next = Number(found.next ?? 0);
      if (isOld && write === 1) this.#guess.learn(key, next < from);
      this.#seen.set(key, next);
      if (next >= until) return next;
      isQuiet = next < from;
    }
    throw new Error('the next place of a rate was never where the call has read it');
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
