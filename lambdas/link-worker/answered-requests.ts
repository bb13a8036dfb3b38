import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import type { RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';

/**
 * Keys in one BatchGetItem. DynamoDB allows 100, which costs the least CPU time a key. But records that are read early
 * miss what other environments carry out in the meantime. At 63 calls a second, 25 keys are four tenths of a second.
 */
const keysPerRead = 25;

/** A request, with the digest of its command's subject. */
type Asked = RequestKey & { subject?: string };

/**
 * Finds the requests of a batch that have an outcome, and the subjects that were erased. It reads their records in groups, shortly before the first of a
 * group starts. A batch of a thousand lasts fifteen seconds. Records read at its start would miss the copies that other
 * environments carry out in the meantime.
 */
export class AnsweredRequests {
  readonly #ledger: Pick<LinkLedger, 'known'>;
  readonly #requests: Asked[];
  readonly #places: Map<string, number>;
  readonly #reads = new Map<number, ReturnType<LinkLedger['known']>>();

  /** @param requests in the order in which they will start */
  constructor(ledger: Pick<LinkLedger, 'known'>, requests: Asked[]) {
    this.#ledger = ledger;
    this.#requests = requests;
    this.#places = new Map(requests.map((request, index) => [requestKey(request), index]));
  }

  /** @throws the ledger's error if it is unreadable, for every request of the same group */
  async recordOf(request: RequestKey): Promise<RequestRecord | undefined> {
    return (await this.#groupOf(request)).requests.get(requestKey(request));
  }

  /** When the request's subject was erased, in epoch milliseconds. A request without a subject costs no read. */
  async erasedAt({ subject, ...request }: Asked): Promise<number | undefined> {
    return subject === undefined ? undefined : (await this.#groupOf(request)).erasedAt.get(subject);
  }

  /** Adds a new record, for the request's other copies in the batch. */
  async add(record: RequestRecord): Promise<void> {
    (await this.#groupOf(record)).requests.set(requestKey(record), record);
  }

  #groupOf(request: RequestKey): ReturnType<LinkLedger['known']> {
    const group = Math.floor((this.#places.get(requestKey(request)) ?? 0) / keysPerRead);
    const first = group * keysPerRead;
    const asked = this.#requests.slice(first, first + keysPerRead);
    const subjects = asked.flatMap(({ subject }) => subject ?? []);
    const read = this.#reads.get(group) ?? this.#ledger.known(asked, subjects);
    this.#reads.set(group, read);
    return read;
  }
}
