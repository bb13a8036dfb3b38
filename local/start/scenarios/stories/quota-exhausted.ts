import { alarmCameAndWent, type Check, changesInOrder } from '../checks.ts';
import { creates, invalid, qrCodes, type StoryCommand, stepOfLinks } from '../commands.ts';
import type { Story } from '../story.ts';
import type { World } from '../world.ts';
import { laneIs } from './lanes.ts';

/**
 * The quota runs out in two months. In March another system of the account has used most of it by the ninth. The
 * campaign lane reaches its reserve in the middle of a batch, and the transactional lane reaches its own two days
 * later. In April the other system uses up the rest between two polls, on the second, and a batch gets
 * `quota_exceeded`.
 */
export const quotaExhausted: Story = {
  name: 'quota-exhausted',
  about: 'the quota runs out on the ninth, and on the second of the next month, each time in the middle of a batch',
  beginsAt: '2026-03-09T09:58:00Z',
  play: async (world, short) => {
    const checks = await march(world);
    if (!short) checks.push(...(await april(world)));
    return [
      ...checks,
      await changesInOrder(world),
      ...(short
        ? []
        : ['70-percent-quota-used', '85-percent-quota-used', 'quota-nearly-spent'].map((alarm) =>
            alarmCameAndWent(world, alarm),
          )),
    ];
  },
};

async function march(world: World): Promise<Check[]> {
  const { time, timeline, correspondence } = world;
  const reserves = reservesOf(world);
  await spendElsewhere(world, Math.round(0.25 * world.pipeline.account.monthlyQuotaCalls));
  await world.send(stepOfLinks('create', { ...chains, number: 1, requestedAt: time.iso() }));
  await time.step(1, { inWork: true });
  await spendElsewhere(world, Math.round(0.14 * world.pipeline.account.monthlyQuotaCalls));
  await world.answeredOrParked();
  await time.step();

  // The governor polls during the batch, with less quota left than the reserve. The batch still runs to its end.
  await spendElsewhere(world, reserves.campaign + 200);
  await world.send(creates({ ...campaign, name: 'spring', commands: 500, requestedAt: time.iso(), qrEvery: 100 }));
  const before = (await world.api.stats()).links.made;
  await time.until(async () => (await world.api.stats()).links.made - before >= 250, 'the first 250 links');
  await time.step(1, { inWork: true });
  const parksInWork = laneIs(world, 'campaign', 'parking', 'quota-reserve-reached');
  await world.answeredOrParked();

  timeline.add({
    what: 'story',
    text: 'the campaign continues; a repeat, an invalid command and QR codes still get their outcomes',
  });
  await world.send([
    ...creates({ ...campaign, name: 'summer', commands: 150, requestedAt: time.iso() }),
    ...stepOfLinks('create', { ...newChains, number: 1, requestedAt: time.iso() }),
    ...creates({ ...campaign, name: 'spring', commands: 3, requestedAt: 'as before' }).map(asSentBefore(world)),
    ...qrCodes({ ...chains, links: 5, requestedAt: time.iso() }),
    invalid({ lane: 'campaign', name: 'autumn', requestedAt: time.iso() }),
    ...creates({ ...transactional, name: 'sign-in-a', commands: 20, requestedAt: time.iso() }),
  ]);
  await time.step(1, { inWork: true });
  timeline.add({ what: 'story', text: 'changes of links with parked creates, and of others' });
  const later = time.iso(1_000);
  await world.send([
    ...stepOfLinks('update', { ...newChains, number: 2, requestedAt: time.iso() }),
    ...stepOfLinks('update', { ...chains, number: 2, requestedAt: time.iso() }),
    ...stepOfLinks('delete', { ...newChains, links: 10, number: 3, requestedAt: later }),
    ...stepOfLinks('update', { ...chains, number: 3, requestedAt: later }),
  ]);
  await world.answeredOrParked();
  const served = correspondence
    .all()
    .filter(({ message, answer }) => isTransactional(message.lane) && answer !== undefined).length;

  await time.leapTo('2026-03-11T14:00:00Z');
  await spendElsewhere(world, reserves.transactional + 15);
  await world.send(creates({ ...transactional, name: 'sign-in-b', commands: 20, requestedAt: time.iso() }));
  await world.answeredOrParked();
  await time.step();
  const ownReserve = laneIs(world, 'transactional', 'parking', 'quota-reserve-reached');
  const validUntil = time.iso(86_400_000);
  await world.send([
    ...creates({ ...transactional, name: 'sign-in-c', commands: 15, requestedAt: time.iso() }),
    ...creates({ ...transactional, name: 'code-of-the-day', commands: 5, requestedAt: time.iso(), validUntil }),
  ]);
  await world.answeredOrParked();
  const parked = correspondence.parked;
  await time.step();
  timeline.add({ what: 'story', text: `${parked} commands wait in the archive for the next month` });
  const turn = await monthTurns(world, '2026-04-01T00:00:00Z');
  const stale = correspondence.all().filter(({ answer }) => answer?.outcome === 'stale').length;
  return [
    { text: 'the campaign lane parked at its reserve, during a batch', holds: parksInWork },
    {
      text: `the transactional lane completed ${served} after that, and parked at its own reserve`,
      holds: served === 20 && ownReserve,
    },
    { text: `${parked} commands were parked until April`, holds: parked > 200 },
    turn,
    { text: `${stale} commands ended as stale: their validUntil had passed`, holds: stale === 5 },
  ];
}

