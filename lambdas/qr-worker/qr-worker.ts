import { type Decision, type Outcome, outcomeOf } from '../domain/contract/outcome.ts';
import { type QrJob, qrJobSchema } from '../domain/contract/qr-job.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import { precedesErasure } from '../domain/link/erasure.ts';
import { answerTo, type QrFailureReason, type RequestRecord, requestIdReused } from '../domain/link/ledger-record.ts';
import type { OwnedLink } from '../domain/link/link-id.ts';
import type { LinkLedger } from '../domain/link/link-ledger.ts';
import { rememberedUntil } from '../domain/link/link-state.ts';
import type { OneLinkApi } from '../domain/link/onelink-api.ts';
import type { QrImage } from '../domain/link/qr-image.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { type Clock, secondsNow } from '../domain/work/clock.ts';
import { type BatchWork, type Delivery, type Disposition, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { laneMetric, qrLane } from '../domain/work/names.ts';
import { nameOfError, type Observer } from '../domain/work/observer.ts';
import type { QrWorkerEnvironment } from './env.ts';

/** The adapters that the QR worker needs. */
export interface QrWorkerPorts {
  api: Pick<OneLinkApi, 'qr'>;
  ledger: Pick<LinkLedger, 'known' | 'rememberRequest' | 'noteQr' | 'noteQrFailure' | 'link'>;
  store: {
    bucket: string;
    put(link: OwnedLink, image: QrImage): Promise<string>;
    remove(link: OwnedLink): Promise<void>;
  };
  outcomes: { publish(outcome: Outcome): Promise<void> };
  /** An observer whose metrics are of this lane. */
  observerOf: (lane: string) => Observer;
  clock: Clock;
}

/** The API may not find a new link yet. After this many deliveries, the link counts as gone. */
const deliveriesToWaitForLink = 3;

/** The QR worker: fetches the image, stores it in the bucket, records it in the ledger, and publishes the outcome. */
export function qrWorker(settings: QrWorkerEnvironment, ports: QrWorkerPorts): BatchWork {
  return async (deliveries, deadline) => {
    const jobs = deliveries.map((delivery) => ({ delivery, job: readJob(delivery) }));
    const asked = jobs.flatMap(({ job }) => (job?.action === 'qr' ? [job] : []));
    const subjects = jobs.flatMap(({ job }) => job?.subject ?? []);
    const { requests: records, erasedAt } = await ports.ledger.known(asked, subjects);
    const batch = { settings, ports, records, erasedAt, blocked: false };
    const dispositions: Disposition[] = new Array(deliveries.length).fill('out-of-time');
    await eachAtOnce(settings.CALLS_IN_FLIGHT, jobs.entries(), async ([index, { delivery, job }]) => {
      if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return;
      dispositions[index] = await handle(job, delivery, batch);
    });
    return dispositions;
  };
}

interface Batch {
  settings: QrWorkerEnvironment;
  ports: QrWorkerPorts;
  records: Map<string, RequestRecord>;
  /** Epoch milliseconds, by the digest of the subject. */
  erasedAt: Map<string, number>;
  /** The API has refused the account. The worker returns the rest of the batch without a call. */
  blocked: boolean;
}

function readJob({ body }: Delivery): QrJob | undefined {
  try {
    return qrJobSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

async function handle(job: QrJob | undefined, delivery: Delivery, batch: Batch): Promise<Disposition> {
  const observer = batch.ports.observerOf(job?.lane ?? qrLane);
  if (job === undefined) {
    // The link workers alone write to this queue, so the message is unknown. It ends in the dead-letter queue.
    observer.warn('a message of the QR queue is not a QR job', { messageId: delivery.messageId });
    return 'try-again';
  }
  try {
    const known = job.action === 'qr' ? batch.records.get(requestKey(job)) : undefined;
    if (known !== undefined) {
      if (delivery.receiveCount > 1 && !(await removeOrphan(job, batch))) return 'try-again';
      return await answerAgain(job, known, batch);
    }
    if (precedesErasure(job, batch.erasedAt.get(job.subject ?? ''))) return await endErased(job, batch);
    if (batch.blocked) return 'account-blocked';
    const decision = await fetchAndStore(job, delivery.receiveCount, batch);
    return typeof decision === 'string' ? decision : await finish(job, decision, batch);
  } catch (error) {
    const { source, requestId, action } = job;
    observer.warn('QR job returned after an error', {
      source,
      requestId,
      action,
      error: nameOfError(error),
    });
    observer.count(laneMetric.commandReturned);
    return 'try-again';
  }
}

/**
 * Ends a job whose subject has been erased since. An earlier delivery may have stored the image of a link that was deleted
 * in the meantime.
 */
async function endErased(job: QrJob, batch: Batch): Promise<Disposition> {
  await batch.ports.store.remove(linkOf(job));
  const { metadata: _, subject: __, ...asked } = job;
  return record(asked, { outcome: 'qr-failed', reason: 'subject-erased' }, batch);
}

async function answerAgain(job: QrJob, known: RequestRecord, batch: Batch): Promise<Disposition> {
  if (known.commandDigest !== job.commandDigest) {
    await publish(outcome(job, requestIdReused, batch), batch);
    return 'done';
  }
  const answer = answerTo(job, known);
  if (answer.repeat) batch.ports.observerOf(job.lane).count(laneMetric.commandRepeated);
  await publish(answer, batch);
  return 'done';
}

/**
 * Removes an image that an earlier delivery may have left. A copy of the job has its outcome. An earlier delivery of
 * this job may then have stored the image after the link ended, and crashed before it removed the image.
 *
 * @returns whether the link's state is known
 */
async function removeOrphan(job: QrJob, { ports }: Batch): Promise<boolean> {
  const link = linkOf(job);
  const { source, address } = link;
  const record = await ports.ledger.link(address);
  if (record?.state === 'live' && record.source === source) return true;
  // Without a record, the link may have ended, or the expiry intake may still have to restore its record.
  const found = record === undefined ? await ports.api.qr(address, job.qr) : undefined;
  const isOver = found === undefined || found.meaning === 'absent';
  if (isOver) await ports.store.remove(link);
  return isOver || found.meaning === 'ok' || found.meaning === 'permanent';
}

const linkOf = ({ source, onelinkId, shortlinkId }: QrJob): OwnedLink => ({
  source,
  address: { onelinkId, shortlinkId },
});

/** What became of a job. A failure has a reason of its own type, because the link's record keeps it. */
type QrDecision = Decision & ({ outcome: 'qr-ready' } | { outcome: 'qr-failed'; reason: QrFailureReason });

async function fetchAndStore(job: QrJob, receiveCount: number, batch: Batch): Promise<QrDecision | Disposition> {
  const { api, ledger, store } = batch.ports;
  const owned = linkOf(job);
  const { address } = owned;
  const link = { ...address, ...(job.version !== undefined && { version: job.version }) };
  const answer = await api.qr(address, job.qr);
  switch (answer.meaning) {
    case 'ok': {
      const key = await store.put(owned, answer.value);
      if (!(await ledger.noteQr(owned, key))) {
        // The link was deleted or has expired since, or is another source's by now. So its image must not stay.
        await store.remove(owned);
        // If the TTL has removed the record of a live link, the expiry intake restores it.
        const isUnknown = (await ledger.link(address)) === undefined;
        if (isUnknown && receiveCount < batch.settings.MAX_QR_ATTEMPTS) return 'try-again';
        return { outcome: 'qr-failed', reason: 'link-deleted', link };
      }
      const { format, bytes } = answer.value;
      return { outcome: 'qr-ready', link, qr: { bucket: store.bucket, key, format, bytes: bytes.length } };
    }
    case 'permanent':
      // Another system has made the link at this address. An image from an earlier delivery belongs to no link of ours.
      if (answer.fault.rule.endsWith('invalid-source')) await store.remove(owned);
      return { outcome: 'qr-failed', reason: 'refused-by-api', faults: [answer.fault], link };
    case 'absent':
      if (receiveCount < deliveriesToWaitForLink) return 'try-again';
      // An earlier delivery may have stored the image, and crashed before it saw that the link is gone.
      await store.remove(owned);
      return { outcome: 'qr-failed', reason: 'link-not-found', faults: [answer.fault], link };
    case 'account-blocked':
      batch.blocked = true;
      return 'account-blocked';
    default:
      if (receiveCount < batch.settings.MAX_QR_ATTEMPTS) return 'try-again';
      return { outcome: 'qr-failed', reason: 'api-unavailable', faults: [answer.fault], link };
  }
}

async function finish(job: QrJob, decision: QrDecision, batch: Batch): Promise<Disposition> {
  if (decision.outcome === 'qr-failed') await noteFailure(job, decision.reason, batch);
  return record(job, decision, batch);
}

/** Records and publishes what became of a job. */
async function record(job: QrJob, decision: Decision, batch: Batch): Promise<Disposition> {
  const decided = outcome(job, decision, batch);
  // A create has a request record already, with the link's own outcome. The link's record shows what became of the image.
  if (job.action === 'qr') {
    const { ledger, clock } = batch.ports;
    const request: RequestRecord = {
      source: job.source,
      requestId: job.requestId,
      commandDigest: job.commandDigest,
      ...(job.subject !== undefined && { subject: job.subject }),
      outcome: decided,
      expiresAt: rememberedUntil(secondsNow(clock), batch.settings.DEDUPLICATION_WINDOW_DAYS),
    };
    const before = await ledger.rememberRequest(request);
    batch.records.set(requestKey(job), before ?? request);
    if (before !== undefined) return answerAgain(job, before, batch);
  }
  await publish(decided, batch);
  const { observerOf, clock } = batch.ports;
  const observer = observerOf(job.lane);
  observer.count(decision.outcome === 'qr-ready' ? laneMetric.qrStored : laneMetric.qrFailed);
  observer.milliseconds(laneMetric.commandLatency, clock.wallMilliseconds() - job.sentAtMilliseconds);
  return 'done';
}

/** A link that has ended, has changed since, or has an image already, keeps its record. */
async function noteFailure(job: QrJob, reason: QrFailureReason, { ports }: Batch): Promise<void> {
  const { action, requestId, version } = job;
  if (action === 'qr' && version === undefined) return;
  const asked = action === 'qr' && version !== undefined ? { version } : { madeBy: requestId };
  await ports.ledger.noteQrFailure(linkOf(job), { requestId, reason }, asked);
}

function outcome(job: QrJob, decision: Decision, { ports }: Batch): Outcome {
  const nowMilliseconds = ports.clock.wallMilliseconds();
  return outcomeOf(decision, job, { lane: job.lane, messageId: job.messageId, nowMilliseconds });
}

async function publish(published: Outcome, { ports }: Batch): Promise<void> {
  await ports.outcomes.publish(published);
  const { lane, source, requestId, messageId, action, reason, repeat } = published;
  ports.observerOf(lane).info('QR job answered', {
    source,
    requestId,
    messageId,
    action,
    outcome: published.outcome,
    reason,
    repeat,
  });
}
