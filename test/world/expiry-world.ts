import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { dataDigest } from '../../lambdas/domain/link/digest.ts';
import type { HistoryLine } from '../../lambdas/domain/link/history-line.ts';
import type { LinkRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../lambdas/domain/link/removal.ts';
import type { Dialect } from '../../lambdas/domain/onelink/dialect.ts';
import type { BatchWork, Disposition } from '../../lambdas/domain/work/delivery.ts';
import { type ExpiryWorkerVariables, expiryWorkerEnvironment } from '../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../lambdas/expiry-worker/expiry-worker.ts';
import type { ExpiryWorkerPorts } from '../../lambdas/expiry-worker/ports.ts';
import { readEnvironment } from '../../lambdas/runtime/environment.ts';
import { EmulatedApi } from './emulated-api.ts';
import { given, givenLinkAt } from './given-ledger.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';
import { silentObserver, stillClock } from './stillness.ts';

export const expiryWorkerVariables: ExpiryWorkerVariables = {
  API_DIALECT: 'v2.0',
  API_BASE_URL: 'http://127.0.0.1:1/api/v2.0',
  API_PROXY_URL: '',
  API_TOKEN_SECRET_ARN: 'arn:token',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  EXPIRY_CALLS_PER_SECOND: '4',
  CALLS_IN_FLIGHT: '1',
  CALL_TIMEOUT_MILLISECONDS: '10000',
  MOST_RETURNED_MESSAGES: '3000',
  LEDGER_TABLE_NAME: 'ledger',
  ARCHIVE_BUCKET_NAME: 'archive',
  QR_BUCKET_NAME: 'codes',
  EXPIRY_QUEUE_URL: 'http://127.0.0.1:1/expired',
  OUTCOME_TOPIC_ARN: 'arn:outcomes',
  KEEP_QR_IMAGES: 'false',
  LEASE_SECONDS: '90',
  CHECK_LOST_AFTER_DAYS: '15',
};

/** Epoch seconds of each check. */
export const now = Date.parse('2026-06-01T00:00:00Z') / 1000;
export const day = 86_400;

/** The address of `poster` in the ledger and at the API. */
export const key = 'A1b3/poster';
export const posterData = { pid: 'print', n: '7' };

/** A link that expired an hour ago, by its record. */
export const poster = givenLinkAt('poster', {
  source: 'studio',
  requestId: 'p-1',
  pid: 'print',
  campaign: 'posters',
  dataDigest: dataDigest(given.secret, posterData),
  version: 2,
  applied: { requestedAt: '2026-05-01T00:00:00Z', requestId: 'u-1' },
  qrKey: 'qr/studio/A1b3/poster.png',
  expiresAt: now - 3_600,
});

/** The record that the expiry intake has restored. */
export const marked: LinkRecord = { ...poster, expiryCheck: { token: 'removal-1', lostAt: now + 15 * day } };
export const lease = { action: 'update', requestId: 'u-2', requestedAt: '2026-05-31T23:59:00Z' } as const;

/** The expiry worker with all its services in memory. */
export class ExpiryWorld {
  readonly ledger = new InMemoryLedger();
  readonly control = new InMemoryControl();
  readonly api: EmulatedApi;
  readonly #dialect: Dialect;
  readonly outcomes: Outcome[] = [];
  readonly history: HistoryLine[] = [];
  /** Source and ID of the links whose images were removed. */
  readonly removed: string[] = [];
  failNextPublish = false;
  readonly work: BatchWork;

  /** @param parts ports that replace those in memory */
  constructor(settings: Partial<ExpiryWorkerVariables> = {}, parts: Partial<ExpiryWorkerPorts> = {}) {
    const env = readEnvironment(expiryWorkerEnvironment, { ...expiryWorkerVariables, ...settings });
    this.#dialect = env.API_DIALECT;
    this.api = new EmulatedApi({ now: () => now * 1000, sleep: async () => {}, dialect: env.API_DIALECT });
    this.control.setRecord(now * 1000);
    this.work = expiryWorker(env, {
      api: this.api.client,
      ledger: this.ledger,
      control: this.control,
      onQuotaCall: () => {},
      linkIdSecret: { value: async () => given.secret },
      removalIn: (body) => (body === 'unknown' ? undefined : (JSON.parse(body) as Removal)),
      history: { addExpired: async (line) => void this.history.push(line) },
      qrImages: { remove: async ({ source, address }) => void this.removed.push(`${source}/${address.shortlinkId}`) },
      outcomes: { publish: async (outcome) => this.#publish(outcome) },
      observer: silentObserver,
      clock: stillClock(now * 1000),
      ...parts,
    });
  }

  /** Lets the API hold the link until this time. */
  atApi(expiresAt: number, data: Record<string, string> = posterData): void {
    this.api.links.set(key, { data, expiresAt, api: this.#dialect });
  }

  /** Lets the ledger hold this record, as the expiry intake has restored it. */
  restored(record: LinkRecord): this {
    this.ledger.links.set(key, structuredClone(record));
    return this;
  }

  /** Delivers the check of a removed record. */
  check(record: LinkRecord | 'unknown', receiveCount = 1, remaining = 60_000): Promise<Disposition[]> {
    const body = typeof record === 'string' ? record : JSON.stringify({ record, token: 'removal-1' });
    const delivery = { messageId: 'e-1', body, receiveCount, sentAtMilliseconds: 0, sender: 'AROAOFTHEINTAKE' };
    return this.work([delivery], { remainingMilliseconds: () => remaining });
  }

  async #publish(outcome: Outcome): Promise<void> {
    if (this.failNextPublish) {
      this.failNextPublish = false;
      throw new Error('the topic fails in this test');
    }
    this.outcomes.push(outcome);
  }
}
