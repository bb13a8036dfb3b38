/** What happens at a time. */
export interface TimedEvent {
  at: number;
  /** Events of one time happen in the order in which they were planned. */
  place: number;
  happen: () => void;
}

const isBefore = (one: TimedEvent, other: TimedEvent) =>
  one.at < other.at || (one.at === other.at && one.place < other.place);

/** A binary heap of events, the earliest on top. A month has millions, and each is added and taken once. */
export class EventHeap {
  readonly #events: TimedEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  get first(): TimedEvent | undefined {
    return this.#events[0];
  }

  add(event: TimedEvent): void {
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = events[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      events[index] = parent;
      index = above;
    }
    events[index] = event;
  }

  /** Removes the earliest event. */
  take(): TimedEvent | undefined {
    const events = this.#events;
    const top = events[0];
    const last = events.pop();
    if (top === undefined || last === undefined || events.length === 0) return top;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [one, other] = [events[left], events[left + 1]];
      if (one === undefined) break;
      const isRight = other !== undefined && isBefore(other, one);
      const child = isRight ? other : one;
      if (!isBefore(child, last)) break;
      events[index] = child;
      index = isRight ? left + 1 : left;
    }
    events[index] = last;
    return top;
  }
}
