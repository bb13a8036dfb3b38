import type { Command } from '../domain/contract/command.ts';
import { type RequestKey, requestKey } from '../domain/contract/request-key.ts';
import { provedSender } from '../domain/contract/sender.ts';
import { wireJson } from '../domain/contract/wire-json.ts';
import { laneNow } from '../domain/control/control-record.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import { type Claimed, claimedAs, type HttpRecord, httpGroupOf } from '../domain/http/record.ts';
import type { KnownRequest } from '../domain/http/request-answer.ts';
import { rememberedUntil } from '../domain/link/link-state.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import type { Asked } from './asked.ts';
import type { HttpApiEnvironment } from './env.ts';
import { httpApiMetric } from './names.ts';
import type { HttpApiPorts, LaneMessage } from './ports.ts';

/** How a command stands: its request has an outcome, its key is free, this call has claimed the key, or another one has. */
export type Stands = 'answered' | 'free' | 'claimed' | Claimed;

/** A command under way. */
export interface Progress {
  asked: Asked;
  known: KnownRequest;
  stands: Stands;
  /** Whether an earlier call has the outcome already. */
  isRepeat: boolean;
}

/** Commands that were sent, and how the others stand. */
export interface Sent {
  progress: Progress[];
  /** Ends when what was sent is noted in the ledger. It never fails, and nothing but the call's end waits for it. */
  booked: Promise<void>;
}

/** Where the commands of a call go. */
export interface LaneOfCall {
  name: string;
  isPaused: boolean;
}

/** Commands that nobody carries out. */
export const unsent: ReadonlySet<Stands> = new Set(['free', 'claimed', 'crashed', 'ended']);
/** Commands whose call has crashed, or has withdrawn its claim. What the worker has rejected stays so. */
export const lost: ReadonlySet<Stands> = new Set(['free', 'crashed']);
/** Another command has the key. */
export const isReused = ({ stands }: Progress) => stands === 'reused' || stands === 'abandoned';
export const hasNoOutcome = ({ known }: Progress) => known.request === undefined;

/** Whether the key has a claim that its call may still withdraw, because nothing was sent. */
const hasOpenClaim = ({ known: { request, http } }: Progress) =>
  request === undefined && http !== undefined && http.sentAt === undefined && http.waiting === undefined;

/** How many claims are written at once. */
const claimsAtOnce = 25;
/** A call that may not send withdraws its claim sooner. */
const withdrawnWithinMilliseconds = 100;

/** Sends commands, each of them once:
 *
 *     read records ─▶ claim ─▶ send ─▶ mark as sent
 *                                └───▶ wait for the outcome
 *
 * After a crash between two steps, the next call with the key takes the claim over and sends the command again. All copies
 * have one message ID, and the link worker carries a request out once. A call with one command claims its key while it
 * reads: most keys are new, and a caller may wait for the outcome. If the call then sends nothing, it withdraws the claim.
 */
export class Sending {
  readonly #settings: HttpApiEnvironment;
  readonly #ports: HttpApiPorts;
  /** Lanes that were paused when this environment last read of them. */
  readonly #paused = new Set<string>();

