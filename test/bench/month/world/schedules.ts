import { provedSender } from '../../../../lambdas/domain/contract/sender.ts';
import type { LinkRecord } from '../../../../lambdas/domain/link/ledger-record.ts';
import { wakeAt } from '../../../../lambdas/domain/link/ledger-record.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { secondsNow } from '../../../../lambdas/domain/work/clock.ts';
import { dimension, expiryLane, qrLane } from '../../../../lambdas/domain/work/names.ts';
import { expiryIntake } from '../../../../lambdas/expiry-intake/expiry-intake.ts';
import { governor } from '../../../../lambdas/governor/governor.ts';
import { governorMetric } from '../../../../lambdas/governor/names.ts';
import { replayer } from '../../../../lambdas/replayer/replayer.ts';
import { governorCallsPerSecond } from '../../../../lib/config/rate/planned-calls.ts';
import { callTimeoutMilliseconds, replayedAhead } from '../../../../lib/config/rate/worker-plan.ts';
import type { Cloud } from './cloud.ts';
import { serviceMilliseconds, slow } from './services.ts';

const minute = 60_000;

/** A scheduled function's deadline, and whether it still runs. Lambda drops the starts in between. */
export function everyMinute(
  { clock }: Cloud,
  timeoutSeconds: number,
  run: (deadline: { remainingMilliseconds(): number }) => Promise<void>,
): void {
  let isBusy = false;
  const work = async () => {
    isBusy = true;
    const endsAt = clock.wallMilliseconds() + timeoutSeconds * 1000;
    try {
      await run({ remainingMilliseconds: () => endsAt - clock.wallMilliseconds() });
    } finally {
      isBusy = false;
    }
  };
  clock.every(minute, work, () => isBusy);
}

/** A lane's change of state, for the report. */
export interface LaneChange {
  at: number;
  lane: string;
  state: string;
  reason: string | undefined;
}

/** What the governor has published. */
export interface Governed {
  changes: LaneChange[];
  /** The forecast of the month's end in percent of the quota, with its time. */
  forecasts: { at: number; percent: number }[];
}

/** The governor, once a minute. */
export function startGovernor(cloud: Cloud): Governed {
  const { size, clock, services, mappings } = cloud;
  const telemetry = cloud.telemetry();
  const observer = telemetry.observer({});
  const governed: Governed = { changes: [], forecasts: [] };
  const { api, turns } = cloud.client('governor', { callsPerSecond: governorCallsPerSecond }, telemetry.apiAnswers({}));
  const lanes = size.lanes.map(({ name, reserveCalls, hourlyCapCalls, dailyCapCalls }) => {
    return { name, reserveCalls, hourlyCapCalls, dailyCapCalls, mappings: [name] };
  });
  // As lib/constructs/governor.ts gives them to it.
  const shared = [
    { name: expiryLane, reserveCalls: Math.min(...lanes.map((lane) => lane.reserveCalls)), mappings: [expiryLane] },
    { name: qrLane, mappings: [qrLane] },
  ];
  const mappingOf = (name: string) => {
    const mapping = mappings.get(name);
    if (mapping === undefined) throw new Error(`the month has no mapping ${name}`);
    return mapping;
  };
  const [probeTemplate = ''] = Object.keys(size.settings.templates);
  const govern = governor(
    {
      QUOTA_FROM: 'api',
      API_DIALECT: 'v2.0',
      API_BASE_URL: 'http://127.0.0.1:1',
      API_PROXY_URL: '',
      API_TOKEN_SECRET_ARN: 'arn',
      LINK_ID_SECRET_ARN: 'arn:link-id',
      LEDGER_TABLE_NAME: 'ledger',
      APPSFLYER_ACCOUNT_ID: size.account.accountId,
      CALL_TIMEOUT_MILLISECONDS: callTimeoutMilliseconds,
      MONTHLY_QUOTA_CALLS: size.monthlyQuotaCalls,
      PROBE_TEMPLATE_ID: probeTemplate,
      LANES: [...lanes, ...shared],
    },
    {
      api,
      siblings: [],
      control: services.control,
      linkIdSecret: { isOfLedger: async () => true },
      mappings: {
        state: async (name) => (mappingOf(name).isOn ? 'on' : 'off'),
        switch: async (name, on) => mappingOf(name).switch(on),
      },
      observer: {
        ...observer,
        level: (metric, percent, unit) => {
          observer.level(metric, percent, unit);
          if (metric === governorMetric.quotaProjectedMonthEndPercent)
            governed.forecasts.push({ at: clock.wallMilliseconds(), percent });
        },
      },
      laneObserver: (lane) => telemetry.observer({ [dimension.lane]: lane }),
      clock,
    },
  );
  const last = new Map<string, string>();
  everyMinute(cloud, 55, async () => {
    turns.beginInvocation();
    api.beginInvocation(() => false);
    await govern().finally(() => turns.endInvocation());
    for (const [lane, { state, reason }] of Object.entries(cloud.control.control?.lanes ?? {})) {
      if (state === (last.get(lane) ?? 'open')) continue;
      last.set(lane, state);
      governed.changes.push({ at: clock.wallMilliseconds(), lane, state, reason });
    }
  });
  return governed;
}

