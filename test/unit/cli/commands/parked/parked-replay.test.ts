import { describe, expect, test } from 'vitest';
import { type ReplayPorts, replayParked } from '../../../../../cli/commands/parked/replay.ts';
import { summarise } from '../../../../../cli/pipeline/archive/parked-lots.ts';
import { type ControlRecord, emptyControl } from '../../../../../lambdas/domain/control/control-record.ts';

const never = new AbortController().signal;
const start = Date.parse('2026-03-10T12:00:00Z');

/** A pipeline whose replayer replays this many commands between two polls. */
function scene(
  counts: Record<string, number>,
  perPoll: number,
  change: (now: number) => Partial<ControlRecord> = () => ({}),
) {
  const left = { ...counts };
  /** The lines of each key. A test adds what goes to quarantine. */
  const held = new Map([['campaign', new Map([['before', ['one', 'two']]])]]);
  let now = start;
  let runs = 0;
  const ports: ReplayPorts = {
    control: {
      read: async () => ({
        corrupt: false,
        signals: {},
        control: {
          ...emptyControl,
          governedAt: now,
          quota: { remaining: 1_000_000, polledAt: now, own: 0 },
          ...change(now),
        },
      }),
    },
    parked: async (lane) => left[lane] ?? 0,
    quarantine: {
      objects: async function* (lane) {
        for (const key of held.get(lane)?.keys() ?? []) yield { key };
      },
      lines: async (key) => held.get('campaign')?.get(key),
    },
    start: async () => {
      runs += 1;
    },
    nowMilliseconds: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
      for (const lane of Object.keys(left)) left[lane] = Math.max(0, (left[lane] ?? 0) - perPoll);
    },
  };
  const seen: string[] = [];
  const options = {
    interrupted: never,
    onPoll: (of: ReadonlyMap<string, number>) => seen.push([...of.values()].join(' ')),
  };
  const quarantine = (key: string, ...lines: string[]) => held.get('campaign')?.set(key, lines);
  return { ports, options, seen, runs: () => runs, quarantine };
}

describe('parked replay', () => {
  test('starts the replayer once, and watches until nothing is parked', async () => {
    const { ports, options, seen, runs } = scene({ campaign: 1_000, transactional: 0 }, 400);
    expect(await replayParked(['transactional', 'campaign'], ports, options)).toEqual([
      { lane: 'transactional', replayed: 0, quarantined: 0, left: 0, words: 'nothing is parked' },
      { lane: 'campaign', replayed: 1_000, quarantined: 0, left: 0, words: 'nothing is left' },
    ]);
    expect(seen).toEqual(['0 1000', '0 600', '0 200']);
    expect(runs()).toBe(1);
  });

  test('does not count quarantined commands as replayed', async () => {
    const { ports, options, quarantine } = scene({ campaign: 1_000 }, 400);
    const start = async () => void quarantine('during', 'three', 'four', 'five');
    expect(await replayParked(['campaign'], { ...ports, start }, options)).toEqual([
      { lane: 'campaign', replayed: 997, quarantined: 3, left: 0, words: 'nothing is left' },
    ]);
  });

  test('does not start the replayer for a lane that is not open, and prints the lane’s state', async () => {
    const parking = { state: 'parking', reason: 'quota-exceeded', since: start } as const;
    const { ports, options, runs } = scene({ campaign: 1_000 }, 400, () => ({ lanes: { campaign: parking } }));
    const [ended] = await replayParked(['campaign'], ports, options);
    expect(ended).toMatchObject({ left: 1_000, words: 'the lane is parking (quota-exceeded)' });
    expect(runs()).toBe(0);
  });

  test('stops when the lane starts to park', async () => {
    const parking = { state: 'parking', reason: 'daily-cap-reached', since: start } as const;
    const { ports, options } = scene({ campaign: 1_000 }, 400, (now) =>
      now > start ? { lanes: { campaign: parking } } : {},
    );
    const [ended] = await replayParked(['campaign'], ports, options);
    expect(ended).toMatchObject({ replayed: 400, left: 600, words: 'the lane is parking (daily-cap-reached)' });
  });

  test('stops when the control record is stale, or when no command moves', async () => {
    const silent = scene({ campaign: 1_000 }, 400, () => ({ governedAt: start - 3_600_000 }));
    expect((await replayParked(['campaign'], silent.ports, silent.options))[0]?.words).toContain(
      'the control record is stale',
    );
    const still = scene({ campaign: 1_000 }, 0);
    expect((await replayParked(['campaign'], still.ports, still.options))[0]).toMatchObject({
      left: 1_000,
      words: 'no command has moved for 10 min: is its queue full? Run onelink status',
    });
  });
});

test('the names of the lots show how much is parked', async () => {
  async function* lots() {
    yield { commands: 500, bytes: 250_000, parkedAtMilliseconds: start };
    yield { commands: 20, bytes: 10_000, parkedAtMilliseconds: start + 1_000 };
  }
  expect(await summarise('campaign', lots())).toEqual({
    lane: 'campaign',
    lots: 2,
    commands: 520,
    bytes: 260_000,
    oldestMilliseconds: start,
    newestMilliseconds: start + 1_000,
  });
});
