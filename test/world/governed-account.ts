import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../lambdas/domain/contract/parked-command.ts';
import type { Clock } from '../../lambdas/domain/work/clock.ts';
import type { BatchWork, Delivery } from '../../lambdas/domain/work/delivery.ts';
import { returnDelaySeconds } from '../../lambdas/domain/work/return-delay.ts';
import { governor } from '../../lambdas/governor/governor.ts';
import { replayer } from '../../lambdas/replayer/replayer.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';
import { linkWorkerWith } from './link-world.ts';
import { MeteredApi } from './metered-api.ts';
import { silentObserver } from './stillness.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

interface Message {
  id: string;
  body: string;
  sentAt: number;
  visibleAt: number;
  receiveCount: number;
  /** The parked command that the replayer has sent back. */
  original?: ParkedCommand;
}

/** A lane's limits, about a thousandth of the sample configuration's. */
interface LaneSize {
  name: string;
  reserveCalls: number;
  hourlyCapCalls?: number;
  batchSize: number;
  batchesPerMinute: number;
}

const maxReceiveCount = 20;

/**
 * An account with its pipeline, in one process and with a simulated clock. The real link workers, governor and replayer run
 * minute by minute. The queues hide, return, count and dead-letter messages as SQS does.
 */
export class GovernedAccount {
  now: number;
  readonly api: MeteredApi;
  readonly ledger = new InMemoryLedger();
  readonly control = new InMemoryControl();
  readonly outcomes: (Outcome & { at: number })[] = [];
  readonly deadLetters: Message[] = [];
  /** Changes of lane states: `03-09 10:15 campaign parking: quota-reserve-reached`. */
  readonly laneChanges: string[] = [];
  /** The longest time of a message in SQS, over all its deliveries. */
  oldestMilliseconds = 0;
  mostReceives = 0;
  mostParked = 0;
  governorDown = false;
  /** If set, the replayer crashes before it removes a lot, or the governor before it turns a mapping on or off. */
  crashAt: 'replayer' | 'governor' | undefined;
  readonly mappings: Map<string, 'on' | 'off'>;
  readonly #lanes: LaneSize[];
  readonly #queues: Map<string, Message[]>;
  #parked: { key: string; lane: string; commands: ParkedCommand[] }[] = [];
  #numbers = 0;
  readonly #workers: Map<string, BatchWork>;
  readonly #govern: () => Promise<void>;
  readonly #replay: (deadline: { remainingMilliseconds(): number }) => Promise<void>;
  /** Milliseconds that the replayer has slept in this minute. */
  #slept = 0;

