import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileTrouble } from './file-trouble.ts';

/**
 * Keeps messages that were not sent: NDJSON that can be sent again, readable by its owner alone. The file is made with the
 * first of them, beside the one that they come from, and replaces no other.
 */
export class UnsentFile {
  readonly #source: string;
  #file: { path: string; descriptor: number } | undefined;
  #trouble: unknown;

  /** @param source the file that the messages come from; `-` is standard input */
  constructor(source: string) {
    this.#source = source;
  }

  add(body: string): void {
    if (this.#trouble !== undefined) return;
    try {
      this.#file ??= this.#open();
      writeSync(this.#file.descriptor, `${body}\n`);
    } catch (error) {
      this.#trouble = error;
    }
  }

  /** @returns where they are; undefined when there are none, or they could not be written */
  close(): { path?: string; trouble?: string } {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    if (this.#trouble !== undefined) return { trouble: fileTrouble(this.#trouble, 'write') ?? codeOf(this.#trouble) };
    return this.#file === undefined ? {} : { path: this.#file.path };
  }

  /** Whether the messages are still in the file that they come from. */
  get isCopy(): boolean {
    return this.#isPlain;
  }

  /** Removes what was kept. */
  discard(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.path);
  }

  get #isPlain(): boolean {
    return this.#source !== '-' && !/^\/(dev|proc)\//.test(this.#source);
  }

  #open(): { path: string; descriptor: number } {
    const isPlain = this.#isPlain;
    // What is left of a rest is a rest again, of the same file.
    const stem = isPlain ? basename(this.#source).replace(/(\.not-sent(-\d+)?)?(\.\w+)?$/, '') : 'standard-input';
    const folders = [...(isPlain ? [dirname(this.#source)] : []), '.', tmpdir()];
    let trouble: unknown;
    for (const folder of folders) {
      try {
        return openNew(folder, stem);
      } catch (error) {
        trouble ??= error;
      }
    }
    throw trouble;
  }
}

function openNew(folder: string, stem: string): { path: string; descriptor: number } {
  for (let number = 1; ; number++) {
    const path = join(folder, `${stem}.not-sent${number === 1 ? '' : `-${number}`}.ndjson`);
    try {
      return { path, descriptor: openSync(path, 'wx', 0o600) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

function codeOf(error: unknown): string {
  return String(error instanceof Error ? (Reflect.get(error, 'code') ?? error.message) : error);
}
