import { dataAsText } from '../domain/contract/link-data.ts';
import { type Decision, type Outcome, outcomeOf } from '../domain/contract/outcome.ts';
import { type ControlReader, laneNow } from '../domain/control/control-record.ts';
import { QuotaTally } from '../domain/control/quota-tally.ts';
import { Renewals } from '../domain/control/renewals.ts';
import { dataDigest } from '../domain/link/digest.ts';
import { type HistoryLine, historyLineOf } from '../domain/link/history-line.ts';
import {
  type CheckLease,
  type Lease,
  type LinkRecord,
  needsRenewal,
  renewalLeadSeconds,
} from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { isSameLink, needsCheck, type Removal, recordInCheck } from '../domain/link/removal.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import type { Operation } from '../domain/onelink/operation.ts';
import { eachAtOnce } from '../domain/work/at-once.ts';
import { keepBooks } from '../domain/work/bookkeeping.ts';
import { type Clock, isoSeconds } from '../domain/work/clock.ts';
import { type BatchWork, type Delivery, leastTimeMilliseconds, type Verdict } from '../domain/work/delivery.ts';
import { expiryLane, laneMetric } from '../domain/work/names.ts';
import type { Observer } from '../domain/work/observer.ts';
import { deliveriesToWaitForCreate } from '../domain/work/return-delay.ts';
import type { ExpiryWorkerEnvironment } from './env.ts';

/** Everything outside that the expiry worker needs. */
export interface ExpiryWorkerPorts {
  api: {
    read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>>;
    update(
      address: LinkAddress,
      link: { data: Record<string, string>; ttl: string; renewTtl: boolean },
    ): Promise<ApiAnswer<{ shortUrl: string }>>;
  };
  ledger: {
    link(address: LinkAddress): Promise<LinkRecord | undefined>;
    addLink(record: LinkRecord): Promise<LinkRecord | undefined>;
    leaseLink(address: LinkAddress, lease: Lease, readVersion: number, nowSeconds: number): Promise<boolean>;
    releaseLink(address: LinkAddress, lease: Lease): Promise<void>;
    concludeCheck(
      checked: LinkRecord,
      found: { expiresAt: number; lookAgainAt?: number; lease?: CheckLease; nowSeconds: number },
    ): Promise<boolean>;
    removeChecked(checked: LinkRecord, nowSeconds: number): Promise<boolean>;
  };
  control: ControlReader & {
    addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void>;
    addRenewals(day: string, links: number, nowMilliseconds: number): Promise<void>;
  };
  /** Keys the digests by which a link is known again. */
  linkIdSecret: { value(): Promise<string> };
  /** What the message tells, which is the table's stream record of a removal. */
  removalIn: (body: string) => Removal | undefined;
  history: { addExpired(line: HistoryLine): Promise<void> };
  qrImages: { remove(address: LinkAddress): Promise<void> };
  outcomes: { tell(outcome: Outcome): Promise<void> };
  observer: Observer;
  /** Told of each call of the quota, for the metrics by source. */
  onQuotaCall: (source: string, operation: Operation) => void;
  clock: Clock;
}

/** What the links of one batch share. */
interface Batch {
  settings: ExpiryWorkerEnvironment;
  ports: ExpiryWorkerPorts;
  hasQuota: boolean;
  tally: QuotaTally;
  renewals: Renewals;
}

/** What is to be told of a link, and written down first if it is over. */
interface Finding {
  record: LinkRecord;
  decision: Decision;
  /** The link is over: its history line comes first, its image and its record go. */
  over?: { checked: LinkRecord | undefined };
}

/** A renewal that could not be made is tried again so much later. */
const renewalPauseSeconds = 86_400;

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
    const verdicts: Verdict[] = new Array(deliveries.length).fill('out-of-time');
    const findings = new Map<number, Finding>();
    await eachAtOnce(settings.CALLS_IN_FLIGHT, deliveries.entries(), async ([index, delivery]) => {
      if (deadline.remainingMilliseconds() < leastTimeMilliseconds) return;
      const found = await handle(delivery, batch);
      if (typeof found === 'string') verdicts[index] = found;
      else findings.set(index, found);
    });
    await conclude(findings, deliveries, verdicts, batch);
    const now = ports.clock.wallMilliseconds();
    const book = (write: () => Promise<void>) => keepBooks(ports.observer, laneMetric.bookkeepingFailed, write);
    if (batch.tally.calls > 0) await book(() => ports.control.addSpent(expiryLane, batch.tally.calls, now));
    for (const [day, links] of batch.renewals.byDay) await book(() => ports.control.addRenewals(day, links, now));
    return verdicts;
  };
}

