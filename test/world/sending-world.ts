import type { CampaignSenderPorts, OutgoingRow } from '../../lambdas/campaign-sender/ports.ts';
import type { CampaignSenderSettings } from '../../lambdas/campaign-sender/row-commands.ts';
import { campaignSender } from '../../lambdas/campaign-sender/sender.ts';
import { campaignKey } from '../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, campaignRecordSchema, rowCounts } from '../../lambdas/domain/campaign/record.ts';
import {
  type CheckedRow,
  checkedRowSchema,
  type RowResult,
  rowResultSchema,
} from '../../lambdas/domain/campaign/row.ts';
import type { PolicyCheck } from '../../lambdas/domain/contract/command-reading.ts';
import { noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../lambdas/domain/contract/parked-command.ts';
import type { QrJob } from '../../lambdas/domain/contract/qr-job.ts';
import type { BatchWork, Delivery } from '../../lambdas/domain/work/delivery.ts';
import type { ObservedFields } from '../../lambdas/domain/work/observer.ts';
import { EmulatedApi } from './emulated-api.ts';
import { givenRequest } from './given-ledger.ts';
import { givenOutcome } from './given-outcome.ts';
import { InMemoryCampaignFiles } from './in-memory-campaign-files.ts';
import { InMemoryCampaignTable } from './in-memory-campaign-table.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';
import { linkIdSecret, linkWorkerWith } from './link-world.ts';
import { silentObserver } from './stillness.ts';

/** A row of a test's campaign: which command it has, or what the check has found. */
export type GivenRow = 'create' | 'create-qr' | 'unchanged' | 'rejected' | Record<string, unknown>;

const minute = 60_000;
export const laneQueue = (lane: string) => `http://127.0.0.1:1/${lane}`;

export const senderSettings: CampaignSenderSettings = {
  LEDGER_TABLE_NAME: 'ledger',
  CAMPAIGN_BUCKET_NAME: 'campaigns',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  LANES: [{ name: 'campaign', queueUrl: laneQueue('campaign'), commandsPerSecond: 10, imagesPerSecond: 5 }],
  API_DIALECT: 'v2.0',
  MAX_DATA_CHARACTERS: 2048,
  QUERY_STRING_COUNTS: false,
  MAX_TTL_DAYS: 365,
  producers: [
    { source: 'crm', templates: ['A1b3'], lanes: ['campaign'] },
    { source: 'studio', templates: ['A1b3'], lanes: ['campaign'] },
  ],
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } },
};

/**
 * The campaign sender with its services in memory, beside the real link worker, which carries out what it sends at the lane's
 * rate. Time moves only while the sender sleeps.
 */
