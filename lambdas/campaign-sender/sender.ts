import { campaignKey } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { type Deadline, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { nameOfError } from '../domain/work/observer.ts';
import { finish } from './finish.ts';
import { activeCampaigns } from './lane-campaigns.ts';
import { hurry, type LaneRun, type LaneStanding, standingOf } from './lane-run.ts';
import { writeLevels } from './levels.ts';
import { campaignLaneMetric } from './names.ts';
import type { CampaignSenderPorts } from './ports.ts';
import { isWhole, outstandingOf } from './progress.ts';
import { type CampaignSenderSettings, RowCommands } from './row-commands.ts';
import { sendChunks } from './send-chunks.ts';
import { settle } from './settle.ts';

/**
 * How long a run starts new work. A run starts with a minute, so it ends shortly before the next one can start. The lanes
 * have half a minute of work to bridge the gap.
 */
const runMilliseconds = 235_000;

/** The pause between two steps: short after a step that has moved something. */
const [busyPauseMilliseconds, idlePauseMilliseconds] = [250, 1_500];

/**
 * A lane may be closed, and campaigns may be paused or wait for an approval, for days. Each step reads the records. So the pauses of
 * a lane in which nothing can move double up to this.
 */
const longestPauseMilliseconds = 15_000;

/** Campaigns of one lane that are settled at once. */
const campaignsAtOnce = 4;

/** How long a failed campaign rests. The others go on. */
const restMilliseconds = 15_000;

/**
 * The campaign sender runs every minute. It works on the lanes side by side, and on the campaigns of each lane in steps:
 *
 *     settle: outcomes of sent chunks ─▶ result object ─▶ record
 *     send:   chunk ─▶ checked once more ─▶ lane's queue ─▶ record
 *     finish: result objects ─▶ results ─▶ `campaign-finished` ─▶ record ─▶ off the list
 *
 * It sends at most half a minute of a lane's work ahead. It may crash at any point: each step can be repeated. A failed campaign
 * stops no other, and a failed lane does not stop the others.
 *
 * @throws Error at the end, if a campaign or a lane has failed
 */
export function campaignSender(settings: CampaignSenderSettings, ports: CampaignSenderPorts) {
  const lanes = settings.LANES.map((lane) => ({ lane, commands: new RowCommands(lane.name, settings, ports.policy) }));
  return async (deadline: Deadline): Promise<void> => {
    const until = ports.clock.monotonicMilliseconds() + runMilliseconds;
    const works = lanes.map(({ lane, commands }, index) => {
      const observer = ports.laneObserver(lane.name);
      const run: LaneRun = { lane, settings, ports, deadline, observer, commands, answers: new Map() };
      return new LaneWork(run, index === 0, until);
    });
    await Promise.all(works.map((work) => work.run(works)));
    const failed = works.filter(({ hasFailed }) => hasFailed).map(({ lane }) => lane);
    if (failed.length > 0) throw new Error(`campaigns have failed in lanes: ${failed.join(', ')}`);
  };
}

class MalformedRecord extends Error {
  override readonly name = 'MalformedRecord';
}

class LaneWork {
  hasFailed = false;
  /** Whether this run does nothing more for the lane. */
  hasEnded = false;
  readonly #run: LaneRun;
  readonly #isFirst: boolean;
  readonly #until: number;
  readonly #finishing = new Map<string, Promise<void>>();
  readonly #ended: CampaignRecord[] = [];
  /** Failed campaigns, with the time until which they rest. */
  readonly #resting = new Map<string, number>();

  constructor(run: LaneRun, isFirst: boolean, until: number) {
    this.#run = run;
    this.#isFirst = isFirst;
    this.#until = until;
  }

  get lane(): string {
    return this.#run.lane.name;
  }

  /** Never throws, so the other lanes continue. @param works those of all lanes, this one included */
  async run(works: readonly LaneWork[]): Promise<void> {
    let [campaigns, standing]: [CampaignRecord[], LaneStanding] = [[], { isOpen: false, openSince: undefined }];
    let pause = idlePauseMilliseconds;
    try {
      for (;;) {
        const { records, corrupt } = await activeCampaigns(this.#run.ports);
        if (corrupt > 0 && this.#isFirst && !this.hasFailed) this.#failed(undefined, new MalformedRecord());
        const before = records.filter((record) => this.#isMine(record));
        const isOpenAgain = !standing.isOpen;
        standing = await standingOf(this.#run);
        if (standing.isOpen && isOpenAgain) hurry(this.#run);
        campaigns = await this.#step(before, standing);
        // While another lane has campaigns, this run goes on, and one for this lane may come. A campaign may also have come for a lane
        // that has ended: the next run sends it, and can begin when this one has ended.
        const hasWork = works.some((work) => !work.hasEnded && records.some((record) => work.#isMine(record)));
        if (!hasWork || this.#isOver()) break;
        const hasMoved = campaigns.some((record) => !before.includes(record));
        const mayMove = hasMoved || (standing.isOpen && campaigns.some(mayGoOn)) || this.#finishing.size > 0;
        pause = mayMove ? idlePauseMilliseconds : Math.min(2 * pause, longestPauseMilliseconds);
        // A longer pause ends with the run, which must not meet the start of the next one.
        const left = Math.max(idlePauseMilliseconds, this.#until - this.#run.ports.clock.monotonicMilliseconds());
        await this.#sleep(hasMoved ? busyPauseMilliseconds : Math.min(pause, left));
      }
    } catch (error) {
      this.#failed(undefined, error);
    }
    this.hasEnded = true;
    await Promise.all(this.#finishing.values());
    writeLevels(this.#run, standing, campaigns, this.#ended);
  }

  /** The first lane also ends the campaigns of lanes that are no longer configured. */
  #isMine(record: CampaignRecord): boolean {
    const isConfigured = this.#run.settings.LANES.some(({ name }) => name === record.lane);
    return this.#isOwn(record) || (this.#isFirst && !isConfigured);
  }

  async #step(campaigns: readonly CampaignRecord[], standing: LaneStanding): Promise<CampaignRecord[]> {
    const run = this.#run;
    const settled: CampaignRecord[] = [];
    const isResting = (record: CampaignRecord) =>
      (this.#resting.get(campaignKey(record)) ?? 0) > run.ports.clock.monotonicMilliseconds();
    const awake = campaigns.filter((record) => !isResting(record));
    const resting = campaigns.filter(isResting);
    await eachAtOnce(campaignsAtOnce, awake, async (record) => {
      try {
        const after = await settle(run, this.#isOwn(record) ? standing : closed, record);
        if (after !== undefined) settled.push(after);
      } catch (error) {
        this.#failed(record, error);
      }
    });
    const own = settled.filter((record) => this.#isOwn(record));
    const onFailure = (record: CampaignRecord, error: unknown) => this.#failed(record, error);
    const sent = standing.isOpen ? await sendChunks(run, own, resting, onFailure) : own;
    const after = [...sent, ...settled.filter((record) => !this.#isOwn(record))];
    for (const record of after) if (isWhole(record)) this.#finish(record);
    return [...after, ...resting];
  }

  #isOwn({ lane }: CampaignRecord): boolean {
    return lane === this.#run.lane.name;
  }

  /** Writes the results beside the next steps, because they take minutes for a large campaign. */
  #finish(record: CampaignRecord): void {
    const key = campaignKey(record);
    if (this.#finishing.has(key)) return;
    const { ports, settings, deadline, observer, lane } = this.#run;
    const { source, name: campaign, drop, rows: count } = record;
    const work = finish(ports, settings.CAMPAIGN_BUCKET_NAME, record, deadline)
      .then(() => {
        this.#ended.push(record);
        observer.info('a campaign has ended', { source, campaign, drop, lane: lane.name, count });
      })
      .catch((error: unknown) => this.#failed(record, error))
      .finally(() => this.#finishing.delete(key));
    this.#finishing.set(key, work);
  }

  #failed(record: CampaignRecord | undefined, error: unknown): void {
    const { observer, lane, ports } = this.#run;
    this.hasFailed = true;
    observer.count(campaignLaneMetric.failed);
    const of = record && { source: record.source, campaign: record.name, drop: record.drop };
    observer.warn('a campaign could not be continued', { ...of, lane: lane.name, error: nameOfError(error) });
    if (record === undefined) return;
    this.#resting.set(campaignKey(record), ports.clock.monotonicMilliseconds() + restMilliseconds);
  }

  #isOver(): boolean {
    const { deadline, ports } = this.#run;
    if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return true;
    return this.#finishing.size === 0 && ports.clock.monotonicMilliseconds() >= this.#until;
  }

  async #sleep(milliseconds: number): Promise<void> {
    const { deadline, ports } = this.#run;
    const most = deadline.remainingMilliseconds() - leastTimeMilliseconds + 1;
    await ports.clock.sleep(Math.max(0, Math.min(milliseconds, most)));
  }
}

/** Whether a campaign of an open lane waits for the pipeline alone, and for no person. */
const mayGoOn = (record: CampaignRecord) =>
  outstandingOf(record).length > 0 || (record.state !== 'waiting' && record.paused === undefined);

const closed: LaneStanding = { isOpen: false, openSince: undefined };
