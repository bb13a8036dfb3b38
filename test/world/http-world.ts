import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { PolicyCheck } from '../../lambdas/domain/contract/command-reading.ts';
import { noPolicy } from '../../lambdas/domain/contract/command-reading.ts';
import type { HttpRulesText } from '../../lambdas/domain/http/rules.ts';
import { httpRulesSchema } from '../../lambdas/domain/http/rules.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../../lambdas/domain/onelink/api-answer.ts';
import type { ObservedFields } from '../../lambdas/domain/work/observer.ts';
import { type HttpApiVariables, httpApiEnvironment } from '../../lambdas/http-api/env.ts';
import { httpApi } from '../../lambdas/http-api/http-api.ts';
import type { HttpApiPorts, LaneMessage } from '../../lambdas/http-api/ports.ts';
import type { LinkWorkerEnvironment } from '../../lambdas/link-worker/env.ts';
import { readEnvironment } from '../../lambdas/runtime/environment.ts';
import { InMemoryHttpLimits, InMemoryHttpRecords } from './in-memory-http.ts';
import { LinkWorld, linkIdSecret } from './link-world.ts';

export const httpApiVariables: HttpApiVariables = {
  LEDGER_TABLE_NAME: 'ledger',
  QR_BUCKET_NAME: 'codes',
  LINK_ID_SECRET_ARN: 'arn:link-id',
  READER_FUNCTION_NAME: 'reader',
  LANE_QUEUE_URLS: JSON.stringify({ campaign: 'http://127.0.0.1:1/campaign', fast: 'http://127.0.0.1:1/fast' }),
  DEDUPLICATION_WINDOW_DAYS: '75',
  WAITING_SLOTS: '10',
  API_DIALECT: 'v2.0',
  MAX_DATA_CHARACTERS: '2048',
  QUERY_STRING_COUNTS: 'false',
  MAX_TTL_DAYS: '365',
};

/** Of two producers, one may sign its calls as well. */
export const httpRules: HttpRulesText = {
  producers: [
    {
      source: 'crm',
      templates: ['A1b3'],
      lanes: ['campaign', 'fast'],
      defaultLane: 'campaign',
      keys: true,
      senders: ['AROAEXAMPLEOFCRMROLE1'],
      requestsPerSecond: 20,
    },
    {
      source: 'studio',
      templates: ['A1b3'],
      lanes: ['campaign'],
      defaultLane: 'campaign',
      keys: true,
      senders: [],
      requestsPerSecond: 20,
    },
  ],
  templates: { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } },
  policies: { templates: {}, producers: {} },
  derivingLanes: ['fast'],
};

/** One call, as a test writes it. */
export interface TestCall {
  method?: string;
  /** After the stage: `/v1/commands`. */
  path?: string;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string | string[]>;
  /** An object is sent as JSON. */
  body?: unknown;
  /** The source of the caller's key. Null: the call is signed. */
  source?: string | null;
  /** The ID of the signer. */
  user?: string;
}

/** A body as the HTTP API answers it. */
export interface Answered {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of all forms
  body: any;
  raw: APIGatewayProxyResult;
}

/** The HTTP API and a link worker on one ledger in memory, with a clock that moves while somebody waits. */
export class HttpWorld {
  readonly link: LinkWorld;
  readonly records = new InMemoryHttpRecords();
  readonly limits = new InMemoryHttpLimits();
  /** Messages that the worker has not received. */
  readonly queue: (LaneMessage & { lane: string })[] = [];
  /** All messages that were sent. */
  readonly sent: (LaneMessage & { lane: string })[] = [];
  /** Whether the worker takes messages while a call waits. */
  isWorking = true;
  /** Images by their key. */
  readonly images = new Map<string, Buffer>();
  readonly reads: LinkAddress[] = [];
  readAnswer: (address: LinkAddress) => Promise<ApiAnswer<LinkAtApi> | 'busy' | 'failed'>;
  /** The queue's next sends fail, after they have accepted the messages or before. */
  failSend: 'before' | 'after' | undefined;
  readonly logs: { message: string; fields: ObservedFields }[] = [];
  readonly counts = new Map<string, number>();
  readonly times: { metric: string; value: number }[] = [];
  remainingMilliseconds = 29_000;
  #messages = 0;
  #calls = 0;
  #randoms = 0;
  readonly #answer: ReturnType<typeof httpApi>;

