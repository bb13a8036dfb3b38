import type { Check } from './checks.ts';
import type { World } from './world.ts';

/** A course of events, played on the whole pipeline in simulated time. */
export interface Story {
  name: string;
  /** One line, for `--help`. */
  about: string;
  /** ISO 8601, simulated. */
  beginsAt: string;
  /**
   * @param world as deployed, with nothing sent yet
   * @param short leave out what only makes it longer
   * @returns what must hold in this story, beside what must hold in each
   */
  play(world: World, short: boolean): Promise<Check[]>;
}
