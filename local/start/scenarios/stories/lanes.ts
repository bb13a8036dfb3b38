import type { Check } from '../checks.ts';
import { creates } from '../commands.ts';
import type { World } from '../world.ts';

/** The lanes' states by the last lines of the timeline that tell of them; open unless told otherwise. */
export function lanesNow({ timeline }: World): Map<string, { state: string; reason?: string }> {
  return new Map(timeline.events.flatMap((event) => (event.what === 'lane' ? [[event.lane, event] as const] : [])));
}

/** Whether the governor's last word on a lane is this. */
export const laneIs = (world: World, lane: string, state: string, reason?: string): boolean => {
  const now = lanesNow(world).get(lane) ?? { state: 'open' };
  return now.state === state && (reason === undefined || now.reason === reason);
};
const lanes = ['campaign', 'transactional'];

/** Calls to the API so far that only workers make: creates, updates, deletes and codes. */
export async function callsOfWorkers({ api }: World): Promise<number> {
  const { calls } = await api.stats();
  const answers = ['create', 'update', 'delete', 'qr'].flatMap((operation) => Object.values(calls[operation] ?? {}));
  return answers.reduce((sum, count) => sum + count, 0);
}

/** Some creates on each lane, under names of their own. */
export async function sendToBoth(world: World, name: string, commands: { campaign: number; signIns: number }) {
  const requestedAt = world.time.iso();
  await world.send([
    ...creates({ lane: 'campaign', name: `campaign-${name}`, commands: commands.campaign, requestedAt }),
    ...creates({ lane: 'transactional', name: `sign-in-${name}`, commands: commands.signIns, requestedAt }),
  ]);
}

/** An ordinary beginning: some commands on each lane, answered at once. */
export async function bothLanesWork(world: World, short: boolean): Promise<void> {
  const { time, timeline } = world;
  timeline.add({ what: 'story', text: 'an ordinary day' });
  await world.send([
    ...creates({
      ...{ lane: 'campaign', name: 'campaign-before', requestedAt: time.iso() },
      ...(short ? { commands: 20 } : { commands: 300, qrEvery: 50 }),
    }),
    ...creates({ lane: 'transactional', name: 'sign-in-before', commands: 20, requestedAt: time.iso() }),
  ]);
  // The governor's run takes about as long as the batch is being filled.
  await time.step(1, { inWork: true });
  await world.answeredOrParked();
}

/** Steps until the governor has paused all lanes, and their mappings are off. */
export async function lanesPaused(world: World, reason: string, mostMinutes: number): Promise<void> {
  const paused = () => lanes.every((lane) => laneIs(world, lane, 'paused', reason));
  await world.time.stepUntil(paused, `all lanes paused: ${reason}`, mostMinutes);
}

/** Steps until the lanes are open again and all that waited is answered. Nobody has to do anything for it. */
export async function lanesOpened(world: World, withinMinutes: number): Promise<Check> {
  const { time, told } = world;
  const from = time.now();
  await time.stepUntil(() => lanes.every((lane) => laneIs(world, lane, 'open')), 'all lanes open', 20);
  const minutes = Math.round((time.now() - from) / 60_000);
  // What was given back before the pause sleeps for a quarter of an hour at most.
  await time.stepUntil(() => told.unsettled === 0, 'an answer to every command', 20);
  return {
    text: `the lanes opened by themselves; minutes after the trouble had ended: ${minutes}`,
    holds: minutes <= withinMinutes,
  };
}
