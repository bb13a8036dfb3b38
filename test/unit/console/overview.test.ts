import { describe, expect, it } from 'vitest';
import type { LaneNow, Overview, QuotaNow, Wrong } from '../../../cli/console/contract/overview.ts';
import { bySeverity, doneOf, flowOf, standing } from '../../../console/overview/finding.ts';
import { reasonWords } from '../../../console/overview/lane-words.ts';
import { lastsWords, quotaTone } from '../../../console/overview/quota-words.ts';
import { monthsOf } from '../../../console/overview/usage.tsx';

const wrong = (severity: Wrong['severity'], since: number | null = null, id = severity as string): Wrong => ({
  id,
  severity,
  what: 'a',
  why: 'b',
  do: 'c',
  link: '#/alarms',
  button: 'd',
  since,
});
const lane = (state: LaneNow['state'], waiting: number | null = 0): LaneNow => ({
  lane: 'campaign',
  takesCommands: true,
  state,
  reason: null,
  since: null,
  note: null,
  queues: [
    {
      kind: 'link',
      waiting: { value: waiting, at: 1 },
      inFlight: { value: 2, at: 1 },
      oldestSeconds: { value: null, at: 1 },
    },
  ],
  parked: { value: 0, at: 1 },
  secondsToDrain: null,
});
const fresh = { record: 'fresh', governedAt: 1, api: 'good' } as const;
const none = { parked: 0, quarantine: 0, held: 0, 'dead-letters': 0 };

describe('how the pipeline is, in one sentence', () => {
  it.each<[Wrong[], LaneNow[], Overview['control'], string]>([
    [[wrong('page'), wrong('page'), wrong('ticket')], [], fresh, '2 things need you now'],
    [[wrong('ticket')], [], fresh, '1 thing needs you by the next working day'],
    [[wrong('note')], [lane('open'), lane('paused')], fresh, '1 of 2 lanes are open, and nothing needs you'],
    [[], [lane('open')], fresh, 'Everything runs, and nothing needs you'],
    [[], [], { record: 'missing', governedAt: null, api: null }, 'The pipeline has not begun to work yet'],
  ])('case %#', (findings, lanes, control, words) => {
    expect(standing({ wrong: findings, lanes, control })).toBe(words);
  });

  it('puts the most urgent first, and of these the longest', () => {
    const sorted = bySeverity([
      wrong('note', 1, 'a'),
      wrong('page', null, 'b'),
      wrong('page', 50, 'c'),
      wrong('page', 10, 'd'),
      wrong('ticket', 1, 'e'),
    ]);

    expect(sorted.map(({ id }) => id)).toEqual(['d', 'c', 'b', 'e', 'a']);
  });
});

describe('the way of a command', () => {
  it('adds the lanes up', () => {
    const stuck = { ...none, held: 42, parked: 8 };

    expect(flowOf({ lanes: [lane('open', 5), lane('open', 7)], stuck })).toEqual({ waiting: 12, inWork: 4, stuck: 50 });
  });

  it('does not know the sum when it does not know a part', () => {
    expect(flowOf({ lanes: [lane('open', 5), lane('open', null)], stuck: none }).waiting).toBeNull();
  });

  it('counts links that were made or changed, and nothing else', () => {
    const kinds = [
      { kind: 'created', count: 10 },
      { kind: 'deleted', count: null },
      { kind: 'rejected', count: 7 },
      { kind: 'qr-stored', count: 5 },
    ];

    expect(doneOf({ from: 0, at: 1, kinds })).toBe(10);
    expect(doneOf({ from: 0, at: 1, kinds: [{ kind: 'created', count: null }] })).toBeNull();
    expect(doneOf({ from: 0, at: 1, kinds: [] })).toBeNull();
  });

  it('explains a reason of the governor, and shows one that it does not know', () => {
    expect(reasonWords('token-refused')).toBe('the API refuses the token');
    expect(reasonWords('new-reason')).toBe('new reason');
  });
});

const quota: QuotaNow = {
  monthly: 1_000,
  account: null,
  remaining: { value: 500, at: 1 },
  used: 500,
  usedPercent: 50,
  burnPerHour: 10,
  hoursToEmpty: 50,
  lasts: false,
  monthEndPercent: 120,
  spentElsewherePerHour: 0,
  reserves: [{ lane: 'campaign', calls: 100 }],
};

describe('the quota', () => {
  it.each<[Partial<QuotaNow>, string]>([
    [{}, 'At today’s use it is empty in 2 d 2 h.'],
    [{ lasts: true, hoursToEmpty: null }, 'It lasts the month at today’s use.'],
    [{ lasts: null, hoursToEmpty: null, burnPerHour: null }, 'How long it lasts is unknown yet.'],
  ])('words how long it lasts, case %#', (part, words) => {
    expect(lastsWords({ ...quota, ...part })).toBe(words);
  });

  it.each<[Partial<QuotaNow>, string]>([
    [{ remaining: { value: 0, at: 1 } }, 'bad'],
    [{ remaining: { value: 100, at: 1 }, lasts: true }, 'warn'],
    [{ remaining: { value: 101, at: 1 }, lasts: true }, 'busy'],
    [{ lasts: false }, 'warn'],
    [{ remaining: { value: null, at: null }, lasts: null }, 'busy'],
  ])('has a tone, case %#', (part, tone) => {
    expect(quotaTone({ ...quota, ...part })).toBe(tone);
  });
});

describe('use by month', () => {
  it('has the three months and their sum, and names the one that is not complete', () => {
    const rows = monthsOf({
      at: 1,
      days: [],
      month: { month: '2026-11', own: 5, all: 9, quota: 100 },
      months: [
        { month: '2026-09', own: 1, isComplete: false },
        { month: '2026-10', own: 2, isComplete: true },
        { month: '2026-11', own: 5, isComplete: false },
      ],
    });

    expect(rows).toEqual([
      { month: '2026-09', own: 1, all: null, words: 'in part: the counts begin later' },
      { month: '2026-10', own: 2, all: null, words: '' },
      { month: '2026-11', own: 5, all: 9, words: 'so far' },
      { month: '3 months', own: 8, all: null, words: '' },
    ]);
  });
});
