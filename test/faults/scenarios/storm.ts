import { setTimeout as sleep } from 'node:timers/promises';
import type { WeatherPlan } from '../../../local/weather/plan.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import { faultyPipeline } from '../world/faulty-pipeline.ts';
import { MixedCampaign } from './mixed-campaign.ts';

const sizes = { batchSize: 10, concurrency: 4, timeoutSeconds: 20, visibilityTimeoutSeconds: 22 };
const waveSize = 50;
/** A new wave follows when at most so many messages have no outcome. */
const fewUnsettled = 100;

/** Sends waves of a mixed campaign while services are degraded. No function is killed, and every message must get its outcome. */
export async function storm(
  options: { weather: WeatherPlan; messages: number; patienceSeconds: number },
  progress: (line: string) => void,
): Promise<Account> {
  const startedAt = performance.now();
  const { weather } = options;
  const campaign = new MixedCampaign(weather.seed);
  const pipeline = await faultyPipeline({ sizes, injector: { treat: () => ({}) }, proxyApi: true, weather });
  try {
    let reported = 0;
    let sent = 0;
    while (sent < options.messages) {
      if (pipeline.correspondence.unsettled().length <= fewUnsettled) {
        const wave = campaign.wave(Math.min(waveSize, options.messages - sent));
        await pipeline.send(wave);
        sent += wave.length;
      }
      await sleep(50);
      if (sent < reported + 500) continue;
      reported = sent;
      progress(`${sent} messages sent, ${pipeline.correspondence.unsettled().length} without an outcome`);
    }
    await pipeline.correspondence.settled(options.patienceSeconds);
    return await takeAccount(pipeline, `weather, ${weather.strength}`, weather.seed, startedAt);
  } finally {
    await pipeline.stop();
  }
}
