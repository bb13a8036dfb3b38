import { alarmCameAndWent, type Check } from '../checks.ts';
import type { Story } from '../story.ts';
import type { World } from '../world.ts';
import { bothLanesWork, callsOfWorkers, lanesOpened, lanesPaused, sendToBoth } from './lanes.ts';

/** The whole API is unavailable for six hours, the quota's endpoint included. Producers continue as usual. */
export const outage: Story = {
  name: 'outage',
  about: 'the API is unavailable for six hours (503 or no answer), with a deployment in the middle',
  beginsAt: '2026-03-12T07:55:00Z',
  play: async (world, short) => {
    const { api, time, timeline } = world;
    await bothLanesWork(world, short);

    await api.addFaults([
      { kind: 'reset-before', operation: 'any', probability: 0.3 },
      { kind: 'status', status: 503, operation: 'any', probability: 1 },
    ]);
    timeline.add({ what: 'account', text: 'unavailable: every call gets a 503 or a reset' });
    const downSince = time.now();
    await sendToBoth(world, 'first', { campaign: 150, signIns: 10 });
    await lanesPaused(world, 'api-outage', 10);
    // The alarm needs five breaching minutes of ten.
    await time.step(short ? 1 : 4);
    for (const wave of short ? ['second'] : ['second', 'third', 'fourth']) {
      await sendToBoth(world, wave, { campaign: 25, signIns: 10 });
      await time.leap(short ? 120 : 55);
    }
    const deployment = await deploy(world);
    for (const wave of short ? [] : ['fifth', 'sixth', 'seventh']) {
      await sendToBoth(world, wave, { campaign: 25, signIns: 10 });
      await time.leap(55);
    }
    await time.leap(360 - (time.now() - downSince) / 60_000);

    await api.clearFaults();
    timeline.add({ what: 'account', text: 'available again' });
    const opened = await lanesOpened(world, 5);
    await time.step(2);
    return [opened, deployment, ...(short ? [] : [alarmCameAndWent(world, 'api-unreachable')])];
  },
};

/** A deployment enables a paused lane's mapping. The governor disables it again in its next run. */
async function deploy(world: World): Promise<Check> {
  const { time, timeline } = world;
  const before = await callsOfWorkers(world);
  await world.switchMappingsOn('campaign');
  timeline.add({ what: 'story', text: 'a deployment enables the mapping of the campaign lane' });
  await time.until(() => world.mappingsAre('campaign', 'on'), 'the mapping');
  const wokenAt = time.now();
  await time.step(1, { inWork: true });
  // The mapping still delivers what it has received before it is disabled.
  await time.until(() => world.mappingsAre('campaign', 'off'), 'the mapping');
  await time.settled();
  const seconds = Math.round((time.now() - wokenAt) / 1000);
  const calls = (await callsOfWorkers(world)) - before;
  return {
    text: `the deployment enabled the paused lane for ${seconds} s; calls of its workers in that time: ${calls}`,
    holds: seconds < 90 && calls === 0,
  };
}
