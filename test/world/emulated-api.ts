import { OneLinkClient, type OneLinkClientPorts, type Transport } from '../../lambdas/adapters/onelink-client.ts';
import type { Turn, Turns } from '../../lambdas/domain/control/pacer.ts';
import type { Dialect } from '../../lambdas/domain/onelink/dialect.ts';
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

/** A fault of the emulator, without its operation. */
type Spoiling<Fault = FaultInput> = Fault extends FaultInput ? Omit<Fault, 'operation'> : never;

/** A call that the API executed, even if its answer was lost. */
export interface CarriedOut {
  operation: Operation;
  /** `A1b3/spring`. */
  key: string;
  data: Record<string, unknown> | undefined;
  meaning: Meaning;
}

export interface EmulatedApiOptions extends Pick<EmulatorParts, 'drawQr'> {
  now: () => number;
  /** Advances the test's clock, for a late answer and after a 429. */
  sleep: (milliseconds: number) => Promise<void>;
  settings?: Partial<Settings>;
  /** The version of the API that the client speaks. Default: 2.0. */
  dialect?: Dialect;
  /** Called for each executed call. */
  onCarriedOut?: (call: CarriedOut) => void;
}

/** The lane's templates in link-world.ts. */
const settings: Settings = {
  ...defaultSettings,
  templates: { A1b3: { subdomain: 'acme', brandDomains: ['go.acme.example'] } },
};

const baseUrls: Record<Dialect, string> = {
  'v2.0': 'http://127.0.0.1:1/api/v2.0',
  'v1.0': 'http://127.0.0.1:1/shortlink/v1',
};
const timeoutMilliseconds = 10_000;
const writes: ReadonlySet<Operation> = new Set(['create', 'update', 'delete']);

/** The emulator of the OneLink API within the process, on the test's clock, with real validation, faults, quota and store. */
export class EmulatedApi implements Transport {
  readonly emulator: Emulator;
  readonly control: Control;
  readonly links: HeldLinks;
  /** Calls for links in the order of sending, with repeats. */
  readonly calls: LinkOperation[] = [];
  quotaPolls = 0;
  /** If false, the API accepts no connection. */
  isReachable = true;
  /** The pipeline's own client, without a pace. */
  readonly client: OneLinkClient;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #dialect: Dialect;
  #interruption: { count: number; run: () => void } | undefined;

  constructor({ now, sleep, settings: given = {}, drawQr, onCarriedOut, dialect = 'v2.0' }: EmulatedApiOptions) {
    this.#sleep = sleep;
    this.#dialect = dialect;
    this.emulator = new Emulator(
      { ...settings, ...given },
      {
        wallMilliseconds: now,
        monotonicMilliseconds: now,
        ...(drawQr !== undefined && { drawQr }),
        ...(onCarriedOut !== undefined && {
          onPerformed: ({ operation, onelinkId, shortlinkId }, body, answer) => {
            const { shortlink_id: chosen, data } = (body ?? {}) as { shortlink_id?: string; data?: CarriedOut['data'] };
            const key = `${onelinkId}/${chosen ?? shortlinkId}`;
            onCarriedOut({ operation, key, data, meaning: meaningOf(operation, resultOf(answer), dialect) });
          },
        }),
      },
    );
    this.control = new Control(this.emulator);
    this.links = new HeldLinks(this.emulator);
    this.client = this.clientOver(this, now);
  }

  /** Another client, with its own transport. The transport must pass calls to `send` of this object. */
  clientOver(transport: Transport, now: () => number): OneLinkClient {
    const token = settings.token;
    const ports: OneLinkClientPorts = {
      token: { value: async () => token, fresh: async () => token },
      turns: new UnpacedTurns(this.#sleep),
      clock: { wallMilliseconds: now, monotonicMilliseconds: now, sleep: this.#sleep },
      onCall: () => {},
    };
    return new OneLinkClient(
      {
        API_DIALECT: this.#dialect,
        API_BASE_URL: baseUrls[this.#dialect],
        CALL_TIMEOUT_MILLISECONDS: timeoutMilliseconds,
      },
      ports,
      transport,
    );
  }

  /** Adds faults for the next calls of the operation. By default, each fault spoils one call. */
  spoil(operation: Operation, ...faults: Spoiling[]): void {
    for (const fault of faults) this.control.addFaults({ ...fault, operation });
  }

  /** Runs a function, as another environment would, after so many sent calls and before the API executes the last of them. */
  afterCalls(count: number, run: () => void): void {
    this.#interruption = { count, run };
  }

  /** Follows the short URL, as a user does. This restarts the TTL of a live link that renews itself. */
  click(key: string): void {
    followLink(this.emulator, 'acme.onelink.me', `/${key}`);
  }

  /** The number of calls that cost quota. */
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

/** Turns without a pace, except one second after a 429. */
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

function callIn({ method, url }: HttpCall) {
  const found = route(method, url.pathname, url.search.slice(1));
  if (found === undefined || 'allow' in found) throw new Error(`the API has no ${method} of this path`);
  return found.call;
}

/** The operation of a request. */
export function operationOf(call: HttpCall): Operation {
  return callIn(call).operation;
}

/** The link of a request, as `A1b3/spring`, or the account of a quota call. */
export function keyOfCall(call: HttpCall): string {
  const { onelinkId, shortlinkId } = callIn(call);
  return `${onelinkId}/${shortlinkId || JSON.parse(call.body ?? '{}').shortlink_id}`;
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

/** The result that a client derives from an answer (http-transport.ts). */
function resultOf({ status, body }: Answer): ApiResult {
  try {
    return { status, body: JSON.parse(body) as unknown };
  } catch {
    return { status, body };
  }
}

/** The result of each way in which HTTP delivers an answer, or loses it. */
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
