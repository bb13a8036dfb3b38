import type { Command } from '../domain/contract/command.ts';
import { parkOrderKey } from '../domain/contract/parked-command.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import type { LaneNow } from '../domain/control/control-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { rememberedUntil } from '../domain/link/link-state.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { Delivery } from '../domain/work/delivery.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import type { LinkWorkerPorts } from './ports.ts';

interface Item {
  command: Command;
  delivery: Delivery;
}

/**
 * Parks commands that wait for quota in the archive, and keeps the park order of each link:
 *
 *     added to the order ─▶ archive ─▶ acknowledged … replayed ─▶ its turn? ─▶ carried out ─▶ removed from the order
 *                                                                  └─ no: a little later
 */
export class Parking {
  readonly #lane: LaneNow;
  readonly #settings: LinkWorkerEnvironment;
  readonly #ports: LinkWorkerPorts;

  /** @param lane the lane's state at the start of the batch */
  constructor(lane: LaneNow, settings: LinkWorkerEnvironment, ports: LinkWorkerPorts) {
    this.#lane = lane;
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Why the lane parks: its reason at the start of the batch, or the spent quota that the batch has met since. */
  get reason(): string {
    const { state, reason } = this.#lane;
    return state === 'parking' && reason !== undefined ? reason : 'quota-exceeded';
  }

  /** Whether earlier commands of the same link are parked. */
  async mustQueueBehind({ command, delivery }: Item): Promise<boolean> {
    const address = addressIn(command);
    if (address === undefined || !(this.#lane.hasParked || delivery.replayed)) return false;
    const [first] = await this.#ports.ledger.parkOrder(address);
    if (first === undefined || first === parkOrderKey(command)) return false;
    // A create runs before changes that were requested earlier, which are then superseded. It waits only for the end of
    // an earlier link at its address.
    if (command.action === 'create' && (await this.#ports.ledger.link(address))?.state !== 'live') return false;
    // An earlier command that never returns (a dead letter) must not block the others forever.
    return !delivery.replayed || delivery.receiveCount < deliveriesToWaitForCreate;
  }

  /** Parks a command. It writes the park order first. After a crash, the message returns and is parked again. */
  async putAway({ command, delivery }: Item): Promise<void> {
    const { ledger, parked, clock } = this.#ports;
    const { LANE: lane, DEDUPLICATION_WINDOW_DAYS } = this.#settings;
    const { messageId, sentAtMilliseconds, receiveCount, sender, groupId } = delivery;
    const { source, requestId } = command;
    const parkedAtMilliseconds = clock.wallMilliseconds();
    const address = addressIn(command);
    if (address !== undefined) {
      const until = rememberedUntil(secondsNow(clock), DEDUPLICATION_WINDOW_DAYS);
      await ledger.addToParkOrder(address, parkOrderKey(command), until);
    }
    // It parks the command without its envelope, which may leave no room for the attributes that a replay adds.
    const body = wireJson(command);
    const message = {
      lane,
      messageId,
      sentAtMilliseconds,
      receiveCount,
      parkedAtMilliseconds,
      sender,
      ...(groupId !== undefined && { groupId }),
    };
    await parked.add({ v: 1, ...message, source, requestId, body });
  }

  /** Removes a finished command from the park order, so that the link's next command may run. */
  async leaveOrder({ command, delivery }: Item): Promise<void> {
    const address = addressIn(command);
    if (address === undefined || !(delivery.replayed || this.#lane.hasParked)) return;
    await this.#ports.ledger.removeFromParkOrder(address, parkOrderKey(command));
  }
}

/**
 * The address that a command names. Before it is made, no other command can name the link of a create without a chosen
 * ID.
 */
export function addressIn({ onelinkId, shortlinkId }: Command): LinkAddress | undefined {
  return shortlinkId === undefined ? undefined : { onelinkId, shortlinkId };
}
