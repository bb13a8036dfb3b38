import { describe, expect, it } from 'vitest';
import { overviewNow, type SlowFacts } from '../../../../../cli/console/reading/overview-now.ts';
import { configuredPipelines } from '../../../../../cli/pipeline/configured-pipeline.ts';
import { config } from '../../../../../examples/configuration.ts';
import { givenCampaign } from '../../../../world/given-campaign.ts';
import { givenSight, sightAt, soundControl } from '../../../../world/given-sight.ts';

const slow: SlowFacts = {
  rate: { budgetPerSecond: null, lanes: [], minutes: [] },
  usage: { at: sightAt, days: [], month: { month: '2026-03', own: null, all: null, quota: null }, months: [] },
  outcomes: { from: 0, at: null, kinds: [] },
};
const [configured] = configuredPipelines(config);
const seen = (change: Parameters<typeof givenSight>[0] = {}, quarantined = 0) =>
  overviewNow(givenSight(change), quarantined, slow, configured);
const wrong = (change: Parameters<typeof givenSight>[0] = {}, quarantined = 0) =>
  seen(change, quarantined).wrong.map(({ id, severity, link }) => [id, severity, link]);

describe('the first screen', () => {
  it('names nothing that is wrong in a pipeline without findings', () => {
    expect(wrong()).toEqual([]);
  });

  it('has the age of each number', () => {
    const { lanes, quota, control } = seen();

    expect(control).toEqual({ record: 'fresh', governedAt: sightAt - 23_000, api: 'good' });
    expect(quota.remaining).toEqual({ value: 7_400_000, at: sightAt - 23_000 });
    expect(lanes[0]?.queues[0]?.waiting).toEqual({ value: 0, at: sightAt });
  });

  it('names what is unknown as unknown', () => {
    const { control, quota, lanes, wrong } = seen({
      reading: { control: undefined, corrupt: false, signals: {} },
      lanes: [{ name: 'campaign', queues: [{ kind: 'link', now: { waiting: 3, inFlight: 0 } }], parked: undefined }],
    });

    expect(control).toEqual({ record: 'missing', governedAt: null, api: null });
    expect(quota).toMatchObject({ remaining: { value: null, at: null }, used: null, hoursToEmpty: null, lasts: null });
    expect(lanes[0]?.queues[0]?.oldestSeconds.value).toBeNull();
    expect(lanes[0]?.parked.value).toBeNull();
    expect(lanes[0]).toMatchObject({ state: 'unknown', secondsToDrain: null });
    // The lanes have no entry of their own: the control record is what is wrong.
    expect(wrong.map(({ id }) => id)).toEqual(['control', 'quota-unknown']);
  });

  it('has the time to drain of a lane that is open', () => {
    const queues = [{ kind: 'link' as const, now: { waiting: 4_000, inFlight: 100 } }];
    const lanes = [{ name: 'campaign', queues, parked: 0 }];
    const paused = { ...soundControl, lanes: { campaign: { state: 'paused', since: 0, reason: 'operator' } as const } };

    const open = seen({ lanes }).lanes[0];
    const closed = seen({ lanes, reading: { control: paused, corrupt: false, signals: {} } }).lanes[0];

    expect(open?.secondsToDrain).toBeGreaterThan(0);
    expect(open?.secondsToDrain).toBeLessThan(600);
    expect(closed?.secondsToDrain).toBeNull();
    expect(seen().lanes[0]?.secondsToDrain).toBe(0);
  });

  it('forecasts an empty quota only if the month is longer', () => {
    const usage = { month: '2026-03', since: 0, used: 100_000, days: [] };
    const samples = [{ at: sightAt - 3_600_000, used: 0, own: 0 }];
    const control = {
      ...soundControl,
      usage: { ...usage, samples },
      quota: { remaining: 1_000_000, polledAt: sightAt, own: 100_000 },
    };

    const { quota, wrong } = seen({ reading: { control, corrupt: false, signals: {} } });

    expect(quota).toMatchObject({ burnPerHour: 100_000, hoursToEmpty: 10, lasts: false });
    expect(wrong[0]).toMatchObject({ id: 'quota-running-out', what: 'The quota is spent in 10 h' });
    expect(seen().quota).toMatchObject({ hoursToEmpty: null, lasts: true });
  });
});

describe('what is wrong', () => {
  it('comes in the order of its urgency, and each leads to one place', () => {
    const lanes = { campaign: { state: 'paused', since: 5, reason: 'operator', note: 'rates' } as const };
    const found = wrong(
      {
        reading: { control: { ...soundControl, governedAt: sightAt - 3_600_000, lanes }, corrupt: false, signals: {} },
        alarms: [
          { name: 'OneLink-production-quota-used-80', since: 1, severity: 'ticket' },
          { name: 'OneLink-production-governor-silent', since: 1, severity: 'page' },
          { name: 'OneLink-production-unheard-of', since: 1 },
        ],
        deadLetters: [{ lane: 'campaign', kind: 'commands', messages: 7 }],
        held: [{ source: 'crm', sender: 'AROAX', commands: 2, sinceMilliseconds: 1 }],
        stranded: [{ lane: 'old', commands: 4 }],
        campaigns: [givenCampaign({ state: 'waiting' })],
      },
      2,
    );

    expect(found).toEqual([
      ['control', 'page', '#/alarms'],
      ['alarms:page', 'page', '#/alarms'],
      ['alarms:ticket', 'ticket', '#/alarms'],
      ['stuck:dead-letters', 'ticket', '#/stuck/dead-letters'],
      ['stuck:held', 'ticket', '#/stuck/held'],
      ['stuck:quarantine', 'ticket', '#/stuck/quarantine'],
      ['stranded:old', 'ticket', '#/stuck/parked'],
      ['lane-paused:campaign', 'note', '#/overview/lanes'],
      [expect.stringMatching(/^waiting:/), 'note', expect.stringMatching(/^#\/campaigns\//)],
    ]);
  });

  it.each([
    ['token-refused', 'page', 'The API refuses the token.'],
    ['api-outage', 'page', 'The API is unavailable.'],
    ['operator', 'note', 'An operator paused the work. “rates”'],
    ['control-record-lost', 'page', 'The control record was lost while the work was paused.'],
  ] as const)('names why a lane is paused: %s', (reason, severity, why) => {
    const lanes = {
      campaign: { state: 'paused', since: 5, reason, ...(reason === 'operator' && { note: 'rates' }) } as const,
    };

    const { wrong } = seen({ reading: { control: { ...soundControl, lanes }, corrupt: false, signals: {} } });

    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatchObject({ severity, why, since: 5, what: 'The lane campaign is paused' });
  });

  it('names a lane that parks, and how much waits', () => {
    const lanes = { campaign: { state: 'parking', since: 5, reason: 'quota-reserve-reached' } as const };

    const { wrong } = seen({
      reading: { control: { ...soundControl, lanes }, corrupt: false, signals: {} },
      lanes: [{ name: 'campaign', queues: [{ kind: 'link', now: { waiting: 0, inFlight: 0 } }], parked: 12 }],
    });

    expect(wrong[0]).toMatchObject({
      id: 'lane-parking:campaign',
      severity: 'ticket',
      do: 'The commands wait in the archive (12). They return when there is quota.',
      link: '#/stuck/parked',
    });
  });

  it('names an unreadable control record and an unknown quota', () => {
    const { wrong } = seen({ reading: { control: undefined, corrupt: true, signals: {} } });

    expect(wrong.map(({ what }) => what)).toEqual(['The control record cannot be read', 'The quota is unknown']);
  });
});
