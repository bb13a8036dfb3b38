import { type Account, rest, takeAccount } from '../../agreement/account.ts';
import { type FaultyPipeline, faultyPipeline } from '../../world/faulty-pipeline.ts';
import { Schedule } from '../../world/schedule.ts';
import { MixedCampaign } from '../mixed-campaign.ts';
import { type KilledPoint, MixedFaultInjector } from './fault-injector.ts';

export interface AllAtOnceOptions {
  kills: number;
  seed: number;
  patienceSeconds: number;
  waveSize?: number;
  /** Kills of each function in each phase: open lanes, parking lanes, a refused token, and expiring links. */
  killsPerPhase?: number;
  /** The most concurrent environments of each worker. */
  concurrency?: number;
}

/** The account of the run, and its other figures. */
export interface AllAtOnce {
  account: Account;
  points: KilledPoint[];
  days: number;
  spoiledAnswers: number;
  /** Commands that were parked and replayed. */
  parked: number;
  /** Links by the outcome of their expiry check. */
  ends: Record<string, number>;
}

const shortened = { batchSize: 4, timeoutSeconds: 18, visibilityTimeoutSeconds: 2 };
/** Early in a month, because the account includes the month's quota and no new month may begin. */
const startsAt = '2026-03-02T00:00:00Z';
const hours = 3_600_000;
/** A night is two leaps of this length, with clicks in between. So a day has 26 hours, and so many days fit into March. */
const leapMilliseconds = 13 * hours;
const mostDays = 26;
const minuteMilliseconds = 400;
/** The calls that are left when the quota is almost spent. The quota ends in the middle of a batch. */
const lastCalls = 3;

/**
 * Days of a mixed campaign on both lanes. On each day the quota is spent and returns, the API refuses the token for a while, and
 * links end in the night. All that time, functions are killed at their requests and answers of the API are spoiled. Then the
 * faults stop, and every message must get its outcome.
 */
export async function allAtOnce(options: AllAtOnceOptions, progress: (line: string) => void): Promise<AllAtOnce> {
  const { kills, seed, patienceSeconds, killsPerPhase = 8, concurrency = 4 } = options;
  const startedAt = performance.now();
  const injector = new MixedFaultInjector(seed + 1, killsPerPhase);
  const pipeline = await faultyPipeline({ sizes: { ...shortened, concurrency }, injector, proxyApi: true, startsAt });
  const schedule = new Schedule((name) => pipeline.run(name), pipeline.scheduled, minuteMilliseconds);
  try {
    const world = new World(pipeline, schedule, injector, options, progress);
    let days = 0;
    for (; pipeline.kills < kills && days < mostDays; days++) {
      await world.day();
      progress(`day ${days + 1}: ${pipeline.kills} kills, ${pipeline.correspondence.all().length} messages`);
    }
    injector.end();
    await pipeline.correspondence.settled(patienceSeconds);
    await schedule.stop();
    const account = await takeAccount(pipeline, 'all at once', seed, startedAt);
    const parked = pipeline.correspondence.all().filter((one) => one.parked.length > 0).length;
    const distinct = new Map(pipeline.correspondence.linkOutcomes().map((one) => [one.outcomeId, one.outcome]));
    const ends = Object.fromEntries(
      [...Map.groupBy(distinct.values(), (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]),
    );
    return { account, points: injector.points(), days, spoiledAnswers: injector.spoiled, parked, ends };
  } finally {
    await schedule.stop();
    await pipeline.stop();
  }
}

class World {
  readonly #pipeline: FaultyPipeline;
  readonly #schedule: Schedule;
  readonly #injector: MixedFaultInjector;
  readonly #campaign: MixedCampaign;
  readonly #waveSize: number;
  readonly #patienceSeconds: number;
  readonly #progress: (line: string) => void;
  #waves = 0;

  constructor(
    pipeline: FaultyPipeline,
    schedule: Schedule,
    injector: MixedFaultInjector,
    { seed, waveSize = 20, patienceSeconds }: AllAtOnceOptions,
    progress: (line: string) => void,
  ) {
    this.#progress = progress;
    this.#pipeline = pipeline;
    this.#schedule = schedule;
    this.#injector = injector;
    this.#campaign = new MixedCampaign(seed, { linksEnd: true });
    this.#waveSize = waveSize;
    this.#patienceSeconds = patienceSeconds;
  }

  async day(): Promise<void> {
    this.#schedule.start();
    this.#injector.beginPhase();
    for (let wave = 0; wave < 2; wave++) await this.#sendWave();
    const few = this.#waveSize;
    await this.#until(
      'most messages have their outcome',
      () => this.#pipeline.correspondence.unsettled().length <= few,
    );
    this.#progress('the quota is spent');
    this.#injector.beginPhase();
    await this.#quotaIsSpent();
    this.#progress('the quota has returned; the API refuses the token');
    this.#injector.beginPhase();
    await this.#tokenIsRefused();
    this.#progress('the API accepts the token again');
    await this.#settled();
    this.#progress('every message has its outcome');
    await this.#night();
  }

  /** The quota ends in the middle of a batch. Then another wave follows, partly for links with parked commands. */
  async #quotaIsSpent(): Promise<void> {
    const { api, correspondence } = this.#pipeline;
    const parkedBefore = this.#parked();
    const { used, remaining } = api.stats().quota;
    api.changeSettings({ quotaRemaining: lastCalls });
    await this.#sendWave();
    await this.#until('a command is parked', () => this.#parked() > parkedBefore);
    await this.#sendWave();
    await this.#until('every message has its outcome or is parked', () =>
      correspondence.unsettled().every(({ parked, answers }) => parked.length > 0 || answers.length > 0),
    );
    const usedSince = api.stats().quota.used - (used + remaining - lastCalls);
    api.changeSettings({ quotaRemaining: remaining - usedSince });
  }

  /** The API refuses the token until the governor has paused the lanes. The governor opens them again by itself. */
  async #tokenIsRefused(): Promise<void> {
    const { api } = this.#pipeline;
    const { token } = api.settings();
    api.changeSettings({ token: 'another-token' });
    await this.#sendWave();
    await this.#until('the lanes are paused', async () => (await this.#pipeline.lanes()).includes('paused'));
    api.changeSettings({ token });
  }

  /** No function is killed while the clock leaps. Links end in the morning, and then the faults begin again. */
  async #night(): Promise<void> {
    this.#injector.end();
    await this.#settled();
    await this.#schedule.stop();
    await rest(this.#pipeline);
    await this.#pipeline.leap(leapMilliseconds);
    for (const link of this.#campaign.clicked()) await this.#pipeline.click(link);
    await this.#pipeline.leap(leapMilliseconds);
    this.#injector.beginPhase();
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
    throw new Error(`${this.#pipeline.correspondence.unsettled().length} messages have no outcome`);
  }

  async #until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    if (await this.#pipeline.correspondence.becomes(isSo, this.#patienceSeconds)) return;
    throw new Error(`timed out before ${what}`);
  }
}
