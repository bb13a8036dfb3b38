import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import type { RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';

/**
 * Keys in one BatchGetItem. DynamoDB takes 100, and a key's share of the CPU is least then; but what is read ahead does not know
 * what other environments carry out meanwhile: at 66 calls a second, 25 are four tenths of a second.
 */
const keysPerRead = 25;

/**
 * Which requests of a batch were answered before. Their records are read in groups, when the first of a group
 * comes up: a batch of a thousand lasts fifteen seconds, and what was read at its start would not know the copies that
 * another environment has carried out meanwhile.
 */
export class AnsweredRequests {
  readonly #ledger: Pick<LinkLedger, 'requests'>;
  readonly #requests: RequestKey[];
  readonly #places: Map<string, number>;
  readonly #reads = new Map<number, Promise<Map<string, RequestRecord>>>();

  /** @param requests in the order in which they will come up. */
  constructor(ledger: Pick<LinkLedger, 'requests'>, requests: RequestKey[]) {
    this.#ledger = ledger;
    this.#requests = requests;
    this.#places = new Map(requests.map((request, index) => [requestKey(request), index]));
  }

  /** @throws what the ledger throws when it cannot be read; so does every other request of the same group. */
  async recordOf(request: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#groupOf(request)).get(requestKey(request));
  }

  /** Remembers what was answered just now, for the request's other copies in the batch. */
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
