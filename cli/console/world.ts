import type { ApiProblem } from './contract/problem.ts';
import type { Desk } from './desk.ts';
import type { Events } from './events.ts';
import type { PageFiles } from './page-files.ts';
import type { Door } from './security/door.ts';
import type { Uploads } from './uploads.ts';

/** What the console's routes work with. */
export interface ConsoleWorld {
  desk: Desk;
  door: Door;
  /** The values of the header `host` that reach the console: `127.0.0.1:4580`, `localhost:4580`. */
  hosts: ReadonlySet<string>;
  /** Whether the pipeline is a local run. */
  local: boolean;
  /** Whether the console refuses every act. */
  readOnly: boolean;
  page: PageFiles;
  events: Events;
  uploads: Uploads;
  /** The folder for the files of purged dead letters. */
  keepIn: string;
  nowMilliseconds(): number;
  /** An error as the page shows it. An unknown one is also reported on the terminal, without its message. */
  problemOf(error: unknown): ApiProblem;
}
