import { type ChildProcess, fork } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import type { FleetJob, Invocation, QrWork, Report } from './messages.ts';

export interface SlotOptions {
  job: FleetJob;
  /** The name of its function, for the probe. */
  name: string;
  program: string;
  variables: Readonly<Record<string, string>>;
  nodeOptions: readonly string[];
  onQrJob: (work: QrWork) => void;
}

/** Where processors are few, the API goes first: on a machine of its own, it would not wait for its clients. */
const environmentNiceness = Math.min(19, getPriority() + 5);

/** What became of an invocation. `killed`: its environment ended before it did. */
export type Invoked = Exclude<Report, { kind: 'ready' | 'qr' }> | { kind: 'killed' };

/** One of the slots that a function's reserved concurrency gives. It has an environment, which may end and be replaced. */
export class Slot {
  readonly #options: SlotOptions;
  #environment: { child: ChildProcess; startedAt: number } | undefined;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  /** The process ID of its environment. */
  get pid(): number | undefined {
    return this.#environment?.child.pid;
  }

  /** Invokes the environment. It starts one first if there is none, as a cold start does. */
  async invoke(invocation: Invocation): Promise<Invoked> {
    const child = this.#environment?.child ?? (await this.start());
    if (child === undefined) return { kind: 'killed' };
    return new Promise((resolve) => {
      const hear = (report: Report) => {
        if (report.kind === 'qr') this.#options.onQrJob(report.work);
        else if (report.kind !== 'ready') end(report);
      };
      const exit = () => end({ kind: 'killed' });
      const end = (how: Invoked) => {
        child.off('message', hear).off('exit', exit);
        resolve(how);
      };
      child.on('message', hear).on('exit', exit);
      child.send(invocation, (error) => error !== null && end({ kind: 'killed' }));
    });
  }

  /** @returns undefined if the new environment has ended before it was ready */
  async start(): Promise<ChildProcess | undefined> {
    const { job, name, program, variables, nodeOptions } = this.#options;
    const child = fork(program, [job], {
      env: { ...variables, AWS_LAMBDA_FUNCTION_NAME: name, PATH: process.env.PATH },
      execArgv: [...nodeOptions],
      // Logs and metrics are written, and nobody reads them.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#environment = { child, startedAt: performance.now() };
    if (child.pid !== undefined) setPriority(child.pid, environmentNiceness);
    child.once('exit', () => {
      if (this.#environment?.child === child) this.#environment = undefined;
    });
    return new Promise((resolve) => {
      child.once('message', () => resolve(child)).once('exit', () => resolve(undefined));
    });
  }

  /** Ends an idle environment that is as old as this. The next invocation starts another one. */
  recycle(ageMilliseconds: number): void {
    const environment = this.#environment;
    if (environment === undefined || performance.now() - environment.startedAt < ageMilliseconds) return;
    this.#environment = undefined;
    environment.child.kill('SIGKILL');
  }

  signal(signal: NodeJS.Signals): void {
    this.#environment?.child.kill(signal);
  }
}
