import { campaignChecker } from '../../lambdas/campaign-checker/campaign-checker.ts';
import type { CampaignCheckerEnvironment } from '../../lambdas/campaign-checker/env.ts';
import type { CampaignCheckerPorts } from '../../lambdas/campaign-checker/ports.ts';
import type { Sizes } from '../../lambdas/campaign-checker/slice.ts';
import type { CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import type { CheckedRow } from '../../lambdas/domain/campaign/row.ts';
import type { CampaignRules } from '../../lambdas/domain/campaign/rules.ts';
import { policyChecker } from '../../lambdas/domain/policy/link-policy.ts';
import type { ObservedFields } from '../../lambdas/domain/work/observer.ts';
import { InMemoryCampaignFiles } from './in-memory-campaign-files.ts';
import { InMemoryCampaignTable } from './in-memory-campaign-table.ts';
import { InMemoryControl } from './in-memory-control.ts';
import { InMemoryHttpRecords } from './in-memory-http.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';

export const noon = Date.parse('2026-03-09T12:00:00Z');
export const secret = 'the-link-id-secret';

export const rules: CampaignRules = {
  producers: [
    { source: 'crm', templates: ['A1b3'], lanes: ['campaign', 'transactional'] },
    { source: 'studio', templates: ['A1b3'], lanes: ['campaign'] },
  ],
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: [] } },
  policies: { templates: {}, producers: {} },
};

export const environment: CampaignCheckerEnvironment = {
  LEDGER_TABLE_NAME: 'ledger',
  CAMPAIGN_BUCKET_NAME: 'campaigns',
  CAMPAIGN_QUEUE_URL: 'https://sqs.example/campaigns',
  LINK_ID_SECRET_ARN: 'arn',
  APPROVAL: {},
  LANES: {
    campaign: { quotaReserveCalls: 1_000, conflictPolicy: 'reject' },
    transactional: { quotaReserveCalls: 0, conflictPolicy: 'derive' },
  },
  API_DIALECT: 'v2.0',
  MAX_DATA_CHARACTERS: 2_048,
  QUERY_STRING_COUNTS: false,
  MAX_TTL_DAYS: 365,
};

interface Message {
  body: string;
  visibleAt: number;
  receives: number;
}

/** What the checker may share with the sender of another world. */
interface SharedWorld extends Pick<CampaignCheck, 'files' | 'campaigns' | 'calls' | 'ledger' | 'control'> {
  now: number;
  secret: string;
}

/** The campaign checker with its queue, bucket and tables in memory. Small steps, so that a short file has several. */
export class CampaignCheck {
  now: number;
  readonly files: InMemoryCampaignFiles;
  readonly campaigns: InMemoryCampaignTable;
  readonly calls: InMemoryHttpRecords;
  readonly ledger: InMemoryLedger;
  readonly control: InMemoryControl;
  readonly messages: Message[] = [];
  readonly counts = new Map<string, number>();
  readonly logged: { message: string; fields: ObservedFields }[] = [];
  /** Runs before each call of a port. It may throw. */
  beforeCall: (port: string) => void | Promise<void> = () => {};
  /** Runs after each call of a port whose effect has happened. It may throw. */
  afterCall: (port: string) => void | Promise<void> = () => {};
  readonly #secret: string;
  readonly #environment: CampaignCheckerEnvironment;
  readonly #sizes: Sizes;

  constructor(
    change: Partial<CampaignCheckerEnvironment> = {},
    sizes: Sizes = { rowsPerStep: 500, bytesPerStep: 1_000_000, rowsAtOnce: 250 },
    shared: Partial<SharedWorld> = {},
  ) {
    this.now = shared.now ?? noon;
    this.files = shared.files ?? new InMemoryCampaignFiles();
    this.campaigns = shared.campaigns ?? new InMemoryCampaignTable();
    this.calls = shared.calls ?? new InMemoryHttpRecords();
    this.ledger = shared.ledger ?? new InMemoryLedger();
    this.control = shared.control ?? new InMemoryControl();
    this.#secret = shared.secret ?? secret;
    this.#environment = { ...environment, ...change };
    this.#sizes = sizes;
    this.files.rangeBytes = 1_000;
  }

