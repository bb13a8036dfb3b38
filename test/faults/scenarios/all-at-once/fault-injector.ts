import { type SeededRandom, seededRandom } from '../../../../examples/campaign/seeded-random.ts';
import type { SpoiledAnswer, Treatment } from '../../wire/proxy.ts';
import { nameOf, type WireRequest } from '../../wire/wire-request.ts';
import type { Sender } from '../../world/faulty-pipeline.ts';

/** The chance of a kill at a request. It is higher on a side of the request on which the function was not killed yet. */
const killChance = { newSide: 1 / 3, known: 1 / 40 } as const;
/** The chance of a spoiled answer at a call of the OneLink API. */
const spoilChance = 1 / 12;
const stallChance = 1 / 80;
const stallMilliseconds = { least: 500, most: 1_500 };

const body = (error_type: string, message: string) => JSON.stringify({ error_type, message });
const refused = { applied: false, instead: { status: 429, body: body('rate_limit_exceeded', 'Rate limit exceeded') } };
const broken = (status: number) => ({ status, body: body('internal_error', 'Internal error') });

/** Faults of an answer: lost, 5xx or 429. If lost or 5xx, the API may have applied the call or not. */
const spoilings: readonly SpoiledAnswer[] = [
  { applied: false, instead: 'reset' },
  { applied: true, instead: 'reset' },
  { applied: false, instead: broken(500) },
  { applied: true, instead: broken(500) },
  { applied: false, instead: broken(503) },
  { applied: true, instead: broken(503) },
  refused,
];

/** A request of a function, and how often the function was killed before and after the request. */
export interface KilledPoint {
  function: string;
  request: string;
  before: number;
  after: number;
}

/**
 * Kills functions at their requests and spoils answers of the OneLink API, at random. It has no list of functions, so it treats
 * every function that sends a request.
 */
export class MixedFaultInjector {
  readonly #random: SeededRandom;
  readonly #points = new Map<string, KilledPoint>();
  readonly #killsPerPhase: number;
  /** Kills of each function in this phase. */
  #ofPhase = new Map<string, number>();
  #isOn = false;
  spoiled = 0;

  /** @param killsPerPhase kills of each function in a phase. The limit lets each phase end. */
  constructor(seed: number, killsPerPhase: number) {
    this.#random = seededRandom(seed);
    this.#killsPerPhase = killsPerPhase;
  }

  beginPhase(): void {
    this.#ofPhase = new Map();
    this.#isOn = true;
  }

  /** Injects no more faults until the next phase. */
  end(): void {
    this.#isOn = false;
  }

  treat(request: WireRequest, sender: Sender): Treatment {
    if (!this.#isOn) return {};
    const job = sender.logicalId;
    const killed = this.#ofPhase.get(job) ?? 0;
    const point = this.#point(request, sender);
    const chance = this.#random.fraction();
    if (killed < this.#killsPerPhase && chance < this.#killChance(point)) {
      this.#ofPhase.set(job, killed + 1);
      return { kill: this.#side(point) };
    }
    if (request.service === 'onelink' && this.#random.fraction() < spoilChance) {
      this.spoiled += 1;
      return { spoil: this.#random.pick(spoilings) };
    }
    if (this.#random.fraction() > stallChance) return {};
    const { least, most } = stallMilliseconds;
    return { stallMilliseconds: least + this.#random.integer(most - least) };
  }

  killed(request: WireRequest, sender: Sender, side: 'before' | 'after'): void {
    this.#point(request, sender)[side] += 1;
  }

  points(): KilledPoint[] {
    return [...this.#points.values()].toSorted((one, other) => (one.function < other.function ? -1 : 1));
  }

  /** A function that was never killed is killed at once, so the run kills each function. */
  #killChance(point: KilledPoint): number {
    const ofFunction = this.points().filter(({ function: name }) => name === point.function);
    if (ofFunction.every(({ before, after }) => before + after === 0)) return 1;
    return point.before === 0 || point.after === 0 ? killChance.newSide : killChance.known;
  }

  #side({ before, after }: KilledPoint): 'before' | 'after' {
    if (before > 0 !== after > 0) return before > 0 ? 'after' : 'before';
    return this.#random.fraction() < 0.5 ? 'before' : 'after';
  }

  #point(request: WireRequest, sender: Sender): KilledPoint {
    const name = { function: jobOf(sender.logicalId), request: nameOf(request) };
    const key = `${name.function}\0${name.request}`;
    const point = this.#points.get(key) ?? { ...name, before: 0, after: 0 };
    this.#points.set(key, point);
    return point;
  }
}

const lanes = /^(Transactional|Campaign(?!s))/;

/** `link worker` of `PipelineTransactionalLinkWorkerFunction3D414EF4`, `governor` of `PipelineGovernorWorkerFunction…`. */
export function jobOf(logicalId: string): string {
  const [, words = logicalId] = /^Pipeline(\w+?)Function[0-9A-F]{8}$/.exec(logicalId) ?? [];
  const spaced = words
    .replace(lanes, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return spaced.replace(/(?<=[eo]r) worker$/, '').replace('qr', 'QR');
}
