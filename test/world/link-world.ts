import { noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import type { ParkedCommand } from '../../lambdas/domain/contract/parked-command.ts';
import type { QrJob } from '../../lambdas/domain/contract/qr-job.ts';
import type { RejectedCommand } from '../../lambdas/domain/contract/rejected-command.ts';
import type { LinkLedger } from '../../lambdas/domain/link/link-ledger.ts';
import type { Delivery, Disposition } from '../../lambdas/domain/work/delivery.ts';
import type { ObservedFields } from '../../lambdas/domain/work/observer.ts';
import {
  type LinkWorkerEnvironment,
  type LinkWorkerVariables,
  linkWorkerEnvironment,
} from '../../lambdas/link-worker/env.ts';
import { linkWorker } from '../../lambdas/link-worker/link-worker.ts';
import type { LinkWorkerControl } from '../../lambdas/link-worker/ports.ts';
import { readEnvironment } from '../../lambdas/runtime/environment.ts';
import { EmulatedApi } from './emulated-api.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';

export const linkWorkerVariables: LinkWorkerVariables = {
  LANE: 'campaign',
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_TOKEN_SECRET_ARN: 'arn:token',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  LINK_ID_LENGTH: '12',
  LINK_CALLS_PER_SECOND: '100',
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
  PRODUCERS: JSON.stringify([
    { source: 'crm', templates: ['A1b3'] },
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

export const linkIdSecret = 'a secret of the test';

/** The ID that `create` derives with the secret above. A literal, so a changed derivation breaks a test. */
export const derivedIdOfCreate = '4n18ywz91bkz';

/** The link worker with all its services in memory, and a clock that the test advances. */
export class LinkWorld {
  now = Date.parse('2026-03-01T10:00:05Z');
  remainingMilliseconds = 60_000;
  readonly ledger = new InMemoryLedger();
  readonly control = new InMemoryControl();
  readonly parked: ParkedCommand[] = [];
  easedIn = 0;
  readonly api = new EmulatedApi({
    now: () => this.now,
    sleep: async (milliseconds) => {
      this.now += milliseconds;
    },
  });
  readonly outcomes: Outcome[] = [];
  readonly qrJobs: QrJob[] = [];
  readonly rejected: RejectedCommand[] = [];
  /** Links whose images were removed. */
  readonly imagesRemoved: string[] = [];
  readonly logs: { message: string; fields: ObservedFields }[] = [];
  readonly counts = new Map<string, number>();
  /** Ports whose next call fails. */
  readonly failNext = new Set<'publish' | 'ask' | 'archive' | 'park'>();
  readonly #work: ReturnType<typeof linkWorker>;

  /** @param table a real table, instead of the ledger and the control record in memory */
  constructor(
    settings: Partial<LinkWorkerEnvironment> = {},
    table?: { ledger: LinkLedger; control: LinkWorkerControl },
  ) {
    this.control.say(this.now);
    const log = (message: string, fields: ObservedFields = {}) => void this.logs.push({ message, fields });
    this.#work = linkWorker(
      { ...readEnvironment(linkWorkerEnvironment, linkWorkerVariables), ...settings },
      {
        api: this.api.client,
        quota: (accountId) => this.api.client.quota(accountId),
        control: table?.control ?? this.control,
        pace: { easeIn: () => void this.easedIn++, acquire: async () => {}, release: () => {} },
        parked: { add: async (command) => this.#orFail('park', () => this.parked.push(command)) },
        onQuotaCall: () => {},
        ledger: table?.ledger ?? this.ledger,
        linkIdSecret: { value: async () => linkIdSecret },
        policy: noPolicy,
        outcomes: { publish: async (outcome) => this.#orFail('publish', () => this.outcomes.push(outcome)) },
        qrQueue: { ask: async (job) => this.#orFail('ask', () => this.qrJobs.push(job)) },
        qrImages: { remove: async ({ shortlinkId }) => void this.imagesRemoved.push(shortlinkId) },
        archive: { addRejected: async (line) => this.#orFail('archive', () => this.rejected.push(line)) },
        observer: {
          count: (metric, by = 1) => void this.counts.set(metric, (this.counts.get(metric) ?? 0) + by),
          milliseconds: () => {},
          level: () => {},
          info: log,
          warn: log,
        },
        clock: {
          wallMilliseconds: () => this.now,
          monotonicMilliseconds: () => this.now,
          sleep: async (milliseconds) => {
            this.now += milliseconds;
          },
        },
      },
    );
  }

  /** Delivers one batch. Each entry is a message, and an object as body is sent as JSON. */
  deliver(
    ...messages: { body: unknown; messageId?: string; receiveCount?: number; replayed?: boolean }[]
  ): Promise<Disposition[]> {
    const deliveries = messages.map(
      ({ body, messageId, receiveCount = 1, replayed = false }, index): Delivery => ({
        messageId: messageId ?? `m-${index + 1}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        receiveCount,
        ...(replayed && { replayed: true as const }),
        sentAtMilliseconds: Date.parse('2026-03-01T10:00:01Z'),
      }),
    );
    return this.#work(deliveries, { remainingMilliseconds: () => this.remainingMilliseconds });
  }

  /** The published outcome kinds. A star marks a repeat. */
  get told(): string[] {
    return this.outcomes.map(({ outcome, repeat }) => (repeat ? `${outcome}*` : outcome));
  }

  #orFail(what: 'publish' | 'ask' | 'archive' | 'park', run: () => void): void {
    if (this.failNext.delete(what)) throw new Error(`the test makes ${what} fail`);
    run();
  }
}
