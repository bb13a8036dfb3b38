import { type SeededRandom, seededRandom } from '../../../../examples/campaign/seeded-random.ts';
import type { Treatment } from '../../wire/proxy.ts';
import type { WireRequest } from '../../wire/wire-request.ts';
import type { Sender } from '../../world/faulty-pipeline.ts';
import { workerOf } from '../crash-point.ts';
import { httpStepOf } from './http-step.ts';

type Side = 'before' | 'after';

/** A request that the HTTP API makes for a kind of call, and how often its environment was killed before and after it. */
export interface HttpPoint {
  call: string;
  request: string;
  before: number;
  after: number;
}

export interface HttpKillOptions {
  seed: number;
  /** Kills of the HTTP API at random points, beside those at each request. */
  randomKills: number;
  /** Kills of link workers and QR workers, at random points. */
  workerKills: number;
  /** On which sides of each request the HTTP API is killed. `one`: at random on one of them. */
  sides: 'both' | 'one';
  /** The words of the labels: those of `post-0001` begin with `post`. A message ID may look like a label. */
  words: readonly string[];
}

/** The chances of a kill at random at a request. */
const chances = { http: 1 / 40, worker: 1 / 12 };
/** A call is killed at most so often. After a first crash, the second meets what the first has left. */
const mostKillsOfCall = 2;
/** Requests before the first one that names a command or a link. Each call makes them. */
const anyCall = 'any call';
/** A part of each key and link ID of a call: `post-0001`. */
const labels = /\b[a-z]+-\d{4}\b/g;

/** An invocation of the HTTP API. */
interface Invocation {
  label: string | undefined;
  call: string;
  counts: Map<string, number>;
  isDying: boolean;
}

/**
 * Kills the environments of the HTTP API on each side of each request once, for each kind of call. A call is known by its label,
 * which its keys contain. Further kills come at random, of the HTTP API and of the workers.
 */
export class HttpKills {
  readonly #points = new Map<string, HttpPoint>();
  readonly #random: SeededRandom;
  readonly #isInTurn: boolean;
  readonly #words: readonly string[];
  readonly #armed = new Map<string, { call: string; kills: number }>();
  readonly #invocations = new Map<string, Invocation>();
  readonly #pointOf = new WeakMap<WireRequest, HttpPoint>();
  /** Kills at random that are still to come. */
  randomLeft: number;
  workerLeft: number;
  #workerKills = 0;
  #isOver = false;

  constructor({ seed, randomKills, workerKills, sides, words }: HttpKillOptions) {
    this.#words = words;
    this.#random = seededRandom(seed);
    this.#isInTurn = sides === 'one';
    this.randomLeft = randomKills;
    this.workerLeft = workerKills;
  }

  /** From now on, calls with this label are of this kind and may be killed. */
  arm(label: string, call: string): void {
    this.#armed.set(label, { call, kills: 0 });
  }

  /** @returns how often calls with the label were killed since they were armed */
  disarm(label: string): number {
    const { kills = 0 } = this.#armed.get(label) ?? {};
    this.#armed.delete(label);
    return kills;
  }

  /** From now on, nobody is killed. */
  stop(): void {
    this.#isOver = true;
  }

  treat(request: WireRequest, sender: Sender): Treatment {
    if (this.#isOver) return {};
    if (workerOf(sender.function) !== undefined) return this.#treatWorker();
    if (!isHttpApi(sender) || this.#armed.size === 0) return {};
    const invocation = this.#invocationOf(request, sender);
    const { label, call, counts } = invocation;
    const armed = label === undefined ? undefined : this.#armed.get(label);
    if (label !== undefined && armed === undefined) return {};
    const step = httpStepOf(request);
    const count = (counts.get(step) ?? 0) + 1;
    counts.set(step, count);
    const point = this.#point(call, count > 1 ? `${step}, again` : step);
    this.#pointOf.set(request, point);
    if (invocation.isDying) return {};
    // Only a crash leads to this request, so no later call would make it.
    if (armed !== undefined && armed.kills >= mostKillsOfCall && !step.endsWith('taken over')) return {};
    const kill = this.#sideOf(point);
    if (kill === undefined) return {};
    invocation.isDying = true;
    if (armed !== undefined) armed.kills += 1;
    return { kill };
  }

  killed(request: WireRequest, sender: Sender, side: Side): void {
    if (workerOf(sender.function) !== undefined) this.#workerKills += 1;
    const point = this.#pointOf.get(request);
    if (point !== undefined) point[side] += 1;
  }

  points(): HttpPoint[] {
    return [...this.#points.values()];
  }

  get workerKills(): number {
    return this.#workerKills;
  }

  #treatWorker(): Treatment {
    if (this.workerLeft === 0 || this.#armed.size === 0 || this.#random.fraction() > chances.worker) return {};
    this.workerLeft -= 1;
    return { kill: this.#either() };
  }

  #invocationOf(request: WireRequest, { invocation }: Sender): Invocation {
    const fresh = { label: undefined, call: anyCall, counts: new Map<string, number>(), isDying: false };
    const found: Invocation = this.#invocations.get(invocation) ?? fresh;
    this.#invocations.set(invocation, found);
    if (found.label !== undefined) return found;
    const text = `${request.path} ${request.body.toString()}`;
    const label = labelIn(text, this.#words);
    if (label === undefined) return found;
    found.label = label;
    found.call = this.#armed.get(label)?.call ?? anyCall;
    return found;
  }

  #sideOf(point: HttpPoint): Side | undefined {
    const open = this.#openSide(point);
    if (open !== undefined) return open;
    if (this.randomLeft === 0 || this.#random.fraction() > chances.http) return undefined;
    this.randomLeft -= 1;
    return this.#either();
  }

  #openSide(point: HttpPoint): Side | undefined {
    if (this.#isInTurn) return point.before + point.after === 0 ? this.#either() : undefined;
    return (['before', 'after'] as const).find((side) => point[side] === 0);
  }

  #either(): Side {
    return this.#random.fraction() < 0.5 ? 'before' : 'after';
  }

  #point(call: string, request: string): HttpPoint {
    const key = `${call}\0${request}`;
    const point = this.#points.get(key) ?? { call, request, before: 0, after: 0 };
    this.#points.set(key, point);
    return point;
  }
}

/** The label in a text. Words distinguish it from a part of a message ID. */
export function labelIn(text: string, words: readonly string[]): string | undefined {
  return text.match(labels)?.find((one) => words.includes(one.slice(0, -'-0001'.length)));
}

/** The function that answers the calls, and not the authorizer. */
const isHttpApi = ({ logicalId }: Sender) => logicalId.startsWith('PipelineHttpApiCalls');
