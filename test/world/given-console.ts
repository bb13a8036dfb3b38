import { afterEach } from 'vitest';
import { type ConsoleOptions, startConsole } from '../../cli/console/server.ts';
import { NoLocalRun } from '../../cli/pipeline/local-run.ts';
import { type RawAnswer, rawHttp } from './raw-http.ts';

/** A console of the test, as its own page would call it. It ends with the test. */
export async function givenConsole(options: Partial<ConsoleOptions> = {}) {
  const printed: string[] = [];
  const running = await startConsole({
    choose: () => {
      throw new NoLocalRun('There is no local run.');
    },
    local: true,
    readOnly: false,
    page: async () => new Map([['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from('<title>page</title>') }]]),
    print: (words) => printed.push(words),
    ...options,
  });
  closing.push(running.close);
  const { port, address } = running;
  const host = `Host: 127.0.0.1:${port}`;
  const origin = `Origin: http://127.0.0.1:${port}`;
  const { pathname, search } = new URL(address);
  const firstPath = `${pathname}${search}`;
  const first = () => rawHttp(port, [`GET ${firstPath} HTTP/1.1`, host, 'Sec-Fetch-Site: none']);
  /** Opens the first address, and returns the header with the cookie. */
  const signIn = async () => `Cookie: ${((await first()).headers['set-cookie'] ?? '').split(';')[0]}`;
  let cookie: Promise<string> | undefined;
  const own = ['Sec-Fetch-Site: same-origin'];
  const get = async (path: string): Promise<RawAnswer> => {
    cookie ??= signIn();
    return rawHttp(port, [`GET ${path} HTTP/1.1`, host, ...own, await cookie]);
  };
  const post = async (path: string, body: object): Promise<RawAnswer> => {
    cookie ??= signIn();
    const head = [`POST ${path} HTTP/1.1`, host, ...own, origin, 'Content-Type: application/json', await cookie];
    return rawHttp(port, head, JSON.stringify(body));
  };
  return { ...running, host, origin, firstPath, printed, first, signIn, get, post };
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
