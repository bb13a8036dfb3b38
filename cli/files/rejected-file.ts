import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { OperatorError } from '../words/operator-error.ts';
import { unwritable } from './file-error.ts';

const blockCharacters = 65_536;

/**
 * A file of rejected rows. Only its owner can read it. It is created with the first row, and never replaces another file. It
 * holds one block in memory.
 */
export class RejectedFile {
  readonly path: string;
  readonly #head: string;
  #descriptor: number | undefined;
  #block = '';
  rows = 0;

  /**
   * @param head its first line
   * @throws OperatorError if the file exists already
   */
  constructor(path: string, head: string) {
    if (existsSync(path)) throw new OperatorError(`${path} exists already. Name another file with --rejected.`);
    this.path = path;
    this.#head = head;
  }

  /** @throws OperatorError if the file cannot be written */
  add(line: string): void {
    if (this.rows === 0) this.#block = this.#head;
    this.rows += 1;
    this.#block += line;
    if (this.#block.length >= blockCharacters) this.#write();
  }

  /** @throws OperatorError if the file cannot be written */
  close(): void {
    if (this.rows === 0) return;
    this.#write();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #write(): void {
    try {
      this.#descriptor ??= openSync(this.path, 'wx', 0o600);
      writeSync(this.#descriptor, this.#block);
      this.#block = '';
    } catch (error) {
      throw new OperatorError(
        `${this.path} cannot be written: ${unwritable(error)}. Name another file with --rejected.`,
      );
    }
  }
}
