import type { CampaignReading } from '../../../../lambdas/adapters/campaign-table.ts';
import { OneLinkClient } from '../../../../lambdas/adapters/onelink-client.ts';
import type { VouchedMessage } from '../../../../lambdas/adapters/vouching-queue.ts';
import { type CampaignKey, campaignKey } from '../../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../../lambdas/domain/campaign/record.ts';
import { originalAttribute } from '../../../../lambdas/domain/contract/original-message.ts';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import { firstSenderAttribute } from '../../../../lambdas/domain/contract/sender.ts';
import type { ControlReading } from '../../../../lambdas/domain/control/control-record.ts';
import { expiryLane, qrLane } from '../../../../lambdas/domain/work/names.ts';
import type { Observer } from '../../../../lambdas/domain/work/observer.ts';
import type { ExpiryWorkerPorts } from '../../../../lambdas/expiry-worker/ports.ts';
import type { QrWorkerPorts } from '../../../../lambdas/qr-worker/qr-worker.ts';
import type { CallMetrics } from '../../../../lambdas/runtime/call-metrics.ts';
import { RateLimiter } from '../../../../lambdas/runtime/rate-limiter.ts';
import type { SqsBatchOptions } from '../../../../lambdas/runtime/sqs-batch.ts';
import { campaignCheckerPlan } from '../../../../lib/config/rate/reserved-concurrency.ts';
import { callTimeoutMilliseconds, maxReceiveCount, type WorkerPlan } from '../../../../lib/config/rate/worker-plan.ts';
import { CallCounter } from '../../../../local/onelink-api/limits.ts';
import { EmulatedApi, keyOfCall } from '../../../world/emulated-api.ts';
import { InMemoryCampaignFiles } from '../../../world/in-memory-campaign-files.ts';
import { InMemoryCampaignTable } from '../../../world/in-memory-campaign-table.ts';
import { InMemoryControl } from '../../../world/in-memory-control.ts';
import { InMemoryLedger } from '../../../world/in-memory-ledger.ts';
import { linkIdSecret } from '../../../world/link-world.ts';
import { silentObserver } from '../../../world/stillness.ts';
import type { Mapping } from '../queues/mapping.ts';
import { SimulatedQueue } from '../queues/queue.ts';
import { Chance } from '../time/chance.ts';
import { SimulatedClock } from '../time/simulated-clock.ts';
import { Correspondence } from './correspondence.ts';
import { ParkedCommands } from './parked-commands.ts';
import { SeriesHours } from './series-hours.ts';
import { apiMilliseconds, serviceMilliseconds, slow } from './services.ts';
import type { MonthSize } from './size.ts';

/** The role of the pipeline's own functions, which vouch for messages. */
export const ownSender = 'AROAOFTHEPIPELINE';
export const campaignQueue = 'campaign-files';
const image = Buffer.from('89504e470d0a1a0a', 'hex');

/** Its readers get the records themselves, because a month reads them a million times. No reader changes them. */
class CampaignsWithoutCopies extends InMemoryCampaignTable {
  override async read(campaign: CampaignKey): Promise<CampaignReading> {
    return { record: this.records.get(campaignKey(campaign)), corrupt: false };
  }

  override async readAll(campaigns: readonly CampaignKey[]): Promise<{ records: CampaignRecord[]; corrupt: string[] }> {
    return { records: campaigns.flatMap((one) => this.records.get(campaignKey(one)) ?? []), corrupt: [] };
  }
}

/** As above. */
class ControlWithoutCopies extends InMemoryControl {
  override async read(): Promise<ControlReading> {
    return { control: this.control, corrupt: false, signals: { ...this.signals } };
  }
}

/** The account's API, the tables, queues, topic and buckets of one pipeline, on one simulated clock. */
export class Cloud {
  readonly size: MonthSize;
  readonly clock: SimulatedClock;
  readonly chance: Chance;
  readonly api: EmulatedApi;
  readonly ledger = new InMemoryLedger();
  readonly control = new ControlWithoutCopies();
  readonly campaigns = new CampaignsWithoutCopies();
  readonly files = new InMemoryCampaignFiles();
  readonly parked = new ParkedCommands();
  readonly correspondence = new Correspondence();
  /** Queues by name: the lanes, `qr`, `expiry` and the campaign files. */
  readonly queues = new Map<string, SimulatedQueue>();
  readonly mappings = new Map<string, Mapping>();
  /** Batches of removals that the intake has handled. */
  intakeRuns = 0;
  /** Sends in this hour, for the plot. */
  hour = new CallCounter();
  /** Links made at each address, as the API has answered. */
  readonly made = new Map<string, number>();
  /** The least quota that was left when a lane sent a call that costs quota, by lane. */
  readonly lowestQuota = new Map<string, number>();
  /** How long the API has taken for the calls of a command under way, by its link. */
  readonly #apiTimes = new Map<string, number>();
  readonly metrics = new Map<string, number>();
  /** Link IDs and the like never go into it: names of metrics and messages of warnings alone. */
  readonly warnings = new Map<string, number>();

