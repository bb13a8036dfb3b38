import { type SeededRandom, seededRandom } from '../../../../examples/campaign/seeded-random.ts';
import type { SpoiledAnswer, Treatment } from '../../wire/proxy.ts';
import { nameOf, type WireRequest } from '../../wire/wire-request.ts';
import type { Sender } from '../../world/faulty-pipeline.ts';

/** Of the requests of a function: how many are its last. A point at which nothing was killed yet comes up more often. */
const killChance = 1 / 25;
const newPointChance = 1 / 6;
/** Of the calls of the OneLink API: how many answers are spoiled. */
const spoilChance = 1 / 12;
const stallChance = 1 / 80;
const stallMilliseconds = { least: 500, most: 1_500 };

const body = (error_type: string, message: string) => JSON.stringify({ error_type, message });
const refused = { applied: false, instead: { status: 429, body: body('rate_limit_exceeded', 'Rate limit exceeded') } };
const broken = (status: number) => ({ status, body: body('internal_error', 'Internal error') });

/** What becomes of an answer: lost, 5xx or 429, and for the first two whether the API has carried the call out. */
const spoilings: readonly SpoiledAnswer[] = [
  { applied: false, instead: 'reset' },
  { applied: true, instead: 'reset' },
  { applied: false, instead: broken(500) },
  { applied: true, instead: broken(500) },
  { applied: false, instead: broken(503) },
  { applied: true, instead: broken(503) },
  refused,
];

/** A request that a function makes, and how often the function was killed on either side of it. */
export interface KilledPoint {
  function: string;
  request: string;
  before: number;
  after: number;
}

/**
 * Kills any function at any of its requests and spoils answers of the OneLink API, as the dice fall. It knows no function by
 * name: whatever makes a request is fair game.
 */
export class MixedMischief {
  readonly #random: SeededRandom;
  readonly #points = new Map<string, KilledPoint>();
  /** Otherwise everybody is left in peace. */
  isOn = false;
  spoiled = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  treat(request: WireRequest, sender: Sender): Treatment {
    if (!this.isOn) return {};
    const { before, after } = this.#point(request, sender);
    const dice = this.#random.fraction();
    const isNew = before === 0 || after === 0;
    if (dice < (isNew ? newPointChance : killChance)) return { kill: this.#side(before, after) };
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

  #side(before: number, after: number): 'before' | 'after' {
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

const lanes = /^(Transactional|Campaign)/;

/** `link worker` of `PipelineTransactionalLinkWorkerFunction3D414EF4`, `governor` of `PipelineGovernorWorkerFunction…`. */
export function jobOf(logicalId: string): string {
  const [, words = logicalId] = /^Pipeline(\w+?)Function[0-9A-F]{8}$/.exec(logicalId) ?? [];
  const spaced = words
    .replace(lanes, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return spaced.replace(/(?<=[eo]r) worker$/, '').replace('qr', 'QR');
}
