import type { RequestRecord } from '../domain/ledger-record.ts';
import type { LinkLedger } from './ports.ts';

interface Request {
  source: string;
  requestId: string;
}

export function requestKey({ source, requestId }: Request): string {
  return `${source}/${requestId}`;
}

/** DynamoDB takes at most 100 keys in one BatchGetItem. */
const keysPerRead = 100;

/**
 * Which requests of a batch were answered before. Their records are read a hundred at a time, when the first of the hundred
 * comes up: a batch of a thousand lasts ten seconds, and what was read at its start would not know the copies that
 * another environment has carried out meanwhile.
 */
export class AnsweredRequests {
  readonly #ledger: LinkLedger;
  readonly #requests: Request[];
  readonly #places: Map<string, number>;
  readonly #reads = new Map<number, Promise<Map<string, RequestRecord>>>();

  /** @param requests in the order in which they will come up. */
  constructor(ledger: LinkLedger, requests: Request[]) {
    this.#ledger = ledger;
    this.#requests = requests;
    this.#places = new Map(requests.map((request, index) => [requestKey(request), index]));
  }

  /** @throws what the ledger throws when it cannot be read; so does every other request of the same hundred. */
  async recordOf(request: Request): Promise<RequestRecord | undefined> {
    return (await this.#hundredOf(request)).get(requestKey(request));
  }

  /** Remembers what was answered just now, for the request's other copies in the batch. */
  async add(record: RequestRecord): Promise<void> {
    (await this.#hundredOf(record)).set(requestKey(record), record);
  }

  #hundredOf(request: Request): Promise<Map<string, RequestRecord>> {
    const hundred = Math.floor((this.#places.get(requestKey(request)) ?? 0) / keysPerRead);
    const first = hundred * keysPerRead;
    const read = this.#reads.get(hundred) ?? this.#ledger.requests(this.#requests.slice(first, first + keysPerRead));
    this.#reads.set(hundred, read);
    return read;
  }
}