async function handle(delivery: Delivery, batch: Batch): Promise<Finding | Verdict> {
  const { observer, removalIn } = batch.ports;
  const removal = removalIn(delivery.body);
  if (removal === undefined) {
    // Only the intake writes here: this is truly unknown, and goes to the dead-letter queue in the end.
    observer.warn('a message of the expiry queue is no link record', { messageId: delivery.messageId });
    return 'try-again';
  }
  try {
    return await decide(removal, delivery.receiveCount, batch);
  } catch (error) {
    return returned(removal.record, error, batch.ports);
  }
}

function returned({ source, requestId }: LinkRecord, error: unknown, { observer }: ExpiryWorkerPorts): Verdict {
  const name = error instanceof Error ? error.name : 'unknown';
  observer.warn('expiry returned after an error', { source, requestId, error: name });
  observer.count(laneMetric.commandReturned);
  return 'try-again';
}

/** Writes and tells what was found: step by step for all together, so that the lines of one batch share their objects and calls. */
async function conclude(
  findings: Map<number, Finding>,
  deliveries: Delivery[],
  verdicts: Verdict[],
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
          verdicts[index] = returned(finding.record, error, ports);
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
  const nowSeconds = Math.floor(clock.wallMilliseconds() / 1000);
  await step(async ({ over }) => over?.checked && ledger.removeChecked(over.checked, nowSeconds));
  for (const index of findings.keys()) verdicts[index] = 'done';
}

async function decide(removal: Removal, receiveCount: number, batch: Batch): Promise<Finding | Verdict> {
  const { ports, hasQuota } = batch;
  const { record, token } = removal;
  if (record.state === 'deleted') return 'done';
  const nowSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
  if (!needsCheck(removal, nowSeconds)) return overOf(record);

  const checked = await recordUnderCheck(removal, nowSeconds, batch);
  if (!isSameLink(checked, record)) return overOf(record);
  if (checked.expiryCheck?.token !== token) return concludedBefore(checked, record, hasQuota);
  const { lease } = checked;
  const isHeld = lease !== undefined && lease.until >= nowSeconds;
  if (isHeld && !isRenewal(lease, checked)) return 'try-again';

  const found = await ports.api.read(record.address);
  if (found.meaning === 'account-blocked') return 'account-blocked';
  // Permanent: somebody has made a link there in the user interface.
  const isOver = found.meaning === 'absent' || found.meaning === 'permanent';
  const isDead = found.meaning === 'ok' && found.value.expiresAt <= nowSeconds;
  if (isOver || isDead) return overOf(checked, checked);
  if (found.meaning !== 'ok') return 'try-again';
  // The record of a create that has just made the link may be on its way: it takes this one's place. If none comes, the link
  // was changed by other means than this pipeline, and lives on.
  const isOwn = isItsOwn(checked, found.value, await ports.linkIdSecret.value());
  if (!isOwn && receiveCount < deliveriesToWaitForCreate) return 'try-again';

  const { expiresAt } = found.value;
  if (needsRenewal({ ...checked, expiresAt }) && expiresAt - nowSeconds <= renewalLeadSeconds(checked)) {
    return isHeld ? 'try-again' : renew(checked, found.value, nowSeconds, batch);
  }
  const renewal = lease !== undefined && isRenewal(lease, checked) ? { lease: { taken: lease } } : {};
  if (!(await ports.ledger.concludeCheck(checked, { expiresAt, nowSeconds, ...renewal }))) return 'try-again';
  return expiresAt > record.expiresAt ? renewedOf({ ...checked, expiresAt }) : 'done';
}

/**
 * What the ledger has at the link's address. Where it has nothing (the link was over, and this is said again), the record goes
 * back once more, so that there is one way to an end.
 */
async function recordUnderCheck(
  removal: Removal,
  nowSeconds: number,
  { settings, ports: { ledger } }: Batch,
): Promise<LinkRecord> {
  const standing = await ledger.link(removal.record.address);
  if (standing !== undefined) return standing;
  const marked = recordInCheck(removal, nowSeconds, settings.CHECK_LOST_AFTER_DAYS);
  return (await ledger.addLink(marked)) ?? marked;
}

/**
 * The mark is off: a command has changed the link and told its own outcome, or an earlier delivery of this check has ended
 * between the record and its outcome, which is told then.
 */
function concludedBefore(standing: LinkRecord, record: LinkRecord, hasQuota: boolean): Finding | Verdict {
  const isOther =
    standing.state !== 'live' || standing.version !== record.version || standing.expiryCheck !== undefined;
  if (isOther) return 'done';
  if (standing.expiresAt > record.expiresAt) return renewedOf(standing);
  if ((standing.lookAgainAt ?? 0) > (record.lookAgainAt ?? 0)) return expiringSoonOf(standing, hasQuota);
  return 'done';
}

function overOf(record: LinkRecord, checked?: LinkRecord): Finding {
  return { record, decision: { outcome: 'expired', link: linkOf(record) }, over: { checked } };
}

