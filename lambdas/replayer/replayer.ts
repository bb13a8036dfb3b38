import type { Clock } from '../domain/clock.ts';
import { type ControlRecord, laneNow, type Signals } from '../domain/control-record.ts';
import { type Deadline, leastTimeMilliseconds } from '../domain/delivery.ts';
import type { Observer } from '../domain/observer.ts';
import type { ParkedCommand } from '../domain/parked-command.ts';
import { laneMetric, replayerMetric } from '../names.ts';
import type { ReplayerEnvironment } from './env.ts';

interface Lot {
  key: string;
  commands: number;
}

export interface ReplayerPorts {
  control: {
    read(): Promise<{ control: ControlRecord | undefined; signals: Signals }>;
    /** Nothing is parked any more, unless some lane has parked since. */
    drained(parkedAt: number): Promise<boolean>;
  };
  parked: {
    /** The oldest first. */
    lots(lane: string): AsyncIterable<Lot>;
    read(lot: Lot): Promise<ParkedCommand[]>;
    remove(lot: Lot): Promise<void>;
  };
  queue: {
    depth(queueUrl: string): Promise<number>;
    send(queueUrl: string, commands: ParkedCommand[]): Promise<void>;
  };
  laneObserver: (lane: string) => Observer;
  clock: Clock;
}

type Lane = ReplayerEnvironment['LANES'][number];

/** A batch that began while the lane parked may go on parking for Lambda's longest time-out. */
const parkingMayLastMilliseconds = 900_000;

/** How long to wait for the workers to make room in the queue. */
const pauseMilliseconds = 1_000;

/**
 * The replayer, run every minute: what was parked goes back to its lane's queue, the oldest first, while the lane is open.
 *
 *     lot of the archive ─▶ messages, with their first sent time ─▶ lot removed ─▶ next lot
 *
 * It takes up one lot (500 commands at most) at a time, whatever is parked, and no more than the workers keep up with. It may
 * end anywhere: a lot that was sent and not removed is sent again, and its commands are answered from their request records.
 */
export function replayer(settings: ReplayerEnvironment, ports: ReplayerPorts) {
  return async (deadline: Deadline): Promise<void> => {
    const { control, clock } = ports;
    const startedAt = clock.wallMilliseconds();
    let parked = 0;
    for (const lane of settings.LANES) {
      const waiting = await count(lane, ports);
      ports.laneObserver(lane.name).level(replayerMetric.commandsParked, waiting, 'Count');
      parked += waiting;
    }
    for (const lane of parked === 0 ? [] : settings.LANES) await replay(lane, deadline, ports);
    const parkedAt = (await control.read()).control?.parkedAt;
    if (parked > 0 || parkedAt === undefined || startedAt - parkedAt < parkingMayLastMilliseconds) return;
    await control.drained(parkedAt);
  };
}

async function count({ name }: Lane, { parked }: ReplayerPorts): Promise<number> {
  let commands = 0;
  for await (const lot of parked.lots(name)) commands += lot.commands;
  return commands;
}

async function replay(lane: Lane, deadline: Deadline, ports: ReplayerPorts): Promise<void> {
  const { parked, queue, clock } = ports;
  const observer = ports.laneObserver(lane.name);
  let replayed = 0;
  for await (const lot of parked.lots(lane.name)) {
    if (!(await hasRoom(lane, deadline, ports))) break;
    const sentAt = clock.monotonicMilliseconds();
    const commands = await parked.read(lot);
    await queue.send(lane.queueUrl, commands);
    await parked.remove(lot);
    replayed += commands.length;
    observer.count(laneMetric.commandReplayed, commands.length);
    const due = sentAt + (commands.length / lane.commandsPerSecond) * 1000;
    await clock.sleep(Math.max(0, due - clock.monotonicMilliseconds()));
  }
  if (replayed > 0) observer.info('parked commands were replayed', { lane: lane.name, count: replayed });
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
    await clock.sleep(pauseMilliseconds);
  }
}
