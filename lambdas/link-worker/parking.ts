import type { Command } from '../domain/contract/command.ts';
import { parkedPlace } from '../domain/contract/parked-command.ts';
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
 * What waits for quota goes to the archive, and keeps its place among the commands of its link:
 *
 *     place noted ─▶ archive ─▶ acknowledged … replayed ─▶ its turn? ─▶ carried out ─▶ place left
 *                                                           └─ no: a little later
 */
export class Parking {
  readonly #lane: LaneNow;
  readonly #settings: LinkWorkerEnvironment;
  readonly #ports: LinkWorkerPorts;

  /** @param lane how the lane stood when the batch began */
  constructor(lane: LaneNow, settings: LinkWorkerEnvironment, ports: LinkWorkerPorts) {
    this.#lane = lane;
    this.#settings = settings;
    this.#ports = ports;
  }

  /** Why the lane parks: as it stood when the batch began, or by what the batch has met since. */
  get reason(): string {
    const { state, reason } = this.#lane;
    return state === 'parking' && reason !== undefined ? reason : 'quota-exceeded';
  }

  /** Whether commands of the same link are parked that were asked for earlier. */
  async mustStandBehind({ command, delivery }: Item): Promise<boolean> {
    const address = addressIn(command);
    if (address === undefined || !(this.#lane.hasParked || delivery.replayed)) return false;
    const [first] = await this.#ports.ledger.parkedPlaces(address);
    if (first === undefined || first === parkedPlace(command)) return false;
    // What was asked for before a link's create waits for the create, and is then superseded: only an earlier link's end comes first.
    if (command.action === 'create' && (await this.#ports.ledger.link(address))?.state !== 'live') return false;
    // One before it that never comes (a dead letter) must not hold up the others for good.
    return !delivery.replayed || delivery.receiveCount < deliveriesToWaitForCreate;
  }

  /** The place comes first: should this end after it, the message comes back and is parked again. */
  async putAway({ command, delivery }: Item): Promise<void> {
    const { ledger, parked, clock } = this.#ports;
    const { LANE: lane, DEDUPLICATION_WINDOW_DAYS } = this.#settings;
    const { messageId, sentAtMilliseconds, receiveCount } = delivery;
    const { source, requestId } = command;
    const parkedAtMilliseconds = clock.wallMilliseconds();
    const address = addressIn(command);
    if (address !== undefined) {
      const until = rememberedUntil(secondsNow(clock), DEDUPLICATION_WINDOW_DAYS);
      await ledger.addParkedPlace(address, parkedPlace(command), until);
    }
    // The command alone: an envelope may be as long as SQS allows, and leave no room for what a replay adds.
    const body = wireJson(command);
    const message = { lane, messageId, sentAtMilliseconds, receiveCount, parkedAtMilliseconds };
    await parked.add({ v: 1, ...message, source, requestId, body });
  }

  /** What was parked and is done makes room for the next command of its link. */
  async leavePlace({ command, delivery }: Item): Promise<void> {
    const address = addressIn(command);
    if (address === undefined || !(delivery.replayed || this.#lane.hasParked)) return;
    await this.#ports.ledger.removeParkedPlace(address, parkedPlace(command));
  }
}

/** The link that a command names; a create that names none is nobody else's to speak of before it is made. */
export function addressIn({ onelinkId, shortlinkId }: Command): LinkAddress | undefined {
  return shortlinkId === undefined ? undefined : { onelinkId, shortlinkId };
}
