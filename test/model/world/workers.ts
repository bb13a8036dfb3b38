import type { BatchWork } from '../../../lambdas/domain/work/delivery.ts';
import { type ExpiryIntakePorts, expiryIntake } from '../../../lambdas/expiry-intake/expiry-intake.ts';
import { expiryWorkerEnvironment } from '../../../lambdas/expiry-worker/env.ts';
import { expiryWorker } from '../../../lambdas/expiry-worker/expiry-worker.ts';
import type { ExpiryWorkerPorts } from '../../../lambdas/expiry-worker/ports.ts';
import { type LinkWorkerEnvironment, linkWorkerEnvironment } from '../../../lambdas/link-worker/env.ts';
import { linkWorker } from '../../../lambdas/link-worker/link-worker.ts';
import type { LinkWorkerPorts } from '../../../lambdas/link-worker/ports.ts';
import { qrWorkerEnvironment } from '../../../lambdas/qr-worker/env.ts';
import { type QrWorkerPorts, qrWorker } from '../../../lambdas/qr-worker/qr-worker.ts';
import { readEnvironment } from '../../../lambdas/runtime/environment.ts';
import { linkWorkerVariables } from '../../world/link-world.ts';
import { leaseSeconds } from './pipeline.ts';

const linkSettings = readEnvironment(linkWorkerEnvironment, {
  ...linkWorkerVariables,
  CALLS_IN_FLIGHT: '2',
  LEASE_SECONDS: String(leaseSeconds),
});
const qrSettings = readEnvironment(qrWorkerEnvironment, {
  ...linkWorkerVariables,
  QR_CALLS_PER_SECOND: '8',
  CALLS_IN_FLIGHT: '2',
  MAX_QR_ATTEMPTS: '8',
});
const expirySettings = readEnvironment(expiryWorkerEnvironment, {
  ...linkWorkerVariables,
  EXPIRY_CALLS_PER_SECOND: '4',
  CALLS_IN_FLIGHT: '2',
  EXPIRY_QUEUE_URL: 'http://127.0.0.1:1/expired',
  KEEP_QR_IMAGES: 'false',
  LEASE_SECONDS: String(leaseSeconds),
  CHECK_LOST_AFTER_DAYS: '15',
});

export type ConflictPolicy = LinkWorkerEnvironment['CONFLICT_POLICY'];

/** A worker that is built once and gets new ports for each batch. It runs one batch at a time. */
interface WarmWorker {
  work: BatchWork;
  begin(ports: LinkWorkerPorts): void;
}

/** Workers to reuse, because compiling the command schema takes longer than a run of the model. */
const warm: Record<ConflictPolicy, WarmWorker[]> = { reject: [], derive: [] };

/** @param slot must differ between environments that run at once. */
export function linkWork(ports: LinkWorkerPorts, policy: ConflictPolicy, slot: number): BatchWork {
  const worker = warm[policy][slot] ?? warmWorker(policy);
  warm[policy][slot] = worker;
  worker.begin(ports);
  return worker.work;
}

export function expiryWork(ports: ExpiryWorkerPorts): BatchWork {
  return expiryWorker(expirySettings, ports);
}

export function intakeWork(ports: ExpiryIntakePorts): BatchWork {
  const work = expiryIntake({ CHECK_LOST_AFTER_DAYS: expirySettings.CHECK_LOST_AFTER_DAYS }, ports);
  return async (deliveries) => {
    const taken = await work(deliveries.map(({ body }) => body));
    return taken.map((isTaken) => (isTaken ? 'done' : 'try-again'));
  };
}

export function qrWork(ports: QrWorkerPorts): BatchWork {
  return qrWorker(qrSettings, ports);
}

function warmWorker(policy: ConflictPolicy): WarmWorker {
  let current: LinkWorkerPorts | undefined;
  const now = (): LinkWorkerPorts => {
    if (current === undefined) throw new Error('a worker has no ports: call begin first');
    return current;
  };
  const ports: LinkWorkerPorts = {
    get api() {
      return now().api;
    },
    get ledger() {
      return now().ledger;
    },
    get policy() {
      return now().policy;
    },
    get linkIdSecret() {
      return now().linkIdSecret;
    },
    get outcomes() {
      return now().outcomes;
    },
    get qrQueue() {
      return now().qrQueue;
    },
    get qrImages() {
      return now().qrImages;
    },
    get archive() {
      return now().archive;
    },
    get observer() {
      return now().observer;
    },
    get quota() {
      return now().quota;
    },
    get control() {
      return now().control;
    },
    get pace() {
      return now().pace;
    },
    get parked() {
      return now().parked;
    },
    get held() {
      return now().held;
    },
    get senders() {
      return now().senders;
    },
    get onQuotaCall() {
      return now().onQuotaCall;
    },
    get clock() {
      return now().clock;
    },
  };
  const begin = (next: LinkWorkerPorts) => {
    current = next;
  };
  return { work: linkWorker({ ...linkSettings, CONFLICT_POLICY: policy }, ports), begin };
}
