import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serverOnLoopback } from '../../world/loopback.ts';
import { type SpoiledAnswer, startProxy } from './proxy.ts';

/** Calls a service through a proxy that spoils each answer. @returns the caller's result, the service's calls, the reports */
async function callThrough(spoil: SpoiledAnswer) {
  let calls = 0;
  const { origin } = await serverOnLoopback((_, response) => {
    calls += 1;
    response.writeHead(200).end('made');
  }, onTestFinished);
  const noted: (number | undefined)[] = [];
  const proxy = await startProxy({
    service: 'onelink',
    processOf: () => undefined,
    treat: () => ({ spoil }),
    killed: () => {},
    answered: (_, status) => noted.push(status),
  });
  onTestFinished(() => proxy.close());
  proxy.forwardTo(origin);
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
    const through = await callThrough({ applied: true, instead: 'reset' });
    expect(through).toEqual({ seen: 'ECONNRESET', calls: 1, noted: [200] });
  });

  it('is lost before the service receives the request', async () => {
    const through = await callThrough({ applied: false, instead: 'reset' });
    expect(through).toEqual({ seen: 'ECONNRESET', calls: 0, noted: [] });
  });

  it('is replaced by another answer, whether or not the service has applied the request', async () => {
    const instead = { status: 503, body: '{}' };
    expect(await callThrough({ applied: true, instead })).toEqual({ seen: 503, calls: 1, noted: [200] });
    expect(await callThrough({ applied: false, instead })).toEqual({ seen: 503, calls: 0, noted: [] });
  });
});

describe('an answer without a fault', () => {
  it('to a HEAD still has the length of the object', async () => {
    const { origin } = await serverOnLoopback((_, response) => {
      response.writeHead(200, { 'content-length': '1234' }).end();
    }, onTestFinished);
    const proxy = await startProxy({
      service: 's3',
      processOf: () => undefined,
      treat: () => ({}),
      killed: () => {},
      answered: () => {},
    });
    onTestFinished(() => proxy.close());
    proxy.forwardTo(origin);
    const { status, headers } = await fetch(`${proxy.origin}/bucket/file.csv`, { method: 'HEAD' });
    expect([status, headers.get('content-length')]).toEqual([200, '1234']);
  });
});
