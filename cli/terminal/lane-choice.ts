/** A producer in the configuration. */
export interface LaneUser {
  source: string;
  /** The first one is the producer's default. */
  lanes: readonly string[];
}

/** The default lane of a producer's messages; undefined for an unknown producer. */
export function defaultLaneOf(source: string | undefined, producers: readonly LaneUser[]): string | undefined {
  return producers.find((producer) => producer.source === source)?.lanes[0];
}
