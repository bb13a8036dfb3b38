import type { MetricSeries } from '../../cloud/telemetry/metric-store.ts';
import { type Check, checksOfAll } from './checks.ts';
import type { Story } from './story.ts';
import type { TimelineEvent } from './timeline.ts';
import { bringUp, type WorldOptions } from './world.ts';

export interface Played {
  checks: Check[];
  events: readonly TimelineEvent[];
  /** How long it took by the simulated clock. */
  minutes: number;
  /** Every metric that was written, AWS's own included. */
  metrics: MetricSeries[];
}

/**
 * Plays a story, and looks whether all that must hold does.
 *
 * @throws Error when something does not start, or the story comes to a stand: the timeline is written up to there
 */
export async function playStory(
  story: Story,
  options: Omit<WorldOptions, 'beginsAt'> & { short?: boolean },
): Promise<Played> {
  const world = await bringUp({ ...options, beginsAt: story.beginsAt });
  try {
    const own = await story.play(world, options.short ?? false);
    const checks = [...(await checksOfAll(world)), ...own];
    for (const { text, holds } of checks) world.timeline.add({ what: 'check', text, holds });
    const minutes = (world.time.now() - Date.parse(story.beginsAt)) / 60_000;
    return { checks, events: world.timeline.events, minutes, metrics: world.cloud.metrics.series() };
  } finally {
    await world.stop();
  }
}
