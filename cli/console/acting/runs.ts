import { randomUUID } from 'node:crypto';
import type { ActRun } from '../contract/acts.ts';
import type { ApiProblem } from '../contract/problem.ts';
import { type ConsoleAct, verbOf } from './act-forms.ts';
import type { Performed } from './perform.ts';

export interface RunPorts {
  /** Carries out one act. */
  perform(act: ConsoleAct, onStep: (effect: Record<string, number>) => void): Promise<Performed>;
  problemOf(error: unknown): ApiProblem;
  nowMilliseconds(): number;
  /** Receives the run after each step. */
  emit(run: ActRun): void;
}

/** So many runs are kept, for a page that is loaded again. */
const mostRuns = 50;

/** The acts that this console has carried out since its start. The audit has all acts, and the proof. */
export class Runs {
  readonly #runs: ActRun[] = [];

  /** The newest first. */
  get all(): readonly ActRun[] {
    return this.#runs;
  }

  /** Begins acts with one reason. They run one after another, and a failure does not end the others. */
  begin(
    acts: readonly ConsoleAct[],
    { reason, pipeline }: { reason: string | undefined; pipeline: string },
    ports: RunPorts,
  ): { run: ActRun; ended: Promise<void> } {
    const run: ActRun = {
      run: randomUUID(),
      startedAt: ports.nowMilliseconds(),
      endedAt: null,
      state: 'running',
      done: 0,
      of: acts.length,
      items: acts.map((act) => ({ act, verb: verbOf(act, reason, pipeline), state: 'waiting', effect: {}, words: '' })),
    };
    this.#runs.unshift(run);
    this.#runs.splice(mostRuns);
    return { run, ended: carryOut(run, acts, ports) };
  }
}

async function carryOut(run: ActRun, acts: readonly ConsoleAct[], ports: RunPorts): Promise<void> {
  ports.emit(run);
  for (const [index, act] of acts.entries()) {
    const item = run.items[index];
    if (item === undefined) continue;
    item.state = 'running';
    ports.emit(run);
    try {
      const onStep = (effect: Record<string, number>) => {
        item.effect = effect;
        ports.emit(run);
      };
      const { effect, words } = await ports.perform(act, onStep);
      Object.assign(item, { state: 'done', effect, words });
    } catch (error) {
      Object.assign(item, { state: 'failed', words: ports.problemOf(error).words });
    }
    run.done += 1;
  }
  run.state = run.items.some(({ state }) => state === 'failed') ? 'failed' : 'done';
  run.endedAt = ports.nowMilliseconds();
  ports.emit(run);
}
