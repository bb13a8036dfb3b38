import { plansOf, quotaContractOf } from '../../pipeline/configured-pipeline.ts';
import { readSight } from '../../pipeline/overview/sight.ts';
import type { Overview } from '../contract/overview.ts';
import type { Desk, OpenDesk } from '../desk.ts';
import { outcomesNow } from './outcomes-now.ts';
import { overviewNow, type SlowFacts } from './overview-now.ts';
import { rateNow } from './rate-now.ts';
import { daysCounted, usageNow } from './usage-now.ts';

/** CloudWatch has a new value once a minute. On AWS each reading of its metrics has a price. */
const slowMilliseconds = 60_000;
const slowLocalMilliseconds = 5_000;

/** Reads the first screen. Pages that ask at the same time share one reading. */
export class OverviewReader {
  readonly #desk: Desk;
  readonly #now: () => number;
  #slow: { at: number; of: OpenDesk; facts: SlowFacts } | undefined;
  #running: Promise<Overview> | undefined;

  constructor(desk: Desk, nowMilliseconds: () => number) {
    this.#desk = desk;
    this.#now = nowMilliseconds;
  }

  /** @throws NoLocalRun, PipelineNotFound, or the service's error */
  read(): Promise<Overview> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #read(): Promise<Overview> {
    const open = await this.#desk.open();
    const { deployed, configured } = open;
    const [sight, quarantined, slow] = await Promise.all([
      readSight(deployed, configured && quotaContractOf(configured), this.#now()),
      countOf(deployed.quarantine.objects()),
      this.#slowFacts(open),
    ]);
    return overviewNow(sight, quarantined, slow, configured);
  }

  async #slowFacts(open: OpenDesk): Promise<SlowFacts> {
    const at = this.#now();
    const every = open.chosen.local === undefined ? slowMilliseconds : slowLocalMilliseconds;
    if (this.#slow?.of === open && at - this.#slow.at < every) return this.#slow.facts;
    const facts = await readSlow(open, at);
    this.#slow = { at, of: open, facts };
    return facts;
  }
}

async function readSlow({ deployed, configured }: OpenDesk, at: number): Promise<SlowFacts> {
  const { cloudWatch, stackName: service, control } = deployed;
  const lanes = deployed.lanes.map(({ name }) => name);
  const plan = configured && plansOf(configured);
  const [rate, outcomes, spent, reading] = await Promise.all([
    rateNow(cloudWatch, { service, lanes, plan, nowMilliseconds: at }),
    outcomesNow(cloudWatch, service, lanes, at),
    control.spent(lanes, daysCounted(at)),
    control.read(),
  ]);
  const usage = usageNow(spent, reading.control?.usage, configured?.account.monthlyQuotaCalls, at);
  return { rate, outcomes, usage };
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count += 1;
  return count;
}
