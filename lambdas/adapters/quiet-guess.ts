/** The counter goes from 0, quiet, to `most`. From `busyFrom` on, the guess is that other environments take places too. */
const [busyFrom, most] = [2, 3];

/**
 * Guesses whether nobody has taken places of a rate in this second. An environment knows only where it has seen the next
 * place itself, and a wrong guess costs a second write. The guess follows what was true before. Like a processor's
 * predictor of branches, it changes after two surprises in a row.
 */
export class QuietGuess {
  readonly #busy = new Map<string, number>();

  isQuiet(rate: string): boolean {
    return (this.#busy.get(rate) ?? 0) < busyFrom;
  }

  learn(rate: string, wasQuiet: boolean): void {
    const busy = (this.#busy.get(rate) ?? 0) + (wasQuiet ? -1 : 1);
    this.#busy.set(rate, Math.min(most, Math.max(0, busy)));
  }
}
