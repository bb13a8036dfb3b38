import { setTimeout as sleep } from 'node:timers/promises';
import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import { type ControlReading, laneNow } from '../../../lambdas/domain/control/control-record.ts';
import { durationWords } from '../../words/words.ts';

export interface ReplayPorts {
  control: { read(): Promise<ControlReading> };
  /** Counts a lane's parked commands. */
  parked(lane: string): Promise<number>;
  /** The commands that could not be replayed. They leave the parked ones as the replayed do, so they are counted apart. */
  quarantine: {
    objects(lane: string): AsyncIterable<Pick<QuarantinedObject, 'key'>>;
    lines(key: string): Promise<readonly string[] | undefined>;
  };
  /** Starts the replayer, without waiting for it. */
  start(): Promise<void>;
  nowMilliseconds(): number;
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** How the replay ended for a lane: everything is back in its queue, or why not. */
export interface Replayed {
  lane: string;
  /** Commands that went back to their queue, that went to quarantine in the meantime, and that are still parked. */
  replayed: number;
  quarantined: number;
  left: number;
  words: string;
}

const pollEveryMilliseconds = 2_000;
/** The replayer waits while a lane's queue is full. A longer pause than this counts as a standstill. */
const standstillMilliseconds = 10 * 60_000;

/**
 * Starts the replayer, and watches until nothing of these lanes is parked or the replayer cannot continue. The replayer
 * runs every minute whether or not this function watches.
 *
 * @param onPoll receives the counts that are left
 */
export async function replayParked(
  lanes: readonly string[],
  ports: ReplayPorts,
  { interrupted, onPoll }: { interrupted: AbortSignal; onPoll: (left: ReadonlyMap<string, number>) => void },
): Promise<Replayed[]> {
  const before = await countAll(lanes, ports);
  const heldBefore = new Map(await Promise.all(lanes.map(async (lane) => [lane, await heldOf(lane, ports)] as const)));
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
        count === 0 ? (before.get(lane) === 0 ? 'nothing is parked' : 'nothing is left') : hindrance(lane, reading);
      if (words !== undefined) ended.set(lane, words);
    }
  };
  /** Why the replayer skips the lane, if it does. */
  const hindrance = (lane: string, { control, signals }: ControlReading): string | undefined => {
    const now = laneNow(control, signals, lane, ports.nowMilliseconds());
    if (now.state !== 'open') return `the lane is ${now.state} (${now.reason ?? 'no reason given'})`;
    return now.quotaKnown ? undefined : 'the control record is stale: run onelink doctor';
  };

  await judge();
  if (ended.size < lanes.length) await ports.start();
  while (ended.size < lanes.length && !interrupted.aborted) {
    onPoll(left);
    await rest(pollEveryMilliseconds);
    const seen = await countAll(lanes, ports);
    if (lanes.some((lane) => seen.get(lane) !== left.get(lane))) movedAt = ports.nowMilliseconds();
    left = seen;
    await judge();
    const still = ports.nowMilliseconds() - movedAt;
    if (still < standstillMilliseconds) continue;
    const words = `no command has moved for ${durationWords(still / 1000)}: is its queue full? Run onelink status`;
    for (const lane of lanes) if (!ended.has(lane)) ended.set(lane, words);
  }
  const stopped = 'interrupted: the replayer continues without this command, see onelink parked list';
  return Promise.all(
    lanes.map(async (lane) => {
      const quarantined = await linesAdded(lane, heldBefore.get(lane) ?? [], ports);
      const now = left.get(lane) ?? 0;
      const replayed = Math.max(0, (before.get(lane) ?? 0) - now - quarantined);
      return { lane, replayed, quarantined, left: now, words: ended.get(lane) ?? stopped };
    }),
  );
}

/** The keys of a lane's objects in quarantine. */
async function heldOf(lane: string, { quarantine }: Pick<ReplayPorts, 'quarantine'>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of quarantine.objects(lane)) keys.push(key);
  return keys;
}

/** How many lines went to quarantine since `before`. */
async function linesAdded(
  lane: string,
  before: readonly string[],
  ports: Pick<ReplayPorts, 'quarantine'>,
): Promise<number> {
  const known = new Set(before);
  let lines = 0;
  for (const key of await heldOf(lane, ports)) {
    if (!known.has(key)) lines += (await ports.quarantine.lines(key))?.length ?? 0;
  }
  return lines;
}

async function countAll(lanes: readonly string[], { parked }: ReplayPorts): Promise<Map<string, number>> {
  const counts = await Promise.all(lanes.map(async (lane): Promise<[string, number]> => [lane, await parked(lane)]));
  return new Map(counts);
}
