import type { Chance } from '../time/chance.ts';
import type { SimulatedClock } from '../time/simulated-clock.ts';
import type { Producer } from './producer.ts';

/** How busy each hour of a day (UTC) is: a night, a morning, a noon, and an evening at home. */
const hourWeights = [2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 8, 7, 6, 6, 7, 8, 10, 11, 10, 8, 5, 3];
const weightOfDay = hourWeights.reduce((sum, weight) => sum + weight, 0);
const hour = 3_600_000;

/** Of a hundred commands, so many change an earlier link, delete one, ask for a code, or come a second time. */
const percent = { update: 6, delete: 2, code: 2, copy: 2 } as const;
/** The part of the creates that choose their ID. Later commands change these links. */
const chosenShare = 0.1;

export interface SteadyTraffic {
  from: number;
  days: number;
  /** All commands of these days. */
  commands: number;
  /**
   * How many real commands one stands for. The commands of an hour arrive in so much less than an hour, so they arrive at the
   * real rate.
   */
  scale: number;
}

/** Plans the commands of the transactional lane, hour by hour. */
export function planSteady(
  clock: SimulatedClock,
  producer: Producer,
  { from, days, commands, scale }: SteadyTraffic,
  chance: Chance,
): void {
  const chosen: Chosen[] = [];
  let owed = 0;
  for (let index = 0; index < days * 24; index++) {
    owed += (commands / days) * ((hourWeights[index % 24] ?? 0) / weightOfDay);
    const count = Math.floor(owed);
    owed -= count;
    // A place within the hour for the part of it that is played.
    const begins = from + (index + chance.next() * (1 - 1 / scale)) * hour;
    for (let number = 0; number < count; number++) {
      const kind = chance.next() * 100;
      clock.at(begins + (chance.next() * hour) / scale, () => {
        sendOne(producer, `s${index}-${number}`, kind, { chosen, now: clock.wallMilliseconds() }, chance);
      });
    }
  }
}

/** A link of a chosen ID. */
interface Chosen {
  shortlinkId: string;
  at: number;
}

/** Links live for seven days. Later commands change links between an hour and five days old. */
const [changedFrom, changedUntil] = [hour, 120 * hour];

function sendOne(
  producer: Producer,
  requestId: string,
  kind: number,
  { chosen, now }: { chosen: Chosen[]; now: number },
  chance: Chance,
): void {
  while (chosen[0] !== undefined && now - chosen[0].at > changedUntil) chosen.shift();
  const old = chosen.filter(({ at }) => now - at > changedFrom);
  const known = old[chance.below(old.length)];
  if (known !== undefined && kind < percent.update) {
    const { shortlinkId } = known;
    producer.send('steady', { requestId, action: 'update', shortlinkId, data: signIn(`again ${requestId}`) });
    return;
  }
  if (known !== undefined && kind < percent.update + percent.delete) {
    chosen.splice(chosen.indexOf(known), 1);
    producer.send('steady', { requestId, action: 'delete', shortlinkId: known.shortlinkId });
    return;
  }
  const choice = chance.is(chosenShare) ? `link-${requestId}` : undefined;
  if (choice !== undefined) chosen.push({ shortlinkId: choice, at: now });
  const create = {
    requestId,
    action: 'create',
    ...(choice !== undefined && { shortlinkId: choice }),
    data: signIn(requestId),
    ttl: '7d',
    renewTtl: chance.is(0.3),
    ...(chance.is(percent.code / 100) && { qr: { size: 200 } }),
  };
  producer.send('steady', create);
  if (chance.is(percent.copy / 100)) producer.send('steady', create);
}

/** The data of a link by which a customer signs in. */
export function signIn(mark: string): Record<string, string> {
  return {
    pid: 'sign_in',
    c: 'account',
    deep_link_value: `sign-in/${mark}`,
    af_web_dp: 'https://www.acme.example/sign-in',
  };
}
