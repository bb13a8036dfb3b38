import { type SeededRandom, seededRandom } from '../../../../examples/campaign/seeded-random.ts';
import type { Treatment } from '../../wire/proxy.ts';
import type { WireRequest } from '../../wire/wire-request.ts';
import type { Sender } from '../../world/faulty-pipeline.ts';
import { isOfCampaigns } from '../../world/short-time-outs.ts';
import { stepOf } from './step-of.ts';

export type CampaignFunction = 'checker' | 'sender';
type Side = 'before' | 'after';

/** A request of a campaign's function, and how often the function was killed before and after it. */
export interface CampaignPoint {
  function: CampaignFunction;
  request: string;
  before: number;
  after: number;
}

/**
 * The chance of a kill at random at a request. Where each request is killed once, two dozen batches of a chunk must often pass.
 * Otherwise, the kills come in the first hundreds of requests.
 */
const randomChances = { both: 1 / 40, one: 1 / 40, none: 1 / 60 };

/**
 * Kills the functions of campaigns on each side of each request once. The first invocation is killed at its first request, and a
 * later one at the first request with such a side. Further kills come at random.
 */
export class CampaignKills {
  readonly #points = new Map<string, CampaignPoint>();
  readonly #random: SeededRandom;
  readonly #sides: readonly Side[];
  readonly #isInTurn: boolean;
  readonly #chance: number;
  readonly #dying = new Set<string>();
  /** Kills at random that are still to come. */
  randomLeft: number;

  /** @param sides the sides on which each request must be killed, one of them in turn, or none: the kills come at random only */
  constructor({ seed, randomKills, sides }: { seed: number; randomKills: number; sides: 'both' | 'one' | 'none' }) {
    this.#chance = randomChances[sides];
    this.#isInTurn = sides === 'one';
    this.#random = seededRandom(seed);
    this.#sides = sides === 'both' ? ['before', 'after'] : [];
    this.randomLeft = randomKills;
  }

  treat(request: WireRequest, { logicalId, invocation }: Sender): Treatment {
    if (!isOfCampaigns(logicalId) || this.#dying.has(invocation)) return {};
    const kill = this.#sideOf(this.#point(request, logicalId));
    if (kill === undefined) return {};
    this.#dying.add(invocation);
    return { kill };
  }

  killed(request: WireRequest, { logicalId }: Sender, side: Side): void {
    if (isOfCampaigns(logicalId)) this.#point(request, logicalId)[side] += 1;
  }

  points(): CampaignPoint[] {
    return [...this.#points.values()].toSorted((one, other) => (one.function < other.function ? -1 : 1));
  }

  kills(name: CampaignFunction): number {
    const own = this.points().filter((point) => point.function === name);
    return own.reduce((sum, { before, after }) => sum + before + after, 0);
  }

  #sideOf(point: CampaignPoint): Side | undefined {
    const open = this.#sides.find((side) => point[side] === 0);
    if (open !== undefined) return open;
    const either = this.#random.fraction() < 0.5 ? 'before' : 'after';
    if (this.#isInTurn && point.before + point.after === 0) return either;
    if (this.randomLeft === 0 || this.#random.fraction() > this.#chance) return undefined;
    this.randomLeft -= 1;
    return either;
  }

  #point(request: WireRequest, logicalId: string): CampaignPoint {
    const name = logicalId.includes('Checker') ? 'checker' : 'sender';
    const step = stepOf(request);
    const key = `${name}\0${step}`;
    const point = this.#points.get(key) ?? { function: name, request: step, before: 0, after: 0 };
    this.#points.set(key, point);
    return point;
  }
}