  constructor(from: string, monthlyQuota: number, lanes: LaneSize[]) {
    this.now = Date.parse(from);
    this.api = new MeteredApi(() => this.now, monthlyQuota);
    this.#lanes = lanes;
    this.#queues = new Map(lanes.map(({ name }) => [name, []]));
    this.mappings = new Map(lanes.map(({ name }) => [name, 'on']));
    const clock = { wallMilliseconds: () => this.now, monotonicMilliseconds: () => this.now, sleep: async () => {} };
    this.#workers = new Map(lanes.map((lane) => [lane.name, this.#worker(lane, clock)]));
    const environment = {
      QUOTA_FROM: 'api' as const,
      API_DIALECT: 'v2.0' as const,
      API_BASE_URL: 'http://127.0.0.1:1',
      API_PROXY_URL: '',
      API_TOKEN_SECRET_ARN: 'arn',
      LEDGER_TABLE_NAME: 'ledger',
    };
    this.#govern = governor(
      {
        ...environment,
        APPSFLYER_ACCOUNT_ID: 'acc-demo',
        CALL_TIMEOUT_MILLISECONDS: 10_000,
        MONTHLY_QUOTA_CALLS: monthlyQuota,
        PROBE_TEMPLATE_ID: 'A1b3',
        LANES: lanes.map(({ name, reserveCalls, hourlyCapCalls }) => ({
          name,
          reserveCalls,
          hourlyCapCalls,
          mappings: [name],
        })),
      },
      {
        api: this.api.client,
        control: this.control,
        siblings: [],
        mappings: {
          state: async (id) => this.mappings.get(id) ?? 'on',
          switch: async (id, on) => {
            if (this.crashAt === 'governor') throw new Error('the test crashes the governor here');
            this.mappings.set(id, on ? 'on' : 'off');
          },
        },
        observer: silentObserver,
        laneObserver: () => silentObserver,
        clock,
      },
    );
    this.#replay = replayer(
      {
        ...environment,
        ARCHIVE_BUCKET_NAME: 'archive',
        OUTCOME_TOPIC_ARN: 'arn:outcomes',
        SENDERS: {},
        LANES: lanes.map(({ name, batchSize, batchesPerMinute }) => ({
          name,
          queueUrl: name,
          commandsPerSecond: Math.ceil((batchSize * batchesPerMinute) / 60),
          sendAhead: 2 * batchSize,
        })),
      },
      {
        control: this.control,
        parked: {
          lots: (lane) => this.#lots(lane),
          read: async ({ key }) => ({
            commands: this.#parked.find((lot) => lot.key === key)?.commands ?? [],
            unreadable: [],
          }),
          remove: async ({ key }) => {
            if (this.crashAt === 'replayer') throw new Error('the test crashes the replayer here');
            this.#parked = this.#parked.filter((lot) => lot.key !== key);
          },
        },
        queue: {
          depth: async (lane) => this.#queues.get(lane)?.length ?? 0,
          send: async (lane, commands) => {
            for (const original of commands) this.#enqueue(lane, original.body, original);
            return [];
          },
        },
        quarantine: { keepLot: async () => {}, keepLines: async () => {} },
        held: {
          senders: async function* () {},
          lots: async function* () {},
          read: async () => ({ commands: [], unreadable: [] }),
          remove: async () => {},
        },
        senders: { decisions: async () => ({}) },
        outcomes: { publish: async () => {} },
        observer: silentObserver,
        laneObserver: () => silentObserver,
        clock: {
          ...clock,
          sleep: async (milliseconds) => {
            this.#slept += milliseconds;
          },
        },
      },
    );
  }

  send(lane: string, ...commands: object[]): void {
    for (const command of commands) this.#enqueue(lane, JSON.stringify(command));
  }

  /** Commands that wait in the archive. */
  get parked(): number {
    return this.#parked.reduce((sum, { commands }) => sum + commands.length, 0);
  }

  waiting(lane: string): number {
    return this.#queues.get(lane)?.length ?? 0;
  }

  /** Lets time pass in steps. In each step the governor, the workers and the replayer run once. */
  async pass(milliseconds: number, step = minute): Promise<void> {
    for (const end = this.now + milliseconds; this.now < end; ) {
      this.now += step;
      await this.#minute();
    }
  }

  /** The final outcome of each request. */
  finalOutcomes(): Map<string, Outcome['outcome']> {
    const final = this.outcomes.filter(({ outcome }) => outcome !== 'parked');
    return new Map(final.map(({ requestId, outcome }) => [requestId ?? '', outcome]));
  }

  async #minute(): Promise<void> {
    if (!this.governorDown) {
      const before = structuredClone(this.control.control?.lanes ?? {});
      await this.#orCrash(this.#govern());
      for (const [lane, { state, reason }] of Object.entries(this.control.control?.lanes ?? {})) {
        if (state === (before[lane]?.state ?? 'open')) continue;
        const at = new Date(this.now).toISOString().slice(5, 16).replace('T', ' ');
        this.laneChanges.push(`${at} ${lane} ${state}${reason === undefined ? '' : `: ${reason}`}`);
      }
    }
    for (const { name, batchSize, batchesPerMinute } of this.#lanes) {
      for (let batch = 0; batch < batchesPerMinute && this.mappings.get(name) === 'on'; batch++) {
        if (!(await this.#deliver(name, batchSize))) break;
      }
    }
    this.#slept = 0;
    await this.#orCrash(this.#replay({ remainingMilliseconds: () => minute - this.#slept }));
    this.mostParked = Math.max(this.mostParked, this.parked);
  }

  async #orCrash(run: Promise<void>): Promise<void> {
    await run.catch((error: unknown) => {
      if (this.crashAt === undefined) throw error;
    });
  }

  async #deliver(lane: string, size: number): Promise<boolean> {
    const queue = this.#queues.get(lane) ?? [];
    const batch = queue.filter(({ visibleAt }) => visibleAt <= this.now).slice(0, size);
    if (batch.length === 0) return false;
    for (const message of batch) {
      message.receiveCount++;
      this.mostReceives = Math.max(this.mostReceives, message.receiveCount);
      this.oldestMilliseconds = Math.max(this.oldestMilliseconds, this.now - message.sentAt);
    }
    const deliveries = batch.map(
      ({ id, body, receiveCount, sentAt, original }): Delivery => ({
        messageId: original?.messageId ?? id,
        body,
        receiveCount: receiveCount + (original !== undefined && original.receiveCount > 1 ? 1 : 0),
        sentAtMilliseconds: original?.sentAtMilliseconds ?? sentAt,
        sender: original?.sender ?? 'AROAOFNOBODY',
        ...(original !== undefined && { replayed: true as const }),
      }),
    );
    const dispositions = await this.#workers.get(lane)?.(deliveries, { remainingMilliseconds: () => 60_000 });
    for (const [index, message] of batch.entries()) {
      const disposition = dispositions?.[index] ?? 'try-again';
      if (disposition !== 'done' && message.receiveCount < maxReceiveCount) {
        message.visibleAt = this.now + returnDelaySeconds(disposition, message.receiveCount, 0.5) * 1000;
        continue;
      }
      queue.splice(queue.indexOf(message), 1);
      if (disposition !== 'done') this.deadLetters.push(message);
    }
    return true;
  }

  #enqueue(lane: string, body: string, original?: ParkedCommand): void {
    const message = { id: `m-${++this.#numbers}`, body, sentAt: this.now, visibleAt: this.now, receiveCount: 0 };
    this.#queues.get(lane)?.push({ ...message, ...(original !== undefined && { original }) });
  }

  async *#lots(lane: string) {
    for (const lot of this.#parked.filter((one) => one.lane === lane))
      yield { key: lot.key, commands: lot.commands.length, bytes: 1 };
  }

  #park(command: ParkedCommand): void {
    const last = this.#parked.at(-1);
    if (last?.lane === command.lane && last.commands[0]?.parkedAtMilliseconds === command.parkedAtMilliseconds) {
      last.commands.push(command);
    } else this.#parked.push({ key: String(++this.#numbers), lane: command.lane, commands: [command] });
  }

  #worker({ name, reserveCalls }: LaneSize, clock: Clock): BatchWork {
    return linkWorkerWith(
      { LANE: name, QUOTA_RESERVE_CALLS: reserveCalls },
      {
        api: this.api.client,
        quota: (accountId) => this.api.client.quota(accountId),
        control: this.control,
        parked: { add: async (command) => this.#park(command) },
        ledger: this.ledger,
        outcomes: { publish: async (outcome) => void this.outcomes.push({ ...outcome, at: this.now }) },
        clock,
      },
    );
  }
}