  constructor(
    settings: Partial<HttpApiVariables> = {},
    rules: Partial<HttpRulesText> = {},
    policy: PolicyCheck = noPolicy,
    parts: Partial<HttpApiPorts> = {},
    ofWorker: Partial<LinkWorkerEnvironment> = {},
  ) {
    const clock = {
      wallMilliseconds: () => this.link.now,
      monotonicMilliseconds: () => this.link.now,
      sleep: (milliseconds: number) => this.#sleep(milliseconds),
    };
    this.link = new LinkWorld(ofWorker, { httpRecords: this.records, policy });
    this.readAnswer = (address) => this.link.api.client.read(address);
    const log = (message: string, fields: ObservedFields = {}) => void this.logs.push({ message, fields });
    const ports: HttpApiPorts = {
      control: this.link.control,
      ledger: this.link.ledger,
      records: this.records,
      limits: this.limits,
      lanes: { send: (lane, messages) => this.#send(lane, messages) },
      linkIdSecret: { value: async () => linkIdSecret },
      reader: {
        read: (address) => {
          this.reads.push(address);
          return this.readAnswer(address);
        },
      },
      codes: { read: async (key) => this.images.get(key) },
      policy,
      openapi: () => '{"openapi":"3.1.0"}',
      newMessageId: () => `message-${++this.#messages}`,
      // Even, and the same in each run.
      random: () => (++this.#randoms * 0.618_034) % 1,
      observer: {
        count: (metric, by = 1) => void this.counts.set(metric, (this.counts.get(metric) ?? 0) + by),
        milliseconds: (metric, value) => void this.times.push({ metric, value }),
        level: () => {},
        info: log,
        warn: log,
      },
      clock,
      ...parts,
    };
    this.#answer = httpApi(
      readEnvironment(httpApiEnvironment, { ...httpApiVariables, ...settings }),
      httpRulesSchema.parse({ ...httpRules, ...rules }),
      ports,
    );
  }

  async call(call: TestCall): Promise<Answered> {
    const raw = await this.raw(eventOf(call, `call-${++this.#calls}`));
    const headers = (raw.headers ?? {}) as Record<string, string>;
    const isJson = /json/.test(headers['Content-Type'] ?? '') && raw.body !== '';
    return { status: raw.statusCode, headers, body: isJson ? JSON.parse(raw.body) : raw.body, raw };
  }

  /** An event of API Gateway as it is. */
  raw(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
    const started = this.link.now;
    return this.#answer(event, {
      remainingMilliseconds: () => this.remainingMilliseconds - (this.link.now - started),
    });
  }

  /** `POST /v1/commands` with a key. */
  post(body: unknown, headers: Record<string, string | string[]> = {}, call: TestCall = {}): Promise<Answered> {
    return this.call({ method: 'POST', path: '/v1/commands', body, headers, ...call });
  }

  /** An operator pauses the lane of the commands. */
  pause(): void {
    const lane = { state: 'paused', reason: 'operator', since: this.link.now } as const;
    this.link.control.setRecord(this.link.now, { lanes: { campaign: lane } });
  }

  get(path: string, call: TestCall = {}): Promise<Answered> {
    return this.call({ method: 'GET', path, ...call });
  }

  /** The worker takes all messages of the queue, in one batch. */
  async work(replayed = false): Promise<void> {
    const taken = this.queue.splice(0);
    if (taken.length > 0) await this.link.deliver(...taken.map((message) => ({ ...message, replayed })));
  }

  /** The worker takes messages while a call waits, and the time passes. */
  async #sleep(milliseconds: number): Promise<void> {
    this.link.now += milliseconds;
    await new Promise(setImmediate);
    if (this.isWorking) await this.work();
  }

  async #send(lane: string, messages: readonly LaneMessage[]): Promise<LaneMessage[]> {
    const fail = this.failSend;
    this.failSend = undefined;
    if (fail !== 'before') {
      this.sent.push(...messages.map((message) => ({ ...message, lane })));
      this.queue.push(...messages.map((message) => ({ ...message, lane })));
    }
    if (fail !== undefined) throw new Error('SQS accepted none');
    return [];
  }
}

/** The event of API Gateway for a call. */
export function eventOf(call: TestCall, callId = 'call-1'): APIGatewayProxyEvent {
  const { method = 'GET', path = '/v1/commands', query = {}, headers = {}, body, source = 'crm', user } = call;
  const lists = (map: Record<string, string | string[]>) =>
    Object.fromEntries(Object.entries(map).map(([name, values]) => [name, [values].flat()]));
  const withType = body === undefined ? headers : { 'Content-Type': 'application/json', ...headers };
  const multiValueHeaders = lists({ 'X-Forwarded-Proto': 'https', ...withType });
  const multiValueQueryStringParameters = Object.keys(query).length === 0 ? null : lists(query);
  return {
    resource: path.startsWith('/iam') ? '/iam/v1/{proxy+}' : '/v1/{proxy+}',
    path,
    httpMethod: method,
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueHeaders,
    queryStringParameters: null,
    multiValueQueryStringParameters,
    pathParameters: null,
    stageVariables: null,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      accountId: '111122223333',
      apiId: 'abcdefghij',
      authorizer: source === null ? null : { source, keyId: 'abcd1234' },
      domainName: 'abcdefghij.execute-api.eu-west-1.amazonaws.com',
      httpMethod: method,
      identity: { user: user ?? null, sourceIp: '192.0.2.1' } as APIGatewayProxyEvent['requestContext']['identity'],
      path: `/live${path}`,
      protocol: 'HTTP/1.1',
      requestId: callId,
      requestTimeEpoch: 0,
      resourceId: 'r',
      resourcePath: '/v1/{proxy+}',
      stage: 'live',
    },
  };
}
