import { Hono } from 'hono';
import * as z from 'zod';
import { bodyOf } from '../bodies.ts';
import { deadLetterPage, heldPage, parkedPage, quarantinedLines, quarantinePage } from '../reading/stuck-work.ts';
import type { ConsoleWorld } from '../world.ts';

const keySchema = z.strictObject({ key: z.string().min(1).max(1_024) });

/** Work that waits for an operator. */
export function stuckRoutes({ desk, nowMilliseconds }: ConsoleWorld): Hono {
  const routes = new Hono();
  routes.get('/stuck/parked', async (context) => context.json(await parkedPage(await desk.open(), nowMilliseconds())));
  routes.get('/stuck/quarantine', async (context) => {
    const page = await quarantinePage(await desk.open(), context.req.query('after'), nowMilliseconds());
    return context.json(page);
  });
  routes.post('/stuck/quarantine/lines', async (context) => {
    const { key } = await bodyOf(context, keySchema);
    return context.json(await quarantinedLines(await desk.open(), key));
  });
  routes.get('/stuck/held', async (context) => context.json(await heldPage(await desk.open(), nowMilliseconds())));
  routes.get('/stuck/dead-letters', async (context) => {
    const interrupted = AbortSignal.any([desk.ended, context.req.raw.signal]);
    const asked = { at: nowMilliseconds(), interrupted };
    return context.json(await deadLetterPage(await desk.open(), context.req.query('after'), asked));
  });
  return routes;
}
