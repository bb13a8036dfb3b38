import { type FileHandle, open, rm } from 'node:fs/promises';
import type { PurgedLetter } from '../../../lambdas/domain/acts/purge.ts';
import { errorCode, unwritable } from '../../files/file-error.ts';
import { OperatorError } from '../../words/operator-error.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';

/** The NDJSON file that keeps purged dead letters. Only its owner can read it, because bodies are confidential. */
export class LetterFile {
  readonly path: string;
  readonly #file: FileHandle;
  #lines = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @throws OperatorError if the file exists, or cannot be created */
  static async create(path: string): Promise<LetterFile> {
    try {
      return new LetterFile(path, await open(path, 'wx', 0o600));
    } catch (error) {
      const isTaken = errorCode(error) === 'EEXIST';
      const why = isTaken ? 'exists already' : `cannot be written: ${unwritable(error)}`;
      throw new OperatorError(`${path} ${why}. Name another file with --to. Nothing was deleted.`);
    }
  }

  /**
   * Resolves when the lines are on the disk.
   * @throws OperatorError if they cannot be written
   */
  async add(
    { lane, kind, source }: Pick<DeadLetterQueue, 'lane' | 'kind' | 'source'>,
    letters: readonly PurgedLetter[],
  ): Promise<void> {
    const lines = letters.map(({ receiptHandle: _, sentAtMilliseconds, ...letter }) =>
      JSON.stringify({
        lane,
        queue: kind,
        ...(source !== undefined && { ingress: source }),
        ...letter,
        sentAt: new Date(sentAtMilliseconds).toISOString(),
      }),
    );
    this.#lines += lines.length;
    try {
      await this.#file.appendFile(lines.map((line) => `${line}\n`).join(''));
      await this.#file.sync();
    } catch (error) {
      throw new OperatorError(
        `${this.path} cannot be written: ${unwritable(error)}. The purge deleted only messages that the file holds. ` +
          'Fix the cause, and run the same command again.',
      );
    }
  }

  /** Closes the file, and removes it if it is empty. */
  async close(): Promise<void> {
    await this.#file.close();
    if (this.#lines === 0) await rm(this.path);
  }
}
