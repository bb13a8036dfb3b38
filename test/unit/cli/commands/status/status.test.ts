import { describe, expect, test } from 'vitest';
import { screenOf } from '../../../../../cli/commands/status/screen.ts';
import { overviewOf, type Sight } from '../../../../../cli/pipeline/overview/overview.ts';
import { type ControlRecord, emptyControl } from '../../../../../lambdas/domain/control/control-record.ts';
import { givenCampaign } from '../../../../world/given-campaign.ts';

const now = Date.parse('2026-03-20T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const control: ControlRecord = {
  ...emptyControl,
  governedAt: now - 23_000,
  quota: { remaining: 4_500_000, polledAt: now - 23_000, own: 2_900_000 },
  usage: {
    month: '2026-03',
    since: now - 20 * 24 * hour,
    used: 3_000_000,
    samples: [{ at: now - 23_000 - hour, used: 2_880_000, own: 2_800_000 }],
    days: [{ day: '2026-03-19', used: 600_000 }],
  },
};
const queue = (waiting = 0, inFlight = 0, oldestSeconds?: number) => ({ waiting, inFlight, oldestSeconds });

function sight(change: Partial<Sight> = {}): Sight {
  return {
    stackName: 'OneLink-production',
    atMilliseconds: now,
    reading: { control, corrupt: false, signals: {} },
    renewalsDue: 0,
    monthlyQuotaCalls: 7_500_000,
    lanes: [
      {
        name: 'campaign',
        queues: [{ kind: 'link', now: queue(1_234_567, 2_000, 7_325) }],
        parked: 50_000,
      },
      { name: 'qr', queues: [{ kind: 'qr', now: queue(12, 4, 30) }], parked: undefined },
      { name: 'expiry', queues: [{ kind: 'expiry', now: queue() }], parked: undefined },
    ],
    deadLetters: [{ lane: 'qr', kind: 'qr', messages: 0 }],
    alarms: [],
    ...change,
  };
}
const screen = (change: Partial<Sight> = {}) => screenOf(overviewOf(sight(change)));

