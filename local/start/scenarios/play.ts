import { checksOfAll } from './checks.ts';
import type { Story } from './story.ts';
import { startWorld, type WorldOptions } from './world.ts';

/**
 * Plays a story and checks its rules.
 *
 * @throws Error if a part does not start, or the story makes no progress. The timeline has all events until then.
 */
export async function playStory(story: Story, options: Omit<WorldOptions, 'beginsAt'> & { short?: boolean }) {
  const world = await startWorld({ ...options, beginsAt: story.beginsAt });
  try {
    const own = await story.play(world, options.short ?? false);
    const checks = [...(await checksOfAll(world)), ...own];
    for (const { text, holds } of checks) world.timeline.add({ what: 'check', text, holds });
    return {
      checks,
      /** Its duration by the simulated clock. */
      minutes: (world.time.now() - Date.parse(story.beginsAt)) / 60_000,
      /** Every call that somebody made, and whether the template's policies permit it. */
      calls: world.cloud.calls(),
      /** Every recorded metric, AWS's own included. */
      metrics: world.cloud.metrics.series(),
    };
  } finally {
    await world.stop();
  }
}
