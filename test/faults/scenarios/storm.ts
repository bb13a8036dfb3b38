import { setTimeout as sleep } from 'node:timers/promises';
import type { WeatherPlan } from '../../../local/weather/plan.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import { faultyPipeline } from '../world/faulty-pipeline.ts';
import { MixedCampaign } from './mixed-campaign.ts';

const sizes = { batchSize: 10, concurrency: 4, timeoutSeconds: 20, visibilityTimeoutSeconds: 22 };
const waveSize = 50;
/** A new wave is sent when no more than so many messages are unsettled. */
const fewUnsettled = 100;

/** A mixed campaign, wave upon wave, in weather: nobody is killed, and everything must come to its end. */
export async function storm(
  options: { weather: WeatherPlan; messages: number; patienceSeconds: number },
  progress: (line: string) => void,
): Promise<Account> {
  const startedAt = performance.now();
  const { weather } = options;
  const campaign = new MixedCampaign(weather.seed);
  const pipeline = await faultyPipeline({ sizes, mischief: { treat: () => ({}) }, proxyApi: true, weather });
  try {
    let told = 0;
    let sent = 0;
    while (sent < options.messages) {
      if (pipeline.correspondence.unsettled().length <= fewUnsettled) {
        const wave = campaign.wave(Math.min(waveSize, options.messages - sent));
        await pipeline.send(wave);
        sent += wave.length;
      }
      await sleep(50);
      if (sent < told + 500) continue;
      told = sent;
      progress(`${sent} messages sent, ${pipeline.correspondence.unsettled().length} unsettled`);
    }
    await pipeline.correspondence.settled(options.patienceSeconds);
    return await takeAccount(pipeline, `weather, ${weather.strength}`, weather.seed, startedAt);
  } finally {
    await pipeline.stop();
  }
}
