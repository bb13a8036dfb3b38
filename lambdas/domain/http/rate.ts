/** How many calls and commands of a producer one second takes, if it has been quiet before. API Gateway's burst is the same. */
export const burstOf = (requestsPerSecond: number): number => requestsPerSecond * 2;

/**
 * How a list counts in the seconds after its call, which has counted itself. The seconds that follow carry the rest, so
 * lists are no way around the rate.
 *
 * @param commands in the list
 * @returns the count of each following second
 */
export function laterCounts(commands: number, requestsPerSecond: number): number[] {
  const counts: number[] = [];
  for (let left = commands - 1; left > 0; left -= requestsPerSecond) counts.push(Math.min(left, requestsPerSecond));
  return counts;
}
