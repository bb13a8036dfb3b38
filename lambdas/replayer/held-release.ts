import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { type SenderDecisions, type Standing, standing, unknownSender } from '../domain/contract/sender.ts';
import { type Deadline, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { nameOfError } from '../domain/work/observer.ts';
import type { ReplayerEnvironment } from './env.ts';
import { heldMetric } from './names.ts';
import type { Lot, ReplayerPorts } from './ports.ts';
import { keepInQuarantine, maxLotBytes } from './quarantining.ts';

/**
 * Sends the held commands of each sender back to their lanes, once the configuration or an operator has decided about the
 * sender. The worker then decides by the same rule. It may crash at any point: the next run sends a lot that was not removed
 * again. A lot that fails does not stop the others.
 *
 * It does not wait for a lane to open. If there is no quota, the worker parks what it may carry out.
 *
 * @returns whether anything failed
 */
export async function releaseHeld(
  settings: ReplayerEnvironment,
  deadline: Deadline,
  ports: ReplayerPorts,
): Promise<{ failed: boolean }> {
  const { held, observer } = ports;
  let left = 0;
  let failed = false;
  const onFailure = (error: unknown) => {
    failed = true;
    observer.warn('held commands could not be sent back', { error: nameOfError(error) });
  };
  try {
    let decisions: SenderDecisions | undefined;
    for await (const { source, sender } of held.senders()) {
      decisions ??= await ports.senders.decisions();
      const stands = standing(sender, source, settings.SENDERS, decisions);
      for await (const lot of held.lots({ source, sender })) {
        try {
          if (stands !== 'unknown' && (await releaseLot({ lot, source, sender, stands }, settings, deadline, ports)))
            continue;
        } catch (error) {
          onFailure(error);
        }
        left += lot.commands;
      }
    }
    observer.level(heldMetric.commandsHeld, left, 'Count');
  } catch (error) {
    onFailure(error);
  }
  return { failed };
}

/** A lot, and the sender whose folder it is in. */
interface HeldLot {
  lot: Lot;
  source: string;
  sender: string;
  stands: Standing;
}

/** @returns whether the lot was sent back whole. Otherwise a lane has no room, and the next run sends it again. */
async function releaseLot(
  held: HeldLot,
  { LANES }: ReplayerEnvironment,
  deadline: Deadline,
  ports: ReplayerPorts,
): Promise<boolean> {
  const { lot } = held;
  if (lot.bytes > maxLotBytes) throw new Error('the lot of held commands is too large');
  if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return false;
  const { commands, unreadable } = await ports.held.read(lot);
  const { own = [], foreign = [] } = Object.groupBy(commands, (one) => (isOf(one, held) ? 'own' : 'foreign'));
  const byLane = Map.groupBy(own, ({ lane }) => lane);
  const [first] = byLane.keys();
  if (first === undefined && foreign.length === 0 && unreadable.length > 0)
    throw new Error('the lot of held commands is unreadable');
  for (const [name, ofLane] of byLane) {
    const lane = LANES.find((one) => one.name === name);
    if (lane === undefined) throw new Error('the lane of held commands is not configured');
    if ((await ports.queue.depth(lane.queueUrl)) >= lane.sendAhead) return false;
    await sendBack(lane, ofLane, held, deadline, ports);
  }
  // No worker writes such a line. It keeps no sender, so nobody vouches for one, even if an operator releases it.
  const forged = foreign.map((one) => JSON.stringify({ ...one, sender: unknownSender }));
  const lane = first ?? foreign[0]?.lane;
  if (lane !== undefined) await keep(held, lane, 'unreadable', [...unreadable, ...forged], ports);
  await ports.held.remove(lot);
  return true;
}

/** Whether the line is of the folder's source and sender. Operators decide by the folder. */
function isOf(command: ParkedCommand, { source, sender }: HeldLot): boolean {
  return command.source === source && (command.sender ?? unknownSender) === sender;
}

/** Keeps these lines. Their producer hears of it only if the sender is its own: the lines are the sender's words. */
function keep(
  { lot, stands }: HeldLot,
  lane: string,
  reason: 'unreadable' | 'refused',
  lines: string[],
  ports: ReplayerPorts,
): Promise<void> {
  return keepInQuarantine(lane, lot.key, reason, lines, ports, { publishes: stands === 'allowed' });
}

async function sendBack(
  { name, queueUrl }: ReplayerEnvironment['LANES'][number],
  commands: ParkedCommand[],
  held: HeldLot,
  deadline: Deadline,
  ports: ReplayerPorts,
): Promise<void> {
  const refused = await ports.queue.send(queueUrl, commands, deadline);
  const lines = refused.map((command) => JSON.stringify(command));
  await keep(held, name, 'refused', lines, ports);
  const sent = commands.length - refused.length;
  ports.laneObserver(name).count(laneMetric.commandReplayed, sent);
  ports.observer.info('held commands were sent back', { lane: name, count: sent });
}
