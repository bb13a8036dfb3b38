import { describe, expect, test } from 'vitest';
import { searchHeld, searchParked } from '../../../../../cli/pipeline/story/archive-search.ts';
import { filterPatternOf } from '../../../../../cli/pipeline/story/log-search.ts';
import {
  happeningWords,
  inOrder,
  ofDeadLetter,
  ofHeld,
  ofLinkRecord,
  ofLog,
  ofParked,
  ofRequestRecord,
} from '../../../../../cli/pipeline/story/story.ts';
import { requestsOfLink } from '../../../../../cli/pipeline/story/tell-story.ts';
import type { ParkedCommand } from '../../../../../lambdas/domain/contract/parked-command.ts';
import { given, givenRecord, givenRequest } from '../../../../world/given-ledger.ts';
import { givenLink, givenOutcome } from '../../../../world/given-outcome.ts';

const now = given.nowSeconds * 1000;
const minute = 60_000;
const hidden = { links: false };
const parkedCommand = (requestId: string, at: number): ParkedCommand => ({
  v: 1,
  lane: 'campaign',
  messageId: 'm-1',
  sentAtMilliseconds: at - minute,
  receiveCount: 1,
  parkedAtMilliseconds: at,
  source: 'crm',
  requestId,
  body: '{"data":{"pid":"secret-pid"}}',
});

describe('a story', () => {
  test('is in order of time, with current states last', () => {
    const answered = ofLog('campaign worker', 'r-1', Date.parse('2026-03-09T12:00:02.345Z'), {
      message: 'command answered',
      action: 'create',
      outcome: 'created',
      repeat: false,
      rules: [],
      calls: ['create ambiguous', 'read ok'],
      messageId: 'm-1',
    });
    const story = inOrder([...ofLinkRecord(givenRecord(), 'r-1', now, hidden), answered]);
    expect(story.map((happening) => happeningWords(happening, false))).toEqual([
      '2026-03-09 12:00:00.000  producer                 asked for it (requestedAt)',
      '2026-03-09 12:00:02.345  campaign worker          create command answered: created; calls: create ambiguous, read ok; message m-1',
      'now                      ledger                   the link is live, version 1; until 2026-04-09T12:00:00Z',
    ]);
  });

  test('names the broken rules of a rejected command, and marks a repeat', () => {
    const rejected = { message: 'command answered', outcome: 'rejected', repeat: true, rules: ['required', 'ttl'] };
    expect(ofLog('campaign worker', 'r-1', 0, rejected).words).toBe(
      'command answered: rejected; a repeat; rules: required, ttl',
    );
  });

  test('shows that the expiry of an expired link is being checked', () => {
    const expiryCheck = { token: 'removal-1', lostAt: now / 1000 + 86_400 };
    const record = givenRecord({}, { expiresAt: now / 1000 - 60, expiryCheck });
    expect(ofLinkRecord(record, 'r-1', now, { links: false }).at(-1)?.words).toContain(
      'the link is live, its expiry is being checked, version 1',
    );
  });

  test('shows why a link has no QR code', () => {
    const record = givenRecord({}, { qrFailure: { requestId: 'r-1', reason: 'refused-by-api' } });
    expect(ofLinkRecord(record, 'r-1', now, { links: false }).at(-1)?.words).toContain(
      'r-1 got no QR code: refused-by-api',
    );
  });

  test('names no link without --show-links', () => {
    const record = givenRecord({}, { qrKey: 'qr/crm/A1b3/secret-id.png' });
    const request = givenRequest('digest', givenOutcome({ link: givenLink('secret-id') }));
    const story = (links: boolean) => [
      ofRequestRecord(request, { links }),
      ...ofLinkRecord(record, 'r-1', now, { links }),
    ];
    expect(JSON.stringify(story(false))).not.toContain('secret-id');
    expect(JSON.stringify(story(true))).toContain('https://acme.onelink.me/A1b3/secret-id');
  });

  test('names a later change, and a change under way', () => {
    const lease = { action: 'update', requestId: 'r-3', requestedAt: '', until: given.nowSeconds } as const;
    const record = givenRecord({}, { applied: { requestedAt: '2026-03-10T00:00:00Z', requestId: 'r-2' }, lease });
    expect(ofLinkRecord(record, 'r-1', now, hidden)[0]?.words).toBe(
      'the link is live, version 1; until 2026-04-09T12:00:00Z; last changed by r-2; ' +
        'update r-3 holds it until 2026-03-10T12:00:00Z',
    );
    expect(requestsOfLink(record).map(({ requestId }) => requestId)).toEqual(['r-1', 'r-2', 'r-3']);
  });

  test('shows parked commands and dead letters', () => {
    const parked = ofParked(parkedCommand('r-1', now));
    expect(parked.map(({ at, words }) => [at, words])).toEqual([
      [now - minute, 'its message reached the queue'],
      [now, 'was parked until there is quota, at its first delivery'],
    ]);
    expect(JSON.stringify(parked)).not.toContain('secret');
    const letter = {
      lane: 'qr',
      queue: 'qr' as const,
      source: 'crm',
      requestId: 'r-1',
      action: 'create',
      reason: 'unknown' as const,
      words: 'no reason found',
      messageId: 'm-1',
      sentAt: '2026-03-09T12:00:00Z',
      ageSeconds: 1,
      receiveCount: 21,
    };
    expect(ofDeadLetter(letter).words).toBe(
      'is a dead letter of qr (sent 2026-03-09T12:00:00Z, 21 deliveries); unknown: no reason found',
    );
  });
});