  constructor(size: MonthSize, from: number, seed: number) {
    this.size = size;
    this.clock = new SimulatedClock(from);
    this.chance = new Chance(seed);
    this.files.rangeBytes = 1024 * 1024;
    const { headroom } = size.account;
    this.api = new EmulatedApi({
      now: this.clock.wallMilliseconds,
      sleep: this.clock.sleep,
      settings: {
        monthlyQuota: size.monthlyQuotaCalls,
        // As far above the plan as the account's limits are. One call too many gets a 429.
        requestsPerSecond: Math.floor(size.callsPerSecond / headroom),
        qrRequestsPerSecond: Math.floor(size.qrCallsPerSecond / headroom),
        latencyMilliseconds: apiMilliseconds,
        templates: Object.fromEntries(
          Object.entries(size.settings.templates).map(([id, { domain, brandDomains }]) => [
            id,
            { subdomain: domain.split('.')[0] ?? 'acme', brandDomains: [...brandDomains] },
          ]),
        ),
      },
      drawQr: async () => image,
      onCarriedOut: ({ operation, key, meaning }) => {
        if (operation === 'create' && meaning === 'ok') this.made.set(key, (this.made.get(key) ?? 0) + 1);
      },
    });
    for (const { name, plan } of size.lanes) this.#queue(name, plan.visibilityTimeoutSeconds);
    this.#queue(qrLane, size.qr.visibilityTimeoutSeconds);
    this.#queue(expiryLane, size.expiry.visibilityTimeoutSeconds);
    this.#queue(campaignQueue, campaignCheckerPlan.visibilityTimeoutSeconds);
  }

  queue(name: string): SimulatedQueue {
    const queue = this.queues.get(name);
    if (queue === undefined) throw new Error(`the month has no queue ${name}`);
    return queue;
  }

  /** A client of one environment of a lane, and the rate limiter of its share. */
  client(
    lane: string,
    {
      callsPerSecond,
      callsInFlight = 1,
      gap = 'before',
    }: Pick<WorkerPlan, 'callsPerSecond'> & Partial<Pick<WorkerPlan, 'callsInFlight' | 'gap'>>,
    onCall: ReturnType<CallMetrics['apiCalls']> = () => {},
  ): { api: OneLinkClient; turns: RateLimiter } {
    const turns = RateLimiter.atPace(callsPerSecond, this.clock, gap);
    const settings = {
      API_DIALECT: 'v2.0',
      API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
      CALL_TIMEOUT_MILLISECONDS: callTimeoutMilliseconds,
      CALLS_IN_FLIGHT: callsInFlight,
    } as const;
    const token = { value: async () => 'local-token', fresh: async () => 'local-token' };
    const isOfCommands = this.size.lanes.some(({ name }) => name === lane);
    const transport: ConstructorParameters<typeof OneLinkClient>[2] = {
      send: async (call) => {
        this.hour.record(this.clock.monotonicMilliseconds());
        if (call.method !== 'GET') {
          const { remaining } = this.api.emulator.quota;
          this.lowestQuota.set(lane, Math.min(remaining, this.lowestQuota.get(lane) ?? remaining));
        }
        const sentAt = this.clock.wallMilliseconds();
        const result = await this.api.send(call);
        if (isOfCommands) {
          const link = keyOfCall(call);
          this.#apiTimes.set(link, (this.#apiTimes.get(link) ?? 0) + this.clock.wallMilliseconds() - sentAt);
        }
        return result;
      },
    };
    return { api: new OneLinkClient(settings, { token, turns, clock: this.clock, onCall }, transport), turns };
  }

