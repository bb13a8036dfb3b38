import type { Execution } from '../domain/acts/execution.ts';
import type { Caller } from '../domain/acts/record.ts';
import type { Proof } from '../domain/acts/request.ts';
import type { Clock } from '../domain/work/clock.ts';
import type { Observer } from '../domain/work/observer.ts';
import type { Performers } from './performers.ts';

/** The two places of the audit. Each part of an act is in both, before it begins and after it ends. */
export interface Audit {
  bucket: {
    /** @returns false if the key is taken */
    add(key: string, json: string): Promise<boolean>;
  };
  log: { add(json: string, nowMilliseconds: number): Promise<void> };
}

/** What proves a person who starts an SSM document, and what the document leaves out. */
export interface DocumentPorts {
  /** Begins the names of the pipeline's documents. */
  serviceName: string;
  /** What can be paused. */
  lanes: readonly string[];
  /** @returns undefined if there is no such execution @throws an error if Systems Manager cannot be asked */
  executions: { find(executionId: string): Promise<Execution | undefined> };
  /** @returns the URL of a queue's dead-letter queue; undefined if it has none */
  letters: { deadLettersOf(queueUrl: string): Promise<string | undefined> };
}

/** What the operations function works with. */
export interface ActPorts extends Audit {
  identity: {
    /** @returns undefined if AWS does not accept the proof @throws an error if AWS cannot be asked */
    caller(proof: Proof, actHeader: string): Promise<Caller | undefined>;
  };
  /** Absent if the stack has no SSM documents. */
  documents?: DocumentPorts | undefined;
  performers: Performers;
  observer: Observer;
  clock: Pick<Clock, 'wallMilliseconds'>;
  /** A random name, other in each call. */
  unique(): string;
}
