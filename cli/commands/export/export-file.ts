import { type FileHandle, link, lstat, open, rm } from 'node:fs/promises';
import { fileTrouble } from '../../files/file-trouble.ts';
import { OperatorError } from '../../operator-error.ts';

/**
 * A file that is there when it is whole: written under another name beside it, readable by its owner alone, and given its
 * own at the end.
 */
export class ExportFile {
  readonly path: string;
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #whole = false;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @throws OperatorError when the file, or an export to it that is under way, is there already, or it cannot be made */
  static async create(path: string): Promise<ExportFile> {
    // Sooner than at the end, when the scan is paid for.
    const taken = await lstat(path).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === 'ENOENT') return false;
        throw new OperatorError(`${path} cannot be written: ${whyOf(error)}. Name another file with --to.`);
      },
    );
    if (taken) throw new OperatorError(`${path} is there already. Name another file with --to.`);
    try {
      return new ExportFile(path, await open(partOf(path), 'wx', 0o600));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        throw new OperatorError(
          `${partOf(path)} is there already: another export writes it, or one was killed. Delete it, or name another file.`,
        );
      }
      throw new OperatorError(`${path} cannot be written: ${whyOf(error)}. Name another file with --to.`);
    }
  }

  /**
   * Resolves when the lines are handed to the system: who waits for that holds no more than its own page in memory.
   * @param lines with their ends
   */
  add(lines: readonly string[]): Promise<void> {
    const text = lines.join('');
    this.#writing = this.#writing.then(() => this.#file.appendFile(text));
    return this.#writing.catch((error: unknown) => {
      throw new OperatorError(`${this.path} cannot be written: ${whyOf(error)}. Mend that and run it again.`);
    });
  }

  /** Gives the file its name. @throws OperatorError when somebody else has taken it meanwhile */
  async finish(): Promise<void> {
    await this.#file.sync().catch((error: unknown) => {
      throw new OperatorError(`${this.path} cannot be written: ${whyOf(error)}. Mend that and run it again.`);
    });
    this.#whole = true;
    await this.#file.close();
    try {
      // Unlike a rename, a link never replaces what is there.
      await link(partOf(this.path), this.path);
    } catch (error) {
      throw new OperatorError(`${this.path} cannot be made: ${whyOf(error)}; the export is in ${partOf(this.path)}.`);
    }
    await rm(partOf(this.path));
  }

  /** Removes what was written, unless it is whole. */
  async discard(): Promise<void> {
    if (this.#whole) return;
    await this.#writing.catch(() => {});
    await this.#file.close();
    await rm(partOf(this.path));
  }
}

const whyOf = (error: unknown) => fileTrouble(error, 'write') ?? codeOf(error);
const partOf = (path: string) => `${path}.part`;

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}
