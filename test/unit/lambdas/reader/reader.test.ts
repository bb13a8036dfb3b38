import { describe, expect, test } from 'vitest';
import { OneLinkClient, type Transport } from '../../../../lambdas/adapters/onelink-client.ts';
import type { LinkAddress } from '../../../../lambdas/domain/link/link-id.ts';
import { reader } from '../../../../lambdas/reader/reader.ts';
import { RateLimiter } from '../../../../lambdas/runtime/rate-limiter.ts';
import { EmulatedApi } from '../../../world/emulated-api.ts';
import { SteppedClock } from '../../../world/stepped-clock.ts';

const start = Date.parse('2026-03-09T10:00:00Z');
const data = { pid: 'sms', deep_link_value: 'basket' };
const at = (shortlinkId: string): LinkAddress => ({ onelinkId: 'A1b3', shortlinkId });
const token = { value: async () => 'local-token' };
const inTime = { remainingMilliseconds: () => 30_000 };

function givenReader(callsInFlight = 2) {
  let now = start;
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
  };
  const api = new EmulatedApi({ now: () => now, sleep });
  api.control.preload(['a', 'b', 'c'].map((id) => ({ ...at(id), data, ttl: '31d', expiry: '2026-04-09T10:00:00Z' })));
  return { api, read: reader({ CALLS_IN_FLIGHT: callsInFlight }, { api: api.client, token }) };
}

describe('the reader', () => {
  test('answers for each link what the API has, in the order of the request', async () => {
    const { read } = givenReader();
    const { links } = await read({ links: [at('b'), at('none'), at('a')] }, inTime);
    expect(links.map((answer) => [answer.meaning, 'value' in answer ? answer.value.data : undefined])).toEqual([
      ['ok', data],
      ['absent', undefined],
      ['ok', data],
    ]);
  });

  test('leaves the links for which no time is left to the next turn, and has no gap before them', async () => {
    // Given: the third look at the clock shows less than the fifteen seconds that a call may need
    const { read, api } = givenReader();
    let looks = 0;
    const deadline = { remainingMilliseconds: () => (++looks > 2 ? 14_999 : 15_000) };
    // When
    const { links } = await read({ links: [at('a'), at('b'), at('c')] }, deadline);
    // Then
    expect(links.map(({ meaning }) => meaning)).toEqual(['ok', 'ok']);
    expect(api.calls).toHaveLength(2);
  });

  test('sends no more calls once the API refuses the account', async () => {
    const { read, api } = givenReader(1);
    api.control.changeSettings({ token: 'another' });
    const { links } = await read({ links: [at('a'), at('b'), at('c')] }, inTime);
    expect(links.map(({ meaning }) => meaning)).toEqual(['account-blocked']);
  });

  test('sends at most its pace in any second, also across the turns of several tools', async () => {
    // Given: the function's own client and rate limiter, at 28 calls a second
    const clock = new SteppedClock(start);
    const times: number[] = [];
    const api = new EmulatedApi({ now: clock.wallMilliseconds, sleep: clock.sleep });
    const turns = RateLimiter.atPace(28, clock);
    const send: Transport['send'] = (call) => {
      times.push(clock.monotonicMilliseconds());
      return api.send(call);
    };
    const client = new OneLinkClient(
      { API_DIALECT: 'v2.0', API_BASE_URL: 'http://127.0.0.1:1/api/v2.0', CALL_TIMEOUT_MILLISECONDS: 10_000 },
      { token: { ...token, fresh: token.value }, turns, clock, onCall: () => {} },
      { send },
    );
    const read = reader({ CALLS_IN_FLIGHT: 56 }, { api: client, token });
    // When: three tools have their turns, one directly after the other
    for (let turn = 0; turn < 3; turn++) {
      turns.beginInvocation();
      await clock.until(read({ links: Array.from({ length: 40 }, (_, index) => at(`none${index}`)) }, inTime));
    }
    // Then
    expect(times).toHaveLength(120);
    const fullest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
    expect(fullest).toBe(28);
  });

  test('stops before its answer is too large for Lambda', async () => {
    const { read, api } = givenReader(1);
    const large = { ...data, note: 'x'.repeat(800_000) };
    const ids = ['l1', 'l2', 'l3', 'l4'];
    api.control.preload(ids.map((id) => ({ ...at(id), data: large, ttl: '31d', expiry: '2026-04-09T10:00:00Z' })));
    const { links } = await read({ links: ids.map(at) }, inTime);
    expect(links).toHaveLength(2);
  });

  test('asks for the quota as well, if the tool wants it', async () => {
    const { read } = givenReader();
    expect(await read({ links: [], quotaOf: 'acc-demo' }, inTime)).toMatchObject({
      links: [],
      quota: { meaning: 'ok' },
    });
  });

  test.each([
    ['a path out of the links', { links: [{ onelinkId: 'A1b3', shortlinkId: '../secret' }] }],
    ['a write', { links: [], create: [at('a')] }],
    ['nothing', undefined],
  ])('refuses %s by name, and repeats no value', async (_, request) => {
    const { read, api } = givenReader();
    await expect(read(request, inTime)).rejects.toMatchObject({
      name: 'BadReadRequest',
      message: 'The request does not follow the reader’s contract.',
    });
    expect(api.calls).toHaveLength(0);
  });

  test('names the secret that it cannot read, and repeats no value', async () => {
    const { api } = givenReader();
    const unreadable = { value: async () => Promise.reject(new Error('secret value')) };
    const read = reader({ CALLS_IN_FLIGHT: 1 }, { api: api.client, token: unreadable });
    await expect(read({ links: [at('a')] }, inTime)).rejects.toMatchObject({
      name: 'TokenUnreadable',
      message: 'The secret of the API token cannot be read.',
    });
  });
});
