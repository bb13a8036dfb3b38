import type { Story } from '../story.ts';
import type { World } from '../world.ts';
import { bothLanesWork, lanesOpened, sendToBoth } from './lanes.ts';

/** The API is unavailable for two minutes of every three. */
export const flapping: Story = {
  name: 'flapping',
  about: 'the API is unavailable for two minutes of every three, over a quarter of an hour',
  beginsAt: '2026-03-18T15:55:00Z',
  play: async (world, short) => {
    const { api, time, timeline } = world;
    await bothLanesWork(world, short);
    const rounds = short ? 4 : 6;
    for (let round = 1; round <= rounds; round++) {
      await api.addFaults({ kind: 'status', status: 503, operation: 'any', probability: 1 });
      timeline.add({ what: 'account', text: 'down' });
      await sendToBoth(world, String(round), { campaign: 60, signIns: 10 });
      await time.step(2);
      await api.clearFaults();
      timeline.add({ what: 'account', text: 'up' });
      await time.step();
    }
    const opened = await lanesOpened(world, 10);
    const pauses = pausesOf(world, 'campaign');
    return [opened, { text: `the lanes did not flap: ${rounds} outages, pauses: ${pauses}`, holds: pauses === 1 }];
  },
};

function pausesOf({ timeline }: World, lane: string): number {
  const changes = timeline.events.filter((event) => event.what === 'lane' && event.lane === lane);
  return changes.filter((event) => event.what === 'lane' && event.state === 'paused').length;
}
