import { afterAll } from 'vitest';
import { allKinds, type WeatherKind } from '../../../../local/weather/kinds.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';
import { calmOnRepeats } from '../../../../local/weather/wire/calm.ts';
import type { Treatment } from '../../../../local/weather/wire/exchange.ts';
import { startFront } from '../../../../local/weather/wire/front.ts';

/** A mild plan in which these kinds always occur and no other kind does. */
export function always(...kinds: WeatherKind[]): WeatherPlan {
  return new WeatherPlan({ seed: 1, kinds, chances: Object.fromEntries(allKinds.map((kind) => [kind, 1])) });
}

/** Starts a proxy with this plan in front of the service of a client, until the test file ends. Returns its endpoint. */
export async function givenFront(
  client: { config: { endpoint?: (() => Promise<{ hostname: string; port?: number }>) | undefined } },
  plan: WeatherPlan,
  weather: (plan: WeatherPlan) => Treatment,
): Promise<string> {
  const at = await client.config.endpoint?.();
  if (at === undefined) throw new Error('the client has no endpoint of its own');
  const front = await startFront(`http://${at.hostname}:${at.port}`, calmOnRepeats(plan, weather(plan)));
  afterAll(() => front.stop());
  return front.endpoint;
}