describe('status', () => {
  test('shows what the account and what the pipeline’s share have left, and forecasts the account', () => {
    // The record keeps what is left to the pipeline: 3,750,000 less its own 2,900,000 calls.
    const quota = { remaining: 850_000, polledAt: now - 23_000, own: 2_900_000 };
    const reading = { control: { ...control, quota }, corrupt: false, signals: {} };
    const lines = screenOf(overviewOf(sight({ reading, shareCalls: 3_750_000 })));
    const at = lines.findIndex((line) => line.startsWith('QUOTA'));
    expect(lines.slice(at, at + 4)).toEqual([
      'QUOTA         account: 4,500,000 calls left this month, 40 % used (23 s ago)',
      expect.stringMatching(/^ {14}\d.* per hour now: /),
      expect.stringMatching(/^ {14}month’s end: /),
      '              share:   850,000 of its 3,750,000 calls left, 77 % used',
    ]);
    const whole = screenOf(overviewOf(sight()));
    expect(lines[at + 1]).toBe(whole[at + 1]);
    expect(lines[at + 2]).toBe(whole[at + 2]);
  });

  test('shows what would keep a lane closed without the operator’s pause', () => {
    const covers = { state: 'parking', reason: 'quota-exceeded' } as const;
    const lanes = {
      campaign: { state: 'paused', reason: 'operator', note: 'a test', since: now - hour, covers } as const,
    };
    const lines = screenOf(
      overviewOf(sight({ reading: { control: { ...control, lanes }, corrupt: false, signals: {} } })),
    );
    expect(lines.join('\n')).toContain('“a test”; without that pause: parking');
  });

  test('of a pipeline without findings fits one screen', () => {
    expect(screen()).toEqual([
      'OneLink-production  2026-03-20 12:00:00 UTC',
      'CONTROL       the governor ran 23 s ago; the API is available',
      '',
      'LANE           STATE                        WAITING  IN WORK      OLDEST  PARKED',
      'campaign       open                       1,234,567    2,000   2 h 2 min  50,000',
      'qr             open                              12        4        30 s       -',
      'expiry         open                               0        0           -       -',
      '',
      'QUOTA         4,500,000 calls left this month, 40 % used (23 s ago)',
      '              120,000 per hour now: empty in 1 d 13 h',
      '              month’s end: 54 % used; 20,000 calls/h spent elsewhere',
      'CAMPAIGNS     none',
      'HELD          none',
      'DEAD LETTERS  none',
      'ALARMS        none',
    ]);
    expect(overviewOf(sight()).needsOperator).toBe(false);
  });

  test('names what is parked for a removed lane, which the replayer skips', () => {
    const stranded = [{ lane: 'studio-old', commands: 50_000 }];
    expect(screen({ stranded })).toContain(
      'studio-old     removed: not replayed              -        -           -  50,000',
    );
    expect(overviewOf(sight({ stranded })).needsOperator).toBe(true);
  });

  test('names the sources whose commands are held, which an operator decides about', () => {
    const since = now - hour;
    const held = [
      { source: 'crm', sender: 'AROAONE', commands: 1_200, sinceMilliseconds: since },
      { source: 'crm', sender: 'AIDATWO', commands: 1, sinceMilliseconds: undefined },
      { source: 'studio', sender: 'AROAONE', commands: 3, sinceMilliseconds: since },
    ];
    const lines = screen({ held });
    const at = lines.indexOf('HELD          crm 1,201 from 2 senders, studio 3 from 1 sender');
    expect(lines[at + 1]).toBe('  to see their senders, run: onelink senders list');
    expect(overviewOf(sight({ held }))).toMatchObject({
      needsOperator: true,
      held: [{ source: 'crm', sender: 'AROAONE', commands: 1_200, since }, { since: undefined }, { source: 'studio' }],
    });
  });

  test('names the active campaigns, and asks for an operator if one waits for approval or is paused', () => {
    const sending = givenCampaign({ rows: 50_000, tallies: { created: 12_345 } });
    const lines = screen({ campaigns: [sending, givenCampaign({ name: 'autumn', state: 'waiting' })] });
    const at = lines.indexOf('CAMPAIGNS     2');
    expect(lines.slice(at + 1, at + 3)).toEqual([
      '  crm/spring  sending: 12,345 of 50,000 rows done (25 %)',
      '  crm/autumn  waiting for approval: 3 rows checked',
    ]);
    const needsOperator = (change: Parameters<typeof givenCampaign>[0]) =>
      overviewOf(sight({ campaigns: [givenCampaign(change)] })).needsOperator;
    expect([needsOperator({}), needsOperator({ state: 'waiting' })]).toEqual([false, true]);
    expect(needsOperator({ paused: { at: now, reason: 'x' } })).toBe(true);
  });

  test('names six campaigns, and the number of the others', () => {
    const campaigns = Array.from({ length: 8 }, (_, index) => givenCampaign({ name: `c-${index}` }));
    expect(screen({ campaigns })).toContain('  and 2 more: onelink campaign list');
    expect(screen({ campaigns }).join(' ')).not.toContain('c-6');
  });

  test('shows why a lane is not open, since when, and the operator’s reason', () => {
    const lanes = {
      campaign: { state: 'paused', reason: 'operator', note: 'rates change', since: now - 3 * hour },
      expiry: { state: 'parking', reason: 'quota-reserve-reached', since: now - hour },
    } as const;
    const lines = screen({ reading: { control: { ...control, lanes }, corrupt: false, signals: {} } });
    expect(lines).toContain('  since 2026-03-20 09:00:00 UTC, 3 h ago; “rates change”');
    expect(lines).toContain('  quota-reserve-reached; since 2026-03-20 11:00:00 UTC, 1 h ago');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  test('shows the state that the workers follow: a signal newer than the control record counts', () => {
    const signals = { quotaExceededAt: now - 1_000 };
    const { lanes, needsOperator } = overviewOf(sight({ reading: { control, corrupt: false, signals } }));
    expect(lanes[0]).toMatchObject({ state: 'parking', reason: 'quota-exceeded' });
    expect(needsOperator).toBe(true);
  });

  test('names dead letters and alarms, and the number of those that it leaves out', () => {
    const alarms = Array.from({ length: 8 }, (_, index) => ({
      name: `OneLink-production-campaign-alarm-${index}`,
      since: now - minute,
    }));
    const deliveries = { lane: 'outcome-deliveries', kind: 'deliveries', messages: 2 } as const;
    const lines = screen({ alarms, deadLetters: [{ lane: 'qr', kind: 'qr', messages: 1_203 }, deliveries] });
    expect(lines).toContain('DEAD LETTERS  qr 1,203, outcome-deliveries 2');
    expect(lines).toContain('ALARMS        8');
    expect(lines).toContain('  OneLink-production-campaign-alarm-5, 1 min ago');
    expect(lines.at(-1)).toBe('  and 2 more');
    expect(lines.length).toBeLessThanOrEqual(24);
  });

  test.each([
    [
      { control: undefined, corrupt: false },
      'CONTROL       no record: the governor has not run yet, or the record was lost',
    ],
    [{ control: undefined, corrupt: true }, 'CONTROL       the record cannot be read: the governor replaces it'],
    [
      { control: { ...control, governedAt: now - hour }, corrupt: false },
      'CONTROL       the governor last ran 1 h ago: the record is stale',
    ],
  ])('asks for an operator if the control record is stale or missing: %#', (reading, line) => {
    const stale = sight({ reading: { ...reading, signals: {} } });
    expect(screenOf(overviewOf(stale))).toContain(line);
    expect(overviewOf(stale).needsOperator).toBe(true);
  });

  test.each([
    [false, 'the governor has not run yet'],
    [true, 'the governor replaces it'],
  ])('does not call a lane open without a control record, because its mapping may be off: %#', (corrupt, words) => {
    const lost = sight({ reading: { control: undefined, corrupt, signals: {} } });
    const lines = screenOf(overviewOf(lost));
    expect(overviewOf(lost).lanes.map(({ state }) => state)).not.toContain('open');
    expect(lines[1]).toContain(words);
    expect(lines[2]).toBe('  so the lanes may be open or paused: if it stays, run onelink doctor');
    expect(lines.find((line) => line.startsWith('campaign'))).toMatch(/^campaign +unknown /);
  });

  test('shows what a signal reports of a lane without a control record', () => {
    const signals = { tokenRefusedAt: now - 1_000 };
    const { lanes } = overviewOf(sight({ reading: { control: undefined, corrupt: false, signals } }));
    expect(lanes[0]).toMatchObject({ state: 'paused', reason: 'token-refused' });
  });
});
