import { OneLinkClient, type OneLinkClientPorts, type Transport } from '../../lambdas/adapters/onelink-client.ts';
import type { Turn, Turns } from '../../lambdas/domain/control/pacer.ts';
import { type ApiResult, type Meaning, meaningOf } from '../../lambdas/domain/onelink/failure-table.ts';
import type { Operation } from '../../lambdas/domain/onelink/operation.ts';
import { followLink } from '../../local/onelink-api/actions/click.ts';
import type { Answer } from '../../local/onelink-api/answer.ts';
import { type ApiRequest, serveApi } from '../../local/onelink-api/api.ts';
import { Control } from '../../local/onelink-api/control.ts';
import { Emulator, type EmulatorParts } from '../../local/onelink-api/emulator.ts';
import type { FaultInput } from '../../local/onelink-api/faults.ts';
import type { Line, Seen } from '../../local/onelink-api/line.ts';
import { route } from '../../local/onelink-api/operations.ts';
import { defaultSettings, type Settings } from '../../local/onelink-api/settings.ts';
import { HeldLinks } from './held-links.ts';

type HttpCall = Parameters<Transport['send']>[0];

export type LinkOperation = Exclude<Operation, 'quota'>;

/** A fault of the emulator's, but for the operation that it spoils. */
type Spoiling<Fault = FaultInput> = Fault extends FaultInput ? Omit<Fault, 'operation'> : never;

/** A call that the API carried out, whether or not its answer reached anybody. */
export interface CarriedOut {
  operation: Operation;
  /** `A1b3/spring`. */
  key: string;
  data: Record<string, unknown> | undefined;
  meaning: Meaning;
}

export interface EmulatedApiOptions extends Pick<EmulatorParts, 'drawQr'> {
  now: () => number;
  /** Lets the test's clock go on: for an answer that is late, and after a 429. */
  sleep: (milliseconds: number) => Promise<void>;
  settings?: Partial<Settings>;
  /** Told of each call that was carried out. */
  onCarriedOut?: (call: CarriedOut) => void;
}

/** The lane's templates in link-world.ts. */
const settings: Settings = {
  ...defaultSettings,
  templates: { A1b3: { subdomain: 'acme', brandDomains: ['go.acme.example'] } },
};

const baseUrl = 'http://127.0.0.1:1/api/v2.0';
const timeoutMilliseconds = 10_000;
const writes: ReadonlySet<Operation> = new Set(['create', 'update', 'delete']);

/** The OneLink API's emulator within the process: its own door, faults, quota, actions and store, on the test's clock. */
export class EmulatedApi implements Transport {
  readonly emulator: Emulator;
  readonly control: Control;
  readonly links: HeldLinks;
  /** Calls about links in the order in which they were sent, repeats included. */
  readonly calls: LinkOperation[] = [];
  quotaPolls = 0;
  /** False: nobody accepts a connection. */
  isReachable = true;
  /** The pipeline's own client, without a pace. */
  readonly client: OneLinkClient;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  #interruption: { count: number; run: () => void } | undefined;

  constructor({ now, sleep, settings: given = {}, drawQr, onCarriedOut }: EmulatedApiOptions) {
    this.#sleep = sleep;
    this.emulator = new Emulator(
      { ...settings, ...given },
      {
        wallMilliseconds: now,
        monotonicMilliseconds: now,
        ...(drawQr !== undefined && { drawQr }),
        ...(onCarriedOut !== undefined && {
          onPerformed: ({ operation, onelinkId, shortlinkId }, body, answer) => {
            const { shortlink_id: chosen, data } = (body ?? {}) as { shortlink_id?: string; data?: CarriedOut['data'] };
            const key = `${onelinkId}/${operation === 'create' ? chosen : shortlinkId}`;
            onCarriedOut({ operation, key, data, meaning: meaningOf(operation, resultOf(answer)) });
          },
        }),
      },
    );
    this.control = new Control(this.emulator);
    this.links = new HeldLinks(this.emulator);
    this.client = this.clientOver(this, now);
  }

