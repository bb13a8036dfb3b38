import { type CommandReading, commandReader } from '../domain/contract/command-reading.ts';
import { openEnvelope } from '../domain/contract/envelope.ts';
import { parkOrderKey } from '../domain/contract/parked-command.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import type { Standing } from '../domain/contract/sender.ts';
import { type LaneNow, laneNow } from '../domain/control/control-record.ts';
import { QuotaTally } from '../domain/control/quota-tally.ts';
import { Renewals } from '../domain/control/renewals.ts';
import { commandDigest, subjectOf } from '../domain/link/digest.ts';
import { OtherLinkIdSecretError } from '../domain/link/link-id-secret.ts';
import { contractOf } from '../domain/onelink/api-variables.ts';
import { allEnded, eachAtOnce } from '../domain/work/at-once.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import type { BatchWork, Delivery, Disposition } from '../domain/work/delivery.ts';
import { laneMetric } from '../domain/work/names.ts';
import { AnsweredRequests } from './answered-requests.ts';
import { LostCalls, openGate } from './batch-gate.ts';
import { CommandWork } from './command-work.ts';
import type { LinkWorkerEnvironment } from './env.ts';
import { addressIn, Parking } from './parking.ts';
import { warnOfPolicy } from './policy-warning.ts';
import type { LinkWorkerPorts } from './ports.ts';
import { type Accepted, askedBy } from './publishing.ts';
import { DecidedSenders, type ReadMessage, SenderCheck, standingsOf } from './sender-check.ts';

/** From its third delivery on, a message may be the cause of the function's crashes, so it runs alone and last. */
const suspectFrom = 3;

/**
 * The link worker reads the commands of a batch and checks their senders (sender-check.ts). It carries out those without
 * an outcome (command-work.ts), several at a time. The rate limiter in front of the API keeps the pace.
 */
export function linkWorker(settings: LinkWorkerEnvironment, ports: LinkWorkerPorts): BatchWork {
  const read = commandReader({
    contract: contractOf(settings),
    producers: settings.PRODUCERS,
    templates: settings.TEMPLATES,
    policy: ports.policy,
  });

  let openedAtSeen: number | undefined;
  const lost = new LostCalls();
  const decided = new DecidedSenders(ports);

  return async (deliveries, deadline) => {
    ports.observer.count(laneMetric.commandReceived, deliveries.length);
    const [secret, lane] = await allEnded([secretAtStart(ports), laneAtStart(settings, ports)]);
    if (secret === undefined) {
      ports.observer.count(laneMetric.commandReturned, deliveries.length);
      return deliveries.map(() => 'lane-paused');
    }
    const accepted: Accepted[] = [];
    const refused: { delivery: Delivery; reading: Extract<CommandReading, { refused: unknown }> }[] = [];
    const stopped: { message: ReadMessage; stands: Exclude<Standing, 'allowed'> }[] = [];
    const messages = deliveries.map((delivery) => ({ delivery, reading: readDelivery(delivery, read) }));
    const standings = await standingsOf(messages, settings.SENDERS, decided);
    for (const [index, { delivery, reading }] of messages.entries()) {
      const stands = standings[index] ?? 'unknown';
      if (stands !== 'allowed') {
        stopped.push({ message: { delivery, reading }, stands });
        continue;
      }
      if ('refused' in reading) {
        refused.push({ delivery, reading });
        continue;
      }
      const { command, warnings = [] } = reading;
      accepted.push({
        command,
        delivery,
        digest: commandDigest(secret, command),
        ...subjectOf(secret, command),
        calls: [],
      });
      // A redelivery has the same warnings.
      if (delivery.receiveCount === 1) warnOfPolicy(command, warnings, ports.observer);
    }
    const now = () => ports.clock.wallMilliseconds();
    if (lane.openedAt !== openedAtSeen) ports.pace.easeIn();
    openedAtSeen = lane.openedAt;
    const tally = new QuotaTally(ports.onQuotaCall);
    const renewals = new Renewals();
    const parking = new Parking(lane, settings, ports);
    const book = (write: () => Promise<void>) => keepBooks(ports.observer, laneMetric.bookkeepingFailed, write);
    const gate = openGate(ports.api, lane, tally, lost, (signal) => book(() => ports.control.signal(signal, now())));

    const chains = chainsOf(accepted);
    const isSuspect = (chain: Accepted[][]) =>
      chain.some((copies) => copies.some(({ delivery }) => delivery.receiveCount >= suspectFrom));
    const [suspects, others] = [chains.filter(isSuspect), chains.filter((chain) => !isSuspect(chain))];
    const inOrder = [...others, ...suspects].flat().flatMap(([first]) => (first === undefined ? [] : [askedBy(first)]));
    const answered = new AnsweredRequests(ports.ledger, inOrder);
    const work = new CommandWork({ secret, settings, ports, parking, gate, renewals, deadline, answered });

    const dispositions = new Map<Delivery, Disposition>();
    const refusals = refused.map(({ delivery, reading }) => async () => {
      dispositions.set(delivery, await work.refuse(delivery, reading.refused));
    });
    const check = new SenderCheck(settings.LANE, ports, secret);
    const stops = stopped.map(({ message, stands }) => async () => {
      dispositions.set(message.delivery, await check.end(message, stands));
    });
    const carryOut = (chain: Accepted[][]) => async () => {
      for (const copies of chain) {
        await ports.pace.acquire();
        for (const item of copies) dispositions.set(item.delivery, await work.handle(item));
        if (copies.every(({ calls }) => calls.length === 0)) ports.pace.release();
      }
    };
    await eachAtOnce(settings.CALLS_IN_FLIGHT, [...refusals, ...stops, ...others.map(carryOut)], (task) => task());
    for (const chain of suspects) await carryOut(chain)();
    // If the worker crashes before it saves its count, the caps miss those calls and the forecast books them as spent
    // elsewhere.
    if (tally.calls > 0) await book(() => ports.control.addSpent(settings.LANE, tally.calls, now()));
    for (const [day, links] of renewals.byDay) await book(() => ports.control.addRenewals(day, links, now()));
    await gate.signalled();
    return deliveries.map((delivery) => dispositions.get(delivery) ?? 'try-again');
  };
}

