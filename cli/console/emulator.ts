import * as z from 'zod';
import type { EmulatorState } from './contract/emulator.ts';
import { ProblemError } from './problem.ts';

const statsSchema = z.object({
  links: z.object({ made: z.number() }).loose(),
  quota: z.object({ monthly: z.number(), used: z.number() }),
});
const faultsSchema = z.object({
  faults: z.array(
    z.object({
      fault: z
        .object({ kind: z.string(), operation: z.union([z.string(), z.array(z.string())]).default('any') })
        .loose(),
      remaining: z.number().nullish(),
    }),
  ),
});
const clockSchema = z.object({ nowMilliseconds: z.number() });
const settingsSchema = z.object({ requestsPerSecond: z.number() }).loose();

/** A bad day: faults and settings of the emulator, and what an operator sees. */
export interface Rehearsal {
  name: string;
  words: string;
  faults?: readonly object[];
  settings?: object;
}

const always = { probability: 1, operation: 'any' };

export const rehearsals: readonly Rehearsal[] = [
  {
    name: 'outage',
    words: 'The API answers 503 to every call. The governor pauses all lanes within minutes.',
    faults: [{ kind: 'status', status: 503, ...always }],
  },
  {
    name: 'flaky',
    words: 'One call in five is reset or answered 500. The workers try again, and no link is made twice.',
    faults: [
      { kind: 'reset-after', probability: 0.1, operation: 'any' },
      { kind: 'error-after', probability: 0.1, operation: 'any' },
    ],
  },
  {
    name: 'slow',
    words: 'Every answer takes two seconds longer. Queues grow, and the rate falls.',
    faults: [{ kind: 'latency', milliseconds: 2_000, jitterMilliseconds: 500, ...always }],
  },
  {
    name: 'token-refused',
    words: 'The API refuses the token with 401. The governor pauses all lanes.',
    faults: [{ kind: 'status', status: 401, ...always }],
  },
  {
    name: 'quota-spent',
    words: 'No call is left this month. Lanes park their commands until there is quota.',
    settings: { quotaRemaining: 0 },
  },
  {
    name: 'rate-refused',
    words: 'The API admits five calls a second only, and answers 429 to the others.',
    settings: { requestsPerSecond: 5 },
  },
];

/** The emulator of the OneLink API of a local run, over HTTP. */
export class EmulatorControl {
  readonly #origin: string;
  /** The rate before a rehearsal changed it. */
  #usualRate: number | undefined;

  /** @param baseUrl the API's address in the local run */
  constructor(baseUrl: string) {
    this.#origin = new URL(baseUrl).origin;
  }

  async state(at: number): Promise<EmulatorState> {
    const [stats, { faults }, clock, settings] = await Promise.all([
      this.#call('GET', 'stats').then((answer) => statsSchema.parse(answer)),
      this.#call('GET', 'faults').then((answer) => faultsSchema.parse(answer)),
      this.#call('GET', 'clock').then((answer) => clockSchema.parse(answer)),
      this.#call('GET', 'settings').then((answer) => settingsSchema.parse(answer)),
    ]);
    const alive = stats.links.alive;
    return {
      at,
      now: clock.nowMilliseconds,
      monthlyQuota: stats.quota.monthly,
      quotaUsed: stats.quota.used,
      callsPerSecond: settings.requestsPerSecond,
      linksMade: stats.links.made,
      linksAlive: typeof alive === 'number' ? alive : null,
      faults: faults.map(({ fault, remaining }) => ({
        kind: fault.kind,
        operation: [fault.operation].flat().join(', '),
        timesLeft: remaining ?? null,
      })),
      rehearsals: rehearsals.map(({ name, words }) => ({ name, words })),
    };
  }

  /** @throws ProblemError if there is no such rehearsal */
  async rehearse(name: string): Promise<void> {
    const rehearsal = rehearsals.find((one) => one.name === name);
    if (rehearsal === undefined) throw new ProblemError('not-found', 'There is no such rehearsal.');
    const { faults, settings } = rehearsal;
    if (settings !== undefined) await this.settings(settings);
    if (faults !== undefined) await this.addFaults(faults);
  }

  async addFaults(faults: object | readonly object[]): Promise<void> {
    await this.#call('POST', 'faults', faults);
  }

  async settings(change: object): Promise<void> {
    if ('requestsPerSecond' in change) {
      this.#usualRate ??= settingsSchema.parse(await this.#call('GET', 'settings')).requestsPerSecond;
    }
    await this.#call('POST', 'settings', change);
  }

  async advance(seconds: number): Promise<void> {
    await this.#call('POST', 'clock', { advanceMilliseconds: seconds * 1_000 });
  }

  /** Takes all faults away, and gives rate and quota back. */
  async recover(): Promise<void> {
    const { quota } = statsSchema.parse(await this.#call('GET', 'stats'));
    await this.#call('DELETE', 'faults');
    const rate = this.#usualRate === undefined ? {} : { requestsPerSecond: this.#usualRate };
    await this.#call('POST', 'settings', { quotaRemaining: quota.monthly, ...rate });
    this.#usualRate = undefined;
  }

  async #call(method: string, name: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(`/__emulator/${name}`, this.#origin), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new ProblemError('unavailable', 'The emulator does not answer: the local run has ended.', [
        'npm start -- --keep',
      ]);
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (response.ok) return answer;
    const { faults } = refusalSchema.parse(answer);
    throw new ProblemError(
      'refused',
      `The emulator refuses it: ${faults.map(({ path, rule }) => `${path} ${rule}`).join('; ')}.`,
    );
  }
}

const refusalSchema = z
  .object({ faults: z.array(z.object({ path: z.string(), rule: z.string() })).default([]) })
  .loose();
