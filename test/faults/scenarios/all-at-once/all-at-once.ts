import { type Account, rest, takeAccount } from '../../agreement/account.ts';
import { type FaultyPipeline, faultyPipeline } from '../../world/faulty-pipeline.ts';
import { Schedule } from '../../world/schedule.ts';
import { MixedCampaign } from '../mixed-campaign.ts';
import { type KilledPoint, MixedMischief } from './mischief.ts';

export interface AllAtOnceOptions {
  kills: number;
  seed: number;
  patienceSeconds: number;
  waveSize?: number;
  /** Of each function, while the lanes are open, while they park, while the token is refused, and while links end. */
  killsPerPhase?: number;
  /** Environments of each worker at once. */
  concurrency?: number;
}

/** Beside the account: what was done, and what came of it. */
export interface AllAtOnce {
  account: Account;
  points: KilledPoint[];
  days: number;
  spoiledAnswers: number;
  /** Commands that were parked and replayed. */
  parked: number;
  /** Links by what was told of them when their time had come. */
  ends: Record<string, number>;
}

const shortened = { batchSize: 4, timeoutSeconds: 18, visibilityTimeoutSeconds: 2 };
/** Early in a month, so that no month turns: the month's quota is part of the account. */
const startsAt = '2026-03-02T00:00:00Z';
const hours = 3_600_000;
/** A night is two leaps of so long, with clicks in between; 26 hours a day leave room for this many in March. */
const leapMilliseconds = 13 * hours;
const mostDays = 26;
const minuteMilliseconds = 400;
/** Calls of the quota that are left when it is almost spent: a batch meets its end in the middle. */
const lastCalls = 3;

/**
 * Days of a mixed campaign on both lanes, each with a quota that is spent and comes back, a token that is refused for a while, and
 * a night in which links end; and all the while every function is killed at its requests and answers of the API are
 * spoiled. Then everybody is left in peace, and all must come to its end.
 */
export async function allAtOnce(options: AllAtOnceOptions, progress: (line: string) => void): Promise<AllAtOnce> {
  const { kills, seed, patienceSeconds, killsPerPhase = 8, concurrency = 4 } = options;
  const startedAt = performance.now();
  const mischief = new MixedMischief(seed + 1, killsPerPhase);
  const pipeline = await faultyPipeline({ sizes: { ...shortened, concurrency }, mischief, proxyApi: true, startsAt });
  const schedule = new Schedule((name) => pipeline.run(name), pipeline.scheduled, minuteMilliseconds);
  try {
    const world = new World(pipeline, schedule, mischief, options, progress);
    let days = 0;
    for (; pipeline.kills < kills && days < mostDays; days++) {
      await world.day();
      progress(`day ${days + 1}: ${pipeline.kills} kills, ${pipeline.correspondence.all().length} messages`);
    }
    mischief.end();
    await pipeline.correspondence.settled(patienceSeconds);
    await schedule.stop();
    const account = await takeAccount(pipeline, 'all at once', seed, startedAt);
    const parked = pipeline.correspondence.all().filter((one) => one.parked.length > 0).length;
    const told = new Map(pipeline.correspondence.unasked().map((one) => [one.outcomeId, one.outcome]));
    const ends = Object.fromEntries(
      [...Map.groupBy(told.values(), (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]),
    );
    return { account, points: mischief.points(), days, spoiledAnswers: mischief.spoiled, parked, ends };
  } finally {
    await schedule.stop();
    await pipeline.stop();
  }
}

class World {
  readonly #pipeline: FaultyPipeline;
  readonly #schedule: Schedule;
  readonly #mischief: MixedMischief;
  readonly #campaign: MixedCampaign;
  readonly #waveSize: number;
  readonly #patienceSeconds: number;
  readonly #progress: (line: string) => void;
  #waves = 0;

  constructor(
    pipeline: FaultyPipeline,
    schedule: Schedule,
    mischief: MixedMischief,
    { seed, waveSize = 20, patienceSeconds }: AllAtOnceOptions,
    progress: (line: string) => void,
  ) {
    this.#progress = progress;
    this.#pipeline = pipeline;
    this.#schedule = schedule;
    this.#mischief = mischief;
    this.#campaign = new MixedCampaign(seed, { linksEnd: true });
    this.#waveSize = waveSize;
    this.#patienceSeconds = patienceSeconds;
  }

  async day(): Promise<void> {
    this.#schedule.start();
    this.#mischief.beginPhase();
    for (let wave = 0; wave < 2; wave++) await this.#sendWave();
    const few = this.#waveSize;
    await this.#until('few are unsettled', () => this.#pipeline.correspondence.unsettled().length <= few);
    this.#progress('the quota is spent');
    this.#mischief.beginPhase();
    await this.#quotaIsSpent();
    this.#progress('it is back; the token is refused');
    this.#mischief.beginPhase();
    await this.#tokenIsRefused();
    this.#progress('it is accepted again');
    await this.#settled();
    this.#progress('everything is settled');
    await this.#night();
  }

  /** In the middle of a batch; more is sent when it is gone, some of it for links whose commands are parked. */
  async #quotaIsSpent(): Promise<void> {
    const { api, correspondence } = this.#pipeline;
    const parkedBefore = this.#parked();
    const { used, remaining } = api.stats().quota;
    api.changeSettings({ quotaRemaining: lastCalls });
    await this.#sendWave();
    await this.#until('a command is parked', () => this.#parked() > parkedBefore);
    await this.#sendWave();
    await this.#until('everything is settled or parked', () =>
      correspondence.unsettled().every(({ parked, answers }) => parked.length > 0 || answers.length > 0),
    );
    const usedMeanwhile = api.stats().quota.used - (used + remaining - lastCalls);
    api.changeSettings({ quotaRemaining: remaining - usedMeanwhile });
  }

  /** Until the governor has paused the lanes; it opens them again by itself. */
  async #tokenIsRefused(): Promise<void> {
    const { api } = this.#pipeline;
    const { token } = api.settings();
    api.changeSettings({ token: 'another-token' });
    await this.#sendWave();
    await this.#until('the lanes are paused', async () => (await this.#pipeline.lanes()).includes('paused'));
    api.changeSettings({ token });
  }

  /** Nobody is killed while the clock leaps. Links end in the morning, and then everybody is fair game again. */
  async #night(): Promise<void> {
    this.#mischief.end();
    await this.#settled();
    await this.#schedule.stop();
    await rest(this.#pipeline);
    await this.#pipeline.leap(leapMilliseconds);
    for (const link of this.#campaign.clicked()) await this.#pipeline.click(link);
    await this.#pipeline.leap(leapMilliseconds);
    this.#mischief.beginPhase();
    this.#schedule.start();
    await this.#pipeline.cloud.sweepExpiredItems();
    await rest(this.#pipeline);
    this.#progress('the night is over');
  }

  async #sendWave(): Promise<void> {
    this.#waves += 1;
    const lane = this.#waves % 3 === 0 ? 'campaign' : 'transactional';
    await this.#pipeline.send(this.#campaign.wave(this.#waveSize), lane);
  }

  #parked(): number {
    return this.#pipeline.correspondence.all().filter(({ parked }) => parked.length > 0).length;
  }

  async #settled(): Promise<void> {
    if (await this.#pipeline.correspondence.settled(this.#patienceSeconds)) return;
    throw new Error(`${this.#pipeline.correspondence.unsettled().length} messages were never settled`);
  }

  async #until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    if (await this.#pipeline.correspondence.comesAbout(isSo, this.#patienceSeconds)) return;
    throw new Error(`it never came about that ${what}`);
  }
}
