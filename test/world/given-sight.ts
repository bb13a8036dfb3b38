import type { Sight } from '../../cli/pipeline/overview/overview.ts';
import { type ControlRecord, emptyControl } from '../../lambdas/domain/control/control-record.ts';

/** 2026-03-20 12:00 UTC, when every given sight was read. */
export const sightAt = Date.parse('2026-03-20T12:00:00Z');
const hour = 3_600_000;

/** A control record of a pipeline without findings. */
export const soundControl: ControlRecord = {
  ...emptyControl,
  governedAt: sightAt - 23_000,
  quota: { remaining: 7_400_000, polledAt: sightAt - 23_000, own: 90_000 },
  usage: {
    month: '2026-03',
    since: sightAt - 20 * 24 * hour,
    used: 100_000,
    samples: [{ at: sightAt - 23_000 - hour, used: 99_000, own: 89_000 }],
    days: [{ day: '2026-03-19', used: 60_000 }],
  },
};

const none = { waiting: 0, inFlight: 0 };

/** What the services report about a pipeline without findings. */
export function givenSight(change: Partial<Sight> = {}): Sight {
  return {
    stackName: 'OneLink-production',
    atMilliseconds: sightAt,
    reading: { control: soundControl, corrupt: false, signals: {} },
    renewalsDue: 0,
    monthlyQuotaCalls: 7_500_000,
    lanes: [
      { name: 'campaign', queues: [{ kind: 'link', now: none }], parked: 0 },
      { name: 'qr', queues: [{ kind: 'qr', now: none }], parked: undefined },
    ],
    deadLetters: [],
    alarms: [],
    ...change,
  };
}
