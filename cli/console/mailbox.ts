import type { ServerEventName, ServerEvents } from './contract/overview.ts';
import type { Listener } from './events.ts';

interface Letter {
  event: ServerEventName;
  data: string;
}

/** Events for one page. A slow page gets only the newest state of each thing, so the mailbox stays small. */
export class Mailbox implements Listener {
  readonly #waiting = new Map<string, Letter>();
  #wake = () => {};

  send<Name extends ServerEventName>(event: Name, data: ServerEvents[Name]): void {
    const thing = 'run' in data ? `${event} ${data.run}` : event;
    this.#waiting.set(thing, { event, data: JSON.stringify(data) });
    this.#wake();
  }

  /** Ends a wait. */
  close(): void {
    this.#wake();
  }

  /** The next event, or undefined if the mailbox was closed while it waited. */
  async next(): Promise<Letter | undefined> {
    if (this.#waiting.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [first] = this.#waiting;
    if (first !== undefined) this.#waiting.delete(first[0]);
    return first?.[1];
  }
}
