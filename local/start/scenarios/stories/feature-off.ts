import { alarmCameAndWent } from '../checks.ts';
import type { Story } from '../story.ts';
import { bothLanesWork, lanesOpened, lanesPaused, sendToBoth } from './lanes.ts';

/** AppsFlyer disables the account's feature: the API refuses POSTs, but answers quota calls and GETs as usual. */
export const featureOff: Story = {
  name: 'feature-off',
  about: 'the account may not create links for an hour, but GETs and the quota work as usual',
  beginsAt: '2026-03-16T13:55:00Z',
  play: async (world, short) => {
    const { api, time, timeline } = world;
    await bothLanesWork(world, short);
    await api.changeSettings({ featureEnabled: false });
    timeline.add({ what: 'account', text: 'the feature is disabled: the API answers POSTs with 403' });
    await sendToBoth(world, 'off', { campaign: 200, signIns: 20 });
    await lanesPaused(world, 'feature-off', 5);
    await time.step(2);
    await time.leap(55);
    const refused = (await api.stats()).calls.create?.['403'] ?? 0;
    await api.changeSettings({ featureEnabled: true });
    timeline.add({ what: 'account', text: 'the feature is enabled again' });
    const opened = await lanesOpened(world, 5);
    await time.step(short ? 4 : 8);
    return [
      opened,
      { text: `${refused} creates were sent while the feature was disabled, canaries included`, holds: refused < 100 },
      alarmCameAndWent(world, 'account-refused'),
    ];
  },
};
