import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../lambdas/domain/work/clock.ts';
import { probe } from '../../../../lambdas/governor/probe.ts';
import { LostCalls } from '../../../../lambdas/link-worker/batch-gate.ts';
import { givenClient } from './given-client.ts';
import { givenDistantServer } from './given-distant-server.ts';

const spring = { onelinkId: 'A1b3', shortlinkId: 'spring' };
const quotaAnswer = { remaining_api_calls: 5_000_000, shortlink_url: 'https://acme.onelink.me/A1b3/spring' };
const fault = { path: '', rule: 'api-unanswered', message: 'the API did not answer' };

/** A clock of which one of the two times stops, as it may during a freeze. */
function givenClock() {
  const time = { wall: 1_000_000, monotonic: 1_000 };
  const clock: Clock = {
    wallMilliseconds: () => time.wall,
    monotonicMilliseconds: () => time.monotonic,
    sleep: async () => {},
  };
  return { time, clock };
}

describe('connections that the server has closed during a freeze', () => {
  it.each(['wall', 'monotonic'] as const)(
    'are not reused by the next invocation, which detects the idle time by its %s clock',
    async (face) => {
      // Given
      const server = await givenDistantServer(quotaAnswer);
      const { time, clock } = givenClock();
      const { client, calls } = givenClient(server.baseUrl, { at: clock });
      await Promise.all([client.quota('acc'), client.quota('acc')]);
      // When
      server.freezeAndPurge();
      time[face] += 4_000;
      client.beginInvocation(() => true);
      const answer = await client.create(spring, { data: { pid: 'sms' } });
      // Then
      expect(answer).toMatchObject({ meaning: 'ok' });
      expect(calls).toEqual(['quota ok', 'quota ok', 'create ok']);
    },
  );

  it('are kept after a shorter idle time', async () => {
    // Given
    const server = await givenDistantServer(quotaAnswer);
    const { time, clock } = givenClock();
    const { client } = givenClient(server.baseUrl, { at: clock });
    await client.quota('acc');
    // When
    time.wall += 3_999;
    time.monotonic += 3_999;
    client.beginInvocation(() => true);
    await client.quota('acc');
    // Then
    expect(await server.seen()).toEqual({ connections: 1, requests: ['GET', 'GET'] });
  });

  it('cost one GET an extra turn, and the other calls none', async () => {
    // Given
    const server = await givenDistantServer(quotaAnswer);
    const { client, calls, turns } = givenClient(server.baseUrl);
    await Promise.all([client.quota('acc'), client.quota('acc'), client.quota('acc')]);
    // When
    server.freezeAndPurge();
    const answers = [await client.quota('acc'), await client.quota('acc'), await client.quota('acc')];
    // Then
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ meaning: 'ok', value: 5_000_000 })));
    expect(calls.slice(3)).toEqual(['quota transient', 'quota ok', 'quota ok', 'quota ok']);
    expect(turns.sent).toHaveLength(7);
  });

  it('leave a write ambiguous with the cause, and do not count as an outage', async () => {
    // Given
    const server = await givenDistantServer(quotaAnswer);
    const { client, turns } = givenClient(server.baseUrl);
    const lost = new LostCalls();
    // When
    for (let batch = 0; batch < 15; batch++) {
      await client.quota('acc');
      server.freezeAndPurge();
      const answer = await client.create(spring, { data: { pid: 'sms' } });
      expect(answer).toEqual({ meaning: 'ambiguous', fault, onReusedSocket: true });
      lost.answered('create', answer);
    }
    // Then
    expect(lost.isOutage).toBe(false);
    expect(turns.sent).toHaveLength(30);
    const { requests } = await server.seen();
    expect(requests.filter((method) => method === 'POST')).toEqual([]);
  });

  it('do not hide an outage, because a reset of a new connection counts', async () => {
    // Given
    const server = await givenDistantServer(quotaAnswer, true);
    const { client, calls } = givenClient(server.baseUrl);
    const lost = new LostCalls();
    await client.quota('acc');
    server.freezeAndPurge();
    // When
    for (let call = 0; call < 10; call++) lost.answered('read', await client.read(spring));
    // Then
    expect(calls).toHaveLength(12);
    expect(lost.isOutage).toBe(true);
  });

  it('do not make the governor report an outage, because it sends its canary again', async () => {
    // Given
    const server = await givenDistantServer(quotaAnswer);
    const { client } = givenClient(server.baseUrl);
    const api = {
      read: async () => {
        await client.quota('acc');
        server.freezeAndPurge();
        return { meaning: 'absent' as const, fault };
      },
      create: client.create.bind(client),
    };
    // When
    const disposition = await probe(api, 'A1b3', true);
    // Then
    expect(disposition).toBe('good');
    expect((await server.seen()).requests).toEqual(['GET', 'POST']);
  });
});
