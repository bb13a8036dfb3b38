import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** An engine in a process of its own: neither it nor the pollers wait for the other's event loop. */
export interface Engine {
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  /**
   * Sets the lead of the engine's `Date` over the wall clock, and resolves when it is set. Calls do not overlap.
   * @throws if the engine has ended
   */
  shiftClock(offsetMilliseconds: number): Promise<void>;
  /** Kills the engine. Its data is lost. */
  stop(): Promise<void>;
}

export interface EngineSettings {
  readonly region: string;
  /** The maximum number of messages of one queue in flight. */
  readonly mostInFlight: number;
  /** How long a receiver of notifications over HTTP may take for its answer. Default 15, as at SNS. */
  readonly receiverTimeoutSeconds?: number;
  /** The port on this machine to which notifications for other machines are posted. Without it, nowhere. */
  readonly receiverPort?: number;
}

/** A message from the parent. The engine returns it when it is done. */
export interface ToEngine {
  readonly clockOffsetMilliseconds: number;
}

/**
 * Starts one of the engine programs of this folder, on a free port.
 * @param logFile receives the engine's output
 * @param onLost called if the engine ends before it is stopped. Its data is lost
 * @throws if it cannot listen. Its output is in `logFile`
 */
export async function startEngine(
  program: 'queue-engine.ts' | 'table-engine.ts',
  settings: EngineSettings,
  logFile: string,
  onLost: (why: string) => void,
): Promise<Engine> {
  const child = fork(new URL(program, import.meta.url), [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // dynalite reads the region of its ARNs from here.
    env: { PATH: process.env.PATH ?? '', AWS_REGION: settings.region, TZ: 'UTC' },
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const exited = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message').then(([message]) => message as { port: number }),
    exited.then(() => undefined),
  ]);
  if (port === undefined) throw new Error(`${program} did not start. See ${logFile}.`);
  let stopping = false;
  child.on('exit', (code, signal) => {
    if (!stopping) onLost(`${program} ended unexpectedly (${signal ?? code}). See ${logFile}.`);
  });
  return {
    endpoint: `http://127.0.0.1:${port.port}`,
    shiftClock: async (clockOffsetMilliseconds) => {
      const taken = once(child, 'message').then(() => true);
      // `send` fails on a closed channel. The end of the process, checked below, covers that case.
      child.send({ clockOffsetMilliseconds } satisfies ToEngine, () => {});
      if (!(await Promise.race([taken, exited.then(() => false)]))) throw new Error(`${program} has ended`);
    },
    stop: async () => {
      stopping = true;
      child.kill('SIGKILL');
      await exited;
      log.end();
    },
  };
}
