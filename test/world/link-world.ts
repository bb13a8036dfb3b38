import { noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../lambdas/domain/contract/parked-command.ts';
import type { QrJob } from '../../lambdas/domain/contract/qr-job.ts';
import type { RejectedCommand } from '../../lambdas/domain/contract/rejected-command.ts';
import type { SenderDecisions } from '../../lambdas/domain/contract/sender.ts';
import type { BatchWork, Delivery, Disposition } from '../../lambdas/domain/work/delivery.ts';
import type { ObservedFields } from '../../lambdas/domain/work/observer.ts';
import {
  type LinkWorkerEnvironment,
  type LinkWorkerVariables,
  linkWorkerEnvironment,
} from '../../lambdas/link-worker/env.ts';
import { linkWorker } from '../../lambdas/link-worker/link-worker.ts';
import type { LinkWorkerPorts } from '../../lambdas/link-worker/ports.ts';
import { readEnvironment } from '../../lambdas/runtime/environment.ts';
import { EmulatedApi } from './emulated-api.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';
import { silentObserver } from './stillness.ts';

export const linkWorkerVariables: LinkWorkerVariables = {
  LANE: 'campaign',
  QUOTA_FROM: 'api',
  API_DIALECT: 'v2.0',
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_PROXY_URL: '',
  API_TOKEN_SECRET_ARN: 'arn:token',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  LINK_ID_LENGTH: '12',
  LINK_CALLS_PER_SECOND: '100',
  INVOCATION_GAP: 'before',
  CALLS_IN_FLIGHT: '8',
  CALL_TIMEOUT_MILLISECONDS: '10000',
  MOST_RETURNED_MESSAGES: '3000',
  LEDGER_TABLE_NAME: 'ledger',
  ARCHIVE_BUCKET_NAME: 'archive',
  LANE_QUEUE_URL: 'http://127.0.0.1:1/lane',
  QR_QUEUE_URL: 'http://127.0.0.1:1/qr',
  QR_BUCKET_NAME: 'codes',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  OUTCOMES_PER_PUBLISH: '10',
  OWN_SENDERS: 'AROAOFTHEREPLAYER',
  SENDERS: '{}',
  PRODUCERS: JSON.stringify([
    { source: 'crm', templates: ['A1b3'], privateOutcomes: true },
    { source: 'studio', templates: ['A1b3'] },
  ]),
  TEMPLATES: JSON.stringify({ A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } }),
  CONFLICT_POLICY: 'reject',
  KEEP_DATA: 'digest',
  LEASE_SECONDS: '90',
  DEDUPLICATION_WINDOW_DAYS: '75',
  APPSFLYER_ACCOUNT_ID: 'acc-demo',
  QUOTA_RESERVE_CALLS: '1000',
  MAX_DATA_CHARACTERS: '2048',
  QUERY_STRING_COUNTS: 'false',
  MAX_TTL_DAYS: '365',
};

/** A valid create, which tests change as needed. */
export const create = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'r-1',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms', c: 'spring' },
  requestedAt: '2026-03-01T10:00:00Z',
} as const;

/** Deliveries of creates with the requests `r-1`, `r-2`, … */
export const creates = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ body: { ...create, requestId: `r-${index + 1}` } }));

const { data: _, ...withoutData } = create;

/** A create of the link `A1b3/spring`, and the later commands of its source for that link. */
export const chosen = { ...create, shortlinkId: 'spring' } as const;
export const update = {
  ...chosen,
  requestId: 'u-1',
  action: 'update',
  data: { pid: 'print', c: 'summer' },
  requestedAt: '2026-03-01T10:00:02Z',
} as const;
export const remove = {
  ...withoutData,
  requestId: 'd-1',
  action: 'delete',
  shortlinkId: 'spring',
  requestedAt: '2026-03-01T10:00:03Z',
} as const;
export const qr = { ...remove, requestId: 'q-1', action: 'qr' } as const;
export const get = { ...remove, requestId: 'g-1', action: 'get' } as const;

/** The commands that take the link over, if the pipeline has not made it. */
export const adopt = { ...remove, requestId: 'a-1', action: 'adopt', requestedAt: '2026-03-01T10:00:01Z' } as const;
export const migrate = { ...adopt, requestId: 'm-1', action: 'migrate' } as const;

/** The address of that link in the ledger and at the API. */
export const spring = 'A1b3/spring';

export const linkIdSecret = 'a secret of the test';

/** The ID that `create` derives with the secret above. A literal, so a changed derivation breaks a test. */
export const derivedIdOfCreate = '4n18ywz91bkz';

/** A link worker whose other ports do nothing. */
export function linkWorkerWith(
  settings: Partial<LinkWorkerEnvironment>,
  ports: Pick<LinkWorkerPorts, 'api' | 'quota' | 'control' | 'ledger' | 'clock'> & Partial<LinkWorkerPorts>,
): BatchWork {
  return linkWorker(
    { ...readEnvironment(linkWorkerEnvironment, linkWorkerVariables), ...settings },
    {
      pace: { easeIn: () => {}, acquire: async () => {}, release: () => {} },
      parked: { add: async () => {} },
      held: { add: async () => {} },
      senders: { decisions: async () => ({}) },
      onQuotaCall: () => {},
      linkIdSecret: { value: async () => linkIdSecret },
      policy: noPolicy,
      httpRecords: { note: async () => {} },
      outcomes: { publish: async () => {} },
      privateOutcomes: { publish: async () => {} },
      qrQueue: { enqueue: async () => {} },
      qrImages: { remove: async () => {} },
      archive: { addRejected: async () => {} },
      observer: silentObserver,
      ...ports,
    },
  );
}

