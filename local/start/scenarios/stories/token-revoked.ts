import { alarmCameAndWent, type Check } from '../checks.ts';
import type { Story } from '../story.ts';
import { bothLanesWork, lanesOpened, lanesPaused, sendToBoth } from './lanes.ts';

/** An administrator revokes the API token. The secret gets the new token two hours later. */
export const tokenRevoked: Story = {
  name: 'token-revoked',
  about: 'the API refuses the token; two hours later the secret gets the new one',
  beginsAt: '2026-03-10T09:55:00Z',
  play: async (world, short) => {
    const { api, time, timeline } = world;
    await bothLanesWork(world, short);

    await api.changeSettings({ token: 'another-token' });
    timeline.add({ what: 'account', text: 'the token is revoked' });
    await sendToBoth(world, 'first', { campaign: short ? 20 : 200, signIns: 10 });
    await lanesPaused(world, 'token-refused', 5);
    // The alarm fires after two minutes.
    await time.step(short ? 1 : 2);
    for (const wave of short ? ['second'] : ['second', 'third', 'fourth', 'fifth']) {
      await sendToBoth(world, wave, { campaign: short ? 20 : 50, signIns: 10 });
      await time.leap(short ? 117 : 29);
    }
    const refusedCreates = (await api.stats()).calls.create?.['401'] ?? 0;

    await world.putToken('another-token');
    timeline.add({ what: 'story', text: 'the secret gets the new token' });
    const opened = await lanesOpened(world, 5);
    const checks: Check[] = [
      opened,
      { text: `${refusedCreates} creates were sent with a refused token`, holds: refusedCreates < 100 },
    ];
    await time.step(short ? 1 : 5);
    return [...checks, alarmCameAndWent(world, 'account-refused')];
  },
};