  constructor(settings: HttpApiEnvironment, ports: HttpApiPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** What the ledger knows of these commands. */
  async look(all: readonly Asked[]): Promise<Progress[]> {
    const { ledger, records } = this.#ports;
    const keys = all.map(({ command }) => command);
    const [requests, claims] = await Promise.all([ledger.requests(keys), records.find(keys)]);
    return all.map((asked) => {
      const key = requestKey(asked.command);
      return this.#progress(asked, { request: requests.get(key), http: claims.get(key) });
    });
  }

  /** Reads again what the ledger knows of commands without an outcome. What is known of the others stays. */
  async lookAgain(all: readonly Progress[]): Promise<Progress[]> {
    const open = all.filter(hasNoOutcome);
    if (open.length === 0) return [...all];
    const seen = await this.look(open.map(({ asked }) => asked));
    const news = new Map(seen.map((one) => [one.asked, one]));
    return all.map((one) => {
      const now = news.get(one.asked);
      return now === undefined ? one : { ...now, isRepeat: one.isRepeat };
    });
  }

  /** Reads which of the commands have an outcome by now. It costs half of a whole look. All else that is known stays. */
  async lookForOutcomes(all: readonly Progress[]): Promise<Progress[]> {
    const open = all.filter(hasNoOutcome);
    if (open.length === 0) return [...all];
    const requests = await this.#ports.ledger.requests(open.map(({ asked }) => asked.command));
    return all.map((one) => {
      const request = hasNoOutcome(one) ? requests.get(requestKey(one.asked.command)) : undefined;
      if (request === undefined) return one;
      return { ...this.#progress(one.asked, { ...one.known, request }), isRepeat: one.isRepeat };
    });
  }

  /** Whether a request is on its way: its command was sent, or another call is sending it, and it has no outcome yet. */
  async isUnderWay(request: RequestKey): Promise<boolean> {
    const { ledger, records, clock } = this.#ports;
    const [requests, claims] = await Promise.all([ledger.requests([request]), records.find([request])]);
    const http = claims.get(requestKey(request));
    if (http === undefined || requests.size > 0) return false;
    return claimedAs(http, http.commandDigest, clock.wallMilliseconds()) === 'running';
  }

  #progress(asked: Asked, found: KnownRequest): Progress {
    const { request, http } = found;
    const { command, digest } = asked;
    const known = { ...found, asksForCode: asksForCode(command) };
    if (request !== undefined) {
      const isAnswer = request.commandDigest === digest;
      return { asked, known, stands: isAnswer ? 'answered' : 'reused', isRepeat: isAnswer };
    }
    const stands = http === undefined ? 'free' : claimedAs(http, digest, this.#ports.clock.wallMilliseconds());
    return { asked, known, stands, isRepeat: false };
  }

  /** The lane with its state, which is read while the call reads what is known of its commands. */
  async laneNow(name: string): Promise<LaneOfCall> {
    const { control, clock } = this.#ports;
    const reading = await control.read();
    const { state } = laneNow(reading.control, reading.signals, name, clock.wallMilliseconds());
    const isPaused = state === 'paused';
    if (isPaused) this.#paused.add(name);
    else this.#paused.delete(name);
    return { name, isPaused };
  }

  /**
   * What the ledger knows of a command, whose key this call claims at the same moment if no call has claimed it before. In a
   * lane that was paused, it does not claim: a claim that is soon withdrawn would stand in the way of others.
   */
  async lookAndClaim(asked: Asked, lane: string): Promise<Progress> {
    const seen = await (this.#paused.has(lane) ? this.#lookAt(asked) : this.#lookAndClaim(asked, lane));
    if (!isReused(seen) || !hasOpenClaim(seen)) return seen;
    await this.#ports.clock.sleep(withdrawnWithinMilliseconds);
    return this.#lookAt(asked);
  }

  async #lookAt(asked: Asked): Promise<Progress> {
    const [found] = await this.look([asked]);
    if (found === undefined) throw new Error('a command has no place in the ledger');
    return found;
  }

  async #lookAndClaim(asked: Asked, lane: string): Promise<Progress> {
    const record = this.#claimOf(asked, lane, undefined);
    const [looked, claimed] = await Promise.allSettled([this.#lookAt(asked), this.#ports.records.claim(record)]);
    const isMine = claimed.status === 'fulfilled' && claimed.value;
    const seen = looked.status === 'fulfilled' ? looked.value : undefined;
    if (isMine && (seen === undefined || seen.known.request !== undefined)) await this.#withdraw(record);
    if (looked.status === 'rejected') throw looked.reason;
    if (claimed.status === 'rejected') throw claimed.reason;
    if (!isMine || looked.value.known.request !== undefined) return looked.value;
    return { ...looked.value, known: { ...looked.value.known, http: record }, stands: 'claimed' };
  }

  /** Frees the key of a command that this call has claimed and does not send. */
  async withdraw({ stands, known: { http } }: Progress): Promise<void> {
    if (stands === 'claimed' && http !== undefined) await this.#withdraw(http);
  }

  async #withdraw(record: HttpRecord): Promise<void> {
    const { records, observer } = this.#ports;
    await keepBooks(observer, httpApiMetric.bookkeepingFailed, () => records.withdraw(record));
  }

  /**
   * Claims commands and sends those that this call has claimed.
   *
   * @param which those that stand so
   * @returns how each stands now. A command that another call has claimed in the meantime is `running`, `answered` or `reused`.
   *   The call may wait for outcomes while the marks are written, and ends after `booked`.
   * @throws HttpProblem if the queue accepts none of them
   */
  async send(
    all: readonly Progress[],
    lane: string,
    deadline: Deadline,
    which: ReadonlySet<Stands> = unsent,
  ): Promise<Sent> {
    const claimed = new Map<Asked, HttpRecord>();
    const lost: Asked[] = [];
    const wanted = all.filter(({ stands }) => which.has(stands));
    await eachAtOnce(claimsAtOnce, wanted, async ({ asked, stands, known: { http } }) => {
      if (stands === 'claimed' && http !== undefined) return void claimed.set(asked, http);
      const record = this.#claimOf(asked, lane, http);
      if (await this.#ports.records.claim(record, http)) claimed.set(asked, record);
      else lost.push(asked);
    });
    const { booked } = await this.#deliver(claimed, lane, deadline);
    const seen =
      lost.length === 0 ? [] : await this.look(lost).catch((error) => booked.then(() => Promise.reject(error)));
    const others = new Map(seen.map((one) => [one.asked, one]));
    const progress = all.map((one): Progress => {
      const http = claimed.get(one.asked);
      if (http !== undefined) return { ...one, known: { ...one.known, http }, stands: 'running' };
      const other = others.get(one.asked);
      // A claim that was given up in this instant is the next call's.
      return other === undefined ? one : { ...other, stands: unsent.has(other.stands) ? 'running' : other.stands };
    });
    return { progress, booked };
  }

  #claimOf({ command, digest, subject }: Asked, lane: string, over: HttpRecord | undefined): HttpRecord {
    const { clock, newMessageId } = this.#ports;
    const { source, requestId } = command;
    // Copies of one command have one message ID. A corrected command is another one.
    const isCopy = over !== undefined && over.waiting === undefined && over.commandDigest === digest;
    return {
      source,
      requestId,
      commandDigest: digest,
      ...(subject !== undefined && { subject }),
      lane,
      messageId: isCopy ? over.messageId : newMessageId(),
      claimedAt: clock.wallMilliseconds(),
      ...(asksForCode(command) && { qr: true as const }),
      expiresAt: rememberedUntil(secondsNow(clock), this.#settings.DEDUPLICATION_WINDOW_DAYS),
    };
  }

  async #deliver(
    claimed: ReadonlyMap<Asked, HttpRecord>,
    lane: string,
    deadline: Deadline,
  ): Promise<Pick<Sent, 'booked'>> {
    if (claimed.size === 0) return { booked: Promise.resolve() };
    const { lanes, records, observer, clock } = this.#ports;
    const all = [...claimed].map(([{ command }, record]) => ({ record, message: messageOf(command, record) }));
    const book = (write: () => Promise<void>) => keepBooks(observer, httpApiMetric.bookkeepingFailed, write);
    const noting = this.#noteCodes(claimed);
    let refused: ReadonlySet<LaneMessage>;
    try {
      refused = new Set(
        await lanes.send(
          lane,
          all.map(({ message }) => message),
          deadline,
        ),
      );
    } catch (error) {
      // The queue may have accepted some of them. The next call sends them again, which makes no second link.
      await Promise.all([noting, ...all.map(({ record }) => book(() => records.giveUp(record)))]);
      throw error;
    }
    const now = clock.wallMilliseconds();
    const marking = eachAtOnce(claimsAtOnce, all, ({ record, message }) =>
      book(() => (refused.has(message) ? records.giveUp(record) : records.markSent(record, now))),
    );
    const booked = Promise.all([noting, marking]).then(() => {});
    if (refused.size === 0) return { booked };
    await booked;
    throw new HttpProblem('unavailable', { retryAfter: 2 });
  }

  /** Notes by their links which codes are asked for. A link's record does not show a `qr` command that is under way. */
  async #noteCodes(claimed: ReadonlyMap<Asked, HttpRecord>): Promise<void> {
    const { records, observer } = this.#ports;
    await eachAtOnce(claimsAtOnce, [...claimed], async ([{ command }, record]) => {
      if (command.action !== 'qr') return;
      const note = () => records.noteCode(record, command, record.expiresAt);
      await keepBooks(observer, httpApiMetric.bookkeepingFailed, note);
    });
  }
}

const asksForCode = (command: Command) =>
  command.action === 'qr' || (command.action === 'create' && command.qr !== undefined);

function messageOf(command: Asked['command'], { messageId, claimedAt, source }: HttpRecord): LaneMessage {
  return {
    body: wireJson(command),
    messageId,
    sentAtMilliseconds: claimedAt,
    sender: provedSender(source),
    groupId: httpGroupOf(source),
  };
}
