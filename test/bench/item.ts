/** What may be asked of a run on the command line. */
export interface BenchOptions {
  seed: number;
  /** How long each window is measured. */
  seconds: number;
  /** The account's limit to run at; undefined: the highest that this machine carries. */
  callsPerSecond: number | undefined;
  /** Only these variants of an item. */
  only: readonly string[];
  /** Size of a campaign, where an item has one. */
  commands: number | undefined;
  say: (line: string) => void;
}

/** What came out of one item. */
export interface Findings {
  /** Goes into bench.json under the item's key, units in the names. */
  figures: Record<string, unknown>;
  /** For the standard output, Markdown. */
  table: string;
  /** Promises that did not hold: a rate exceeded, a command lost. Goals that were missed are in the table. */
  broken: string[];
}

export type Item = (options: BenchOptions) => Promise<Findings>;
