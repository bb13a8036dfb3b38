import type { ServerEventName, ServerEvents } from './contract/overview.ts';

/** A page that listens. It may be slow, and then gets only the newest event of each name. */
export interface Listener {
  send<Name extends ServerEventName>(name: Name, data: ServerEvents[Name]): void;
}

/** Passes events on to all pages that listen. */
export class Events {
  readonly #listeners = new Set<Listener>();
  #onFirst: () => void = () => {};

  /** @param begin called when a first page listens, and again after all have gone */
  onFirst(begin: () => void): void {
    this.#onFirst = begin;
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns ends the listening */
  add(listener: Listener): () => void {
    const isFirst = !this.isHeard;
    this.#listeners.add(listener);
    if (isFirst) this.#onFirst();
    return () => void this.#listeners.delete(listener);
  }

  emit<Name extends ServerEventName>(name: Name, data: ServerEvents[Name]): void {
    for (const listener of this.#listeners) listener.send(name, data);
  }
}
