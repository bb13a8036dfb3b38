import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LocalRun } from '../../cli/pipeline/local-run.ts';

/** The console of a run, in a process of its own: the SDK’s settings are those of the run there, and nowhere else. */
export interface ConsoleProcess {
  /** Resolves with its first address. It never resolves if the console does not start. */
  address: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the console for a run. A run does not need it, so a console that fails only prints why. */
export function startConsoleProcess(run: LocalRun): ConsoleProcess {
  const child = fork(fileURLToPath(new URL('console-program.ts', import.meta.url)), [], {
    // Ctrl-C in a terminal reaches the child as well. The run ends it when its report is written.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('error', (error) => console.error(`The console did not start (${error.name}). The run goes on.`));
  child.send(run);
  const address = new Promise<string>((resolve) => child.once('message', (message) => resolve(String(message))));
  return {
    address,
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
