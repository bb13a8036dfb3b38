import type { Minute } from './alarm-days.ts';

/** One fault in an otherwise quiet pipeline. */
export interface Story {
  /** Duration of the fault in minutes. */
  lasts: number;
  /** Applies the fault to its minute number `at`, counted from 0. */
  goesWrong(minute: Minute, at: number): void;
  /** Other alarms that the same fault must raise. */
  also: string[];
}

/** The measurements that a fault changes. */
type Change<Part> = { [Name in keyof Part]?: Part[Name] extends object ? Change<Part[Name]> : Part[Name] };
type LaneName = keyof Minute['lanes'];
type LaneChange = Change<Minute['lanes'][LaneName]>;

const days = 86_400;

const story = (lasts: number, change: (at: number) => Change<Minute>, also: string[] = []): Story => ({
  lasts,
  goesWrong: (minute, at) => apply(change(at), minute),
  also,
});

function apply(change: object, part: object): void {
  for (const [name, value] of Object.entries(change)) {
    if (typeof value === 'object') apply(value, Reflect.get(part, name));
    else Reflect.set(part, name, value);
  }
}

const stalled = (at: number) => ({ received: 0, made: 0, qrStored: 0, commands: { oldestSeconds: at * 60 } });

/** Alarms of a lane, without the lane's name. */
function storiesOfLane(name: LaneName): Record<string, Story> {
  const ofLane = (lasts: number, change: (at: number) => LaneChange, also?: string[]) =>
    story(lasts, (at) => ({ lanes: { [name]: change(at) } }), also);
  const late = name === 'transactional' ? 'transactional-commands-late' : 'campaign-backlog-late';
  const alarms = {
    'dead-letters': ofLane(10, () => ({ commands: { deadLetters: 1 } })),
    'commands-returned': ofLane(35, () => ({ received: 100, returned: 60 })),
    // A command that is about to expire has also waited too long for its answer.
    'commands-expiring': ofLane(10, () => ({ commands: { oldestSeconds: 8 * days } }), [late]),
    'lane-parked': ofLane(75, (at) => ({ made: 0, parkingMinutes: at })),
    'lane-paused': ofLane(
      75,
      (at) => ({ ...stalled(at), pausedMinutes: at }),
      name === 'transactional' ? ['transactional-commands-late'] : [],
    ),
    'calls-failing': ofLane(20, () => ({ received: 100, made: 100, failed: 10, returned: 5 })),
    'rate-limited': ofLane(15, () => ({ made: 5_000, rateLimited: 5, failed: 5 })),
    'commands-quarantined': ofLane(1, () => ({ quarantined: 1 })),
    'commands-rejected': ofLane(15, () => ({ rejected: 100 })),
    'sender-not-allowed': ofLane(10, (at) => ({ othersSenders: at % 9 === 0 ? 1 : 0 })),
    'qr-failed': ofLane(15, () => ({ qrStored: 20, qrFailed: 2 })),
    'campaign-failing': ofLane(15, (at) => ({ campaigns: { failed: at % 5 === 0 ? 1 : 0 } })),
    'campaign-stands-still': ofLane(15, () => ({ campaigns: { standsStill: 1 } })),
    'campaign-late': ofLane(20, () => ({ campaigns: { late: 1 } })),
    'campaign-rejected': ofLane(5, () => ({ campaigns: { rejectedPercent: 25 } })),
    'bookkeeping-failed': ofLane(15, () => ({ booksFailed: 1 })),
    'worker-throttled': story(20, () => ({ throttles: { [name]: 3 } })),
  };
  return Object.fromEntries(Object.entries(alarms).map(([alarm, one]) => [`${name}-${alarm}`, one]));
}

/** A time-out after five minutes, three times. */
const crashes = (subject: string): [string, Story] => [
  `${subject}-function-errors`,
  story(15, (at) => (at % 5 === 0 ? { errors: { [subject]: 1 } } : {})),
];

/** The API is unavailable or refuses the token. The governor pauses the lanes after four minutes. */
const allStall = (at: number, governor: Change<Minute['governor']>): Change<Minute> => {
  const failing = { received: 30, returned: 30, made: 30, failed: 30 };
  const lane = { ...stalled(at), ...(at < 4 ? failing : { pausedMinutes: at - 4 }) };
  return { lanes: { transactional: lane, campaign: lane }, governor: { ...governor, polled: false } };
};

const governor = (lasts: number, change: Change<Minute['governor']>, also?: string[]): Story =>
  story(lasts, () => ({ governor: change }), also);

