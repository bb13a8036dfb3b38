import { checkSeconds, systemTime, type Time } from './waiting.ts';

/** A request before it is signed. */
export interface UnsignedRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
}

/** Signs a request with AWS Signature Version 4 for the service `execute-api`. Returns the headers to send. */
export type Sign = (
  request: UnsignedRequest,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

export interface HttpOptions {
  /** The stack output `HttpApiUrl`. */
  url: string;
  /** A key of `onelink keys create`. Either a key or `sign` is necessary. */
  key?: string;
  /** For a role or user of the producer: the calls go to `/iam/v1`. */
  sign?: Sign;
  /** The producer. Only necessary for a role or user that several producers have. */
  source?: string;
  /** For how many seconds a call is tried again after failures, beyond its `waitSeconds`. Default: 120. */
  patienceSeconds?: number;
  fetch?: typeof fetch;
  time?: Time;
}

/** Who calls, and where. The key is in the closure of `headersOf` alone, so no print or error of this object shows it. */
export interface HttpCaller {
  /** With the version: `https://…/live/v1`. */
  base: string;
  source: string | undefined;
  patienceSeconds: number;
  headersOf(request: UnsignedRequest): Promise<Readonly<Record<string, string>>>;
  fetch: typeof fetch;
  time: Time;
}

/** As `onelink keys create` makes them. */
const keyForm = /^olp_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/;
const isLoopback = (host: string) => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);

/** @throws TypeError if an option cannot be used. It never quotes the key. */
export function httpCaller(options: HttpOptions): HttpCaller {
  const { key, sign, source, patienceSeconds = 120, fetch: send = fetch, time = systemTime } = options;
  checkSeconds('patienceSeconds', patienceSeconds);
  const url = baseUrl(options.url);
  if ((key === undefined) === (sign === undefined)) throw new TypeError('give either `key` or `sign`');
  if (key !== undefined && !(typeof key === 'string' && keyForm.test(key))) {
    throw new TypeError(
      '`key` is not of the form of a key: olp_, 8 letters and digits, _ and 43 characters, without blanks',
    );
  }
  return {
    base: `${url}${sign === undefined ? '' : '/iam'}/v1`,
    source,
    patienceSeconds,
    headersOf: async (request) => sign?.(request) ?? { ...request.headers, authorization: `Bearer ${key}` },
    fetch: send,
    time,
  };
}

function baseUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined) throw new TypeError('`url` is not a URL: give the stack output HttpApiUrl');
  const { protocol, hostname, username, password, search, hash, origin, pathname } = url;
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
    throw new TypeError('`url` must begin with https, because each call carries a key or a signature');
  }
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    throw new TypeError('`url` must have no user name, password, query or fragment');
  }
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}
