import { describe, expect, it } from 'vitest';
import type { LaneNow } from '../../../../../cli/console/contract/overview.ts';
import { wrongIn } from '../../../../../cli/console/reading/wrong.ts';

const lane = (name: string, part: Partial<LaneNow>): LaneNow => ({
  lane: name,
  takesCommands: true,
  state: 'open',
  reason: null,
  since: null,
  note: null,
  queues: [],
  parked: { value: 0, at: 1 },
  secondsToDrain: 0,
  ...part,
});

const wrongOf = (lanes: LaneNow[]) =>
  wrongIn({
    stack: 'OneLink-production',
    at: 1,
    control: { record: 'fresh', governedAt: 1, api: 'good' },
    lanes,
    quota: { remaining: { value: 10, at: 1 }, lasts: true },
    stuck: { parked: 0, quarantine: 0, held: 0, 'dead-letters': 0 },
    campaigns: [],
    ringing: [],
    stranded: [],
  } as never);

const outage = { state: 'paused', reason: 'api-outage' } as const;

describe('lanes that carry nothing out', () => {
  it('are one entry for one cause, since the first of them', () => {
    const found = wrongOf([lane('campaign', { ...outage, since: 20 }), lane('qr', { ...outage, since: 10 })]);

    expect(found).toEqual([
      {
        id: 'lane-paused:campaign+qr',
        severity: 'page',
        what: 'All lanes are paused',
        why: 'The API is unavailable.',
        do: 'Work resumes when the API answers again.',
        link: '#/overview/lanes',
        button: 'Show the lanes',
        since: 10,
      },
    ]);
  });

  it('are named if other lanes are open, and apart if their causes differ', () => {
    const found = wrongOf([
      lane('campaign', outage),
      lane('qr', outage),
      lane('expiry', { state: 'paused', reason: 'operator', note: 'a test' }),
      lane('transactional', {}),
    ]);

    expect(found.map(({ what, why, severity }) => [what, why, severity])).toEqual([
      ['The lanes campaign and qr are paused', 'The API is unavailable.', 'page'],
      ['The lane expiry is paused', 'An operator paused the work. “a test”', 'note'],
    ]);
  });

  it('count what they have parked', () => {
    const parking = { state: 'parking', reason: 'quota-exceeded' } as const;

    const [entry] = wrongOf([
      lane('campaign', { ...parking, parked: { value: 12_000, at: 1 } }),
      lane('bulk', { ...parking, parked: { value: 30, at: 1 } }),
      lane('qr', {}),
    ]);

    expect(entry?.do).toBe('The commands wait in the archive (12,030). They return when there is quota.');
    expect(entry?.link).toBe('#/stuck/parked');
  });
});
