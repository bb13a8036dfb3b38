import { type Outcome, outcomeOf } from '../domain/contract/outcome.ts';
import { askedInLine, type ParkedCommand } from '../domain/contract/parked-command.ts';
import { type ControlReader, laneNow } from '../domain/control/control-record.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type Deadline, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import type { Observer } from '../domain/work/observer.ts';
import type { ReplayerEnvironment } from './env.ts';
import { replayerMetric } from './names.ts';

interface Lot {
  key: string;
  commands: number;
  bytes: number;
}

export interface ReplayerPorts {
  control: ControlReader & {
    /** Nothing is parked any more, unless some lane has parked since. */
    drained(parkedAt: number): Promise<boolean>;
  };
  parked: {
    /** The oldest first. */
    lots(lane: string): AsyncIterable<Lot>;
    /** The commands, and the lines that are none. */
    read(lot: Lot): Promise<{ commands: ParkedCommand[]; unreadable: string[] }>;
    remove(lot: Lot): Promise<void>;
  };
  queue: {
    depth(queueUrl: string): Promise<number>;
    /** @returns those that the queue refuses */
    send(queueUrl: string, commands: ParkedCommand[], deadline: Deadline): Promise<ParkedCommand[]>;
  };
  /** Holds what cannot be replayed until an operator has looked at it. */
  quarantine: {
    keepLot(lane: string, lotKey: string): Promise<void>;
    keepLines(lane: string, lotKey: string, reason: 'unreadable' | 'refused', lines: string[]): Promise<void>;
  };
  outcomes: { tell(outcome: Outcome): Promise<void> };
  laneObserver: (lane: string) => Observer;
  clock: Clock;
}

type Lane = ReplayerEnvironment['LANES'][number];

/** A batch that began while the lane parked may go on parking for Lambda's longest time-out. */
const parkingMayLastMilliseconds = 900_000;

/** How long to wait for the workers to make room in the queue. */
const pauseMilliseconds = 1_000;

/** Twice what the workers write into a lot: more would not fit into the memory. */
const maxLotBytes = 32 * 1024 * 1024;

/** A lane that fails at so many lots in a row has a trouble that is not theirs. */
const maxFailedLots = 3;

/**
 * The replayer, run every minute: what was parked goes back to its lane's queue, the oldest first, while the lane is open.
 *
 *     lot of the archive ─▶ messages, with their first sent time ─▶ lot removed ─▶ next lot
 *                      └─▶ quarantine: lines that nobody can read, or that the queue refuses
 *
 * It takes up one lot (500 commands at most) of each lane at a time, whatever is parked, and no more than the workers keep up
 * with. It may end anywhere: a lot that was sent and not removed is sent again, and its commands are answered from their
 * request records. No line stops its lot, no lot its lane, and no lane another one.
 *
 * @throws Error at the end, when a lane could not be replayed
 */
export function replayer(settings: ReplayerEnvironment, ports: ReplayerPorts) {
  return async (deadline: Deadline): Promise<void> => {
    const { control, clock } = ports;
    const startedAt = clock.wallMilliseconds();
    const lanes = await Promise.all(settings.LANES.map((lane) => replayLane(lane, deadline, ports)));
    const failed = lanes.filter((lane) => lane.failed).map(({ name }) => name);
    if (failed.length > 0) throw new Error(`could not be replayed to the end: ${failed.join(', ')}`);
    if (lanes.some(({ parked }) => parked > 0)) return;
    const parkedAt = (await control.read()).control?.parkedAt;
    if (parkedAt === undefined || startedAt - parkedAt < parkingMayLastMilliseconds) return;
    await control.drained(parkedAt);
  };
}

/** Never throws: other lanes go on. */
async function replayLane(
  lane: Lane,
  deadline: Deadline,
  ports: ReplayerPorts,
): Promise<{ name: string; parked: number; failed: boolean }> {
  const { name } = lane;
  const observer = ports.laneObserver(name);
  let parked = 0;
  let failures = 0;
  const onFailure = (error: unknown) => {
    failures++;
    observer.count(replayerMetric.replayFailed);
    observer.warn('parked commands could not be replayed', {
      lane: name,
      error: error instanceof Error ? error.name : 'unknown',
    });
  };
  try {
    parked = await count(lane, ports);
    observer.level(replayerMetric.commandsParked, parked, 'Count');
    if (parked > 0) await replay(lane, deadline, ports, onFailure);
  } catch (error) {
    onFailure(error);
  }
  return { name, parked, failed: failures > 0 };
}

