import { Agent, get } from 'node:http';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { startApiFront } from '../../../../local/weather/api-sockets.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';
import { serverOnLoopback } from '../../../world/loopback.ts';
import { always } from './given-weather.ts';

const { origin } = await serverOnLoopback((request, response) => {
  if (request.url === '/broken') request.socket.resetAndDestroy();
  else response.end('answer');
}, afterAll);

async function given(plan: WeatherPlan) {
  const front = await startApiFront(plan, origin, 20);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterAll(async () => {
    agent.destroy();
    await front.stop();
  });
  /** The answer or the error, and whether an earlier request had used its socket. */
  const call = (path = '/') =>
    new Promise<[string, boolean]>((resolve) => {
      const request = get(`${front.endpoint}${path}`, { agent }, (response) => {
        let body = '';
        response.on('data', (bytes) => {
          body += bytes;
        });
        response.on('end', () => resolve([body, request.reusedSocket]));
      });
      request.on('error', (error: NodeJS.ErrnoException) => resolve([error.code ?? '', request.reusedSocket]));
    });
  return call;
}

describe('weather in front of the OneLink API', () => {
  it('forgets an idle connection: the client gets a reset with its next request, and no notice before', async () => {
    const plan = always('api-purged-sockets');
    const call = await given(plan);
    expect(await call()).toEqual(['answer', false]);
    await vi.waitFor(() => expect(plan.counts().get('api-purged-sockets')).toBe(1));
    expect(await call()).toEqual(['ECONNRESET', true]);
    expect(await call()).toEqual(['answer', false]);
  });

  it('forwards what the API does: answers on one connection, and a broken connection', async () => {
    const call = await given(new WeatherPlan({ seed: 1, kinds: [] }));
    expect(await call()).toEqual(['answer', false]);
    expect(await call()).toEqual(['answer', true]);
    expect(await call('/broken')).toEqual(['ECONNRESET', true]);
  });
});
