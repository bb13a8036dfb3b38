import { describe, expect, it } from 'vitest';
import { type Connection, listen, type Source } from '../../../console/state/event-stream.ts';

/** A stream as the browser has it: it reports an end once, and sends nothing after it is closed. */
class FakeSource implements Source {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  readonly #listeners = new Map<string, (event: { data: string }) => void>();

  addEventListener(name: string, listen: (event: { data: string }) => void): void {
    this.#listeners.set(name, listen);
  }

  send(name: string, data: unknown): void {
    if (!this.closed) this.#listeners.get(name)?.({ data: JSON.stringify(data) });
  }

  close(): void {
    this.closed = true;
  }
}

function givenStream() {
  const sources: FakeSource[] = [];
  const connections: Connection[] = [];
  const events: [string, unknown][] = [];
  const timers: { milliseconds: number; then: () => void; cancelled: boolean }[] = [];
  const end = listen({
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    after: (milliseconds, then) => {
      const timer = { milliseconds, then, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    onConnection: (connection) => connections.push(connection),
    onEvent: (name, data) => events.push([name, data]),
  });
  const current = () => {
    const source = sources.at(-1);
    if (source === undefined) throw new Error('no stream is open');
    return source;
  };
  return { sources, connections, events, timers, end, current };
}

describe('the events of the server', () => {
  it('passes each event on by its name', () => {
    const { current, events, connections } = givenStream();

    current().onopen?.();
    current().send('overview', { at: 1 });
    current().send('act', { run: 'a' });
    current().send('unheard', {});

    expect(connections).toEqual(['connecting', 'live']);
    expect(events).toEqual([
      ['overview', { at: 1 }],
      ['act', { run: 'a' }],
    ]);
  });

  it('connects again after each end, later each time', () => {
    const { current, sources, timers, connections } = givenStream();

    for (let round = 0; round < 5; round += 1) {
      current().onerror?.();
      timers.at(-1)?.then();
    }

    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([500, 1_000, 2_000, 5_000, 5_000]);
    expect(sources).toHaveLength(6);
    expect(sources.slice(0, 5).every(({ closed }) => closed)).toBe(true);
    expect(connections.at(-1)).toBe('lost');
  });

  it('begins with the shortest delay again after a connection that worked', () => {
    const { current, timers } = givenStream();
    current().onerror?.();
    timers.at(-1)?.then();
    current().onopen?.();

    current().onerror?.();

    expect(timers.at(-1)?.milliseconds).toBe(500);
  });

  it('does not connect again after its end', () => {
    const { current, timers, end } = givenStream();
    current().onerror?.();

    end();

    expect(timers.map(({ cancelled }) => cancelled)).toEqual([true]);
    expect(current().closed).toBe(true);
  });
});
