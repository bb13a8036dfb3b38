import type { LinkSpec, QrOptions } from '../domain/contract/command.ts';
import type { Turns } from '../domain/control/pacer.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import type { QrImage } from '../domain/link/qr-image.ts';
import { type ApiAnswer, faultOfApiError, type LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Dialect } from '../domain/onelink/dialect.ts';
import { type ApiResult, type Meaning, meaningOf } from '../domain/onelink/failure-table.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type HttpCall, HttpTransport } from './http-transport.ts';
import { wireV1 } from './onelink-v1.ts';
import { wireV2 } from './onelink-v2.ts';
import type { Wire, WireCall } from './onelink-wire.ts';
import type { Secret } from './secret.ts';

/** Sends a call to the API and returns its result. */
export type Transport = Pick<HttpTransport, 'send'> & Partial<Pick<HttpTransport, 'closeIdle'>>;

/** The API's address, and the client's time limit and concurrency. */
export interface OneLinkClientSettings {
  API_DIALECT: Dialect;
  /** Without a trailing slash. */
  API_BASE_URL: string;
  /** Empty or absent: none. */
  API_PROXY_URL?: string;
  CALL_TIMEOUT_MILLISECONDS: number;
  CALLS_IN_FLIGHT?: number;
}

export interface OneLinkClientPorts {
  token: Pick<Secret, 'value' | 'fresh'>;
  turns: Turns;
  clock: Clock;
  /** Runs for every call that was sent. */
  onCall: (operation: Operation, meaning: Meaning, milliseconds: number) => void;
}

const wires: Record<Dialect, (baseUrl: string) => Wire> = { 'v2.0': wireV2, 'v1.0': wireV1 };

/** The answer without a call, for what the account's version of the API does not have. */
const noQr: ApiAnswer<never> = {
  meaning: 'permanent',
  fault: { path: 'qr', rule: 'api-without-qr', message: 'this version of the API has no QR codes' },
};

/**
 * A client of the OneLink API, in the version of the account (onelink-wire.ts). Each call waits for its turn, also a repeat after a 429 or a refused token. The
 * client returns what an answer means (failure-table.ts). It throws only if the token cannot be read, or if its invocation has ended.
 *
 * If a reused connection is reset, the client repeats a GET once on a new connection, within the first call's time-out.
 * It does not repeat a write, because the API may have applied it.
 */
export class OneLinkClient implements OneLinkApi {
  readonly #wire: Wire;
  readonly #transport: Transport;
  readonly #ports: OneLinkClientPorts;
  readonly #timeoutMilliseconds: number;
  #mayRetry: () => boolean = () => true;

  /** @param transport HTTP if omitted */
  constructor(settings: OneLinkClientSettings, ports: OneLinkClientPorts, transport?: Transport) {
    this.#wire = wires[settings.API_DIALECT](settings.API_BASE_URL);
    this.#transport =
      transport ??
      new HttpTransport({
        timeoutMilliseconds: settings.CALL_TIMEOUT_MILLISECONDS,
        connections: settings.CALLS_IN_FLIGHT ?? 1,
        ...(settings.API_PROXY_URL && { proxyUrl: settings.API_PROXY_URL }),
        clock: ports.clock,
      });
    this.#timeoutMilliseconds = settings.CALL_TIMEOUT_MILLISECONDS;
    this.#ports = ports;
  }

  /** @param mayRetry returns false once the invocation has no time for another try after a 429 */
  beginInvocation(mayRetry: () => boolean): void {
    this.#mayRetry = mayRetry;
    this.#transport.closeIdle?.();
  }

  create(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> {
    return this.#call(this.#wire.create(address, link));
  }

  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> {
    return this.#call(this.#wire.read(address));
  }

  update(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> {
    return this.#call(this.#wire.update(address, link));
  }

  delete(address: LinkAddress): Promise<ApiAnswer<null>> {
    return this.#call(this.#wire.delete(address));
  }

  async qr(address: LinkAddress, options: QrOptions): Promise<ApiAnswer<QrImage>> {
    const call = this.#wire.qr?.(address, options);
    return call === undefined ? noQr : this.#call(call);
  }

  quota(accountId: string): Promise<ApiAnswer<number>> {
    return this.#call(this.#wire.quota(accountId));
  }

  async #call<Value>({ operation, method, url, body, answer, asked }: WireCall<Value>): Promise<ApiAnswer<Value>> {
    const { token, clock, turns } = this.#ports;
    const call = { method, url, ...(body !== undefined && { body: JSON.stringify(body) }) };
    let credential = await token.value();
    let repeated = false;
    for (;;) {
      const startedAt = clock.monotonicMilliseconds();
      let result = await this.#send(operation, call, credential);
      if (method === 'GET' && !repeated && isOnReusedSocket(result)) {
        repeated = true;
        const timeLeft = this.#timeoutMilliseconds - (clock.monotonicMilliseconds() - startedAt);
        if (timeLeft > 0) {
          result = await this.#send(operation, { ...call, timeoutMilliseconds: timeLeft }, credential);
        }
      }
      const ended = this.#read(operation, result, answer);
      if (ended.meaning === 'ok') return { meaning: 'ok', value: ended.value };
      if (ended.meaning === 'slow-down') {
        turns.slowDown();
        if (this.#mayRetry()) continue;
      }
      if (ended.meaning === 'account-blocked') {
        const fresh = await token.fresh(clock.wallMilliseconds());
        if (fresh !== credential) {
          credential = fresh;
          continue;
        }
      }
      const [status, error] = 'status' in result ? [result.status, result.body] : [undefined, undefined];
      const fault = faultOfApiError(status, error, asked);
      return { meaning: ended.meaning, fault, ...(isOnReusedSocket(result) && { onReusedSocket: true }) };
    }
  }

  async #send(
    operation: Operation,
    call: Omit<HttpCall, 'headers' | 'onSent'>,
    credential: string,
  ): Promise<ApiResult> {
    const { turns, clock, onCall } = this.#ports;
    const turn = await turns.next();
    const startedAt = clock.monotonicMilliseconds();
    const result = await this.#transport.send({
      ...call,
      // The raw token, since the API's documentation shows no `Bearer`.
      headers: { authorization: credential, accept: 'application/json' },
      onSent: () => turn.sent(),
    });
    onCall(operation, meaningOf(operation, result, this.#wire.dialect), clock.monotonicMilliseconds() - startedAt);
    return result;
  }

  /** A 200 with a malformed body proves as little as a lost connection. */
  #read<Value>(
    operation: Operation,
    result: ApiResult,
    answer: WireCall<Value>['answer'],
  ): { meaning: 'ok'; value: Value } | { meaning: Exclude<Meaning, 'ok'> } {
    let meaning = meaningOf(operation, result, this.#wire.dialect);
    if (meaning === 'ok' && 'status' in result) {
      const parsed = answer.safeParse(result.body);
      if (parsed.success) return { meaning, value: parsed.data };
      meaning = meaningOf(operation, { unanswered: 'reset' }, this.#wire.dialect);
    }
    return { meaning: meaning === 'ok' ? 'transient' : meaning };
  }
}

function isOnReusedSocket(result: ApiResult): boolean {
  return 'unanswered' in result && result.onReusedSocket === true;
}
