import * as z from 'zod';
import type { LinkSpec, QrOptions } from '../domain/contract/command.ts';
import { dataAsSent } from '../domain/contract/link-data.ts';
import type { Turns } from '../domain/control/pacer.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import { decodeQrImage, type QrImage } from '../domain/link/qr-image.ts';
import { type ApiAnswer, type AskedOfApi, faultOfApiError, type LinkAtApi } from '../domain/onelink/api-answer.ts';
import { type ApiResult, type Meaning, meaningOf } from '../domain/onelink/failure-table.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type HttpCall, HttpTransport } from './http-transport.ts';

interface Token {
  value(): Promise<string>;
  fresh(nowMilliseconds: number): Promise<string>;
}

/** Sends a call to the API and returns its result. */
export type Transport = Pick<HttpTransport, 'send'> & Partial<Pick<HttpTransport, 'closeIdle'>>;

/** The API's address, and the client's time limit and concurrency. */
export interface OneLinkClientSettings {
  /** Without a trailing slash. */
  API_BASE_URL: string;
  CALL_TIMEOUT_MILLISECONDS: number;
  CALLS_IN_FLIGHT?: number;
}

export interface OneLinkClientPorts {
  token: Token;
  turns: Turns;
  clock: Clock;
  /** Runs for every call that was sent. */
  onCall: (operation: Operation, meaning: Meaning, milliseconds: number) => void;
}

const shortUrlAnswer = z.object({ shortlink_url: z.url() }).transform((body) => ({ shortUrl: body.shortlink_url }));
const linkAnswer = z
  .object({
    payload: z.record(z.string(), z.unknown()),
    expiry: z.iso.datetime({ offset: true }),
    // Optional: an unexpected format must not make the link unreadable.
    ttl: z.int().positive().optional().catch(undefined),
  })
  .transform(({ payload, expiry, ttl }): LinkAtApi => {
    const expiresAt = Math.floor(Date.parse(expiry) / 1000);
    return { data: payload, expiresAt, ...(ttl !== undefined && { ttlSeconds: ttl }) };
  });
const deleteAnswer = z.literal('ok').transform(() => null);
const qrAnswer = z.object({ qr: z.string() }).transform((body, context): QrImage => {
  const image = decodeQrImage(body.qr);
  if (image !== undefined) return image;
  context.addIssue({ code: 'custom', message: 'is neither a PNG nor a JPEG' });
  return z.NEVER;
});
const quotaAnswer = z.object({ remaining_api_calls: z.int() }).transform((body) => body.remaining_api_calls);

/**
 * A client of the OneLink API v2.0. Each call waits for its turn, also a repeat after a 429 or a refused token. The
 * client returns what an answer means (failure-table.ts). It throws only if the token cannot be read.
 *
 * If a reused connection is reset, the client repeats a GET once on a new connection, within the first call's time-out.
 * It does not repeat a write, because the API may have applied it.
 */
export class OneLinkClient implements OneLinkApi {
  readonly #baseUrl: string;
  readonly #transport: Transport;
  readonly #ports: OneLinkClientPorts;
  readonly #timeoutMilliseconds: number;
  #mayRetry: () => boolean = () => true;