describe('the search', () => {
  test('in the logs compares requestId and source, with any characters', () => {
    expect(filterPatternOf({ source: 'crm', requestId: 'a"b\\c' })).toBe(
      '{ $.requestId = "a\\"b\\\\c" && $.source = "crm" }',
    );
  });

  /** Two lots, an hour apart. */
  function givenStore() {
    const read: string[] = [];
    const commands = { early: [parkedCommand('r-1', now - 60 * minute)], late: [parkedCommand('r-2', now)] };
    return {
      read,
      store: {
        async *lots() {
          for (const [key, [first]] of Object.entries(commands)) {
            yield { key, parkedAtMilliseconds: first?.parkedAtMilliseconds ?? 0, commands: 1, bytes: 1 };
          }
        },
        read: async ({ key }: { key: string }) => {
          read.push(key);
          return { commands: commands[key as keyof typeof commands] };
        },
      },
    };
  }
  const interrupted = new AbortController().signal;
  const request = { source: 'crm', requestId: 'r-2' };

  test('of the parked commands reads the lots of the time in the logs, or all', async () => {
    const timed = givenStore();
    const found = await searchParked(timed.store, ['campaign'], request, { parkedAt: [now + 5_000], interrupted });
    expect(found.map(({ requestId }) => requestId)).toEqual(['r-2']);
    expect(timed.read).toEqual(['late']);
    const untimed = givenStore();
    await searchParked(untimed.store, ['campaign'], request, { parkedAt: [], interrupted });
    expect(untimed.read).toEqual(['early', 'late']);
  });

  test('does not match the same requestId of another source', async () => {
    const { store } = givenStore();
    expect(await searchParked(store, ['campaign'], { ...request, source: 'x' }, { parkedAt: [], interrupted })).toEqual(
      [],
    );
  });

  test('of the held ones reads only the folders of the source, and names the sender', async () => {
    const folders: Record<string, ParkedCommand[]> = {
      'crm/AROAONE': [{ ...parkedCommand('r-1', now), sender: 'AROAONE' }],
      'crm/AIDATWO': [{ ...parkedCommand('r-2', now), sender: 'AIDATWO' }],
      'studio/AROAONE': [{ ...parkedCommand('r-1', now), source: 'studio', sender: 'AROAONE' }],
    };
    const read: string[] = [];
    const store = {
      async *senders() {
        for (const [source = '', sender = ''] of Object.keys(folders).map((key) => key.split('/'))) {
          yield { source, sender };
        }
      },
      async *lots({ source, sender }: { source: string; sender: string }) {
        yield { key: `${source}/${sender}`, parkedAtMilliseconds: now, commands: 1, bytes: 1 };
      },
      read: async ({ key }: { key: string }) => {
        read.push(key);
        return { commands: folders[key] ?? [], unreadable: [] };
      },
    };
    const asked = { source: 'crm', requestId: 'r-1' };
    const found = await searchHeld(store, asked, { parkedAt: [], interrupted });
    expect(read).toEqual(['crm/AROAONE', 'crm/AIDATWO']);
    expect(found.flatMap(ofHeld).map(({ at, where, words }) => [at, where, words])).toEqual([
      [now - minute, 'sender', 'its message reached the queue'],
      [now, 'campaign archive', 'is held, because AROAONE is not known to send as crm: onelink senders list'],
    ]);
    const later = { parkedAt: [now + 60 * minute], interrupted };
    expect(await searchHeld(store, asked, later)).toEqual([]);
    expect(JSON.stringify(found.flatMap(ofHeld))).not.toContain('secret');
  });
});
