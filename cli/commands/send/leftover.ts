import { LineRanges } from '../../files/line-ranges.ts';
import type { Place, Unit } from '../../files/place-words.ts';
import { UnsentFile } from '../../files/unsent-file.ts';
import type { Unsent } from '../../pipeline/send-messages.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { n } from '../../words.ts';

/** What was not sent of a file: which lines, why, and where it is kept. */
export class Leftover {
  readonly #file: UnsentFile;
  readonly #lines = new LineRanges();
  readonly #reasons = new Map<string, number>();
  #unit: Unit = 'line';
  #mayBeIn = 0;

  /** @param source the file, or `-` */
  constructor(source: string) {
    this.#file = new UnsentFile(source);
  }

  add({ message: { line, unit, body }, reason, mayBeIn }: Unsent<Place & { body: string }>): void {
    this.#unit = unit ?? 'line';
    this.#lines.add(line);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (mayBeIn) this.#mayBeIn += 1;
    this.#file.add(body);
  }

  get count(): number {
    return this.#lines.count;
  }

  get mayBeIn(): number {
    return this.#mayBeIn;
  }

  /**
   * Ends the file, and says what is in it and how to go on.
   *
   * @param isUntouched nothing at all was sent: then the file that was given is as good, where it is still there
   * @param again the command that sends a file, with the options that were given
   */
  words(isUntouched: boolean, again: (file: string) => string): string[] {
    if (this.count === 0) return [];
    if (isUntouched && this.#file.isCopy) {
      this.#file.discard();
      return [`Nothing was sent (${tallyWords(this.#reasons)}).`];
    }
    const { path, trouble } = this.#file.close();
    const doubtful =
      this.#mayBeIn === 0
        ? []
        : [`${n(this.#mayBeIn)} of them may be in all the same: SQS’s answer was lost. A repeat makes nothing twice.`];
    const next =
      path === undefined
        ? `They could not be kept in a file (${trouble}). Send the whole file again: a repeat makes nothing twice.`
        : `They are in ${path}. When the cause is gone: ${again(path)}`;
    return [
      `${n(this.count)} not sent: ${this.#lines.words(10, this.#unit)} (${tallyWords(this.#reasons)})`,
      ...doubtful,
      next,
    ];
  }
}