  /** A client of its own, whose calls take another way to the API: `send` must come here in the end. */
  clientOver(transport: Transport, now: () => number): OneLinkClient {
    const token = settings.token;
    const ports: OneLinkClientPorts = {
      token: { value: async () => token, fresh: async () => token },
      turns: new UnpacedTurns(this.#sleep),
      clock: { wallMilliseconds: now, monotonicMilliseconds: now, sleep: this.#sleep },
      onCall: () => {},
    };
    return new OneLinkClient(
      { API_BASE_URL: baseUrl, CALL_TIMEOUT_MILLISECONDS: timeoutMilliseconds },
      ports,
      transport,
    );
  }

  /** The next calls of the operation meet these, one each unless they say otherwise. */
  spoil(operation: Operation, ...faults: Spoiling[]): void {
    for (const fault of faults) this.control.addFaults({ ...fault, operation });
  }

  /** Runs something when so many calls have been sent, before the last of them is carried out: as another environment would. */
  afterCalls(count: number, run: () => void): void {
    this.#interruption = { count, run };
  }

  /** Somebody follows the short URL: a living link that renews itself starts its TTL anew. */
  click(key: string): void {
    followLink(this.emulator, 'acme.onelink.me', `/${key}`);
  }

  /** How many calls would count against the quota. */
  get quotaCalls(): number {
    return this.calls.filter((operation) => writes.has(operation)).length;
  }

  async send(call: HttpCall): Promise<ApiResult> {
    const operation = operationOf(call);
    if (operation === 'quota') this.quotaPolls++;
    else this.calls.push(operation);
    if (this.calls.length === this.#interruption?.count) this.#interruption.run();
    call.onSent();
    if (!this.isReachable) return { unanswered: 'not-sent' };
    const line = new LineWithinProcess(this.#sleep);
    await serveApi(this.emulator, requestOf(call), line);
    return line.result;
  }
}

/** No pace, but for the second after a 429 in which the account's window empties. */
class UnpacedTurns implements Turns {
  readonly #sleep: (milliseconds: number) => Promise<void>;
  #isSlow = false;

  constructor(sleep: (milliseconds: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  async next(): Promise<Turn> {
    if (this.#isSlow) await this.#sleep(1_000);
    this.#isSlow = false;
    return { sent: () => {} };
  }

  slowDown(): void {
    this.#isSlow = true;
  }
}

/** The call that a request makes. */
export function operationOf({ method, url }: HttpCall): Operation {
  const found = route(method, url.pathname, url.search.slice(1));
  if (found === undefined || 'allow' in found) throw new Error(`the API has no ${method} of this path`);
  return found.call.operation;
}

/** The link that a request is about, as `A1b3/spring`; the account of a quota call. */
export function keyOfCall({ method, url, body }: HttpCall): string {
  const found = route(method, url.pathname, '');
  if (found === undefined || 'allow' in found) throw new Error(`the API has no ${method} of this path`);
  const { operation, onelinkId, shortlinkId } = found.call;
  return `${onelinkId}/${operation === 'create' ? JSON.parse(body ?? '{}').shortlink_id : shortlinkId}`;
}

function requestOf({ method, url, headers, body }: HttpCall): ApiRequest {
  return {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    authorization: headers.authorization,
    contentType: headers['content-type'],
    body: async () => body ?? '',
    discardBody: () => {},
  };
}

/** What a client makes of an answer, as HTTP brings it (http-transport.ts). */
function resultOf({ status, body }: Answer): ApiResult {
  try {
    return { status, body: JSON.parse(body) as unknown };
  } catch {
    return { status, body };
  }
}

/** What HTTP makes of each way in which an answer may come, or not. */
class LineWithinProcess implements Line {
  result: ApiResult = { unanswered: 'timeout' };
  readonly #sleep: (milliseconds: number) => Promise<void>;
  #patience = timeoutMilliseconds;

  constructor(sleep: (milliseconds: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  send(answer: Answer): Seen {
    if (this.#patience > 0) this.result = resultOf(answer);
    return answer.status;
  }

  async sendSlowly(answer: Answer, milliseconds: number): Promise<Seen> {
    await this.wait(milliseconds);
    return this.send(answer);
  }

  sendHalf({ status }: Answer): Seen {
    if (this.#patience > 0) this.result = { unanswered: 'reset' };
    return status;
  }

  reset(): Seen {
    if (this.#patience > 0) this.result = { unanswered: 'reset' };
    return 'reset';
  }

  async hang(): Promise<Seen> {
    await this.wait(this.#patience);
    return 'hung';
  }

  async wait(milliseconds: number): Promise<void> {
    const waited = Math.min(milliseconds, this.#patience);
    this.#patience -= waited;
    await this.#sleep(waited);
  }
}
