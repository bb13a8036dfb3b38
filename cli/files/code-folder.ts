import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../words/operator-error.ts';
import { errorCode, unwritable } from './file-error.ts';

/** Where QR images go: a folder, or a ZIP file. Nothing in it leads out of it. */
export interface CodeTarget {
  /** Whether it has a file of this name already, and of this size. */
  has(name: string, size?: number): Promise<boolean>;
  /** Whether it may have files from before, so that `has` is worth its question. */
  readonly mayHave: boolean;
  add(name: string, bytes: Uint8Array): Promise<void>;
  /** Adds a text of any length. It replaces one of the same name. */
  addText(name: string, parts: AsyncIterable<string>): Promise<void>;
  /** Completes the target. */
  finish(): Promise<void>;
  /** Removes what is not complete. A folder keeps its files, for the next run. */
  discard(): Promise<void>;
}

/** Files that only their owner can read, because short links are confidential. */
const mode = 0o600;

/** A folder of images, which a second run completes. */
export class CodeFolder implements CodeTarget {
  readonly mayHave: boolean;
  readonly #folder: string;

  private constructor(folder: string, existed: boolean) {
    this.#folder = folder;
    this.mayHave = existed;
  }

  /** @throws OperatorError if it cannot be created */
  static async open(folder: string): Promise<CodeFolder> {
    try {
      const created = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await stat(folder)).isDirectory()) throw new OperatorError(`${folder} is not a folder.`);
      return new CodeFolder(folder, created === undefined);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      if (errorCode(error) === 'EEXIST') throw new OperatorError(`${folder} is a file. Name a folder with --to.`);
      throw new OperatorError(`${folder} cannot be written: ${unwritable(error)}. Name another folder with --to.`);
    }
  }

  async has(name: string, size?: number): Promise<boolean> {
    const found = await stat(join(this.#folder, name)).catch(() => undefined);
    return found?.isFile() === true && (size === undefined || found.size === size);
  }

  async add(name: string, bytes: Uint8Array): Promise<void> {
    await this.#writing(() => writeFile(join(this.#folder, name), bytes, { mode }));
  }

  async addText(name: string, parts: AsyncIterable<string>): Promise<void> {
    const path = join(this.#folder, name);
    await this.#writing(async () => {
      await using file = await open(`${path}.part`, 'w', mode);
      for await (const part of parts) await file.appendFile(part);
    });
    await this.#writing(() => rename(`${path}.part`, path));
  }

  async finish(): Promise<void> {}
  async discard(): Promise<void> {}

  async #writing(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      throw new OperatorError(
        `${this.#folder} cannot be written: ${unwritable(error)}. Fix the cause, and run the same command again. It continues.`,
      );
    }
  }
}
