/** The measurements of a queue and its dead-letter queue. */
export type QueueMinute = ReturnType<typeof emptyQueue>;
/** The measurements of one lane in a minute. */
export type LaneMinute = ReturnType<typeof idleLane>;
/** The measurements of a pipeline in a minute. */
export type Minute = ReturnType<typeof idleMinute>;

const emptyQueue = () => ({ waiting: 0, oldestSeconds: 0, deadLetters: 0 });
const idleLane = () => ({
  commands: emptyQueue(),
  received: 0,
  returned: 0,
  rejected: 0,
  othersSenders: 0,
  quarantined: 0,
  /** Creates sent, and those of them that failed. */
  made: 0,
  failed: 0,
  rateLimited: 0,
  takenIds: 0,
  qrStored: 0,
  qrFailed: 0,
  parkingMinutes: 0,
  pausedMinutes: 0,
  booksFailed: 0,
  /** What the campaign sender writes at the end of a run, every minute here. */
  campaigns: { failed: 0, standsStill: 0, late: 0, rejectedPercent: 0 },
});

/** A minute without work: only the governor, the replayer and the campaign sender run. */
export const idleMinute = () => ({
  lanes: { transactional: idleLane(), campaign: idleLane() },
  qr: { ...emptyQueue(), rateLimited: 0, pausedMinutes: 0 },
  expiry: { ...emptyQueue(), expiringSoon: 0, booksFailed: 0 },
  outcomesOfCrm: emptyQueue(),
  privateOutcomesOfCrm: emptyQueue(),
  /** What SNS could not post to a producer. */
  postedOutcomes: { deadLetters: 0 },
  /** The HTTP API: calls with a 5xx, the milliseconds of an answer, and keys that were refused. */
  http: { answered: 0, failed: 0, answerMilliseconds: 30, keysRefused: 0 },
  /** The campaign checker's queue, its failures, and what it has refused or dropped. */
  campaigns: { ...emptyQueue(), checkFailed: 0, fileRefused: 0, messageForeign: 0, senderRuns: true },
  governor: {
    runs: true,
    /** Whether the API answered the quota poll. */
    polled: true,
    refused: 0,
    unreachable: 0,
    usedPercent: 40,
    projectedPercent: 71,
    spentElsewhere: 0,
    rebuilt: 0,
    secretDiffers: 0,
  },
  /** Invocations that failed or were throttled, by the function's name in its alarms. */
  errors: {} as Record<string, number>,
  throttles: {} as Record<string, number>,
  replayerRuns: true,
  /** Parts of acts that were refused, and records that could not be written. */
  acts: { refused: 0, notRecorded: 0 },
  held: 0,
  ledgerThrottles: 0,
  /** The age on the stream of the last removal that the intake received. */
  intakeAgeSeconds: 1,
  /** Whether SQS measures the queues. After six idle hours it stops. */
  queuesMeasured: true,
});

/** A minute with little work, as most minutes of most days. */
export function quietMinute(): Minute {
  const minute = idleMinute();
  Object.assign(minute.lanes.transactional, { received: 20, made: 20, qrStored: 5 });
  minute.lanes.transactional.commands.oldestSeconds = 1;
  minute.governor.spentElsewhere = 200;
  return minute;
}

/** A day without work. After six idle hours, SQS stops measuring the queues. */
export function minuteOfIdleDay(at: number): Minute {
  return { ...idleMinute(), queuesMeasured: at < 360 };
}

const hour = (of: number, minutes = 0) => of * 60 + minutes;
const isIn = (at: number, from: number, until: number) => at >= from && at < until;
/** Commands a minute of the campaign lane at its full rate: 13 × 63 a second. */
const campaignPerMinute = 13 * 63 * 60;
const fractionOf = (count: number, share: number) => Math.round(count * share);

/**
 * A normally busy day, minute by minute:
 *
 *     02:00  the governor misses two runs             10:00  a campaign of 3 million,   an hour at full rate
 *     10:30  the API is unavailable for a minute      12:00  an hour of 64 sign-ins a second
 *     14:00  a campaign of half a million with codes  15:00  a new token: the API refuses one probe
 *     16:00  a deployment with paused lanes (4 and 30 min)  20:00  a thousand links expire, are renewed or deleted
 */
