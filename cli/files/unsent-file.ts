import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { errorCode, unwritable } from './file-error.ts';

/**
 * Keeps messages that were not sent, as NDJSON that can be sent again. Only its owner can read the file. It is created with
 * the first message, beside the file that the messages come from, and never replaces another file.
 */
export class UnsentFile {
  readonly #source: string;
  /** Whether the messages are still in the file that they come from. */
  readonly isCopy: boolean;
  #file: { path: string; descriptor: number } | undefined;
  #failure: unknown;

  /** @param source the file that the messages come from; `-` is standard input */
  constructor(source: string) {
    this.#source = source;
    this.isCopy = source !== '-' && !/^\/(dev|proc)\//.test(source);
  }

  add(body: string): void {
    if (this.#failure !== undefined) return;
    try {
      this.#file ??= this.#open();
      writeSync(this.#file.descriptor, `${body}\n`);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** @returns the path of the file; no path if there are no messages, or they could not be written */
  close(): { path?: string; failure?: string } {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    if (this.#failure !== undefined) return { failure: unwritable(this.#failure) };
    return this.#file === undefined ? {} : { path: this.#file.path };
  }

  /** Removes the file. */
  discard(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.path);
  }

  #open(): { path: string; descriptor: number } {
    // A second leftover is named after the original file, not after the first leftover.
    const stem = this.isCopy ? basename(this.#source).replace(/(\.not-sent(-\d+)?)?(\.\w+)?$/, '') : 'standard-input';
    const folders = [...(this.isCopy ? [dirname(this.#source)] : []), '.', tmpdir()];
    let failure: unknown;
    for (const folder of folders) {
      try {
        return openNew(folder, stem);
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }
}

function openNew(folder: string, stem: string): { path: string; descriptor: number } {
  for (let number = 1; ; number++) {
    const path = join(folder, `${stem}.not-sent${number === 1 ? '' : `-${number}`}.ndjson`);
    try {
      return { path, descriptor: openSync(path, 'wx', 0o600) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
