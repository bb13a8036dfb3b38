import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import type { RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';

/**
 * Keys in one BatchGetItem. DynamoDB allows 100, which costs the least CPU time a key. But records that are read early
 * miss what other environments carry out in the meantime. At 66 calls a second, 25 keys are four tenths of a second.
 */
const keysPerRead = 25;

/**
 * Finds the requests of a batch that have an outcome. It reads their records in groups, shortly before the first of a
 * group starts. A batch of a thousand lasts fifteen seconds. Records read at its start would miss the copies that other
 * environments carry out in the meantime.
 */
export class AnsweredRequests {
  readonly #ledger: Pick<LinkLedger, 'requests'>;
  readonly #requests: RequestKey[];
  readonly #places: Map<string, number>;
  readonly #reads = new Map<number, Promise<Map<string, RequestRecord>>>();

  /** @param requests in the order in which they will start */
  constructor(ledger: Pick<LinkLedger, 'requests'>, requests: RequestKey[]) {
    this.#ledger = ledger;
    this.#requests = requests;
    this.#places = new Map(requests.map((request, index) => [requestKey(request), index]));
  }

  /** @throws the ledger's error if it is unreadable, for every request of the same group */
  async recordOf(request: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#groupOf(request)).get(requestKey(request));
  }

  /** Adds a new record, for the request's other copies in the batch. */
  async add(record: RequestRecord): Promise<void> {
    (await this.#groupOf(record)).set(requestKey(record), record);
  }

  #groupOf(request: RequestKey): Promise<Map<string, RequestRecord>> {
    const group = Math.floor((this.#places.get(requestKey(request)) ?? 0) / keysPerRead);
    const first = group * keysPerRead;
    const read = this.#reads.get(group) ?? this.#ledger.requests(this.#requests.slice(first, first + keysPerRead));
    this.#reads.set(group, read);
    return read;
  }
}
