import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { Mailbox } from '../mailbox.ts';
import { OverviewReader } from '../reading/overview-reader.ts';
import type { ConsoleWorld } from '../world.ts';

/** As `onelink status --watch`. */
const everyMilliseconds = 5_000;

/** The first screen: once, and as events while a page listens. */
export function overviewRoutes(world: ConsoleWorld): Hono {
  const { desk, events, nowMilliseconds } = world;
  const reader = new OverviewReader(desk, nowMilliseconds);
  const routes = new Hono();

  routes.get('/overview', async (context) => context.json(await reader.read()));

  events.onFirst(() => void emitWhileHeard());
  let isEmitting = false;
  async function emitWhileHeard(): Promise<void> {
    // The last page may have gone and a new one come within one wait.
    if (isEmitting) return;
    isEmitting = true;
    while (events.isHeard && !desk.ended.aborted) {
      await reader.read().then(
        (overview) => events.emit('overview', overview),
        (error: unknown) => events.emit('problem', { ...world.problemOf(error), at: nowMilliseconds() }),
      );
      await sleep(everyMilliseconds, undefined, { signal: desk.ended }).catch(() => {});
    }
    isEmitting = false;
  }

  routes.get('/events', (context) =>
    streamSSE(context, async (stream) => {
      const mailbox = new Mailbox();
      const close = () => mailbox.close();
      stream.onAbort(close);
      desk.ended.addEventListener('abort', close, { once: true });
      const stop = events.add(mailbox);
      // A page that joins others need not wait for their next event. If the reading fails, the loop reports that.
      void reader.read().then(
        (overview) => mailbox.send('overview', overview),
        () => {},
      );
      try {
        while (!stream.aborted && !desk.ended.aborted) {
          const letter = await mailbox.next();
          if (letter !== undefined) await stream.writeSSE(letter);
        }
      } finally {
        stop();
        desk.ended.removeEventListener('abort', close);
      }
    }),
  );
  return routes;
}
