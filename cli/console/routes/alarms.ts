import { Hono } from 'hono';
import { alarmsNow } from '../reading/alarms-now.ts';
import { runbook } from '../reading/runbook.ts';
import type { ConsoleWorld } from '../world.ts';

/** The alarms, each with what the runbook has about it. */
export function alarmRoutes({ desk, nowMilliseconds }: ConsoleWorld): Hono {
  return new Hono().get('/alarms', async (context) => {
    const { deployed } = await desk.open();
    return context.json(await alarmsNow(deployed, await runbook(), nowMilliseconds()));
  });
}
