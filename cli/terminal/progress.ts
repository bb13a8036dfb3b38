/** The stream that shows the progress. */
interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows the progress of a long verb. On a terminal it rewrites one line in place. Elsewhere it prints a line every ten
 * seconds. A short verb shows nothing.
 */
export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #everyMilliseconds: number;
  #shownAt: number;
  #onScreen = false;

  /** @param now milliseconds that only move forward */
  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
    this.#everyMilliseconds = screen.isTTY ? 250 : 10_000;
    this.#shownAt = now();
  }

  update(words: () => string): void {
    const now = this.#now();
    if (now - this.#shownAt < this.#everyMilliseconds) return;
    this.#shownAt = now;
    this.#screen.write(this.#screen.isTTY ? `\r\x1b[K${words()}` : `${words()}\n`);
    this.#onScreen = this.#screen.isTTY === true;
  }

  /** Removes the line. Call it before other output, and at the end. */
  clear(): void {
    if (this.#onScreen) this.#screen.write('\r\x1b[K');
    this.#onScreen = false;
  }
}