async function april(world: World): Promise<Check[]> {
  const { time, correspondence, api } = world;
  await time.leapTo('2026-04-02T08:00:00Z');
  await world.send(creates({ ...campaign, name: 'easter', commands: 300, requestedAt: time.iso() }));
  const before = (await api.stats()).links.made;
  await time.until(async () => (await api.stats()).links.made - before >= 100, 'the first 100 links');
  await spendElsewhere(world, 50);
  await world.answeredOrParked();
  const parked = correspondence.parked;
  const refused = (await api.stats()).refused.quota;
  await world.send(creates({ ...transactional, name: 'sign-in-d', commands: 10, requestedAt: time.iso() }));
  await world.answeredOrParked();
  await time.step();
  const turn = await monthTurns(world, '2026-05-01T00:00:00Z');
  return [
    {
      text: `the batch stopped at quota_exceeded: ${parked} of 300 parked, ${refused} calls refused`,
      holds: parked > 0 && refused > 0 && refused < parked,
    },
    turn,
  ];
}

/** Leaps into the next month, and steps until every command has its final outcome. */
async function monthTurns(world: World, moment: string): Promise<Check> {
  const { time, correspondence, timeline } = world;
  await time.leap((Date.parse(moment) - time.now()) / 60_000 - 1);
  const early = correspondence.parked;
  await time.step(2);
  timeline.add({ what: 'story', text: 'the next month begins' });
  await time.stepUntil(() => correspondence.unsettled === 0, 'a final outcome for every command', 40);
  const minutes = Math.round((time.now() - Date.parse(moment)) / 60_000);
  return {
    text: `${early} commands returned by themselves in the new month; minutes until the last outcome: ${minutes}`,
    holds: early > 0 && minutes <= 30,
  };
}

const campaign = { lane: 'campaign' } as const;
const transactional = { lane: 'transactional' } as const;
/** Links of chosen IDs: those created before the lane parks, and those with parked creates. */
const chains = { name: 'poster', links: 20 };
const newChains = { name: 'leaflet', links: 20 };
const isTransactional = (lane: string) => lane === transactional.lane;

/** The same command again, unchanged. */
function asSentBefore({ correspondence }: World) {
  const known = new Map(correspondence.all().map(({ message }) => [message.requestId, message.command]));
  return ({ lane, command }: StoryCommand): StoryCommand => ({
    lane,
    command: known.get(command.requestId) ?? command,
  });
}

/** Another system on the account makes calls, until this number is left. */
async function spendElsewhere({ api, timeline }: World, remaining: number): Promise<void> {
  await api.changeSettings({ quotaRemaining: remaining });
  timeline.add({ what: 'account', text: `another system makes calls: ${remaining.toLocaleString('en')} are left` });
}

function reservesOf({ pipeline }: World): { campaign: number; transactional: number } {
  const reserve = (lane: string) => pipeline.settings.lanes[lane]?.quotaReserveCalls ?? 0;
  return { campaign: reserve('campaign'), transactional: reserve('transactional') };
}
