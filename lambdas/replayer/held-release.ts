import type { ParkedCommand } from '../domain/contract/parked-command.ts';
import { type SenderDecisions, standing } from '../domain/contract/sender.ts';
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
      const isKnown = standing(sender, source, settings.SENDERS, decisions) !== 'unknown';
      for await (const lot of held.lots({ source, sender })) {
        try {
          if (isKnown && (await releaseLot(lot, settings, deadline, ports))) continue;
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

/** @returns whether the lot was sent back whole. Otherwise a lane has no room, and the next run sends it again. */
async function releaseLot(
  lot: Lot,
  { LANES }: ReplayerEnvironment,
  deadline: Deadline,
  ports: ReplayerPorts,
): Promise<boolean> {
  if (lot.bytes > maxLotBytes) throw new Error('the lot of held commands is too large');
  if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return false;
  const { commands, unreadable } = await ports.held.read(lot);
  const byLane = Map.groupBy(commands, ({ lane }) => lane);
  const [first] = byLane.keys();
  if (first === undefined && unreadable.length > 0) throw new Error('the lot of held commands is unreadable');
  for (const [name, ofLane] of byLane) {
    const lane = LANES.find((one) => one.name === name);
    if (lane === undefined) throw new Error('the lane of held commands is not configured');
    if ((await ports.queue.depth(lane.queueUrl)) >= lane.sendAhead) return false;
    await sendBack(lane, ofLane, lot, deadline, ports);
  }
  if (first !== undefined) await keepInQuarantine(first, lot.key, 'unreadable', unreadable, ports);
  await ports.held.remove(lot);
  return true;
}

async function sendBack(
  { name, queueUrl }: ReplayerEnvironment['LANES'][number],
  commands: ParkedCommand[],
  lot: Lot,
  deadline: Deadline,
  ports: ReplayerPorts,
): Promise<void> {
  const refused = await ports.queue.send(queueUrl, commands, deadline);
  const lines = refused.map((command) => JSON.stringify(command));
  await keepInQuarantine(name, lot.key, 'refused', lines, ports);
  const sent = commands.length - refused.length;
  ports.laneObserver(name).count(laneMetric.commandReplayed, sent);
  ports.observer.info('held commands were sent back', { lane: name, count: sent });
}
