import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlReading } from '../../../lambdas/adapters/control-table.ts';
import { laneNow } from '../../../lambdas/domain/control-record.ts';
import { durationWords } from '../../client/duration-words.ts';

export interface ReplayPorts {
  control: { read(): Promise<ControlReading> };
  /** Commands of a lane that are parked. */
  parked(lane: string): Promise<number>;
  /** Starts the replayer, without waiting for it. */
  start(): Promise<void>;
  nowMilliseconds(): number;
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** How it ended for a lane: all is back in its queue, or why not. */
export interface Replayed {
  lane: string;
  /** Commands that were parked at first, and that are still. */
  before: number;
  left: number;
  words: string;
}

const lookEveryMilliseconds = 2_000;
/** The replayer waits while a lane's queue is full: that is no standstill before so long. */
const standstillMilliseconds = 10 * 60_000;

/**
 * Starts the replayer and watches until nothing of these lanes is parked, or it cannot go on. Watching is all it does: the
 * replayer works on by itself, every minute, whoever looks.
 *
 * @param onLook told of what is left
 */
export async function replayParked(
  lanes: readonly string[],
  ports: ReplayPorts,
  { interrupted, onLook }: { interrupted: AbortSignal; onLook: (left: ReadonlyMap<string, number>) => void },
): Promise<Replayed[]> {
  const before = await countAll(lanes, ports);
  const ended = new Map<string, string>();
  let left = before;
  let movedAt = ports.nowMilliseconds();
  const rest =
    ports.sleep ?? ((milliseconds) => sleep(milliseconds, undefined, { signal: interrupted }).catch(() => {}));
  const judge = async () => {
    const reading = await ports.control.read();
    for (const [lane, count] of left) {
      if (ended.has(lane)) continue;
      const words =
        count === 0 ? (before.get(lane) === 0 ? 'nothing is parked' : 'all replayed') : hindrance(lane, reading);
      if (words !== undefined) ended.set(lane, words);
    }
  };
  /** Why the replayer would not touch the lane, if so. */
  const hindrance = (lane: string, { control, signals }: ControlReading): string | undefined => {
    const now = laneNow(control, signals, lane, ports.nowMilliseconds());
    if (now.state !== 'open') return `the lane is ${now.state} (${now.reason ?? 'no reason told'})`;
    return now.quotaKnown ? undefined : 'the governor has been silent for minutes: see onelink doctor';
  };

  await judge();
  if (ended.size < lanes.length) await ports.start();
  while (ended.size < lanes.length && !interrupted.aborted) {
    onLook(left);
    await rest(lookEveryMilliseconds);
    const seen = await countAll(lanes, ports);
    if (lanes.some((lane) => seen.get(lane) !== left.get(lane))) movedAt = ports.nowMilliseconds();
    left = seen;
    await judge();
    const still = ports.nowMilliseconds() - movedAt;
    if (still < standstillMilliseconds) continue;
    const words = `nothing has moved for ${durationWords(still / 1000)}: is its queue full? See onelink status`;
    for (const lane of lanes) if (!ended.has(lane)) ended.set(lane, words);
  }
  const stopped = 'interrupted: the replayer goes on by itself';
  return lanes.map((lane) => ({
    lane,
    before: before.get(lane) ?? 0,
    left: left.get(lane) ?? 0,
    words: ended.get(lane) ?? stopped,
  }));
}

async function countAll(lanes: readonly string[], { parked }: ReplayPorts): Promise<Map<string, number>> {
  const counts = await Promise.all(lanes.map(async (lane): Promise<[string, number]> => [lane, await parked(lane)]));
  return new Map(counts);
}
