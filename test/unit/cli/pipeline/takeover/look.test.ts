import { describe, expect, test } from 'vitest';
import { ReadingInterrupted } from '../../../../../cli/pipeline/reader.ts';
import { linkName } from '../../../../../cli/pipeline/takeover/link-list.ts';
import { look } from '../../../../../cli/pipeline/takeover/look.ts';
import type { LinkMaker } from '../../../../../local/onelink-api/store.ts';
import { EmulatedApi, type EmulatedApiOptions } from '../../../../world/emulated-api.ts';
import { givenLinkAt } from '../../../../world/given-ledger.ts';
import { InMemoryLedger } from '../../../../world/in-memory-ledger.ts';

const now = Date.parse('2026-03-01T10:00:00Z');
const clock = { wallMilliseconds: () => now, monotonicMilliseconds: () => now, sleep: async () => {} };
const never = new AbortController().signal;

function world(options: Partial<EmulatedApiOptions> = {}) {
  const api = new EmulatedApi({ now: () => now, sleep: async () => {}, ...options });
  const ledger = new InMemoryLedger();
  const found = new Map<string, string | undefined>();
  const given = (shortlinkId: string, maker: LinkMaker = 'v2.0', expiry?: string) =>
    api.control.preload([
      { onelinkId: 'A1b3', shortlinkId, data: { pid: 'sms' }, api: maker, ...(expiry !== undefined && { expiry }) },
    ]);
  const looked = async (...ids: string[]) => {
    await look(
      ids.map((shortlinkId) => ({ onelinkId: 'A1b3', shortlinkId })),
      {
        source: 'crm',
        ledger,
        api: api.client,
        clock,
        atOnce: 4,
        onLooked: (address, finding) => void found.set(linkName(address).slice(5), finding),
        stop: () => {},
      },
      never,
    );
    return Object.fromEntries(found);
  };
  return { api, ledger, given, looked, found };
}

describe('what a link is', () => {
  test('by the ledger costs no call, and by the API one free GET', async () => {
    // Given
    const { api, ledger, given, looked } = world();
    for (const maker of ['v2.0', 'v1.0', 'dashboard', 'bulk', 'sdk'] as const) given(maker.replace('.', ''), maker);
    given('past', 'v2.0', '2026-03-01T09:59:59Z');
    given('deleted-here');
    await ledger.addLink(givenLinkAt('ours', { source: 'crm' }));
    await ledger.addLink(givenLinkAt('others', { source: 'studio' }));
    await ledger.addLink(givenLinkAt('ended-there', { source: 'studio', state: 'deleted' }));
    await ledger.addLink(givenLinkAt('deleted-here', { source: 'crm', state: 'deleted' }));
    // When
    const found = await looked(
      'ours',
      'others',
      'v20',
      'v10',
      'dashboard',
      'bulk',
      'sdk',
      'past',
      'none',
      'deleted-here',
      'ended-there',
    );
    // Then
    expect(found).toEqual({
      ours: 'ours',
      others: 'others',
      v20: 'readable',
      v10: 'refused',
      dashboard: 'refused',
      bulk: 'refused',
      sdk: 'refused',
      past: 'expired',
      none: 'absent',
      'deleted-here': 'readable',
      'ended-there': 'others',
    });
    expect(api.calls).toEqual(Array.from({ length: 8 }, () => 'read'));
    expect(api.quotaCalls).toBe(0);
  });

  test('does not show its maker, if the API shows every link', async () => {
    const { given, looked } = world({ settings: { crossVersion: 'newer' } });
    for (const maker of ['v2.0', 'v1.0', 'dashboard'] as const) given(maker.replace('.', ''), maker);
    expect(await looked('v20', 'v10', 'dashboard')).toEqual({
      v20: 'readable',
      v10: 'readable',
      dashboard: 'readable',
    });
  });

  test('by version 1.0 has no expiry', async () => {
    const { given, looked } = world({ dialect: 'v1.0' });
    for (const maker of ['v2.0', 'v1.0', 'bulk'] as const) given(maker.replace('.', ''), maker);
    expect(await looked('v20', 'v10', 'bulk', 'none')).toEqual({
      v20: 'refused',
      v10: 'readable',
      bulk: 'refused',
      none: 'absent',
    });
  });

  test('stays open if the API fails for one link, and an outage ends the work', async () => {
    const { api, given, looked } = world();
    given('one');
    for (let attempt = 1; attempt <= 3; attempt++) api.spoil('read', { kind: 'status', status: 500 });
    expect(await looked('one')).toEqual({ one: undefined });
    expect(await looked('one')).toEqual({ one: 'readable' });
    api.isReachable = false;
    const ids = Array.from({ length: 40 }, (_, index) => `id${index}`);
    await expect(looked(...ids)).rejects.toThrow('The OneLink API is unavailable');
  });

  test('is not asked with a refused token', async () => {
    const { api, looked } = world();
    api.control.changeSettings({ token: 'another' });
    await expect(looked('one')).rejects.toThrow('The OneLink API refuses the account');
  });

  test('stays open after an interruption', async () => {
    const { found, ledger } = world();
    const address = { onelinkId: 'A1b3', shortlinkId: 'one' };
    const api = { read: () => Promise.reject(new ReadingInterrupted()) };
    const ports = { source: 'crm', ledger, api, clock, atOnce: 1, onLooked: () => {}, stop: () => {} };
    await look([address], ports, never);
    expect(found.size).toBe(0);
  });
});