async function count({ name }: Lane, { parked }: ReplayerPorts): Promise<number> {
  let commands = 0;
  for await (const lot of parked.lots(name)) commands += lot.commands;
  return commands;
}

async function replay(
  lane: Lane,
  deadline: Deadline,
  ports: ReplayerPorts,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const { parked, clock } = ports;
  const observer = ports.laneObserver(lane.name);
  let replayed = 0;
  let failedInRow = 0;
  for await (const lot of parked.lots(lane.name)) {
    if (!(await hasRoom(lane, deadline, ports))) break;
    const sentAt = clock.monotonicMilliseconds();
    let sent = 0;
    try {
      sent = await replayLot(lane, lot, deadline, ports);
      failedInRow = 0;
    } catch (error) {
      onFailure(error);
      if (++failedInRow === maxFailedLots) break;
    }
    replayed += sent;
    if (sent > 0) observer.count(laneMetric.commandReplayed, sent);
    const due = sentAt + (sent / lane.commandsPerSecond) * 1000;
    await sleepWithin(deadline, due - clock.monotonicMilliseconds(), clock);
  }
  if (replayed > 0) observer.info('parked commands were replayed', { lane: lane.name, count: replayed });
}

/** @returns how many commands went back to their queue */
async function replayLot(lane: Lane, lot: Lot, deadline: Deadline, ports: ReplayerPorts): Promise<number> {
  const { parked, queue, quarantine } = ports;
  const isTooLarge = lot.bytes > maxLotBytes;
  const { commands, unreadable } = isTooLarge ? { commands: [], unreadable: [] } : await parked.read(lot);
  const refused = await queue.send(lane.queueUrl, commands, deadline);
  if (isTooLarge || (commands.length === 0 && unreadable.length > 0)) await quarantine.keepLot(lane.name, lot.key);
  else if (unreadable.length > 0) await quarantine.keepLines(lane.name, lot.key, 'unreadable', unreadable);
  const refusedLines = refused.map((command) => JSON.stringify(command));
  if (refused.length > 0) await quarantine.keepLines(lane.name, lot.key, 'refused', refusedLines);
  const kept = isTooLarge ? lot.commands : unreadable.length + refused.length;
  if (kept > 0) await tellQuarantined(lane.name, [...unreadable, ...refusedLines], kept, ports);
  await parked.remove(lot);
  return commands.length - refused.length;
}

/** Tells those whose requests can be read. It is not the last word: an operator may release them. */
async function tellQuarantined(
  lane: string,
  lines: string[],
  kept: number,
  { outcomes, laneObserver, clock }: ReplayerPorts,
): Promise<void> {
  const observer = laneObserver(lane);
  const nowMilliseconds = clock.wallMilliseconds();
  const told = lines.flatMap((line) => {
    const asked = askedInLine(line);
    if (asked === undefined) return [];
    const decision = { outcome: 'parked', reason: 'quarantined' } as const;
    return [outcomeOf(decision, asked, { lane, messageId: asked.messageId, nowMilliseconds })];
  });
  await Promise.all(told.map((outcome) => outcomes.tell(outcome)));
  observer.count(replayerMetric.commandQuarantined, kept);
  observer.warn('parked commands went to quarantine', { lane, count: kept });
}

/** Waits until the queue has room. @returns false when time is up, or the lane is not open any more */
async function hasRoom(lane: Lane, deadline: Deadline, { control, queue, clock }: ReplayerPorts): Promise<boolean> {
  for (;;) {
    if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return false;
    const reading = await control.read();
    const now = laneNow(reading.control, reading.signals, lane.name, clock.wallMilliseconds());
    // Without a fresh word of the governor there may be no quota: what waits here is safe.
    if (now.state !== 'open' || !now.quotaKnown) return false;
    if ((await queue.depth(lane.queueUrl)) < lane.sendAhead) return true;
    await sleepWithin(deadline, pauseMilliseconds, clock);
  }
}

/** Sleeps no longer than until the time at which nothing is begun any more: the next run goes on. */
async function sleepWithin(deadline: Deadline, milliseconds: number, clock: Clock): Promise<void> {
  const most = deadline.remainingMilliseconds() - leastTimeMilliseconds + 1;
  await clock.sleep(Math.max(0, Math.min(milliseconds, most)));
}
