import { LineRanges } from '../../files/line-ranges.ts';
import type { Place, Unit } from '../../files/place-words.ts';
import { UnsentFile } from '../../files/unsent-file.ts';
import type { Unsent } from '../../pipeline/send-messages.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { n } from '../../words/words.ts';

/** The messages of a file that were not sent: their lines, the reasons, and the file that keeps them. */
export class Leftover {
  readonly #file: UnsentFile;
  readonly #lines = new LineRanges();
  readonly #reasons = new Map<string, number>();
  #unit: Unit = 'line';
  /** How many of the messages SQS may have. */
  mayBeIn = 0;

  /** @param source the file, or `-` */
  constructor(source: string) {
    this.#file = new UnsentFile(source);
  }

  add({ message: { line, unit, body }, reason, mayBeIn }: Unsent<Place & { body: string }>): void {
    this.#unit = unit ?? 'line';
    this.#lines.add(line);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (mayBeIn) this.mayBeIn += 1;
    this.#file.add(body);
  }

  get count(): number {
    return this.#lines.count;
  }

  /**
   * Closes the file. @returns what it holds, and how to continue
   *
   * @param isUntouched whether nothing was sent. The original file then serves, if it is a plain file.
   * @param again makes the command that sends a file with the same options
   */
  words(isUntouched: boolean, again: (file: string) => string): string[] {
    if (this.count === 0) return [];
    if (isUntouched && this.#file.isCopy) {
      this.#file.discard();
      return [`Nothing was sent (${tallyWords(this.#reasons)}).`];
    }
    const { path, failure } = this.#file.close();
    const doubtful =
      this.mayBeIn === 0
        ? []
        : [`SQS may have ${n(this.mayBeIn)} of them, because its answer was lost. A repeat makes nothing twice.`];
    const next =
      path === undefined
        ? `They could not be kept in a file (${failure}). Send the whole file again: a repeat makes nothing twice.`
        : `They are in ${path}. When the cause is fixed, run: ${again(path)}`;
    return [
      `${n(this.count)} not sent: ${this.#lines.words(10, this.#unit)} (${tallyWords(this.#reasons)})`,
      ...doubtful,
      next,
    ];
  }
}