/** The link worker with all its services in memory, and a clock that the test advances. */
export class LinkWorld {
  now = Date.parse('2026-03-01T10:00:05Z');
  remainingMilliseconds = 60_000;
  readonly ledger = new InMemoryLedger();
  readonly control = new InMemoryControl();
  readonly parked: ParkedCommand[] = [];
  readonly held: ParkedCommand[] = [];
  /** What operators have decided about unknown senders, and how often the worker has read it. */
  decisions: SenderDecisions = {};
  decisionsRead = 0;
  easedIn = 0;
  readonly #sleep = async (milliseconds: number) => {
    this.now += milliseconds;
  };
  readonly api: EmulatedApi;
  readonly outcomes: Outcome[] = [];
  /** What went to the private topic. */
  readonly privateOutcomes: Outcome[] = [];
  readonly qrJobs: QrJob[] = [];
  /** The message group of each QR job. */
  readonly qrGroups: string[] = [];
  readonly rejected: RejectedCommand[] = [];
  /** Links whose images were removed. */
  readonly imagesRemoved: string[] = [];
  readonly logs: { message: string; fields: ObservedFields }[] = [];
  readonly counts = new Map<string, number>();
  /** Ports whose next call fails. */
  readonly failNext = new Set<'publish' | 'enqueue' | 'archive' | 'park' | 'hold'>();
  readonly #work: BatchWork;

  /** @param parts ports that replace those in memory */
  constructor(settings: Partial<LinkWorkerEnvironment> = {}, parts: Partial<LinkWorkerPorts> = {}) {
    const { API_DIALECT: dialect = 'v2.0' } = settings;
    this.api = new EmulatedApi({ now: () => this.now, sleep: this.#sleep, dialect });
    this.control.setRecord(this.now);
    const log = (message: string, fields: ObservedFields = {}) => void this.logs.push({ message, fields });
    this.#work = linkWorkerWith(settings, {
      api: this.api.client,
      quota: (accountId) => this.api.client.quota(accountId),
      control: this.control,
      pace: { easeIn: () => void this.easedIn++, acquire: async () => {}, release: () => {} },
      parked: { add: async (command) => this.#orFail('park', () => this.parked.push(command)) },
      held: { add: async (command) => this.#orFail('hold', () => this.held.push(command)) },
      senders: {
        decisions: async () => {
          this.decisionsRead++;
          return this.decisions;
        },
      },
      ledger: this.ledger,
      outcomes: { publish: async (outcome) => this.#orFail('publish', () => this.outcomes.push(outcome)) },
      privateOutcomes: {
        publish: async (outcome) => this.#orFail('publish', () => this.privateOutcomes.push(outcome)),
      },
      qrQueue: {
        enqueue: async (job, groupId) =>
          this.#orFail('enqueue', () => this.qrGroups.push(groupId) && this.qrJobs.push(job)),
      },
      qrImages: {
        remove: async ({ source, address }) => void this.imagesRemoved.push(`${source}/${address.shortlinkId}`),
      },
      archive: { addRejected: async (line) => this.#orFail('archive', () => this.rejected.push(line)) },
      observer: {
        ...silentObserver,
        count: (metric, by = 1) => void this.counts.set(metric, (this.counts.get(metric) ?? 0) + by),
        info: log,
        warn: log,
      },
      clock: { wallMilliseconds: () => this.now, monotonicMilliseconds: () => this.now, sleep: this.#sleep },
      ...parts,
    });
  }

  /** Delivers one batch. Each entry is a message, and an object as body is sent as JSON. */
  deliver(
    ...messages: {
      body: unknown;
      messageId?: string;
      receiveCount?: number;
      replayed?: boolean;
      sender?: string;
      groupId?: string;
      sentAtMilliseconds?: number;
    }[]
  ): Promise<Disposition[]> {
    const deliveries = messages.map(
      (
        {
          body,
          messageId,
          receiveCount = 1,
          replayed = false,
          sender = 'AROAOFNOBODY',
          groupId,
          sentAtMilliseconds = Date.parse('2026-03-01T10:00:01Z'),
        },
        index,
      ): Delivery => ({
        messageId: messageId ?? `m-${index + 1}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        receiveCount,
        ...(replayed && { replayed: true as const }),
        sender,
        ...(groupId !== undefined && { groupId }),
        sentAtMilliseconds,
      }),
    );
    return this.#work(deliveries, { remainingMilliseconds: () => this.remainingMilliseconds });
  }

  /** The published outcome kinds. A star marks a repeat. */
  get outcomeKinds(): string[] {
    return this.outcomes.map(({ outcome, repeat }) => (repeat ? `${outcome}*` : outcome));
  }

  #orFail(what: 'publish' | 'enqueue' | 'archive' | 'park' | 'hold', run: () => void): void {
    if (this.failNext.delete(what)) throw new Error(`the test makes ${what} fail`);
    run();
  }
}