function renewedOf(record: LinkRecord): Finding {
  return { record, decision: { outcome: 'renewed', link: linkOf(record) } };
}

function expiringSoonOf(record: LinkRecord, isRefused: boolean): Finding {
  const reason = isRefused ? 'refused-by-api' : 'quota-reserve-reached';
  return { record, decision: { outcome: 'expiring-soon', reason, link: linkOf(record) } };
}

/**
 * Whether the link that was found is the record's, and not one that a later create has made at its address: by its data, or by
 * that of an update whose end nobody has seen. Where a later link has equal data it passes for the old one; its create
 * then puts its own record in the place of the one that was put back (create.ts).
 */
function isItsOwn({ dataDigest: known, lease }: LinkRecord, { data }: LinkAtApi, secret: string): boolean {
  const digest = dataDigest(secret, data);
  return digest === known || digest === lease?.intended?.dataDigest;
}

/**
 * Gives a link that nobody clicks another term of its TTL, with the data that it has. It holds the link meanwhile: the data
 * of a command's update in between would be lost.
 */
async function renew(
  checked: LinkRecord,
  { data, expiresAt }: LinkAtApi,
  nowSeconds: number,
  { settings, ports, hasQuota, tally, renewals }: Batch,
): Promise<Finding | Verdict> {
  const { api, ledger, linkIdSecret } = ports;
  const { address, source, ttlSeconds, renewTtl, version } = checked;
  const pause = { expiresAt, lookAgainAt: nowSeconds + renewalPauseSeconds, nowSeconds };
  const alive = { ...checked, expiresAt };
  if (!hasQuota) return (await ledger.concludeCheck(checked, pause)) ? expiringSoonOf(alive, false) : 'try-again';

  const renewed = { ...checked, expiresAt: nowSeconds + ttlSeconds };
  const lease = renewalLease(
    renewed,
    dataDigest(await linkIdSecret.value(), data),
    nowSeconds + settings.LEASE_SECONDS,
  );
  if (!(await ledger.leaseLink(address, lease.taken, version, nowSeconds))) return 'try-again';
  const ttl = `${Math.floor(ttlSeconds / 60)}m`;
  const sent = await api.update(address, { data: dataAsText(data), ttl, renewTtl });
  tally.answered(source, 'update', sent.meaning);
  switch (sent.meaning) {
    case 'ok':
      if (needsRenewal(renewed)) renewals.add(isoSeconds(renewed.expiresAt), isoSeconds(renewed.keepUntil ?? 0));
      // Refused: the next delivery tells what stands there.
      return (await ledger.concludeCheck(checked, { expiresAt: renewed.expiresAt, nowSeconds, lease }))
        ? renewedOf(renewed)
        : 'try-again';
    case 'permanent':
    case 'quota-spent':
      return (await ledger.concludeCheck(checked, { ...pause, lease }))
        ? expiringSoonOf(alive, sent.meaning === 'permanent')
        : 'try-again';
    case 'ambiguous':
      // The lease stays: the next delivery finds by its GET whether the renewal came about.
      return 'try-again';
    default:
      if (lease.left === undefined) await ledger.releaseLink(address, lease.taken);
      return sent.meaning === 'account-blocked' ? 'account-blocked' : 'try-again';
  }
}

/**
 * The lease of a renewal. It goes by the name of the change that was applied last: whoever finds it left behind, and settles it,
 * leaves the order of the link's changes as it was. Where a change has left its own, that one is held on to.
 */
function renewalLease(renewed: LinkRecord, digest: string, until: number): CheckLease {
  const { lease: left, applied, ttlSeconds, renewTtl, expiresAt, keepUntil } = renewed;
  if (left !== undefined && !isRenewal(left, renewed)) return { taken: { ...left, until }, left };
  const keep = keepUntil === undefined ? {} : { keepUntil };
  const intended = { dataDigest: digest, ttlSeconds, renewTtl, expiresAt, ...keep };
  return { taken: { action: 'update', ...applied, until, intended } };
}

function isRenewal({ requestId }: Lease, { applied }: LinkRecord): boolean {
  return requestId === applied.requestId;
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
  const isNew = standing?.state === 'live' && !(isSameLink(standing, record) && standing.expiryCheck !== undefined);
  if (!isNew) await qrImages.remove(address);
}

const metricOf: Partial<Record<Decision['outcome'], string>> = {
  expired: laneMetric.linkExpired,
  renewed: laneMetric.linkRenewed,
  'expiring-soon': laneMetric.linkExpiringSoon,
};

function linkOf({ address, shortUrl, expiresAt, version }: LinkRecord): NonNullable<Decision['link']> {
  return { ...address, shortUrl, expiresAt: isoSeconds(expiresAt), version };
}