/** A fault for each alarm, by the alarm's name. */
export const stories: Record<string, Story> = {
  ...storiesOfLane('transactional'),
  ...storiesOfLane('campaign'),
  'transactional-commands-late': story(10, () => ({ lanes: { transactional: { commands: { oldestSeconds: 360 } } } })),
  // Fourteen and a half million commands at once: 280 minutes to drain, and the oldest is 90 minutes old.
  'campaign-backlog-late': story(10, () => ({
    lanes: { campaign: { commands: { waiting: 14_500_000, oldestSeconds: 90 * 60 } } },
  })),
  // The quota's endpoint refuses the token as well.
  'account-refused': story(45, (at) => allStall(at, { refused: 1 }), ['transactional-commands-late']),
  'api-unreachable': story(30, (at) => allStall(at, { unreachable: 1 }), ['transactional-commands-late']),
  'governor-silent': governor(15, { runs: false }),
  'quota-unknown': governor(35, { polled: false }),
  '70-percent-quota-used': governor(5, { usedPercent: 70.1 }),
  '85-percent-quota-used': governor(5, { usedPercent: 85.1 }, ['70-percent-quota-used']),
  'quota-nearly-spent': governor(5, { usedPercent: 95.1 }, ['70-percent-quota-used', '85-percent-quota-used']),
  'quota-running-out': governor(130, { projectedPercent: 104 }),
  'quota-spent-elsewhere': governor(60, { spentElsewhere: 60_000 }),
  // An operator has put the old value back after ten minutes.
  'link-id-secret-differs': governor(10, { secretDiffers: 1 }),
  'control-record-lost': governor(1, { rebuilt: 1 }),
  'commands-held': story(10, () => ({ held: 1 })),
  'replayer-silent': story(45, () => ({ replayerRuns: false })),
  'ledger-throttled': story(20, () => ({ ledgerThrottles: 50 })),
  'qr-dead-letters': story(10, () => ({ qr: { deadLetters: 1 } })),
  'qr-commands-expiring': story(10, () => ({ qr: { oldestSeconds: 8 * days } })),
  'qr-lane-paused': story(75, (at) => ({ qr: { pausedMinutes: at } })),
  'qr-rate-limited': story(15, () => ({ qr: { rateLimited: 5 } })),
  'qr-worker-throttled': story(20, () => ({ throttles: { qr: 3 } })),
  'expiry-dead-letters': story(10, () => ({ expiry: { deadLetters: 1 } })),
  'expiry-backlog-old': story(10, () => ({ expiry: { oldestSeconds: 2 * days } })),
  'expiry-intake-late': story(10, (at) => ({ intakeAgeSeconds: at * 60 })),
  'expiry-bookkeeping-failed': story(15, () => ({ expiry: { booksFailed: 1 } })),
  'campaigns-dead-letters': story(10, () => ({ campaigns: { deadLetters: 1 } })),
  'files-campaign-refused': story(15, (at) => ({ campaigns: { fileRefused: at === 3 ? 1 : 0 } })),
  'messages-campaign-refused': story(15, (at) => ({ campaigns: { messageForeign: at === 3 ? 1 : 0 } })),
  'campaigns-checker-campaign-failing': story(15, (at) => ({ campaigns: { checkFailed: at % 5 === 0 ? 1 : 0 } })),
  // Each run times out after a quarter of an hour.
  'campaigns-sender-function-errors': story(31, (at) => (at % 15 === 0 ? { errors: { 'campaigns-sender': 1 } } : {})),
  'campaign-sender-silent': story(45, () => ({ campaigns: { senderRuns: false } })),
  'outcome-deliveries-failing': story(10, () => ({ postedOutcomes: { deadLetters: 1 } })),
  'http-errors': story(15, () => ({ http: { answered: 10, failed: 1 } })),
  'http-throttled': story(10, () => ({ throttles: { http: 1 } })),
  'http-slow': story(15, () => ({ http: { answered: 10, answerMilliseconds: 2_500 } })),
  'http-authorizer-failing': story(10, () => ({ errors: { 'http-authorizer': 3 }, http: { keysRefused: 1 } })),
  'crm-outcome-dead-letters': story(10, () => ({ outcomesOfCrm: { deadLetters: 1 } })),
  'crm-outcomes-expiring': story(10, () => ({ outcomesOfCrm: { oldestSeconds: 8 * days } })),
  'private:crm-outcome-dead-letters': story(10, () => ({ privateOutcomesOfCrm: { deadLetters: 1 } })),
  'private:crm-outcomes-expiring': story(10, () => ({ privateOutcomesOfCrm: { oldestSeconds: 8 * days } })),
  'audit-failing': story(1, () => ({ acts: { notRecorded: 1 } })),
  'acts-refused': story(1, () => ({ acts: { refused: 1 } })),
  'links-expiring-soon': story(1, () => ({ expiry: { expiringSoon: 3 } })),
  ...Object.fromEntries(
    [
      'transactional',
      'campaign',
      'qr',
      'expiry',
      'expiry-intake',
      'governor',
      'replayer',
      'reader',
      'operations',
      'campaigns-checker',
    ].map(crashes),
  ),
};

/** A flapping API: unavailable in every second minute. */
export const flappingApi = story(60, (at) => (at % 2 === 0 ? { governor: { unreachable: 1, polled: false } } : {}));
