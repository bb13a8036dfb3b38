import { alarmCameAndWent } from '../checks.ts';
import type { Story } from '../story.ts';
import { bothLanesWork, lanesOpened, lanesPaused, sendToBoth } from './lanes.ts';

/** AppsFlyer switches the account's feature off: POSTs are refused, while quota and GETs are answered as ever. */
export const featureOff: Story = {
  name: 'feature-off',
  about: 'the account may not make links for an hour; GETs and the quota are answered as ever',
  beginsAt: '2026-03-16T13:55:00Z',
  play: async (world, short) => {
    const { api, time, timeline } = world;
    await bothLanesWork(world, short);
    await api.changeSettings({ featureEnabled: false });
    timeline.add({ what: 'account', text: 'the feature is switched off: POSTs are answered 403' });
    await sendToBoth(world, 'off', { campaign: 200, signIns: 20 });
    await lanesPaused(world, 'feature-off', 5);
    await time.step(2);
    await time.leap(55);
    const refused = (await api.stats()).calls.create?.['403'] ?? 0;
    await api.changeSettings({ featureEnabled: true });
    timeline.add({ what: 'account', text: 'the feature is on again' });
    const opened = await lanesOpened(world, 5);
    await time.step(short ? 4 : 8);
    return [
      opened,
      { text: `${refused} creates were sent while the feature was off, canaries included`, holds: refused < 100 },
      alarmCameAndWent(world, 'account-refused'),
    ];
  },
};
