import type { PlayedMonth } from '../play.ts';
import { pollSeconds } from '../world/size.ts';

/** The promises that a played month has broken, a sentence each. */
export function brokenPromises(played: PlayedMonth): string[] {
  const { requests, unknown } = played.cloud.correspondence;
  const { arrivals, refused } = played.cloud.api.control.stats();
  const { size, queues, mappings, campaigns, parked } = played.cloud;
  const all = [...requests.values()];
  const counted: [number, string][] = [
    [all.filter(({ finals }) => finals.size === 0).length, 'commands have no final outcome'],
    [all.filter(({ finals }) => finals.size > 1).length, 'commands have more than one final outcome'],
    [unknown, 'outcomes name a request that nobody has sent'],
    [all.filter(hasLostCode).length, 'links have no QR code, and no outcome shows why'],
    [parked.count, 'commands are still parked'],
    [[...played.cloud.made.values()].filter((made) => made > 1).length, 'addresses have a duplicate link'],
    ...linkDifferences(played),
    [refused.rate + refused.qrRate, 'calls had a 429 of our own making'],
    [refused.quota, 'calls were refused because the quota was spent'],
    ...[...queues.values()].map(({ name, deadLetters }): [number, string] => [
      deadLetters.length,
      `messages of the queue ${name} are dead letters`,
    ]),
    ...[...mappings].map(([name, { overran }]): [number, string] => [
      overran,
      `invocations of ${name} ran longer than its time-out`,
    ]),
    [[...campaigns.records.values()].filter(({ state }) => state !== 'finished').length, 'campaigns have not finished'],
  ];
  const { all: fullest, qr } = arrivals.fullestSecond;
  return [
    ...counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
    ...(fullest > size.callsPerSecond ? [`a second had ${fullest} calls, and the plan ${size.callsPerSecond}`] : []),
    ...(qr > size.qrCallsPerSecond ? [`a second had ${qr} QR calls, and the plan ${size.qrCallsPerSecond}`] : []),
    ...reservesPassed(played),
  ];
}

function hasLostCode({ wantsCode, codeAt, outcome, action }: { wantsCode: boolean; action: string } & Partial<Ended>) {
  return action === 'create' && wantsCode && outcome === 'created' && codeAt === undefined;
}
type Ended = { codeAt: number | undefined; outcome: string | undefined };

/** The API's links beside the ledger's. The API may know that a link lives longer than the ledger knows, by clicks. */
function linkDifferences({ cloud }: PlayedMonth): [number, string][] {
  const now = cloud.clock.wallMilliseconds() / 1000;
  const { links } = cloud.ledger;
  let [unrecorded, missing] = [0, 0];
  for (const link of cloud.api.emulator.store.all()) {
    const record = links.get(`${link.onelinkId}/${link.shortlinkId}`);
    if (link.expiresAtSeconds > now && record?.state !== 'live') unrecorded++;
  }
  for (const { state, expiresAt, address } of links.values()) {
    const held = cloud.api.emulator.store.get(address.onelinkId, address.shortlinkId);
    if (state === 'live' && expiresAt > now && (held === undefined || held.expiresAtSeconds < expiresAt)) missing++;
  }
  return [
    [unrecorded, 'live links of the API are not in the ledger'],
    [missing, 'live links of the ledger are not at the API, or end earlier there'],
  ];
}

/** A lane may go on from its reserve to the governor's next poll, and to the end of the batch that began before. */
function reservesPassed({ cloud }: PlayedMonth): string[] {
  return cloud.size.lanes.flatMap(({ name, plan, reserveCalls }) => {
    const lowest = cloud.lowestQuota.get(name) ?? Number.POSITIVE_INFINITY;
    const { concurrency, callsPerSecond, busySeconds } = plan;
    const least = Math.max(0, reserveCalls - concurrency * callsPerSecond * (pollSeconds + busySeconds));
    if (lowest >= Math.floor(least)) return [];
    return [`the lane ${name} spent the quota down to ${lowest} calls; it leaves ${reserveCalls} to others`];
  });
}
