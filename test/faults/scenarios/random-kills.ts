import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '../../../examples/campaign/seeded-random.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import type { Treatment } from '../wire/proxy.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import { faultyPipeline, type Sender } from '../world/faulty-pipeline.ts';
import { workerOf } from './crash-point.ts';
import { MixedCampaign } from './mixed-campaign.ts';

/** The chance of a kill at a worker's request, and of a delay that outlasts the visibility timeout of its messages. */
const killChance = 1 / 12;
const stallChance = 1 / 60;
const stallMilliseconds = { least: 1_500, most: 2_500 };

const sizes = { batchSize: 4, concurrency: 6, timeoutSeconds: 20, visibilityTimeoutSeconds: 2 };
const waveSize = 40;
/** A new wave follows when at most so many messages have no outcome. */
const fewUnsettled = 60;

/** Kills workers before and after requests at random, and delays requests, while `killing` is true. */
class RandomFaultInjector {
  readonly #random: SeededRandom;
  killing = true;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  treat(_: WireRequest, sender: Sender): Treatment {
    if (!this.killing || workerOf(sender.function) === undefined) return {};
    const chance = this.#random.fraction();
    if (chance < killChance) return { kill: this.#random.fraction() < 0.5 ? 'before' : 'after' };
    if (chance > killChance + stallChance) return {};
    const { least, most } = stallMilliseconds;
    return { stallMilliseconds: least + this.#random.integer(most - least) };
  }
}

/**
 * Sends waves of a mixed campaign under random kills, until there were as many kills as requested. Then the kills stop, and
 * every message must get its outcome.
 */
export async function randomKills(
  options: { kills: number; seed: number; patienceSeconds: number },
  progress: (line: string) => void,
): Promise<Account> {
  const startedAt = performance.now();
  const injector = new RandomFaultInjector(options.seed + 1);
  const campaign = new MixedCampaign(options.seed);
  const pipeline = await faultyPipeline({ sizes, injector, proxyApi: true });
  try {
    let reported = 0;
    while (pipeline.kills < options.kills) {
      if (pipeline.correspondence.unsettled().length <= fewUnsettled) await pipeline.send(campaign.wave(waveSize));
      await sleep(50);
      if (pipeline.kills < reported + 100) continue;
      reported = pipeline.kills;
      progress(`${reported} kills, ${pipeline.correspondence.all().length} messages`);
    }
    injector.killing = false;
    await pipeline.correspondence.settled(options.patienceSeconds);
    return await takeAccount(pipeline, 'random kills', options.seed, startedAt);
  } finally {
    await pipeline.stop();
  }
}
