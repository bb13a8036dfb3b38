import type { DeliveryPolicy } from './delivery-policy.ts';
import type { Post } from './message.ts';
import { type Attempt, post } from './post.ts';

/** One message on its way to one subscription. */
export interface Delivery {
  readonly subscriptionArn: string;
  readonly url: URL;
  readonly post: Post;
  readonly policy: DeliveryPolicy;
  /** Called once, with the last attempt. */
  readonly onEnd: (last: Attempt) => void;
}

interface Waiting extends Delivery {
  readonly attempts: number;
  readonly dueMilliseconds: number;
}

/** The deliveries of one subscription. */
interface Line {
  readonly ready: Waiting[];
  readonly later: Set<Waiting>;
  inFlight: number;
  notBeforeMilliseconds: number;
}

/** So many requests to one receiver at a time. A slow receiver must not use up this machine's connections. */
const mostInFlight = 200;

export interface DeliveryPorts {
  readonly now: () => number;
  readonly post: (url: URL, message: Post) => Promise<Attempt>;
}

/**
 * Delivers messages over HTTP, each until its receiver has taken or refused it, or until its policy has no retry left. Retries
 * follow the clock: `tick` starts what is due.
 */
export class Deliveries {
  readonly #lines = new Map<string, Line>();
  readonly #ports: DeliveryPorts;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  /** @param timeoutMilliseconds how long a receiver may take for its answer */
  static over(timeoutMilliseconds: number): Deliveries {
    // The clock may be replaced later, so its function is not kept.
    return new Deliveries({ now: () => Date.now(), post: (url, message) => post(url, message, timeoutMilliseconds) });
  }

  add(delivery: Delivery): void {
    const line = this.#lineOf(delivery.subscriptionArn);
    line.ready.push({ ...delivery, attempts: 0, dueMilliseconds: this.#ports.now() });
    this.#start(line);
  }

  /** Starts what is due. */
  tick(): void {
    const now = this.#ports.now();
    for (const line of this.#lines.values()) {
      for (const waiting of line.later) {
        if (waiting.dueMilliseconds > now) continue;
        line.later.delete(waiting);
        line.ready.push(waiting);
      }
      this.#start(line);
    }
  }

  /** Deliveries of a topic that wait for their next attempt. */
  retrying(topicArn: string): number {
    const lines = [...this.#lines].filter(([subscriptionArn]) => subscriptionArn.startsWith(`${topicArn}:`));
    return lines.reduce((sum, [, { later }]) => sum + later.size, 0);
  }

  /** Forgets what has not begun: SNS delivers nothing to a subscription that is gone. */
  end(subscriptionArn: string): void {
    const line = this.#lines.get(subscriptionArn);
    if (line === undefined) return;
    this.#lines.delete(subscriptionArn);
    line.ready.length = 0;
  }

  #lineOf(subscriptionArn: string): Line {
    const found = this.#lines.get(subscriptionArn);
    if (found !== undefined) return found;
    const line: Line = { ready: [], later: new Set(), inFlight: 0, notBeforeMilliseconds: 0 };
    this.#lines.set(subscriptionArn, line);
    return line;
  }

  #start(line: Line): void {
    while (line.inFlight < mostInFlight) {
      const [next] = line.ready;
      const now = this.#ports.now();
      if (next === undefined || now < line.notBeforeMilliseconds) return;
      line.ready.shift();
      const { maxReceivesPerSecond } = next.policy;
      if (maxReceivesPerSecond !== undefined) line.notBeforeMilliseconds = now + 1_000 / maxReceivesPerSecond;
      line.inFlight += 1;
      void this.#attempt(line, next);
    }
  }

  async #attempt(line: Line, delivery: Waiting): Promise<void> {
    const attempt = await this.#ports.post(delivery.url, delivery.post);
    line.inFlight -= 1;
    const delaySeconds = delivery.policy.delaysSeconds[delivery.attempts];
    if (attempt.result !== 'failed' || delaySeconds === undefined) delivery.onEnd(attempt);
    else {
      const dueMilliseconds = this.#ports.now() + delaySeconds * 1_000;
      const again = { ...delivery, attempts: delivery.attempts + 1, dueMilliseconds };
      if (delaySeconds === 0) line.ready.push(again);
      else line.later.add(again);
    }
    this.#start(line);
  }
}
