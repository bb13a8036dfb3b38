import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { acting } from '../acting/read-only.ts';
import { bodyOf } from '../bodies.ts';
import { EmulatorControl } from '../emulator.ts';
import { ProblemError } from '../problem.ts';
import type { ConsoleWorld } from '../world.ts';

const operation = z.string().min(1).max(20);
const faultSchema = z.strictObject({
  kind: z.string().min(1).max(40),
  operation,
  times: z.int().min(1).max(1_000_000).optional(),
});
const rehearsalSchema = z.strictObject({ name: z.string().min(1).max(40) });
const quotaSchema = z.strictObject({ remaining: z.int().min(0) });
const clockSchema = z.strictObject({
  advanceSeconds: z
    .int()
    .min(1)
    .max(366 * 86_400),
});

/** Fields that a kind needs, beside those that the page sends. */
const usual: Readonly<Record<string, object>> = {
  latency: { milliseconds: 2_000 },
  status: { status: 503 },
  'slow-body': { milliseconds: 5_000 },
};

/** The emulator of a local run: an operator rehearses a bad day. A deployed pipeline has none of these routes. */
export function emulatorRoutes(world: ConsoleWorld): Hono {
  const { desk, nowMilliseconds } = world;
  let known: { baseUrl: string; control: EmulatorControl } | undefined;
  const emulator = async () => {
    const { chosen } = await desk.open();
    const baseUrl = chosen.local?.oneLinkApi.baseUrl;
    if (baseUrl === undefined) throw new ProblemError('not-found', 'Only a local run has an emulator.');
    if (known?.baseUrl !== baseUrl) known = { baseUrl, control: new EmulatorControl(baseUrl) };
    return known.control;
  };
  const routes = new Hono();
  if (!world.local) return routes;
  const change = <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    work: (control: EmulatorControl, body: z.output<Schema>) => Promise<void>,
  ) =>
    routes.post(`/emulator/${path}`, acting(world), async (context: Context) => {
      const body = await bodyOf(context, schema);
      const control = await emulator();
      await work(control, body);
      return context.json(await control.state(nowMilliseconds()));
    });

  routes.get('/emulator', async (context) => context.json(await (await emulator()).state(nowMilliseconds())));
  change('rehearse', rehearsalSchema, (control, { name }) => control.rehearse(name));
  change('faults', faultSchema, (control, fault) => control.addFaults({ ...usual[fault.kind], ...fault }));
  change('quota', quotaSchema, (control, { remaining }) => control.settings({ quotaRemaining: remaining }));
  change('clock', clockSchema, (control, { advanceSeconds }) => control.advance(advanceSeconds));
  change('well', z.strictObject({}), (control) => control.recover());
  return routes;
}
