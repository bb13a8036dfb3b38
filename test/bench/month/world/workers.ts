import { noPolicy } from '../../../../lambdas/domain/contract/command-reading.ts';
import { wireJson } from '../../../../lambdas/domain/contract/wire-json.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { expiryLane, qrLane } from '../../../../lambdas/domain/work/names.ts';
import { expiryWorkerEnvironment } from '../../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../../lambdas/expiry-worker/expiry-worker.ts';
import { linkWorkerEnvironment } from '../../../../lambdas/link-worker/env.ts';
import { linkWorker } from '../../../../lambdas/link-worker/link-worker.ts';
import type { LinkWorkerPorts } from '../../../../lambdas/link-worker/ports.ts';
import { qrWorkerEnvironment } from '../../../../lambdas/qr-worker/env.ts';
import { qrWorker } from '../../../../lambdas/qr-worker/qr-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { sqsBatch } from '../../../../lambdas/runtime/sqs-batch.ts';
import type { WorkerPlan } from '../../../../lib/config/rate-budget.ts';
import { expiryWorkerVariables } from '../../../world/expiry-world.ts';
import { linkWorkerVariables } from '../../../world/link-world.ts';
import { type Handler, Mapping } from '../queues/mapping.ts';
import { type Cloud, ownSender } from './cloud.ts';
import { serviceMilliseconds, slow } from './services.ts';
import type { LaneSize } from './size.ts';

/** The variables that every worker of this plan has, as lib derives them. */
const planned = ({ callsInFlight, mostReturnedMessages, timeoutSeconds }: WorkerPlan) => ({
  CALLS_IN_FLIGHT: String(callsInFlight),
  MOST_RETURNED_MESSAGES: String(mostReturnedMessages),
  LEASE_SECONDS: String(timeoutSeconds + 30),
});

/** Feeds a queue's messages to as many environments as the plan has. */
function feed(cloud: Cloud, name: string, plan: WorkerPlan, environment: () => Handler): void {
  const environments = Array.from({ length: plan.concurrency }, environment);
  cloud.mappings.set(name, new Mapping(cloud.queue(name), cloud.clock, plan, environments));
}

/** The link worker of a lane, as its handler wires it. */
export function startLinkWorker(cloud: Cloud, { name, plan, reserveCalls }: LaneSize): void {
  const { size, clock, observer, services } = cloud;
  const producers = size.settings.producers.filter(({ lanes }) => lanes.includes(name));
  const env = readEnvironment(linkWorkerEnvironment, {
    ...linkWorkerVariables,
    ...planned(plan),
    LANE: name,
    LINK_ID_LENGTH: String(size.settings.linkIdLength),
    LINK_CALLS_PER_SECOND: String(plan.callsPerSecond),
    INVOCATION_GAP: plan.gap,
    OWN_SENDERS: ownSender,
    PRODUCERS: JSON.stringify(producers.map(({ source, templates }) => ({ source, templates }))),
    TEMPLATES: JSON.stringify(size.settings.templates),
    CONFLICT_POLICY: size.settings.conflictPolicy,
    QUOTA_RESERVE_CALLS: String(reserveCalls),
  });
  const enqueue: LinkWorkerPorts['qrQueue']['enqueue'] = async (job, groupId) => {
    await clock.sleep(serviceMilliseconds.queue);
    cloud.queue(qrLane).send({ body: wireJson(job), senderId: ownSender, groupId });
  };
  feed(cloud, name, plan, () => {
    const { api, turns } = cloud.client(name, plan);
    const ports: LinkWorkerPorts = {
      api,
      quota: (accountId) => api.quota(accountId),
      linkIdSecret: cloud.linkIdSecret,
      ledger: services.ledger,
      control: services.control,
      pace: turns,
      policy: noPolicy,
      parked: slow(cloud.parked, clock, serviceMilliseconds.bucket),
      held: { add: async () => {} },
      senders: { decisions: async () => ({}) },
      onQuotaCall: () => {},
      httpRecords: { note: async () => {} },
      outcomes: services.outcomes,
      qrQueue: { enqueue },
      qrImages: { remove: async () => {} },
      archive: { addRejected: async () => {} },
      observer,
      clock,
    };
    return sqsBatch({
      ...cloud.batch(cloud.queue(name)),
      mostReturned: env.MOST_RETURNED_MESSAGES,
      turns,
      api,
      deduplicationWindowDays: env.DEDUPLICATION_WINDOW_DAYS,
      ownSenders: env.OWN_SENDERS,
      work: linkWorker(env, ports),
    });
  });
}

/** The QR worker of all lanes. */
export function startQrWorker(cloud: Cloud): void {
  const { size, clock, observer, services } = cloud;
  const env = readEnvironment(qrWorkerEnvironment, {
    ...linkWorkerVariables,
    ...planned(size.qr),
    QR_CALLS_PER_SECOND: String(size.qr.callsPerSecond),
    MAX_QR_ATTEMPTS: '8',
  });
  const store = {
    bucket: 'codes',
    put: async ({ source, address }: { source: string; address: { onelinkId: string; shortlinkId: string } }) => {
      await clock.sleep(serviceMilliseconds.bucket);
      return `qr/${source}/${address.onelinkId}/${address.shortlinkId}.png`;
    },
    remove: async () => {},
  };
  feed(cloud, qrLane, size.qr, () => {
    const { api, turns } = cloud.client(qrLane, size.qr);
    const { ledger, outcomes } = services;
    return sqsBatch({
      ...cloud.batch(cloud.queue(qrLane)),
      mostReturned: env.MOST_RETURNED_MESSAGES,
      turns,
      api,
      work: qrWorker(env, { api, ledger, store, outcomes, observerOf: () => observer, clock }),
    });
  });
}

/** The expiry worker. */
export function startExpiryWorker(cloud: Cloud): void {
  const { size, clock, observer, services, linkIdSecret } = cloud;
  const env = readEnvironment(expiryWorkerEnvironment, {
    ...expiryWorkerVariables,
    ...planned(size.expiry),
    EXPIRY_CALLS_PER_SECOND: String(size.expiry.callsPerSecond),
  });
  feed(cloud, expiryLane, size.expiry, () => {
    const { api, turns } = cloud.client(expiryLane, size.expiry);
    const { ledger, control, outcomes } = services;
    return sqsBatch({
      ...cloud.batch(cloud.queue(expiryLane)),
      mostReturned: env.MOST_RETURNED_MESSAGES,
      turns,
      api,
      work: expiryWorker(env, {
        api,
        ledger,
        control,
        onQuotaCall: () => {},
        linkIdSecret,
        removalIn: (body) => JSON.parse(body) as Removal,
        history: { addExpired: async () => clock.sleep(serviceMilliseconds.bucket) },
        qrImages: { remove: async () => {} },
        outcomes,
        observer,
        clock,
      }),
    });
  });
}