  /** Drops a file, whose event S3 sends. */
  drop(key: string, content: string | Uint8Array): void {
    this.files.drop(key, content, this.now);
    this.event(key);
  }

  event(...keys: string[]): void {
    const Records = keys.map((key) => ({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'campaigns' }, object: { key: encodeURIComponent(key).replaceAll('%20', '+') } },
    }));
    this.send(JSON.stringify({ Records }));
  }

  send(body: string, delaySeconds = 0): void {
    this.messages.push({ body, visibleAt: this.now + delaySeconds * 1_000, receives: 0 });
  }

  /** Handles one message in a new environment. It is deleted if it is done. @returns false if there is none */
  async handleOne(remainingMilliseconds = 120_000): Promise<boolean> {
    const [message] = this.messages.toSorted((one, other) => one.visibleAt - other.visibleAt);
    if (message === undefined) return false;
    this.now = Math.max(this.now, message.visibleAt);
    message.receives += 1;
    const endsAt = this.now + remainingMilliseconds;
    const work = campaignChecker(this.#environment, rules, this.#ports(), this.#sizes);
    const delivery = {
      messageId: 'm',
      body: message.body,
      receiveCount: message.receives,
      sentAtMilliseconds: noon,
      sender: 's',
    };
    const [disposition] = await work([delivery], { remainingMilliseconds: () => endsAt - this.now });
    if (disposition === 'done') this.messages.splice(this.messages.indexOf(message), 1);
    else message.visibleAt = this.now + 10_000;
    return true;
  }

  /** Handles messages until there are none. */
  async settle(most = 100): Promise<void> {
    for (let handled = 0; await this.handleOne(); handled++) {
      if (handled === most) throw new Error('the messages do not end');
    }
  }

  async record(source = 'crm', name = 'spring'): Promise<CampaignRecord | undefined> {
    return (await this.campaigns.read({ source, name })).record;
  }

  /** All checked rows of a drop. */
  async rows(drop = 1, name = 'spring'): Promise<CheckedRow[]> {
    const { chunks = 0 } = (await this.record('crm', name)) ?? {};
    const all: CheckedRow[] = [];
    for (let chunk = 1; chunk <= chunks; chunk++) {
      all.push(...(await this.files.chunk({ source: 'crm', name }, drop, chunk)));
    }
    return all;
  }

  #ports(): CampaignCheckerPorts {
    return {
      campaigns: this.#watched('campaigns', this.campaigns),
      files: this.#watched('files', this.files),
      calls: this.#watched('calls', this.calls),
      ledger: this.#watched('ledger', this.ledger),
      linkIdSecret: { value: async () => this.#secret },
      control: this.#watched('control', this.control),
      queue: this.#watched('queue', { send: async (body: string, delay: number) => this.send(body, delay) }),
      policy: policyChecker(rules.policies),
      observer: {
        count: (metric, by = 1) => this.counts.set(metric, (this.counts.get(metric) ?? 0) + by),
        milliseconds: () => {},
        level: () => {},
        info: (message, fields = {}) => this.logged.push({ message, fields }),
        warn: (message, fields = {}) => this.logged.push({ message, fields }),
      },
      clock: {
        wallMilliseconds: () => this.now,
        monotonicMilliseconds: () => this.now,
        sleep: async (milliseconds) => {
          this.now += milliseconds;
        },
      },
    };
  }

  /** The port, each of whose calls the test may cut. */
  #watched<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, method) => {
        const value = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        if (method === 'bytes') return value.bind(target);
        return async (...given: unknown[]) => {
          await this.beforeCall(`${name}.${String(method)}`);
          const result = await Reflect.apply(value, target, given);
          await this.afterCall(`${name}.${String(method)}`);
          return result;
        };
      },
    });
  }
}

/** A CSV with a key column and two link parameters. */
export const csvOf = (rows: number, from = 1) =>
  `request_id,pid,c\r\n${Array.from({ length: rows }, (_, index) => `r-${from + index},sms,offer ${from + index}\r\n`).join('')}`;
