import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '../../../examples/campaign/seeded-random.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import type { Treatment } from '../wire/proxy.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import { type FaultyPipeline, faultyPipeline, type Sender } from '../world/faulty-pipeline.ts';
import { workerOf } from './crash-point.ts';
import { MixedCampaign } from './mixed-campaign.ts';

/** Of the requests of a worker: how many are its last, and how many are held back until its messages show up elsewhere. */
const killChance = 1 / 12;
const stallChance = 1 / 60;
const stallMilliseconds = { least: 1_500, most: 2_500 };

const sizes = { batchSize: 4, concurrency: 6, timeoutSeconds: 20, visibilityTimeoutSeconds: 2 };
const waveSize = 40;
/** A new wave is sent when no more than so many messages are unsettled. */
const fewUnsettled = 60;

/** Kills workers before and after requests at random, and holds requests back, until it is told to stop. */
class RandomMischief {
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
 * A mixed campaign, wave upon wave, under random kills, until there were as many as asked for; then the workers are left in
 * peace, and everything must come to its end.
 */
export async function randomKills(
  options: { kills: number; seed: number; patienceSeconds: number },
  progress: (line: string) => void,
  inspect: (pipeline: FaultyPipeline, account: Account) => Promise<void> = async () => {},
): Promise<Account> {
  const startedAt = performance.now();
  const mischief = new RandomMischief(options.seed + 1);
  const campaign = new MixedCampaign(options.seed);
  const pipeline = await faultyPipeline({ sizes, mischief, proxyApi: true });
  try {
    let told = 0;
    while (pipeline.kills < options.kills) {
      if (pipeline.correspondence.unsettled().length <= fewUnsettled) await pipeline.send(campaign.wave(waveSize));
      await sleep(50);
      if (pipeline.kills < told + 100) continue;
      told = pipeline.kills;
      progress(`${told} kills, ${pipeline.correspondence.all().length} messages`);
    }
    mischief.killing = false;
    await pipeline.correspondence.settled(options.patienceSeconds);
    const account = await takeAccount(pipeline, 'random kills', options.seed, startedAt);
    await inspect(pipeline, account);
    return account;
  } finally {
    await pipeline.stop();
  }
}
