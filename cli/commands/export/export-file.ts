import { type FileHandle, link, lstat, open, rm } from 'node:fs/promises';
import { fileErrorReason } from '../../files/file-error.ts';
import { OperatorError } from '../../operator-error.ts';

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
    const taken = await lstat(path).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === 'ENOENT') return false;
        throw new OperatorError(`${path} cannot be written: ${whyOf(error)}. Name another file with --to.`);
      },
    );
    if (taken) throw new OperatorError(`${path} exists already. Name another file with --to.`);
    try {
      return new ExportFile(path, await open(partOf(path), 'wx', 0o600));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        throw new OperatorError(
          `${partOf(path)} exists already: another export writes it, or was killed. Delete it, or name another file with --to.`,
        );
      }
      throw new OperatorError(`${path} cannot be written: ${whyOf(error)}. Name another file with --to.`);
    }
  }

  /**
   * Resolves when the system has the lines. A caller that waits holds only one page in memory.
   * @param lines with their line ends
   */
  add(lines: readonly string[]): Promise<void> {
    const text = lines.join('');
    this.#writing = this.#writing.then(() => this.#file.appendFile(text));
    return this.#writing.catch((error: unknown) => {
      throw new OperatorError(
        `${this.path} cannot be written: ${whyOf(error)}. Fix the cause, and run the same command again.`,
      );
    });
  }

  /** Gives the file its name. @throws OperatorError if another file has that name since `create` */
  async finish(): Promise<void> {
    await this.#file.sync().catch((error: unknown) => {
      throw new OperatorError(
        `${this.path} cannot be written: ${whyOf(error)}. Fix the cause, and run the same command again.`,
      );
    });
    this.#complete = true;
    await this.#file.close();
    try {
      // Unlike a rename, a link never replaces an existing file.
      await link(partOf(this.path), this.path);
    } catch (error) {
      throw new OperatorError(
        `${this.path} cannot be created: ${whyOf(error)}. The export is in ${partOf(this.path)}.`,
      );
    }
    await rm(partOf(this.path));
  }

  /** Removes the file if it is not complete. */
  async discard(): Promise<void> {
    if (this.#complete) return;
    await this.#writing.catch(() => {});
    await this.#file.close();
    await rm(partOf(this.path));
  }
}

const whyOf = (error: unknown) => fileErrorReason(error, 'write') ?? codeOf(error);
const partOf = (path: string) => `${path}.part`;

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}