export class SendingWorld {
  now = Date.parse('2026-03-01T10:00:05Z');
  readonly campaigns = new InMemoryCampaignTable();
  readonly files = new InMemoryCampaignFiles();
  readonly ledger = new InMemoryLedger();
  readonly control = new InMemoryControl();
  /** Messages that wait in the lanes' queues. */
  readonly queued: (Delivery & { queueUrl: string })[] = [];
  /** All messages that were ever sent. */
  readonly sent: OutgoingRow[] = [];
  readonly parked: ParkedCommand[] = [];
  readonly jobs: QrJob[] = [];
  readonly outcomes: Outcome[] = [];
  readonly logs: { message: string; fields: ObservedFields }[] = [];
  readonly metrics = new Map<string, number>();
  /** Whether the lanes' workers and the QR workers run. */
  worksLinks = true;
  worksImages = true;
  /** Whether the API refuses each QR code for good. */
  refusesImages = false;
  /** The part of its rate at which a lane really works. */
  speed = 1;
  /** Rows that the queue refuses, by request ID. */
  readonly refusedByQueue = new Set<string>();
  /** Rows whose messages are lost, by request ID: a dead letter. */
  readonly lost = new Set<string>();
  readonly contentTypes = new Map<string, string>();
  /** Runs before the next write of a record, as another writer. */
  beforeWrite: (() => unknown) | undefined;
  /** Ports whose next call by the sender fails: a method's name, or a queue's URL. */
  readonly failing = new Set<string>();
  /** The most rows that were in the queues at once. */
  mostQueued = 0;
  /** Reads of request records and of link records, missing ones included. */
  recordsRead = 0;
  /** What happens at which time. */
  readonly plans: { at: number; run: () => unknown }[] = [];
  policy: PolicyCheck = noPolicy;
  settings = senderSettings;
  /** Runs after each change of a record. */
  onWrite: (record: CampaignRecord) => void = () => {};
  readonly api = new EmulatedApi({
    now: () => this.now,
    sleep: async () => {},
    settings: { requestsPerSecond: 1_000_000 },
  });
  readonly #workers = new Map<string, BatchWork>();
  #links = 0;
  #images = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor() {
    this.control.setRecord(this.now);
  }

  /** A checked campaign, in chunks of so many rows. */
  async given(
    name: string,
    rows: readonly GivenRow[],
    { perChunk = 250, ...change }: Partial<CampaignRecord> & { perChunk?: number } = {},
  ): Promise<CampaignRecord> {
    const campaign = { source: change.source ?? 'crm', name };
    const drop = change.drop ?? 1;
    const checked = rows.map((row, index) => checkedRow(campaign, row, index + 1));
    const chunks = Math.ceil(rows.length / perChunk);
    for (let chunk = 1; chunk <= chunks; chunk++) {
      const part = checked.slice((chunk - 1) * perChunk, chunk * perChunk);
      await this.files.putChunk(
        campaign,
        drop,
        chunk,
        part.map((row) => checkedRowSchema.parse(row)),
      );
    }
    const sends = checked.filter((row) => row.check === 'send');
    const record: Omit<CampaignRecord, 'v' | 'revision'> = {
      ...campaign,
      drop,
      file: { key: `inbox/crm/${name}.csv`, etag: '"1"', bytes: 1, droppedAt: this.now },
      settings: {},
      lane: 'campaign',
      state: 'sending',
      check: { byte: 1, row: rows.length, line: rows.length + 1, header: ['id', 'note'], digestObjects: 0, done: true },
      rows: rows.length,
      toSend: sends.length,
      quotaCalls: sends.length,
      qrCodes: sends.filter((row) => 'qr' in row.command).length,
      chunks,
      sent: 0,
      settled: 0,
      settledBeyond: [],
      tallies: {},
      firstFaults: [],
      found: {
        lookups: 0,
        unchanged: checked.filter(({ check }) => check === 'unchanged').length,
        rejected: checked.filter(({ check }) => check === 'rejected').length,
        actions: {},
        warningsByRule: {},
      },
      faultsByRule: rows.includes('rejected') ? { required: rows.filter((row) => row === 'rejected').length } : {},
      changedAt: this.now,
      ...change,
    };
    await this.campaigns.list(record);
    const read = await this.campaigns.read(campaign);
    const written = await this.campaigns.write(record, read);
    if (written === undefined) throw new Error('the campaign was not written');
    return written;
  }

  record(name: string, source = 'crm'): CampaignRecord {
    const record = this.campaigns.records.get(campaignKey({ source, name }));
    if (record === undefined) throw new Error(`no campaign ${name}`);
    return record;
  }

  counts(name: string, source = 'crm'): Record<string, number> {
    return rowCounts(this.record(name, source));
  }

  /** The rows of the machines' results. */
  results(name: string, source = 'crm'): RowResult[] {
    const text = this.files.text(`results/${source}/${name}.ndjson`) ?? '';
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as RowResult]));
  }

  /** Something that happens so many milliseconds from now. */
  in(milliseconds: number, run: () => unknown): void {
    this.plans.push({ at: this.now + milliseconds, run });
  }

  async cancel(name: string): Promise<void> {
    await this.campaigns.act({ source: 'crm', name }, { act: 'cancel' }, this.now);
  }

  async pause(name: string): Promise<void> {
    await this.campaigns.act({ source: 'crm', name }, { act: 'pause', reason: 'test' }, this.now);
  }

  async resume(name: string): Promise<void> {
    await this.campaigns.act({ source: 'crm', name }, { act: 'resume' }, this.now);
  }

  async approve(name: string): Promise<void> {
    await this.campaigns.act({ source: 'crm', name }, { act: 'approve' }, this.now);
  }

  /** The lane parks: its worker archives commands that need quota. */
  park(): void {
    this.control.setRecord(this.now, {
      lanes: { campaign: { state: 'parking', since: this.now, reason: 'quota-reserve-reached' } },
      parkedAt: this.now,
    });
  }

  /** The lane opens, and the replayer has sent back what was parked. */
  open(): void {
    this.control.setRecord(this.now, {
      lanes: { campaign: { state: 'open', since: this.now, openedAt: this.now } },
    });
    for (const parked of this.parked.splice(0)) {
      const { body, messageId, sentAtMilliseconds, receiveCount, sender = '', lane } = parked;
      const replayed = { body, messageId, sentAtMilliseconds, receiveCount, sender, replayed: true as const };
      this.queued.push({ ...replayed, queueUrl: laneQueue(lane) });
    }
  }

  /**
   * One run of the sender. The time moves when all of it sleeps.
   *
   * @param cutAfter the run is cut off after so many calls of its ports: the next one never returns
   * @param atOnce how many runs start together, as they must not
   * @returns how many calls of its ports it made
   */
  async run(cutAfter = Number.POSITIVE_INFINITY, atOnce = 1): Promise<{ calls: number; cut: boolean }> {
    let calls = 0;
    let cut = false;
    const counted = async <Value>(port: string, call: () => Promise<Value>): Promise<Value> => {
      if (cut || calls >= cutAfter) {
        cut = true;
        return new Promise<Value>(() => {});
      }
      calls++;
      if (this.failing.delete(port)) throw new Error(`the test makes ${port} fail`);
      return call();
    };
    const startedAt = this.now;
    const work = Promise.all(
      Array.from({ length: atOnce }, () => {
        const send = campaignSender(this.settings, this.#ports(counted));
        return send({ remainingMilliseconds: () => 900_000 - (this.now - startedAt) });
      }),
    );
    let end: { error?: unknown } | undefined;
    work.then(
      () => {
        end = {};
      },
      (error: unknown) => {
        end = { error };
      },
    );
    for (;;) {
      await new Promise(setImmediate);
      if (end !== undefined) break;
      const [next] = this.#sleepers.sort((one, other) => one.at - other.at).splice(0, 1);
      if (next === undefined || cut) break;
      await this.elapse(next.at - this.now);
      next.wake();
    }
    this.#sleepers = [];
    if (end === undefined && !cut) throw new Error('nothing is left that could happen');
    if (end?.error !== undefined) throw end.error;
    return { calls, cut };
  }

  /** Runs a minute apart until no campaign is on the list, or the time is over. */
  async runs(minutes: number): Promise<void> {
    const until = this.now + minutes * minute;
    while (this.now < until && (await this.campaigns.active()).length > 0) {
      const startedAt = this.now;
      await this.run();
      const next = startedAt + Math.ceil((this.now - startedAt + 1) / minute) * minute;
      await this.elapse(next - this.now);
    }
  }

  /** Lets time pass: what was planned happens, and the workers work. */
  async elapse(milliseconds: number): Promise<void> {
    let left = milliseconds;
    while (left > 0) {
      const part = Math.min(left, 1_000);
      this.now += part;
      left -= part;
      for (const plan of this.plans.splice(0)) {
        if (plan.at <= this.now) await plan.run();
        else this.plans.push(plan);
      }
      await this.#work(part);
    }
    const { control } = this.control;
    // The governor goes on polling, so that the record stays fresh.
    if (control !== undefined && this.isGoverned) {
      const quota = control.quota && { ...control.quota, polledAt: this.now };
      this.control.control = { ...control, governedAt: this.now, ...(quota && { quota }) };
    }
  }

  /** Whether the governor runs. */
  isGoverned = true;

  async #work(milliseconds: number): Promise<void> {
    this.mostQueued = Math.max(this.mostQueued, this.queued.length);
    for (const { name, queueUrl, commandsPerSecond, imagesPerSecond } of this.settings.LANES) {
      this.#links = Math.min(
        this.#links + (this.speed * commandsPerSecond * milliseconds) / 1000,
        10 * commandsPerSecond,
      );
      this.#images = Math.min(
        this.#images + (this.speed * imagesPerSecond * milliseconds) / 1000,
        10 * imagesPerSecond,
      );
      if (this.worksLinks) await this.#carryOut(name, queueUrl);
      if (this.worksImages) await this.#makeImages();
    }
  }

  async #carryOut(lane: string, queueUrl: string): Promise<void> {
    const batch = this.queued.filter((one) => one.queueUrl === queueUrl).slice(0, Math.floor(this.#links));
    if (batch.length === 0) return;
    this.#links -= batch.length;
    for (const one of batch) this.queued.splice(this.queued.indexOf(one), 1);
    const kept = batch.filter(({ body }) => !this.lost.has(String(JSON.parse(body).requestId)));
    const dispositions = await this.#worker(lane)(kept, { remainingMilliseconds: () => 60_000 });
    for (const [index, one] of kept.entries()) {
      if (dispositions[index] !== 'done') this.queued.push({ ...one, receiveCount: one.receiveCount + 1 });
    }
  }

  async #makeImages(): Promise<void> {
    for (const job of this.jobs.splice(0, Math.floor(this.#images))) {
      const { source, onelinkId, shortlinkId, requestId, messageId, commandDigest } = job;
      this.#images--;
      const key = `qr/${source}/${onelinkId}/${shortlinkId}.png`;
      const link = { source, address: { onelinkId, shortlinkId } };
      const failure = { requestId, reason: 'refused-by-api' } as const;
      if (!this.refusesImages) await this.ledger.noteQr(link, key);
      else {
        const asked = job.action === 'create' ? { madeBy: requestId } : { version: job.version ?? 0 };
        await this.ledger.noteQrFailure(link, failure, asked);
      }
      if (job.action !== 'qr') continue;
      const became = this.refusesImages
        ? ({ outcome: 'qr-failed', reason: failure.reason } as const)
        : ({ outcome: 'qr-ready', qr: { bucket: 'images', key, format: 'png', bytes: 1 } } as const);
      const outcome = givenOutcome({
        ...{ action: 'qr', source, requestId, messageId },
        decidedAt: new Date(this.now).toISOString(),
        link: link.address,
        ...became,
      });
      await this.ledger.rememberRequest({ ...givenRequest(commandDigest, outcome), requestId });
    }
  }

  #worker(lane: string): BatchWork {
    const known = this.#workers.get(lane);
    if (known !== undefined) return known;
    const worker = linkWorkerWith(
      { LANE: lane, SENDERS: { crm: ['AROACRM'], studio: ['AROASTUDIO'] } },
      {
        api: this.api.client,
        quota: (accountId) => this.api.client.quota(accountId),
        control: this.control,
        ledger: this.ledger,
        parked: { add: async (command) => void this.parked.push(command) },
        qrQueue: { enqueue: async (job) => void this.jobs.push(job) },
        clock: { wallMilliseconds: () => this.now, monotonicMilliseconds: () => this.now, sleep: async () => {} },
      },
    );
    this.#workers.set(lane, worker);
    return worker;
  }

  #ports(counted: <Value>(port: string, call: () => Promise<Value>) => Promise<Value>): CampaignSenderPorts {
    const { campaigns, files, ledger } = this;
    const log = (message: string, fields: ObservedFields = {}) => void this.logs.push({ message, fields });
    return {
      control: { read: () => counted('control', () => this.control.read()) },
      campaigns: {
        active: () => counted('active', () => campaigns.active()),
        read: (campaign) => counted('read', () => campaigns.read(campaign)),
        readAll: (all) => counted('readAll', () => campaigns.readAll(all)),
        unlist: (drop) => counted('unlist', () => campaigns.unlist(drop)),
        write: (next, read) =>
          counted('write', async () => {
            await this.beforeWrite?.();
            this.beforeWrite = undefined;
            campaignRecordSchema.strict().parse({ ...next, v: 1, revision: 1 });
            const written = await campaigns.write(next, read);
            if (written !== undefined) this.onWrite(written);
            return written;
          }),
      },
      files: {
        chunk: (campaign, drop, chunk) => counted('chunk', () => files.chunk(campaign, drop, chunk)),
        putChunkResult: (campaign, drop, chunk, rows) =>
          counted('putChunkResult', () => {
            for (const row of rows) rowResultSchema.strict().parse(row);
            return files.putChunkResult(campaign, drop, chunk, rows);
          }),
        chunkResult: (campaign, drop, chunk) => counted('chunkResult', () => files.chunkResult(campaign, drop, chunk)),
        upload: (key, parts, type) =>
          counted('upload', () => {
            this.contentTypes.set(key, type);
            return files.upload(key, parts, type);
          }),
      },
      ledger: {
        requests: (asked) => {
          this.recordsRead += asked.length;
          return counted('requests', () => ledger.requests(asked));
        },
        linksAt: (addresses) => {
          this.recordsRead += addresses.length;
          return counted('linksAt', () => ledger.linksAt(addresses));
        },
      },
      queue: {
        depth: (queueUrl) =>
          counted('depth', async () => this.queued.filter((one) => one.queueUrl === queueUrl).length),
        send: (queueUrl, rows) => counted(queueUrl, async () => this.#take(queueUrl, rows)),
      },
      outcomes: { publish: (outcome) => counted('publish', async () => void this.outcomes.push(outcome)) },
      linkIdSecret: { value: async () => linkIdSecret },
      policy: (raw, sentAt) => this.policy(raw, sentAt),
      laneObserver: () => ({
        ...silentObserver,
        count: (metric, by = 1) => void this.metrics.set(metric, (this.metrics.get(metric) ?? 0) + by),
        level: (metric, value) => void this.metrics.set(metric, value),
        info: log,
        warn: log,
      }),
      clock: {
        wallMilliseconds: () => this.now,
        monotonicMilliseconds: () => this.now,
        sleep: (milliseconds) =>
          new Promise<void>((wake) => void this.#sleepers.push({ at: this.now + Math.max(1, milliseconds), wake })),
      },
    };
  }

  #take(queueUrl: string, rows: readonly OutgoingRow[]): OutgoingRow[] {
    const isRefused = ({ body }: OutgoingRow) => this.refusedByQueue.has(String(JSON.parse(body).requestId));
    const refused = rows.filter(isRefused);
    for (const row of rows.filter((one) => !isRefused(one))) {
      const { body, messageId, sentAtMilliseconds, sender, groupId } = row;
      this.sent.push(row);
      this.queued.push({ queueUrl, body, messageId, sentAtMilliseconds, sender, groupId, receiveCount: 1 });
    }
    return refused;
  }
}

function checkedRow(campaign: { source: string; name: string }, given: GivenRow, row: number): CheckedRow {
  const common = { row, line: row + 1, cells: [`k-${row}`, 'a note'], key: `k-${row}` };
  const requestId = `${campaign.name}/k-${row}`;
  if (given === 'rejected') {
    return {
      ...common,
      check: 'rejected',
      requestId,
      faults: [{ path: 'id', rule: 'required', message: 'is missing' }],
    };
  }
  if (given === 'unchanged') {
    return { ...common, check: 'unchanged', requestId, link: { onelinkId: 'A1b3', shortlinkId: `known-${row}` } };
  }
  const command: Record<string, unknown> = {
    specVersion: '1.0',
    source: campaign.source,
    requestId,
    action: 'create',
    onelinkId: 'A1b3',
    data: { pid: 'sms', c: 'spring', row: String(row) },
    requestedAt: '2026-03-01T10:00:00Z',
    ...(given === 'create-qr' && { qr: { size: 300 } }),
    ...(typeof given === 'object' && given),
  };
  // A wish is the row's, and not its command's.
  const { wantsCode, ...asked } = command;
  return { ...common, check: 'send', requestId, command: asked, ...(wantsCode === true && { wantsCode }) };
}
