import type { Check } from './checks.ts';
import type { World } from './world.ts';

/** A course of events for the whole pipeline in simulated time. */
export interface Story {
  name: string;
  /** One line, for `--help`. */
  about: string;
  /** ISO 8601, simulated. */
  beginsAt: string;
  /**
   * @param world deployed, without any command
   * @param short leave out the steps that only make it longer
   * @returns the story's own checks, beside those of every story
   */
  play(world: World, short: boolean): Promise<Check[]>;
}