export function minuteOfBusyDay(at: number): Minute {
  const minute = isIn(at, hour(6), hour(23)) ? quietMinute() : idleMinute();
  const { governor, qr, expiry, lanes } = minute;
  const { transactional, campaign } = lanes;
  governor.usedPercent = 40 + (at / 1440) * 3;
  governor.projectedPercent = 85 + (at / 1440) * 5;
  if (isIn(at, hour(2), hour(2, 2))) governor.runs = false;

  campaignFrom(hour(10), 60, campaign, at);
  if (isIn(at, hour(10), hour(11))) {
    // Calls of running batches count as spent elsewhere until the workers have counted them.
    governor.spentElsewhere = 9_000;
    if (at === hour(10)) minute.ledgerThrottles = 400;
  }
  // DynamoDB refused these writes and all repeats.
  if (at === hour(10, 15)) campaign.booksFailed = 2;
  if (at === hour(10, 30)) shortOutage(minute);
  if (isIn(at, hour(12), hour(13))) {
    const perMinute = 64 * 60;
    Object.assign(transactional, {
      received: perMinute,
      made: perMinute,
      failed: fractionOf(perMinute, 0.003),
      returned: fractionOf(perMinute, 0.003),
      takenIds: 2,
      rejected: 2,
    });
    transactional.commands.oldestSeconds = at === hour(12, 20) ? 400 : 20;
  }
  campaignFrom(hour(14), 11, campaign, at);
  if (isIn(at, hour(14), hour(23))) {
    // Half a million codes at 20 a second take seven hours.
    qr.waiting = Math.max(0, 500_000 - (at - hour(14)) * 1_200);
    qr.oldestSeconds = (at - hour(14)) * 60;
    campaign.qrStored = 1_198;
    campaign.qrFailed = 2;
  }
  if (at === hour(15)) governor.refused = 1;
  for (const [lane, minutes] of [[transactional, 4] as const, [campaign, 30] as const]) {
    const passed = at - hour(16);
    if (!isIn(passed, 0, minutes)) continue;
    Object.assign(lane, { ...idleLane(), pausedMinutes: passed });
    lane.commands.oldestSeconds = passed * 60;
  }
  if (isIn(at, hour(20), hour(21))) {
    expiry.waiting = 1_000 - (at - hour(20)) * 16;
    expiry.oldestSeconds = 3_600;
  }
  // Each function crashes once in a few hours, and Lambda runs it again.
  minute.errors = { [`${['transactional', 'campaign', 'expiry', 'governor', 'replayer'][at % 288]}`]: 1 };
  Object.assign(minute.http, {
    answered: 20,
    failed: at % 60 === 0 ? 1 : 0,
    answerMilliseconds: at % 15 === 0 ? 900 : 40,
  });
  // Somebody tries keys. API Gateway demands an error for each.
  if (isIn(at, hour(17), hour(18))) {
    minute.http.keysRefused = 300;
    minute.errors['http-authorizer'] = 300;
  }
  return minute;
}

/** The campaign lane at its full rate for so many minutes. Its queue holds all commands from the start. */
function campaignFrom(start: number, minutes: number, lane: LaneMinute, at: number): void {
  if (!isIn(at, start, start + minutes)) return;
  const passed = at - start;
  lane.commands.waiting = campaignPerMinute * (minutes - passed);
  lane.commands.oldestSeconds = passed * 60;
  Object.assign(lane, {
    received: campaignPerMinute,
    made: campaignPerMinute,
    failed: fractionOf(campaignPerMinute, 0.003),
    returned: fractionOf(campaignPerMinute, 0.003),
    rejected: 20,
    takenIds: 3,
    rateLimited: passed % 10 === 0 ? 1 : 0,
  });
}

/** The API is unavailable for a minute: calls in flight fail, workers return their batches, and the poll has no answer. */
function shortOutage({ lanes, governor }: Minute): void {
  Object.assign(governor, { unreachable: 1, polled: false });
  Object.assign(lanes.campaign, { received: 40_000, returned: 40_000, made: 2_000, failed: 2_000 });
  Object.assign(lanes.transactional, { received: 20, returned: 20, made: 20, failed: 20 });
}
