import { laneNow } from '../domain/control/control-record.ts';
import type { Clock } from '../domain/work/clock.ts';
import { type Deadline, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { nameOfError } from '../domain/work/observer.ts';
import type { ReplayerEnvironment } from './env.ts';
import { releaseHeld } from './held-release.ts';
import { replayerMetric } from './names.ts';
import type { Lot, ReplayerPorts } from './ports.ts';
import { keepInQuarantine, maxLotBytes, reportQuarantined } from './quarantining.ts';

type Lane = ReplayerEnvironment['LANES'][number];

/** A batch that began while the lane was parking may park commands until Lambda's longest time-out. */
const parkingMayLastMilliseconds = 900_000;

/** How long to wait for the workers to make room in the queue. */
const pauseMilliseconds = 1_000;

/** After this many failed lots in a row, the fault is the lane's, not the lots'. */
const maxFailedLots = 3;

/**
 * The replayer runs every minute. It sends parked commands back to their lane's queue, oldest first, while the lane is
 * open. Beside that it releases held commands (held-release.ts).
 *
 *     lot of the archive ─▶ messages, with their first sent time ─▶ lot removed ─▶ next lot
 *                      └─▶ quarantine: unreadable lines, or commands that the queue refuses
 *
 * It processes one lot (500 commands at most) of each lane at a time, as fast as the workers make room. It may crash at
 * any point. The next run sends a lot that was not removed again, and the worker answers its commands from their
 * request records. A bad line does not stop its lot, a failed lot does not stop its lane, and a failed lane does not
 * stop the others.
 *
 * @throws Error at the end, if a lane could not be replayed
 */
export function replayer(settings: ReplayerEnvironment, ports: ReplayerPorts) {
  return async (deadline: Deadline): Promise<void> => {
    const { control, clock } = ports;
    const startedAt = clock.wallMilliseconds();
    const [held, ...lanes] = await Promise.all([
      releaseHeld(settings, deadline, ports),
      ...settings.LANES.map((lane) => replayLane(lane, deadline, ports)),
    ]);
    const failed = lanes.filter((lane) => lane.failed).map(({ name }) => name);
    if (held.failed) failed.push('held commands');
    if (failed.length > 0) throw new Error(`could not be replayed to the end: ${failed.join(', ')}`);
    if (lanes.some(({ parked }) => parked > 0)) return;
    const parkedAt = (await control.read()).control?.parkedAt;
    if (parkedAt === undefined || startedAt - parkedAt < parkingMayLastMilliseconds) return;
    await control.drained(parkedAt);
  };
}

/** Never throws, so the other lanes continue. */
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
      error: nameOfError(error),
    });
  };
  try {
    parked = await count(lane, ports);
    if (parked > 0) observer.level(replayerMetric.commandsParked, parked, 'Count');
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
  if (isTooLarge || (commands.length === 0 && unreadable.length > 0)) {
    await quarantine.keepLot(lane.name, lot.key);
    await reportQuarantined(lane.name, unreadable, isTooLarge ? lot.commands : unreadable.length, ports);
  } else await keepInQuarantine(lane.name, lot.key, 'unreadable', unreadable, ports);
  const refusedLines = refused.map((command) => JSON.stringify(command));
  await keepInQuarantine(lane.name, lot.key, 'refused', refusedLines, ports);
  await parked.remove(lot);
  return commands.length - refused.length;
}

/** Waits until the queue has room. @returns false if time runs out first, or the lane is not open */
async function hasRoom(lane: Lane, deadline: Deadline, { control, queue, clock }: ReplayerPorts): Promise<boolean> {
  for (;;) {
    if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return false;
    const reading = await control.read();
    const now = laneNow(reading.control, reading.signals, lane.name, clock.wallMilliseconds());
    // If the control record is stale or missing, there may be no quota. Parked commands can wait.
    if (now.state !== 'open' || !now.quotaKnown) return false;
    if ((await queue.depth(lane.queueUrl)) < lane.sendAhead) return true;
    await sleepWithin(deadline, pauseMilliseconds, clock);
  }
}

/** Sleeps at most until the time after which this run starts no more work. The next run continues. */
async function sleepWithin(deadline: Deadline, milliseconds: number, clock: Clock): Promise<void> {
  const most = deadline.remainingMilliseconds() - leastTimeMilliseconds + 1;
  await clock.sleep(Math.max(0, Math.min(milliseconds, most)));
}
