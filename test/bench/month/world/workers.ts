import { noPolicy } from '../../../../lambdas/domain/contract/command-reading.ts';
import { wireJson } from '../../../../lambdas/domain/contract/wire-json.ts';
import type { Removal } from '../../../../lambdas/domain/link/removal.ts';
import { dimension, expiryLane, qrLane } from '../../../../lambdas/domain/work/names.ts';
import { expiryWorkerEnvironment } from '../../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../../lambdas/expiry-worker/expiry-worker.ts';
import { linkWorkerEnvironment } from '../../../../lambdas/link-worker/env.ts';
import { linkWorker } from '../../../../lambdas/link-worker/link-worker.ts';
import type { LinkWorkerPorts } from '../../../../lambdas/link-worker/ports.ts';
import { qrWorkerEnvironment } from '../../../../lambdas/qr-worker/env.ts';
import { qrWorker } from '../../../../lambdas/qr-worker/qr-worker.ts';
import { readEnvironment } from '../../../../lambdas/runtime/environment.ts';
import { sqsBatch } from '../../../../lambdas/runtime/sqs-batch.ts';
import type { WorkerPlan } from '../../../../lib/config/rate/worker-plan.ts';
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
  const { size, clock, services } = cloud;
  const producers = size.settings.producers.filter(({ lanes }) => lanes.includes(name));
  const env = readEnvironment(linkWorkerEnvironment, {
    ...linkWorkerVariables,
    ...planned(plan),
    LANE: name,
    LINK_ID_LENGTH: String(size.settings.linkIdLength),
    LINK_CALLS_PER_SECOND: String(plan.callsPerSecond),
    INVOCATION_GAP: plan.gap,
    // As lib/constructs/link-worker.ts gives it to it.
    OUTCOMES_PER_PUBLISH: plan.windowSeconds > 0 ? '10' : '1',
    OWN_SENDERS: ownSender,
    PRODUCERS: JSON.stringify(producers.map(({ source, templates }) => ({ source, templates }))),
    TEMPLATES: JSON.stringify(size.settings.templates),
    CONFLICT_POLICY: size.settings.conflictPolicy,
    QUOTA_RESERVE_CALLS: String(reserveCalls),
  });
  const lane = { [dimension.lane]: name };
  feed(cloud, name, plan, () => {
    const telemetry = cloud.telemetry();
    const { api, turns } = cloud.client(name, plan, telemetry.apiCalls(lane));
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
      onQuotaCall: telemetry.quotaCalls(),
      httpRecords: { note: async () => {} },
      outcomes: cloud.outcomes(env.OUTCOMES_PER_PUBLISH, env.LINK_CALLS_PER_SECOND),
      qrQueue: { enqueue: cloud.enqueuer(qrLane, wireJson) },
      qrImages: { remove: async () => {} },
      archive: { addRejected: async () => {} },
      observer: telemetry.observer(lane),
      clock,
    };
    return sqsBatch({
      ...cloud.batch(cloud.queue(name)),
      telemetry,
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
  const { size, clock, services } = cloud;
  const env = readEnvironment(qrWorkerEnvironment, {
    ...linkWorkerVariables,
    ...planned(size.qr),
    QR_CALLS_PER_SECOND: String(size.qr.callsPerSecond),
    MAX_QR_ATTEMPTS: '8',
  });
  feed(cloud, qrLane, size.qr, () => {
    const telemetry = cloud.telemetry();
    const { api, turns } = cloud.client(qrLane, size.qr, telemetry.apiCalls({ [dimension.lane]: qrLane }));
    const observerOf = (lane: string) => telemetry.observer({ [dimension.lane]: lane });
    const { ledger } = services;
    const outcomes = cloud.outcomes(1);
    return sqsBatch({
      ...cloud.batch(cloud.queue(qrLane)),
      telemetry,
      mostReturned: env.MOST_RETURNED_MESSAGES,
      turns,
      api,
      work: qrWorker(env, { api, ledger, store: cloud.images, outcomes, observerOf, clock }),
    });
  });
}

/** The expiry worker. */
export function startExpiryWorker(cloud: Cloud): void {
  const { size, clock, services, linkIdSecret } = cloud;
  const lane = { [dimension.lane]: expiryLane };
  const env = readEnvironment(expiryWorkerEnvironment, {
    ...expiryWorkerVariables,
    ...planned(size.expiry),
    EXPIRY_CALLS_PER_SECOND: String(size.expiry.callsPerSecond),
  });
  feed(cloud, expiryLane, size.expiry, () => {
    const telemetry = cloud.telemetry();
    const { api, turns } = cloud.client(expiryLane, size.expiry, telemetry.apiCalls(lane));
    const { ledger, control } = services;
    return sqsBatch({
      ...cloud.batch(cloud.queue(expiryLane)),
      telemetry,
      mostReturned: env.MOST_RETURNED_MESSAGES,
      turns,
      api,
      work: expiryWorker(env, {
        api,
        ledger,
        control,
        onQuotaCall: telemetry.quotaCalls(),
        linkIdSecret,
        removalIn: (body) => JSON.parse(body) as Removal,
        history: cloud.history,
        qrImages: { remove: async () => {} },
        outcomes: cloud.outcomes(10),
        observer: telemetry.observer(lane),
        clock,
      }),
    });
  });
}
