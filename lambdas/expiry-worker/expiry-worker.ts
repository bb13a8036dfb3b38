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
 * The expiry worker: DynamoDB has removed a link's record, since its time had come. Is the link over? Until that is known, the
 * record stands in the ledger, with the mark of this check (expiry-intake.ts).
 *
 *     tombstone ───────────────────────────▶ forgotten
 *     does not renew itself, not kept,
 *     no change of it was under way ───────▶ over
 *     another link has its address ────────▶ over
 *     a command has taken the mark off ────▶ nothing to do
 *     a change holds the link ─────────────▶ later
 *     otherwise GET ── 404 or expired ─────▶ over: history, image removed, `expired`, record removed
 *                   ├─ another's data ─────▶ over, once a later create at this address has its record
 *                   ├─ clicked meanwhile ──▶ true expiry, mark off, `renewed`
 *                   └─ to be kept ─────────▶ lease, PUT with the data it has, expiry, mark off, `renewed`
 *                                            (no quota, or refused: mark off for a day, `expiring-soon`)
 *
 * What if a million links expire within the same hour? The table's stream keeps its records for 24 hours, and the intake
 * moves them into the queue as they come: 278 a second, a fraction of what either takes. The queue keeps them for as long as
 * `commandRetentionDays` says, 10 days. Links that do not renew themselves need no call, as a rule. If all million do, 8 calls a second
 * (a share of 0.01 of 950, in two environments) have asked for each after 1,000,000 / 8 / 3,600 = 35 hours; in 10 days they
 * could ask for 6.9 million. Commands for those links go on meanwhile, with a GET first.
 *
 * Links are looked at one by one, at the pace. What was found is written and told together at the end of the batch: one
 * history object and a tenth of the publishes.
 */
export function expiryWorker(settings: ExpiryWorkerEnvironment, ports: ExpiryWorkerPorts): BatchWork {
  return async (deliveries, deadline) => {
    const { control, signals } = await ports.control.read();
    const lane = laneNow(control, signals, expiryLane, ports.clock.wallMilliseconds());
    // Renewals can wait for a day: without a fresh word of the governor they do.
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
    // Only the intake writes here: this is truly unknown, and goes to the dead-letter queue in the end.
    observer.warn('a message of the expiry queue is no link record', { messageId: delivery.messageId });
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

/** Writes and tells what was found: step by step for all together, so that the lines of one batch share their objects and calls. */
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
  await step(async ({ record, decision }, index) => {
    const { source, requestId } = record;
    const messageId = deliveries[index]?.messageId ?? '';
    const delivery = { lane: expiryLane, messageId, nowMilliseconds: clock.wallMilliseconds() };
    const told = outcomeOf(decision, { source, requestId, action: null }, delivery);
    await outcomes.tell(told);
    observer.count(metricOf[decision.outcome] ?? decision.outcome);
    observer.info('link looked at', { source, requestId, outcome: told.outcome, reason: told.reason });
  });
  // Last: until its end is told, the record brings a check that is lost back.
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
  const standing = await ledger.link(address);
  // The address may have a new link by now, and that one an image of its own.
  const isNew = standing?.state === 'live' && !(isMadeBy(standing, record) && standing.expiryCheck !== undefined);
  if (!isNew) await qrImages.remove(address);
}

const metricOf: Partial<Record<Decision['outcome'], string>> = {
  expired: laneMetric.linkExpired,
  renewed: laneMetric.linkRenewed,
  'expiring-soon': laneMetric.linkExpiringSoon,
};
