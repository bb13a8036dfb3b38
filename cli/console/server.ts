import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { ChosenPipeline } from '../pipeline/pipeline-choice.ts';
import { OperatorError } from '../words/operator-error.ts';
import { consoleApp } from './app.ts';
import { Desk } from './desk.ts';
import { Events } from './events.ts';
import type { PageFiles } from './page-files.ts';
import { problemOf } from './problem.ts';
import { Door } from './security/door.ts';
import { Uploads } from './uploads.ts';
import type { ConsoleWorld } from './world.ts';

export interface ConsoleOptions {
  /** Finds the pipeline. It is asked again after each failure. */
  choose(): ChosenPipeline;
  /** Shown while the pipeline is not found. */
  stackName?: string | undefined;
  local: boolean;
  readOnly: boolean;
  /** A free one by default. */
  port?: number | undefined;
  page: PageFiles;
  /** The folder for the files of purged dead letters. The current one by default, as for the verb. */
  keepIn?: string | undefined;
  /** Prints a line for the operator. It gets no value of a link. */
  print(words: string): void;
  nowMilliseconds?: () => number;
}

export interface RunningConsole {
  /** The first address. It works once. */
  address: string;
  port: number;
  close(): Promise<void>;
}

/** Loopback only: no other machine reaches it. */
const hostname = '127.0.0.1';

/**
 * Serves the console on loopback.
 *
 * @throws OperatorError if the port is in use
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { local, readOnly, page, print, nowMilliseconds = Date.now, keepIn = process.cwd() } = options;
  const ended = new AbortController();
  let listener: ReturnType<typeof getRequestListener> | undefined;
  const server = createServer((request, response) => void listener?.(request, response));
  const port = await listening(server, options.port ?? 0);
  const door = new Door(port);
  const address = `http://${hostname}:${port}/?token=${door.token}`;
  const desk = new Desk(options.choose, ended.signal, options.stackName);
  const uploads = new Uploads();
  const world: ConsoleWorld = {
    desk,
    door,
    hosts: new Set([`${hostname}:${port}`, `localhost:${port}`]),
    local,
    readOnly,
    page,
    events: new Events(),
    uploads,
    keepIn,
    nowMilliseconds,
    problemOf: (error) => {
      const problem = problemOf(error, local);
      if (problem.code === 'failed') print(faultWords(error));
      if (problem.code === 'unavailable') desk.forget();
      return problem;
    },
  };
  listener = getRequestListener(consoleApp(world).fetch, { hostname, overrideGlobalObjects: false });
  const close = async () => {
    ended.abort();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await uploads.close();
  };
  return { address, port, close };
}

function listening(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new OperatorError(`The port ${port} cannot be used (${error.code}). Name another one with --port.`)
          : error,
      ),
    );
    server.listen({ port, host: hostname }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Where an unknown error arose. Its message may hold a value of a link, so it is left out. */
function faultWords(error: unknown): string {
  const [, ...places] = error instanceof Error ? (error.stack ?? '').split('\n    at ') : [];
  const name = error instanceof Error ? error.name : 'unknown error';
  return [`The console met an unknown error: ${name}`, ...places.map((place) => `    at ${place}`)].join('\n');
}
