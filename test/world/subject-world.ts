import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ControlTable } from '../../lambdas/adapters/control-table.ts';
import { HttpRecords } from '../../lambdas/adapters/http-records.ts';
import { Ledger } from '../../lambdas/adapters/ledger.ts';
import { SubjectTable } from '../../lambdas/adapters/subject-table.ts';
import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import type { ParkedCommand } from '../../lambdas/domain/contract/parked-command.ts';
import { AnotherOperator, eraseSubjects } from '../../lambdas/operations/subject-erase.ts';
import { findSubjects } from '../../lambdas/operations/subject-find.ts';
import type { SubjectPorts } from '../../lambdas/operations/subject-ports.ts';
import { LinkWorld, linkIdSecret } from './link-world.ts';
import { VersionedBucket } from './versioned-bucket.ts';

/** A pipeline with a person's traces: the real table, a link worker, and buckets with versions. */
export class SubjectWorld {
  readonly archive = new VersionedBucket();
  readonly campaignBucket = new VersionedBucket();
  readonly campaigns = new Map<string, CampaignRecord>();
  /** Links that have an image: `crm/spring`. */
  readonly images = new Set<string>();
  /** What waits in the lane. */
  readonly queued: ParkedCommand[] = [];
  /** Producers of the configuration. */
  sources: SubjectPorts['sources'] = { crm: { lane: 'campaign', templates: ['A1b3'] } };
  readonly link: LinkWorld;
  readonly http: HttpRecords;
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #ledger: SubjectTable;
  readonly #control: ControlTable;
  #ids = 0;

  constructor({ client, table }: { client: DynamoDBClient; table: string }) {
    this.#client = client;
    this.#table = table;
    const clock = {
      wallMilliseconds: () => this.link.now,
      monotonicMilliseconds: () => this.link.now,
      sleep: async () => {},
    };
    const removeImage = async ({ source, address }: { source: string; address: { shortlinkId: string } }) =>
      void this.images.delete(`${source}/${address.shortlinkId}`);
    this.link = new LinkWorld(
      {},
      {
        ledger: new Ledger(client, table, clock),
        qrImages: { remove: removeImage },
        archive: {
          addRejected: async (line) =>
            this.archive.put(`rejected/campaign/2026/03/01/${line.messageId}.ndjson`, `${JSON.stringify(line)}\n`),
        },
      },
    );
    this.http = new HttpRecords(client, table, clock);
    this.#ledger = new SubjectTable(client, table, clock);
    this.#control = new ControlTable(client, table, clock);
  }

  /**
   * The ports of one environment of the function. If `call` throws, the environment is dead: no later call does anything.
   *
   * @param watch runs before and after each call of a port
   */
  ports(watch: Watch = () => {}): SubjectPorts {
    const now = () => this.link.now;
    let isDead = false;
    const call: Watch = (when, port) => {
      if (isDead) throw new Crash();
      try {
        watch(when, port);
      } catch (error) {
        isDead = true;
        throw error;
      }
    };
    return {
      ledger: watched(this.#ledger, call),
      archive: watched(this.archive, call),
      campaignBucket: watched(this.campaignBucket, call),
      campaigns: watched(
        { read: async ({ source, name }) => ({ record: this.campaigns.get(`${source}/${name}`) }) },
        call,
      ),
      images: watched(
        { remove: async ({ source, address }) => void this.images.delete(`${source}/${address.shortlinkId}`) },
        call,
      ),
      lanes: watched(
        {
          sendBack: async (_lane: string, commands: ParkedCommand[]): Promise<ParkedCommand[]> => {
            this.queued.push(...commands);
            return [];
          },
        },
        call,
      ),
      sources: this.sources,
      linkIdSecret: watched({ value: async () => linkIdSecret }, call),
      newMessageId: () => `erase-${++this.#ids}`,
      clock: { wallMilliseconds: now, monotonicMilliseconds: now },
    };
  }

  readonly settings = { settleSeconds: 60, keptDays: 75, lanes: new Set(['campaign']) };

  /** One part of an erasure. */
  erase(subjects: string[], ports = this.ports()) {
    return eraseSubjects({ subjects }, this.settings, ports);
  }

  /** Erases to the end. Between two parts, the lane works and a minute passes. A part that fails is done again. */
  async eraseWhole(subjects: string[], watch?: Watch) {
    const added: Record<string, number> = {};
    for (let part = 0; part < 2_000; part++) {
      try {
        const done = await this.erase(subjects, this.ports(watch));
        for (const [name, count] of Object.entries(done.added)) added[name] = (added[name] ?? 0) + count;
        if (done.answer.state === 'done') return { ...done.answer, added };
      } catch (error) {
        if (!(error instanceof Crash) && !(error instanceof AnotherOperator)) throw error;
      }
      this.link.now += 60_000;
      await this.work();
    }
    throw new Error('the erasure does not end');
  }

  /** What a search finds, in all places. */
  async find(subjects: string[]) {
    const all: Record<string, number> = {};
    const links = [];
    for (const place of ['ledger', 'archive', 'campaigns'] as const) {
      let after: string | undefined;
      do {
        const part = await findSubjects(
          { name: 'subject-find', subjects, place, ...(after && { after }) },
          this.ports(),
        );
        for (const [name, count] of Object.entries(part.found)) all[name] = (all[name] ?? 0) + count;
        links.push(...part.links);
        after = part.next;
      } while (after !== undefined);
    }
    return { found: all, links };
  }

  /** The lane's worker carries out what waits. */
  async work(): Promise<void> {
    const messages = this.queued.splice(0);
    if (messages.length === 0) return;
    await this.link.deliver(
      ...messages.map(({ body, messageId, sentAtMilliseconds, receiveCount, sender = 'AROAOFNOBODY' }) => ({
        body,
        messageId,
        sentAtMilliseconds,
        receiveCount: receiveCount + 1,
        sender,
        replayed: true,
      })),
    );
  }

  /** The deletes that running erasures have before them, as a plan sees them. */
  openDeletes(): Promise<number> {
    return this.#control.openDeletes(this.link.now);
  }

  /** Every item of the table. */
  async items(): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await this.#client.send(new ScanCommand({ TableName: this.#table, ConsistentRead: true }));
    return Items.map((item) => unmarshall(item));
  }
}

/** Sees each call of a port. It throws to kill the environment there. */
export type Watch = (when: 'before' | 'after', port: string) => void;

/** The function dies: at this call, or after it. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** A port whose calls are watched, and each object of a listing. */
function watched<Port extends object>(port: Port, call: Watch): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        call('before', String(name));
        const answer = member.apply(target, given);
        if (Symbol.asyncIterator in answer) return watchedList(answer, () => call('after', String(name)));
        return answer.then((value: unknown) => {
          call('after', String(name));
          return value;
        });
      };
    },
  });
}

async function* watchedList<Item>(list: AsyncIterable<Item>, call: () => void): AsyncGenerator<Item> {
  for await (const item of list) {
    call();
    yield item;
  }
}