  /** What a function's batch runtime needs of this cloud. */
  batch(queue: SimulatedQueue): Pick<SqsBatchOptions, 'queue' | 'clock' | 'random'> {
    const delay: SqsBatchOptions['queue']['delay'] = async (messages) => {
      await this.clock.sleep(serviceMilliseconds.queue);
      for (const { receiptHandle, delaySeconds } of messages) queue.changeVisibility(receiptHandle, delaySeconds);
      return 0;
    };
    return { queue: { delay }, clock: this.clock, random: this.chance.next };
  }

  /** The telemetry of one function. */
  telemetry(): SqsBatchOptions['telemetry'] & CallMetrics {
    return this.series;
  }

  /** Sends to a queue as a function of the pipeline does. */
  enqueuer<Job>(name: string, textOf: (job: Job) => string): (job: Job, groupId?: string) => Promise<void> {
    return async (job, groupId) => {
      await this.clock.sleep(serviceMilliseconds.queue);
      this.queue(name).send({ body: textOf(job), senderId: ownSender, groupId });
    };
  }

  /** Where the QR worker stores images. */
  get images(): QrWorkerPorts['store'] {
    const put: QrWorkerPorts['store']['put'] = async ({ source, address }) => {
      await this.clock.sleep(serviceMilliseconds.bucket);
      return `qr/${source}/${address.onelinkId}/${address.shortlinkId}.png`;
    };
    return { bucket: 'codes', put, remove: async () => {} };
  }

  /** Where the expiry worker writes the ends of links. */
  get history(): ExpiryWorkerPorts['history'] {
    return { addExpired: async () => this.clock.sleep(serviceMilliseconds.bucket) };
  }

  /** Counts metrics and warnings, and keeps nothing else. */
  readonly #observer: Observer = {
    ...silentObserver,
    count: (metric, by = 1) => void this.metrics.set(metric, (this.metrics.get(metric) ?? 0) + by),
    warn: (message) => void this.warnings.set(message, (this.warnings.get(message) ?? 0) + 1),
  };

  readonly series = new SeriesHours(() => this.clock.wallMilliseconds(), this.#observer);

  readonly linkIdSecret = { value: async () => linkIdSecret };

  /** Each service, as slow as it is for a function. */
  get services() {
    const { table } = serviceMilliseconds;
    const { ledger, control, campaigns, clock } = this;
    return {
      ledger: slow(ledger, clock, table),
      control: slow(control, clock, table),
      campaigns: slow(campaigns, clock, table),
    };
  }

  /**
   * The topic, as a function publishes to it.
   *
   * @param _perPublish the most outcomes of one request
   * @param _callsPerSecond the function's pace, if it has one
   */
  outcomes(_perPublish: number, _callsPerSecond?: number): { publish(outcome: Outcome): Promise<void> } {
    const publish = async (outcome: Outcome) => this.published(outcome);
    return slow({ publish }, this.clock, serviceMilliseconds.topic);
  }

  /** The topic has taken an outcome. */
  published(outcome: Outcome): void {
    const link = outcome.link && `${outcome.link.onelinkId}/${outcome.link.shortlinkId}`;
    this.correspondence.published(outcome, this.clock.wallMilliseconds(), this.#apiTimes.get(link ?? ''));
    if (link !== undefined) this.#apiTimes.delete(link);
  }

  /** Sends messages as the pipeline's own functions do, with what they vouch for. */
  async vouch(name: string, messages: readonly VouchedMessage[]): Promise<void> {
    const queue = this.queue(name);
    for (let start = 0; start < messages.length; start += 10) {
      await this.clock.sleep(serviceMilliseconds.queue);
      for (const { body, messageId, sentAtMilliseconds, sender, receiveCount, groupId } of messages.slice(
        start,
        start + 10,
      )) {
        const attributes = {
          [originalAttribute.messageId]: messageId,
          [originalAttribute.sentTimestamp]: String(sentAtMilliseconds),
          ...(receiveCount !== undefined && { [originalAttribute.receiveCount]: String(receiveCount) }),
          ...(sender !== undefined && { [firstSenderAttribute]: sender }),
        };
        queue.send({ body, senderId: ownSender, groupId, attributes });
      }
    }
  }

  /** Calls that have reached the API, with every sliding second. */
  get arrivals() {
    return this.api.control.stats().arrivals;
  }

  #queue(name: string, visibilityTimeoutSeconds: number): void {
    this.queues.set(name, new SimulatedQueue(name, this.clock, { visibilityTimeoutSeconds, maxReceiveCount }));
  }
}
