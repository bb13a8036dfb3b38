/** Options of a run, from the command line. */
export interface BenchOptions {
  seed: number;
  /** Length of each measured window. */
  seconds: number;
  /** The account's limit in this run. Undefined: the highest that this machine can sustain. */
  callsPerSecond: number | undefined;
  /** With full-rate: all clocks run so many times slower. Undefined: as the limit and this machine's cores need it. */
  timeDilation: number | undefined;
  /** Runs only these variants of an item. */
  only: readonly string[];
  /** Size of the item's campaign, if it has one. */
  commands: number | undefined;
  /** Other settings of the lanes, for the month and the full rate: `transactional.rateShare=0.1`, with commas between them. */
  lanes: readonly string[];
  report: (line: string) => void;
}

/** The results of one item. */
export interface Findings {
  /** Written to bench.json under the item's key. The names carry the units. */
  figures: Record<string, unknown>;
  /** Markdown for the standard output. */
  table: string;
  /** Broken promises: an exceeded rate, a lost command. The table shows missed goals. */
  broken: string[];
}

export type Item = (options: BenchOptions) => Promise<Findings>;
