import type { Findings } from '../../../../local/start/report/summary.ts';

/** The state of emulator and engines after a run that created two links. One of them has expired. */
export function givenFindings(change: Partial<Findings> = {}): Findings {
  return {
    stats: {
      arrivals: { all: 4, api: 3, qr: 0, v1: 0, fullestSecond: { all: 3, api: 3, qr: 2, v1: 0 } },
      calls: { create: { '200': 2 }, quota: { '200': 1 } },
      callsByApi: { 'v2.0': { create: { '200': 2 }, quota: { '200': 1 } }, 'v1.0': {} },
      refused: { rate: 0, qrRate: 0, v1Rate: 0, quota: 0 },
      links: { made: 2, preloaded: 0, updated: 0, migrated: 0, deleted: 0, purged: 0, held: 2, alive: 2 },
      quota: { month: '2026-03', monthly: 7_500_000, used: 2, remaining: 7_499_998 },
      clicks: { total: 0, onLiveLinks: 0 },
      faultsPlayed: {},
    },
    links: new Map([
      ['A1b3/a', { expired: false }],
      ['A1b3/b', { expired: true }],
    ]),
    qrImages: 0,
    deadLetters: 0,
    budgetPerSecond: { links: 950, qr: 23 },
    limitPerSecond: { links: 1_000, qr: 25 },
    seconds: 1.234,
    alarms: { 'dead-letters': 'OK' },
    ...change,
  };
}