  /** @param transport HTTP if omitted */
  constructor(settings: OneLinkClientSettings, ports: OneLinkClientPorts, transport?: Transport) {
    this.#baseUrl = settings.API_BASE_URL;
    this.#transport =
      transport ??
      new HttpTransport({
        timeoutMilliseconds: settings.CALL_TIMEOUT_MILLISECONDS,
        connections: settings.CALLS_IN_FLIGHT ?? 1,
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

  create({ onelinkId, shortlinkId }: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> {
    const body = { shortlink_id: shortlinkId, ...bodyOf(link) };
    return this.#call('create', 'POST', `/shortlinks/${onelinkId}`, shortUrlAnswer, body, askedFor(body, link));
  }

  read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> {
    return this.#call('read', 'GET', pathOf(address), linkAnswer);
  }

  update(address: LinkAddress, link: LinkSpec): Promise<ApiAnswer<{ shortUrl: string }>> {
    const body = bodyOf(link);
    return this.#call('update', 'PUT', pathOf(address), shortUrlAnswer, body, askedFor(body, link));
  }

  delete(address: LinkAddress): Promise<ApiAnswer<null>> {
    return this.#call('delete', 'DELETE', pathOf(address), deleteAnswer);
  }

  qr(address: LinkAddress, { size, format, margin, brandDomain }: QrOptions): Promise<ApiAnswer<QrImage>> {
    const query = new URLSearchParams({ format });
    if (size !== undefined) query.set('size', String(size));
    if (margin !== undefined) query.set('margin', String(margin));
    if (brandDomain !== undefined) query.set('brand_domain', brandDomain);
    const paths = new Map([...query.keys()].map((name) => [name, `qr.${fieldOf(name)}`]));
    return this.#call('qr', 'GET', `${pathOf(address)}/qr?${query}`, qrAnswer, undefined, { paths, otherwise: 'qr' });
  }

  quota(accountId: string): Promise<ApiAnswer<number>> {
    return this.#call('quota', 'GET', `/shortlinks-quota/${encodeURIComponent(accountId)}`, quotaAnswer);
  }

  async #call<Value>(
    operation: Operation,
    method: HttpCall['method'],
    path: string,
    answer: z.ZodType<Value>,
    body?: object,
    asked: AskedOfApi = {},
  ): Promise<ApiAnswer<Value>> {
    const { token, clock, turns } = this.#ports;
    const url = new URL(this.#baseUrl + path);
    const text = body && JSON.stringify(body);
    let credential = await token.value();
    let repeated = false;
    for (;;) {
      const startedAt = clock.monotonicMilliseconds();
      let result = await this.#send(operation, { method, url, credential, body: text });
      if (method === 'GET' && !repeated && isOnReusedSocket(result)) {
        repeated = true;
        const timeLeft = this.#timeoutMilliseconds - (clock.monotonicMilliseconds() - startedAt);
        if (timeLeft > 0) result = await this.#send(operation, { method, url, credential, body: text, timeLeft });
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
    call: { method: HttpCall['method']; url: URL; credential: string; body: string | undefined; timeLeft?: number },
  ): Promise<ApiResult> {
    const { turns, clock, onCall } = this.#ports;
    const turn = await turns.next();
    const startedAt = clock.monotonicMilliseconds();
    const result = await this.#transport.send({
      method: call.method,
      url: call.url,
      // The raw token, since the API's documentation shows no `Bearer`.
      headers: { authorization: call.credential, accept: 'application/json' },
      ...(call.body !== undefined && { body: call.body }),
      ...(call.timeLeft !== undefined && { timeoutMilliseconds: call.timeLeft }),
      onSent: () => turn.sent(),
    });
    onCall(operation, meaningOf(operation, result), clock.monotonicMilliseconds() - startedAt);
    return result;
  }

  /** A 200 with a malformed body proves as little as a lost connection. */
  #read<Value>(
    operation: Operation,
    result: ApiResult,
    answer: z.ZodType<Value>,
  ): { meaning: 'ok'; value: Value } | { meaning: Exclude<Meaning, 'ok'> } {
    let meaning = meaningOf(operation, result);
    if (meaning === 'ok' && 'status' in result) {
      const parsed = answer.safeParse(result.body);
      if (parsed.success) return { meaning, value: parsed.data };
      meaning = meaningOf(operation, { unanswered: 'reset' });
    }
    return { meaning: meaning === 'ok' ? 'transient' : meaning };
  }
}

function isOnReusedSocket(result: ApiResult): boolean {
  return 'unanswered' in result && result.onReusedSocket === true;
}

/** The fields of a request, by the command's names. */
function askedFor(body: object, { data }: LinkSpec): AskedOfApi {
  const texts = Object.values(body).filter((value) => typeof value === 'string');
  return { data, paths: new Map(Object.keys(body).map((name) => [name, fieldOf(name)])), texts };
}

/** `brand_domain` is `brandDomain` in a command, and so on. */
const fieldOf = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function pathOf({ onelinkId, shortlinkId }: LinkAddress): string {
  return `/shortlinks/${onelinkId}/${shortlinkId}`;
}

function bodyOf({ data, ttl, renewTtl, brandDomain }: LinkSpec) {
  return {
    data: dataAsSent(data),
    ...(ttl !== undefined && { ttl: String(ttl) }),
    ...(renewTtl !== undefined && { renew_ttl: renewTtl }),
    ...(brandDomain !== undefined && { brand_domain: brandDomain }),
  };
}
