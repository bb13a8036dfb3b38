import type { LaneMinute, Minute, QueueMinute } from './alarm-world.ts';

/** One fault in an otherwise quiet pipeline. */
export interface Story {
  /** Duration of the fault in minutes. */
  lasts: number;
  /** Applies the fault to its minute number `at`, counted from 0. */
  goesWrong(minute: Minute, at: number): void;
  /** Other alarms that the same fault must raise. */
  also?: string[];
}

type LaneName = keyof Minute['lanes'];
const day = 86_400;

const ofLane = (
  lane: LaneName,
  lasts: number,
  change: (lane: LaneMinute, at: number) => void,
  also?: string[],
): Story => ({
  lasts,
  goesWrong: (minute, at) => change(minute.lanes[lane], at),
  ...(also && { also }),
});
const deadLetter = (queue: (minute: Minute) => QueueMinute): Story => ({
  lasts: 10,
  goesWrong: (minute) => {
    queue(minute).deadLetters = 1;
  },
});
const stalls = (lane: LaneMinute, at: number) => {
  Object.assign(lane, { received: 0, made: 0, qrStored: 0 });
  lane.commands.oldestSeconds = at * 60;
};

const storiesOfLane = (name: LaneName): Record<string, Story> => ({
  [`${name}-dead-letters`]: deadLetter(({ lanes }) => lanes[name].commands),
  [`${name}-qr-dead-letters`]: deadLetter(({ lanes }) => lanes[name].qrJobs),
  [`${name}-commands-returned`]: ofLane(name, 35, (lane) => {
    Object.assign(lane, { received: 100, returned: 60 });
  }),
  [`${name}-commands-expiring`]: ofLane(
    name,
    10,
    (lane) => {
      lane.commands.oldestSeconds = 8 * day;
    },
    // A command that is about to expire has also waited too long for its answer.
    [name === 'transactional' ? 'transactional-commands-late' : 'campaign-backlog-late'],
  ),
  [`${name}-qr-commands-expiring`]: ofLane(name, 10, ({ qrJobs }) => {
    qrJobs.oldestSeconds = 8 * day;
  }),
  [`${name}-lane-parked`]: ofLane(name, 75, (lane, at) => {
    Object.assign(lane, { made: 0, parkingMinutes: at });
  }),
  [`${name}-lane-paused`]: ofLane(
    name,
    75,
    (lane, at) => {
      stalls(lane, at);
      lane.pausedMinutes = at;
    },
    name === 'transactional' ? ['transactional-commands-late'] : [],
  ),
  [`${name}-calls-failing`]: ofLane(name, 20, (lane) => {
    Object.assign(lane, { received: 100, made: 100, failed: 10, returned: 5 });
  }),
  [`${name}-rate-limited`]: ofLane(name, 15, (lane) => {
    Object.assign(lane, { made: 5_000, rateLimited: 5, failed: 5 });
  }),
  [`${name}-commands-quarantined`]: ofLane(name, 1, (lane) => {
    lane.quarantined = 1;
  }),
  [`${name}-commands-rejected`]: ofLane(name, 15, (lane) => {
    lane.rejected = 100;
  }),
  [`${name}-qr-failed`]: ofLane(name, 15, (lane) => {
    Object.assign(lane, { qrStored: 20, qrFailed: 2 });
  }),
  [`${name}-bookkeeping-failed`]: ofLane(name, 15, (lane) => {
    lane.booksFailed = 1;
  }),
  [`${name}-worker-throttled`]: {
    lasts: 20,
    goesWrong: ({ throttles }) => {
      throttles[name] = 3;
    },
  },
});

const crashes = (subject: string): Record<string, Story> => ({
  [`${subject}-function-errors`]: {
    lasts: 15,
    // A time-out after five minutes, three times.
    goesWrong: ({ errors }, at) => {
      if (at % 5 === 0) errors[subject] = 1;
    },
  },
});

