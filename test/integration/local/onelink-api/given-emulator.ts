import { afterEach } from 'vitest';
import type { OneLinkApi } from '../../../../local/onelink-api/server.ts';
import { startOneLinkApi } from '../../../../local/onelink-api/server.ts';
import type { SettingsInput } from '../../../../local/onelink-api/settings.ts';

/** The answer of a call. `json` is undefined if the body is not JSON. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

/** An emulator with clocks that only the test moves. */
export interface Given extends OneLinkApi {
  /** The rate limits' clock. */
  time: { monotonic: number };
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** POST /shortlinks/A1b3. By default, `data` has only `pid`. */
  create(body?: Record<string, unknown>): Promise<Answered>;
  /** A call of version 1.0 for the template A1b3. Without an ID, it has no `id`. */
  v1(method: string, id?: string, body?: unknown): Promise<Answered>;
}

const running: OneLinkApi[] = [];

afterEach(async () => {
  for (const api of running.splice(0)) await api.close();
});

/** Starts an emulator on a free port for one test. By default, the wall time is 2026-03-10T12:00:00Z. */
export async function givenEmulator(settings: SettingsInput = {}, now = '2026-03-10T12:00:00Z'): Promise<Given> {
  const time = { monotonic: 0 };
  const api = await startOneLinkApi({
    settings,
    time: { wallMilliseconds: () => Date.parse(now), monotonicMilliseconds: () => time.monotonic },
  });
  running.push(api);
  const call: Given['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('/shortlinks') ? `${api.baseUrl}${path}` : `${api.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: 'local-token', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  const create: Given['create'] = (body = {}) => call('POST', '/shortlinks/A1b3', { data: { pid: 'sms' }, ...body });
  const v1: Given['v1'] = (method, id, body) => {
    const query = id === undefined ? '' : `?id=${encodeURIComponent(id)}`;
    return call(method, `/shortlink/v1/A1b3${query}`, body);
  };
  return { ...api, time, call, create, v1 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
