import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type SpoiledAnswer, startProxy } from './proxy.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Calls a service through a proxy that spoils each answer. @returns the caller's result, the service's calls, the reports */
async function callThrough(spoil: SpoiledAnswer) {
  let calls = 0;
  const service = createServer((_, response) => {
    calls += 1;
    response.writeHead(200).end('made');
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  closing.push(async () => service.close());
  const noted: (number | undefined)[] = [];
  const proxy = await startProxy({
    service: 'onelink',
    processOf: () => undefined,
    treat: () => ({ spoil }),
    killed: () => {},
    answered: (_, status) => noted.push(status),
  });
  closing.push(() => proxy.close());
  proxy.forwardTo(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  const seen = await new Promise<number | string | undefined>((resolve) => {
    const call = request(proxy.origin, { method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    call.end('{}');
  });
  return { seen, calls, noted };
}

describe('a spoiled answer', () => {
  it('is lost after the service has applied the request', async () => {
    expect(await callThrough({ applied: true, instead: 'reset' })).toEqual({
      seen: 'ECONNRESET',
      calls: 1,
      noted: [200],
    });
  });

  it('is lost before the service receives the request', async () => {
    expect(await callThrough({ applied: false, instead: 'reset' })).toEqual({
      seen: 'ECONNRESET',
      calls: 0,
      noted: [],
    });
  });

  it('is replaced by another answer, whether or not the service has applied the request', async () => {
    const instead = { status: 503, body: '{}' };
    expect(await callThrough({ applied: true, instead })).toEqual({ seen: 503, calls: 1, noted: [200] });
    expect(await callThrough({ applied: false, instead })).toEqual({ seen: 503, calls: 0, noted: [] });
  });
});
