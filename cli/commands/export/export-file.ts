import { type FileHandle, link, lstat, open, rm } from 'node:fs/promises';
import { errorCode, unwritable } from '../../files/file-error.ts';
import { OperatorError } from '../../words/operator-error.ts';

/**
 * A file that exists only when it is complete. It is written as `<path>.part`, which only its owner can read, and gets its
 * own name at the end.
 */
export class ExportFile {
  readonly path: string;
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #complete = false;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @throws OperatorError if the file or its `.part` exists already, or if it cannot be created */
  static async create(path: string): Promise<ExportFile> {
    // Checked before the scan, which costs money.
    const fault = (what: string) => new OperatorError(`${what}. Name another file with --to.`);
    const found = await lstat(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw fault(`${path} cannot be written: ${unwritable(error)}`);
    });
    if (found !== undefined) throw fault(`${path} exists already`);
    try {
      return new ExportFile(path, await open(partOf(path), 'wx', 0o600));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw fault(`${path} cannot be written: ${unwritable(error)}`);
      throw new OperatorError(
        `${partOf(path)} exists already: another export writes it, or was killed. Delete it, or name another file with --to.`,
      );
    }
  }

  /**
   * Resolves when the system has the lines. A caller that waits holds only one page in memory.
   * @param lines with their line ends
   */
  add(lines: readonly string[]): Promise<void> {
    const text = lines.join('');
    this.#writing = this.#writing.then(() => this.#file.appendFile(text));
    return this.#writing.catch((error: unknown) => this.#refuse(error));
  }

  /** Gives the file its name. @throws OperatorError if another file has that name since `create` */
  async finish(): Promise<void> {
    await this.#file.sync().catch((error: unknown) => this.#refuse(error));
    this.#complete = true;
    await this.#file.close();
    try {
      // Unlike a rename, a link never replaces an existing file.
      await link(partOf(this.path), this.path);
    } catch (error) {
      throw new OperatorError(
        `${this.path} cannot be created: ${unwritable(error)}. The export is in ${partOf(this.path)}.`,
      );
    }
    await rm(partOf(this.path));
  }

  #refuse(error: unknown): never {
    throw new OperatorError(
      `${this.path} cannot be written: ${unwritable(error)}. Fix the cause, and run the same command again.`,
    );
  }

  /** Removes the file if it is not complete. */
  async discard(): Promise<void> {
    if (this.#complete) return;
    await this.#writing.catch(() => {});
    await this.#file.close();
    await rm(partOf(this.path));
  }
}

const partOf = (path: string) => `${path}.part`;
