import { Account } from './traffic/account.ts';
import { burstCommands, type Calendar } from './traffic/calendar.ts';
import { sendCampaign } from './traffic/campaign.ts';
import { Producer } from './traffic/producer.ts';
import { planSteady, signIn } from './traffic/steady.ts';
import { startChecker, startOperator, startSender } from './world/campaign-functions.ts';
import { Cloud } from './world/cloud.ts';
import { type HourSample, startSampling } from './world/samples.ts';
import { type Governed, startExpiryIntake, startGovernor, startReplayer } from './world/schedules.ts';
import type { MonthSize } from './world/size.ts';
import { startExpiryWorker, startLinkWorker, startQrWorker } from './world/workers.ts';

const [hour, day] = [3_600_000, 86_400_000];

/** The part of the links that somebody clicks, three days after the link was made. */
const [clickedShare, clickAfter] = [0.2, 3 * day];

export interface PlayOptions {
  size: MonthSize;
  calendar: Calendar;
  /** Epoch milliseconds of the month's first instant. */
  from: number;
  /** Commands of the month. A burst is as large at any scale. */
  commands: number;
  seed: number;
  report: (line: string) => void;
}

/** A month that was played, with everything that it has left. */
export interface PlayedMonth {
  cloud: Cloud;
  governed: Governed;
  samples: HourSample[];
  from: number;
  /** The instant at which the calendar's days end. */
  until: number;
  /** The quota's used calls right before the month's turn, or at the end. */
  usedAtEnd: number;
  cpuSeconds: number;
}

/** Plays a calendar through a whole pipeline. */
export async function play({ size, calendar, from, commands, seed, report }: PlayOptions): Promise<PlayedMonth> {
  const cloud = new Cloud(size, from, seed);
  const { clock, chance, api, correspondence } = cloud;
  const cpuBefore = process.cpuUsage();

  for (const lane of size.lanes) startLinkWorker(cloud, lane);
  startQrWorker(cloud);
  startExpiryWorker(cloud);
  startExpiryIntake(cloud);
  startChecker(cloud);
  const governed = startGovernor(cloud);
  startReplayer(cloud);
  startSender(cloud);
  startOperator(cloud);
  const samples = startSampling(cloud);

  const producer = new Producer(cloud, 'transactional');
  const bulk = new Producer(cloud, 'campaign');
  const { days, campaigns, burstsAtHours, transactionalShare, events } = calendar;
  const steady = Math.max(0, transactionalShare * commands - burstsAtHours.length * burstCommands);
  planSteady(clock, producer, { from, days, commands: steady, scale: size.scale }, chance);
  for (const [index, atHours] of burstsAtHours.entries()) {
    clock.at(from + atHours * hour, () => {
      for (let number = 0; number < burstCommands; number++) {
        const requestId = `b${index + 1}-${number}`;
        const part = `burst ${index + 1}`;
        producer.send(part, { requestId, action: 'create', data: signIn(requestId), ttl: '7d', renewTtl: false });
      }
    });
  }
  for (const campaign of campaigns) {
    const rows = Math.round(campaign.share * commands);
    clock.at(from + campaign.atHours * hour, () => sendCampaign(cloud, bulk, campaign, rows, from));
  }
  const account = new Account(cloud);
  for (const event of events) account.plan(event, from);
  correspondence.onCreated = ({ link }) => {
    if (link === undefined || !chance.is(clickedShare)) return;
    clock.at(clock.wallMilliseconds() + clickAfter, () => api.click(`${link.onelinkId}/${link.shortlinkId}`));
  };

  const until = from + days * day;
  let usedAtEnd = 0;
  clock.at(until - 1, () => {
    usedAtEnd = api.emulator.quota.used;
  });
  for (let now = from; now < until + calendar.daysAfter * day; ) {
    now += Math.min(day, until + calendar.daysAfter * day - now);
    await clock.runUntil(now);
    const requests = correspondence.requests.size.toLocaleString('en');
    report(
      `${new Date(now - 1).toISOString().slice(0, 10)}: ${requests} commands so far, ${cloud.parked.count} parked`,
    );
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cloud, governed, samples, from, until, usedAtEnd, cpuSeconds: (user + system) / 1e6 };
}
