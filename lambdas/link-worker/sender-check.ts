import type { CommandReading } from '../domain/contract/command-reading.ts';
import type { Decision, RequestIdentity } from '../domain/contract/outcome.ts';
import { type BoundSenders, type SenderDecisions, type Standing, standing } from '../domain/contract/sender.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { subjectOf } from '../domain/link/digest.ts';
import { precedesErasure, subjectErased } from '../domain/link/erasure.ts';
import type { Delivery, Disposition } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import type { LinkWorkerPorts } from './ports.ts';
import { Publishing } from './publishing.ts';

/** How long one environment uses the decisions that it has read. An operator's decision takes effect within this time. */
const decisionsGoodForMilliseconds = 30_000;

/** A message and what it asks for. */
export interface ReadMessage {
  delivery: Delivery;
  reading: CommandReading;
}

/** The operators' decisions about unknown senders, read only when a batch needs them. */
export class DecidedSenders {
  readonly #ports: Pick<LinkWorkerPorts, 'senders' | 'clock'>;
  #known: { decisions: SenderDecisions; readAt: number } | undefined;

  constructor(ports: Pick<LinkWorkerPorts, 'senders' | 'clock'>) {
    this.#ports = ports;
  }

  /** @param newest reads them again: the replayer has sent a held command back, so there is a newer decision */
  async decisions(newest: boolean): Promise<SenderDecisions> {
    const { senders, clock } = this.#ports;
    const now = clock.monotonicMilliseconds();
    if (newest || this.#known === undefined || now - this.#known.readAt >= decisionsGoodForMilliseconds) {
      this.#known = { decisions: await senders.decisions(), readAt: now };
    }
    return this.#known.decisions;
  }
}

/**
 * How the senders of these messages stand, in order. A message whose source is not readable is `allowed`: the contract
 * refuses it.
 *
 * @throws Error if there are unknown senders, and the decisions about them cannot be read
 */
export async function standingsOf(
  messages: ReadMessage[],
  bound: BoundSenders,
  decided: DecidedSenders,
): Promise<Standing[]> {
  const judge = (decisions?: SenderDecisions) =>
    messages.map(({ delivery, reading }): Standing => {
      const { source } = askedIn(reading);
      return source === null ? 'allowed' : standing(delivery.sender, source, bound, decisions);
    });
  const byConfiguration = judge();
  const unknown = messages.filter((_, index) => byConfiguration[index] === 'unknown');
  if (unknown.length === 0) return byConfiguration;
  return judge(await decided.decisions(unknown.some(({ delivery }) => delivery.replayed)));
}

/**
 * Rejects or holds the commands of senders that may not send as the source that they name. It leaves the park order of
 * their links alone, or a stranger could remove a known sender's command from it.
 */
export class SenderCheck {
  readonly #lane: string;
  readonly #ports: LinkWorkerPorts;
  readonly #secret: string;
  readonly #publishing: Publishing;

  /** @param secret keys the digests of subjects */
  constructor(lane: string, ports: LinkWorkerPorts, secret: string) {
    this.#lane = lane;
    this.#ports = ports;
    this.#secret = secret;
    this.#publishing = new Publishing(lane, ports);
  }

  /** Each step can be repeated, so after an error the command returns. */
  async end(message: ReadMessage, stands: Exclude<Standing, 'allowed'>): Promise<Disposition> {
    const { delivery } = message;
    const asked = askedIn(message.reading);
    try {
      // The outcome goes to the producer that the message names. The metadata are the words of an unknown sender.
      const { metadata: _, ...told } = asked;
      if (stands === 'unknown' && (await this.#isErased(message))) {
        await this.#publishing.unrecorded(subjectErased, told, delivery);
      } else if (stands === 'unknown') await this.#hold(message, told);
      // The outcome goes to the producer whose sender it is. Otherwise a stranger could tell a producer that its own
      // request was rejected.
      else await this.#reject({ ...asked, source: stands === 'rejected' ? null : stands.belongsTo }, delivery);
      return 'done';
    } catch (error) {
      this.#publishing.failed(asked, delivery, error);
      return 'try-again';
    }
  }

  async #reject(asked: RequestIdentity, delivery: Delivery): Promise<void> {
    const message = 'must name the producer whose role or user sent the message';
    const faults = [{ path: 'source', rule: 'not-allowed', message }];
    const decision: Decision = { outcome: 'rejected', reason: 'sender-not-allowed', faults };
    await this.#publishing.unrecorded(decision, asked, delivery);
    this.#ports.observer.count(laneMetric.senderNotAllowed);
  }

  /** Writes the command to the archive first. After a crash, the message returns and is held twice, which is harmless. */
  async #hold({ delivery, reading }: ReadMessage, asked: RequestIdentity): Promise<void> {
    const { messageId, sentAtMilliseconds, receiveCount, sender, groupId } = delivery;
    await this.#ports.held.add({
      v: 1,
      lane: this.#lane,
      messageId,
      sentAtMilliseconds,
      receiveCount,
      parkedAtMilliseconds: this.#ports.clock.wallMilliseconds(),
      source: asked.source ?? '',
      requestId: asked.requestId ?? '',
      sender,
      ...(groupId !== undefined && { groupId }),
      // A valid command goes without its envelope, as a parked one does. An invalid one keeps every byte for its faults.
      body: 'command' in reading ? wireJson(reading.command) : delivery.body,
    });
    await this.#publishing.unrecorded({ outcome: 'parked', reason: 'sender-unknown' }, asked, delivery);
  }

  /** Whether the subject of a command has been erased since, so that it must not be held. */
  async #isErased({ delivery, reading }: ReadMessage): Promise<boolean> {
    if (!('command' in reading)) return false;
    const { command } = reading;
    const { subject } = subjectOf(this.#secret, command);
    if (subject === undefined) return false;
    const { erasedAt } = await this.#ports.ledger.known([], [subject]);
    return precedesErasure({ ...command, sentAtMilliseconds: delivery.sentAtMilliseconds }, erasedAt.get(subject));
  }
}

function askedIn(reading: CommandReading): RequestIdentity {
  const { source, requestId, action, metadata } = 'command' in reading ? reading.command : reading.refused;
  return { source, requestId, action, metadata };
}