/** The secret, or undefined if the ledger was written with another one. The governor then pauses the lanes within a minute. */
async function secretAtStart({ linkIdSecret, observer }: LinkWorkerPorts): Promise<string | undefined> {
  try {
    return await linkIdSecret.value();
  } catch (error) {
    if (!(error instanceof OtherLinkIdSecretError)) throw error;
    observer.warn('commands returned: the link-ID secret is not the one with which the ledger was written');
    return undefined;
  }
}

/**
 * The lane's state at the start of a batch. If the control record is stale or missing, the worker polls the quota
 * itself, with a free GET, and counts it. If that poll fails too, the worker treats the lane as paused. If the API does not
 * report the quota, the worker goes on: a spent quota is then known by the API's refusal.
 */
async function laneAtStart(settings: LinkWorkerEnvironment, ports: LinkWorkerPorts): Promise<LaneNow> {
  const { control, observer, clock } = ports;
  const reading = await control.read();
  const lane = laneNow(reading.control, reading.signals, settings.LANE, clock.wallMilliseconds());
  if (lane.quotaKnown || lane.state !== 'open') return lane;
  observer.count(laneMetric.controlUnreadable);
  if (settings.QUOTA_FROM === 'own-count') {
    observer.warn('the control record is stale or missing, and the API does not report the quota');
    return lane;
  }
  const quota = await ports.quota(settings.APPSFLYER_ACCOUNT_ID);
  observer.warn('the control record is stale or missing: the worker has polled the quota itself', {
    meaning: quota.meaning,
  });
  if (quota.meaning !== 'ok') return { ...lane, state: 'paused', reason: 'api-outage' };
  if (quota.value > settings.QUOTA_RESERVE_CALLS) return lane;
  return { ...lane, state: 'parking', reason: 'quota-reserve-reached' };
}

/**
 * Groups the commands that must not run in parallel. Of a request's copies, the first is carried out, and its record
 * answers the others. Commands of one link run in the order in which they were requested.
 *
 * @returns chains of requests, each request with its copies
 */
function chainsOf(accepted: Accepted[]): Accepted[][][] {
  const requests = [...Map.groupBy(accepted, ({ command }) => requestKey(command)).values()];
  const chains = Map.groupBy(requests, ([first]) => {
    const address = first && addressIn(first.command);
    return address === undefined ? Symbol() : `${address.onelinkId}/${address.shortlinkId}`;
  });
  const orderKey = ([first]: Accepted[]) => (first === undefined ? '' : parkOrderKey(first.command));
  return [...chains.values()].map((chain) =>
    chain.toSorted((one, other) => (orderKey(one) < orderKey(other) ? -1 : 1)),
  );
}

function readDelivery(delivery: Delivery, read: ReturnType<typeof commandReader>): CommandReading {
  return read(openEnvelope(delivery.body), delivery.sentAtMilliseconds);
}
