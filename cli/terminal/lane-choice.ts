/** A producer as the configuration names it. */
export interface LaneUser {
  source: string;
  /** The first one is its default. */
  lanes: readonly string[];
}

/** The lane that a producer's messages take unless somebody says otherwise; undefined for an unknown producer. */
export function defaultLaneOf(source: string | undefined, producers: readonly LaneUser[]): string | undefined {
  return producers.find((producer) => producer.source === source)?.lanes[0];
}
