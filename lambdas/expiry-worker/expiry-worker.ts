import { type Decision, outcomeOf } from '../domain/contract/outcome.ts';
import { laneNow } from '../domain/control/control-record.ts';
import { QuotaTally } from '../domain/control/quota-tally.ts';
import { Renewals } from '../domain/control/renewals.ts';
import { historyLineOf } from '../domain/link/history-line.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { isMadeBy } from '../domain/link/link-state.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import { secondsNow } from '../domain/work/clock.ts';
import { type BatchWork, type Delivery, type Disposition, leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { expiryLane, laneMetric } from '../domain/work/names.ts';
import { nameOfError } from '../domain/work/observer.ts';
import type { Batch, Finding } from './check.ts';
import type { ExpiryWorkerEnvironment } from './env.ts';
import { checkExpiry } from './expiry-check.ts';
import type { ExpiryWorkerPorts } from './ports.ts';

/**
 * The expiry worker finds out whether a link has expired after DynamoDB's TTL has removed its record. Until then, the
 * record is in the ledger with the mark of this check (expiry-intake.ts).
 *
 *     tombstone ───────────────────────────▶ dropped
 *     not renewing, not kept,
 *     no change was under way ─────────────▶ expired
 *     another link has its address ────────▶ expired
 *     a command has removed the mark ──────▶ nothing to do
 *     a change holds the link ─────────────▶ later
 *     otherwise GET ── 404 or expired ─────▶ expired: history, image removed, `expired`, record removed
 *                   ├─ another's data ─────▶ expired, once a later create at this address has its record
 *                   ├─ clicked since ──────▶ true expiry, mark removed, `renewed`
 *                   ├─ no expiry reported ─────▶ mark removed for two days, while the API may show an expired link
 *                   └─ to be kept ─────────▶ lease, PUT with its own data, expiry, mark removed, `renewed`
 *                                            (no quota, or refused: mark removed for a day, `expiring-soon`)
 *
 * A million links may expire within the same hour. The table's stream keeps its records for 24 hours. The intake
 * moves them into the queue at 278 a second, a fraction of the capacity. The queue keeps them for
 * `commandRetentionDays`, 10 days. Most links that do not renew need no call. A share of 0.02 of 950, in two
 * environments, is 18 calls a second. If all million links renew, their checks take 1,000,000 / 18 / 3,600 = 15 hours. In 10 days they
 * could check 15 million. In this time, commands for those links run after a GET.
 *
 * The worker checks links one by one, at its pace. It writes and publishes the results together at the end of the
 * batch: one history object for each day, and a tenth of the publishes. So a batch waits for minutes to be large.
 */
export function expiryWorker(settings: ExpiryWorkerEnvironment, ports: ExpiryWorkerPorts): BatchWork {
  return async (deliveries, deadline) => {
    const { control, signals } = await ports.control.read();
    const lane = laneNow(control, signals, expiryLane, ports.clock.wallMilliseconds());
    // Renewals can wait for a day. They wait if the control record is stale or missing.
    const hasQuota = lane.state === 'open' && lane.quotaKnown;
    const batch = { settings, ports, hasQuota, tally: new QuotaTally(ports.onQuotaCall), renewals: new Renewals() };
    const dispositions: Disposition[] = new Array(deliveries.length).fill('out-of-time');
    const findings = new Map<number, Finding>();
    await eachAtOnce(settings.CALLS_IN_FLIGHT, deliveries.entries(), async ([index, delivery]) => {
      if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return;
      const found = await handle(delivery, batch);
      if (typeof found === 'string') dispositions[index] = found;
      else findings.set(index, found);
    });
    await conclude(findings, deliveries, dispositions, batch);
    const now = ports.clock.wallMilliseconds();
    const book = (write: () => Promise<void>) => keepBooks(ports.observer, laneMetric.bookkeepingFailed, write);
    if (batch.tally.calls > 0) await book(() => ports.control.addSpent(expiryLane, batch.tally.calls, now));
    for (const [day, links] of batch.renewals.byDay) await book(() => ports.control.addRenewals(day, links, now));
    return dispositions;
  };
}

async function handle(delivery: Delivery, batch: Batch): Promise<Finding | Disposition> {
  const { observer, removalIn, clock } = batch.ports;
  const removal = removalIn(delivery.body);
  if (removal === undefined) {
    // The intake alone writes to this queue, so the message is unknown. It ends in the dead-letter queue.
    observer.warn('a message of the expiry queue is not a link record', { messageId: delivery.messageId });
    return 'try-again';
  }
  try {
    return await checkExpiry({ ...batch, removal, receiveCount: delivery.receiveCount, nowSeconds: secondsNow(clock) });
  } catch (error) {
    return returned(removal.record, error, batch.ports);
  }
}

function returned({ source, requestId }: LinkRecord, error: unknown, { observer }: ExpiryWorkerPorts): Disposition {
  observer.warn('expiry returned after an error', { source, requestId, error: nameOfError(error) });
  observer.count(laneMetric.commandReturned);
  return 'try-again';
}

/** Writes and publishes the results, step by step for all together, so that one batch shares objects and calls. */
async function conclude(
  findings: Map<number, Finding>,
  deliveries: Delivery[],
  dispositions: Disposition[],
  { settings, ports }: Batch,
): Promise<void> {
  const { history, outcomes, observer, ledger, clock } = ports;
  const step = async (work: (finding: Finding, index: number) => Promise<unknown>) => {
    await Promise.all(
      [...findings].map(async ([index, finding]) => {
        try {
          await work(finding, index);
        } catch (error) {
          findings.delete(index);
          dispositions[index] = returned(finding.record, error, ports);
        }
      }),
    );
  };
  await step(async ({ over, record }) => over && history.addExpired(historyLineOf(record)));
  await step(async ({ over, record }) => over && removeImage(record, settings, ports));
  await step(async ({ record, decision, over }, index) => {
    const { source, requestId } = record;
    const messageId = deliveries[index]?.messageId ?? '';
    const delivery = { lane: expiryLane, messageId, nowMilliseconds: clock.wallMilliseconds() };
    const published = outcomeOf(decision, { source, requestId, action: null }, delivery);
    await outcomes.publish(published);
    observer.count(metricOf[decision.outcome] ?? decision.outcome);
    const { outcome, reason, link } = published;
    // The history has the ends of links. A line for each would cost as much as its outcome.
    if (over === undefined)
      observer.info('link checked', { source, requestId, outcome, reason, expiresAt: link?.expiresAt });
  });
  // The record goes last. Until `expired` is published, its TTL repeats a lost check.
  const nowSeconds = secondsNow(clock);
  await step(async ({ over }) => over?.checked && ledger.removeChecked(over.checked, nowSeconds));
  for (const index of findings.keys()) dispositions[index] = 'done';
}

async function removeImage(
  record: LinkRecord,
  settings: ExpiryWorkerEnvironment,
  { ledger, qrImages }: ExpiryWorkerPorts,
): Promise<void> {
  const { address, qrKey } = record;
  if (settings.KEEP_QR_IMAGES === 'true' || qrKey === undefined) return;
  const existing = await ledger.link(address);
  // The address may have a new link of the same source, with its own image.
  const isNew =
    existing?.state === 'live' &&
    existing.source === record.source &&
    !(isMadeBy(existing, record) && existing.expiryCheck !== undefined);
  if (!isNew) await qrImages.remove(record);
}

const metricOf: Partial<Record<Decision['outcome'], string>> = {
  expired: laneMetric.linkExpired,
  renewed: laneMetric.linkRenewed,
  'expiring-soon': laneMetric.linkExpiringSoon,
};