/** The API is unavailable or refuses the token for half an hour. The governor pauses the lanes after four minutes. */
const allStall = ({ lanes }: Minute, at: number) => {
  for (const lane of Object.values(lanes)) {
    stalls(lane, at);
    if (at < 4) Object.assign(lane, { received: 30, returned: 30, made: 30, failed: 30 });
    else lane.pausedMinutes = at - 4;
  }
};

const governor = (lasts: number, change: Partial<Minute['governor']>, also?: string[]): Story => ({
  lasts,
  goesWrong: (minute) => {
    Object.assign(minute.governor, change);
  },
  ...(also && { also }),
});

/** A fault for each alarm, by the alarm's name. */
export const stories: Record<string, Story> = {
  ...storiesOfLane('transactional'),
  ...storiesOfLane('campaign'),
  'transactional-commands-late': ofLane('transactional', 10, ({ commands }) => {
    commands.oldestSeconds = 360;
  }),
  // Fourteen and a half million commands at once: 280 minutes to drain, and the oldest is 90 minutes old.
  'campaign-backlog-late': ofLane('campaign', 10, ({ commands }) => {
    Object.assign(commands, { waiting: 14_500_000, oldestSeconds: 90 * 60 });
  }),
  // The quota's endpoint refuses the token as well.
  'account-refused': {
    lasts: 45,
    goesWrong: (minute, at) => {
      allStall(minute, at);
      Object.assign(minute.governor, { refused: 1, polled: false });
    },
    also: ['transactional-commands-late'],
  },
  'api-unreachable': {
    lasts: 30,
    goesWrong: (minute, at) => {
      allStall(minute, at);
      Object.assign(minute.governor, { unreachable: 1, polled: false });
    },
    also: ['transactional-commands-late'],
  },
  'governor-silent': governor(15, { runs: false }),
  'quota-unknown': governor(35, { polled: false }),
  '70-percent-quota-used': governor(5, { usedPercent: 70.1 }),
  '85-percent-quota-used': governor(5, { usedPercent: 85.1 }, ['70-percent-quota-used']),
  'quota-nearly-spent': governor(5, { usedPercent: 95.1 }, ['70-percent-quota-used', '85-percent-quota-used']),
  'quota-running-out': governor(130, { projectedPercent: 104 }),
  'quota-spent-elsewhere': governor(60, { spentElsewhere: 60_000 }),
  'control-record-lost': {
    lasts: 1,
    goesWrong: ({ governor: one }) => {
      one.rebuilt = 1;
    },
  },
  'replayer-silent': {
    lasts: 45,
    goesWrong: (minute) => {
      minute.replayerRuns = false;
    },
  },
  'ledger-throttled': {
    lasts: 20,
    goesWrong: (minute) => {
      minute.ledgerThrottles = 50;
    },
  },
  'expiry-dead-letters': deadLetter(({ expiry }) => expiry),
  'expiry-backlog-old': {
    lasts: 10,
    goesWrong: ({ expiry }) => {
      expiry.oldestSeconds = 2 * day;
    },
  },
  'expiry-intake-late': {
    lasts: 10,
    goesWrong: (minute, at) => {
      minute.intakeAgeSeconds = at * 60;
    },
  },
  'expiry-bookkeeping-failed': {
    lasts: 15,
    goesWrong: ({ expiry }) => {
      expiry.booksFailed = 1;
    },
  },
  'links-expiring-soon': {
    lasts: 1,
    goesWrong: ({ expiry }) => {
      expiry.expiringSoon = 3;
    },
  },
  ...['transactional', 'transactional-qr', 'campaign', 'campaign-qr', 'expiry', 'expiry-intake', 'governor', 'replayer']
    .map(crashes)
    .reduce((all, one) => Object.assign(all, one), {}),
};

/** A flapping API: unavailable in every second minute. */
export const flappingApi: Story = {
  lasts: 60,
  goesWrong: ({ governor: one }, at) => {
    if (at % 2 === 0) Object.assign(one, { unreachable: 1, polled: false });
  },
};
