import { text } from 'node:stream/consumers';
import { HttpWorld } from './http-world.ts';
import { serverOnLoopback } from './loopback.ts';

/** A key of the form that `onelink keys create` makes. */
export const loopbackKey = `olp_abcd1234_${'k'.repeat(43)}`;

/** The HTTP API's own handler at an address of this machine. API Gateway's part is the check of one key. */
export async function httpApiOnLoopback(atEnd: (close: () => void) => void) {
  const world = new HttpWorld();
  // Clients write the time of this machine into their commands.
  world.link.now = Date.now();
  const calls: { body: string; status: number }[] = [];
  /** Calls that get 503 before the handler sees them. */
  const failing = { next: 0 };
  const { origin } = await serverOnLoopback(async (request, response) => {
    const { method = 'GET', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://x');
    const body = await text(request);
    if (failing.next > 0) {
      failing.next--;
      calls.push({ body, status: 503 });
      response.writeHead(503, { 'Retry-After': '0', 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify({ type: 'https://example.com/live/problems#unavailable' }));
      return;
    }
    if (headers.authorization !== `Bearer ${loopbackKey}`) {
      response.writeHead(401).end();
      return;
    }
    // The test world knows this header by its usual spelling. Node reads all names in lower case.
    const { 'content-type': type = '', ...others } = headers;
    const given = Object.entries({ 'Content-Type': type, ...others }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    const { raw } = await world.call({
      method,
      path: pathname.replace(/^\/live/, ''),
      query: Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)])),
      headers: Object.fromEntries(given),
      ...(body !== '' && { body }),
    });
    calls.push({ body, status: raw.statusCode });
    response.writeHead(raw.statusCode, raw.headers as Record<string, string>);
    response.end(raw.isBase64Encoded ? Buffer.from(raw.body, 'base64') : raw.body);
  }, atEnd);
  return { world, calls, failing, environment: { ONELINK_URL: `${origin}/live`, ONELINK_KEY: loopbackKey } };
}
