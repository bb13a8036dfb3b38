import type { JudgedCall } from '../../cloud/access/authorizer.ts';
import type { MetricSeries } from '../../cloud/telemetry/metric-store.ts';
import { type Check, checksOfAll } from './checks.ts';
import type { Story } from './story.ts';
import type { TimelineEvent } from './timeline.ts';
import { startWorld, type WorldOptions } from './world.ts';

export interface Played {
  checks: Check[];
  events: readonly TimelineEvent[];
  /** Its duration by the simulated clock. */
  minutes: number;
  /** Every call that somebody made, and whether the template's policies permit it. */
  calls: readonly JudgedCall[];
  /** Every recorded metric, AWS's own included. */
  metrics: MetricSeries[];
}

/**
 * Plays a story and checks its rules.
 *
 * @throws Error if a part does not start, or the story makes no progress. The timeline has all events until then.
 */
export async function playStory(
  story: Story,
  options: Omit<WorldOptions, 'beginsAt'> & { short?: boolean },
): Promise<Played> {
  const world = await startWorld({ ...options, beginsAt: story.beginsAt });
  try {
    const own = await story.play(world, options.short ?? false);
    const checks = [...(await checksOfAll(world)), ...own];
    for (const { text, holds } of checks) world.timeline.add({ what: 'check', text, holds });
    const minutes = (world.time.now() - Date.parse(story.beginsAt)) / 60_000;
    const { calls, metrics } = world.cloud;
    return { checks, events: world.timeline.events, minutes, calls: calls(), metrics: metrics.series() };
  } finally {
    await world.stop();
  }
}