/** The replayer, once a minute. */
export function startReplayer(cloud: Cloud): void {
  const { size, clock, services } = cloud;
  const telemetry = cloud.telemetry();
  const replay = replayer(
    {
      LEDGER_TABLE_NAME: 'ledger',
      ARCHIVE_BUCKET_NAME: 'archive',
      OUTCOME_TOPIC_ARN: 'arn:outcomes',
      SENDERS: {},
      // As lib/constructs/replayer.ts gives them to it.
      LANES: size.lanes.map(({ name, plan }) => ({
        name,
        queueUrl: name,
        commandsPerSecond: plan.concurrency * plan.callsPerSecond,
        sendAhead: replayedAhead(plan),
      })),
    },
    {
      control: services.control,
      parked: slow(cloud.parked, clock, serviceMilliseconds.bucket),
      held: {
        senders: async function* () {},
        lots: async function* () {},
        read: async () => ({ commands: [], unreadable: [] }),
        remove: async () => {},
      },
      senders: { decisions: async () => ({}) },
      queue: {
        depth: async (name) => cloud.queue(name).depth,
        send: async (name, commands) => {
          await cloud.vouch(
            name,
            commands.map(({ groupId, sender, source, ...one }) => ({
              ...one,
              sender: sender ?? provedSender(source),
              ...(groupId !== undefined && { groupId }),
            })),
          );
          return [];
        },
      },
      quarantine: { keepLot: async () => {}, keepLines: async () => {} },
      outcomes: cloud.outcomes(10),
      observer: telemetry.observer({}),
      laneObserver: (lane) => telemetry.observer({ [dimension.lane]: lane }),
      clock,
    },
  );
  everyMinute(cloud, 300, replay);
}

/** DynamoDB deletes an item within some minutes of its TTL. */
const sweepMilliseconds = 10 * minute;
/** The stream delivers a shard's records in batches of this size. */
const streamBatch = 100;

/** The table's TTL, its stream, and the expiry intake. */
export function startExpiryIntake(cloud: Cloud): void {
  const { ledger, clock, services } = cloud;
  const lane = { [dimension.lane]: expiryLane };
  let removals = 0;
  const take = expiryIntake(
    { CHECK_LOST_AFTER_DAYS: 15 },
    {
      ledger: services.ledger,
      checks: {
        enqueue: cloud.enqueuer(expiryLane, (body: string) => body),
      },
      removalIn: (body) => JSON.parse(body) as Removal,
      observer: cloud.telemetry().observer(lane),
      clock,
    },
  );
  clock.every(sweepMilliseconds, async () => {
    const now = secondsNow(clock);
    const due: [string, LinkRecord][] = [...ledger.links].filter(([, record]) => wakeAt(record) <= now);
    for (const [key] of due) ledger.links.delete(key);
    for (let start = 0; start < due.length; start += streamBatch) {
      const bodies = due
        .slice(start, start + streamBatch)
        .map(([, record]) => JSON.stringify({ record, token: `removal-${++removals}` } satisfies Removal));
      cloud.intakeRuns++;
      if ((await take(bodies)).includes(false)) throw new Error('the intake of a removal has failed');
    }
  });
}
