import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** An engine that runs in a process of its own, so that neither it nor the pollers wait for the other's event loop. */
export interface Engine {
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  /**
   * Has the engine's `Date` so far ahead of the wall clock; resolves when it is. Not before the call before has.
   * @throws when the engine has ended
   */
  shiftClock(offsetMilliseconds: number): Promise<void>;
  /** Kills the engine. What it held is gone. */
  stop(): Promise<void>;
}

export interface EngineSettings {
  readonly region: string;
  /** Messages of one queue that may be in flight at once. */
  readonly mostInFlight: number;
}

/** A message from the parent, which the engine sends back when it is done. */
export interface ToEngine {
  readonly clockOffsetMilliseconds: number;
}

/**
 * Starts one of the engine programs of this folder, on a free port.
 * @param logFile what the engine prints goes here
 * @param onLost told when the engine ends before it is stopped: everything it held is lost
 * @throws when it cannot listen, with what it printed in `logFile`
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
    // dynalite takes the region of its ARNs from here.
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
  if (port === undefined) throw new Error(`${program} did not start; see ${logFile}`);
  let stopping = false;
  child.on('exit', (code, signal) => {
    if (!stopping) onLost(`${program} ended by itself (${signal ?? code}); see ${logFile}`);
  });
  return {
    endpoint: `http://127.0.0.1:${port.port}`,
    shiftClock: async (clockOffsetMilliseconds) => {
      const taken = once(child, 'message').then(() => true);
      // Refused when the channel is closed: that the process has ended tells the rest.
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
