import type { Check } from '../checks.ts';
import { creates } from '../commands.ts';
import type { World } from '../world.ts';

/** The lanes' states by their last lines of the timeline. A lane without a line is open. */
export function lanesNow({ timeline }: World): Map<string, { state: string; reason?: string }> {
  return new Map(timeline.events.flatMap((event) => (event.what === 'lane' ? [[event.lane, event] as const] : [])));
}

/** Whether the lane's last recorded state is this. */
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

/** Sends some creates to each lane, under names of their own. */
export async function sendToBoth(world: World, name: string, commands: { campaign: number; signIns: number }) {
  const requestedAt = world.time.iso();
  await world.send([
    ...creates({ lane: 'campaign', name: `campaign-${name}`, commands: commands.campaign, requestedAt }),
    ...creates({ lane: 'transactional', name: `sign-in-${name}`, commands: commands.signIns, requestedAt }),
  ]);
}

/** The start of a story: some commands on each lane, answered at once. */
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
  // The governor's run takes about as long as a mapping takes to fill the batch.
  await time.step(1, { inWork: true });
  await world.answeredOrParked();
}

/** Steps until the governor has paused all lanes and disabled their mappings. */
export async function lanesPaused(world: World, reason: string, mostMinutes: number): Promise<void> {
  const paused = () => lanes.every((lane) => laneIs(world, lane, 'paused', reason));
  await world.time.stepUntil(paused, `all lanes paused: ${reason}`, mostMinutes);
}

/** Steps until the lanes are open again and all waiting commands have their outcomes. No operator acts. */
export async function lanesOpened(world: World, withinMinutes: number): Promise<Check> {
  const { time, correspondence } = world;
  const from = time.now();
  await time.stepUntil(() => lanes.every((lane) => laneIs(world, lane, 'open')), 'all lanes open', 20);
  const minutes = Math.round((time.now() - from) / 60_000);
  // A worker returned messages before the pause, with a delay of at most a quarter of an hour.
  await time.stepUntil(() => correspondence.unsettled === 0, 'a final outcome for every command', 20);
  return {
    text: `the lanes opened by themselves; minutes after the end of the failure: ${minutes}`,
    holds: minutes <= withinMinutes,
  };
}
