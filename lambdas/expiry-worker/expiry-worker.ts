import type { ApiAnswer, LinkAtApi } from '../domain/api-answer.ts';
import { keepBooks } from '../domain/bookkeeping.ts';
import { type Clock, isoSeconds } from '../domain/clock.ts';
import { type ControlRecord, laneNow, type Signals } from '../domain/control-record.ts';
import { type BatchWork, type Delivery, leastTimeMilliseconds, type Verdict } from '../domain/delivery.ts';
import { dataDigest } from '../domain/digest.ts';
import { type HistoryLine, historyLineOf } from '../domain/history-line.ts';
import { type LinkRecord, needsRenewal, renewalLeadSeconds } from '../domain/ledger-record.ts';
import { dataAsText } from '../domain/link-data.ts';
import type { LinkAddress } from '../domain/link-id.ts';
import type { Observer } from '../domain/observer.ts';
import type { Operation } from '../domain/operation.ts';
import { type Decision, type Outcome, outcomeOf } from '../domain/outcome.ts';
import { QuotaTally } from '../domain/quota-tally.ts';
import { Renewals } from '../domain/renewals.ts';
import { deliveriesToWaitForCreate } from '../domain/return-delay.ts';
import { expiryLane, laneMetric } from '../names.ts';
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
  };
  control: {
    read(): Promise<{ control: ControlRecord | undefined; signals: Signals }>;
    addSpent(lane: string, calls: number, nowMilliseconds: number): Promise<void>;
    addRenewals(day: string, links: number, nowMilliseconds: number): Promise<void>;
  };
  /** Keys the digests by which a link is known again. */
  linkIdSecret: { value(): Promise<string> };
  /** The link record in the message, which is the table's stream record of its deletion. */
  recordIn: (body: string) => LinkRecord | undefined;
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

/** A renewal that could not be made is tried again so much later. */
const renewalPauseSeconds = 86_400;

/**
 * The expiry worker: DynamoDB has deleted a link's record, since its time had come. Is the link dead?
 *
 *     tombstone ───────────────────────────▶ forgotten
 *     does not renew itself, not kept,
 *     no change of it was under way ───────▶ dead
 *     otherwise GET ── 404 or expired ─────▶ dead: history, image removed, `expired`
 *                   ├─ another's data ─────▶ dead, once a later create at this address has its record
 *                   ├─ clicked meanwhile ──▶ the record goes back with the true expiry, `renewed`
 *                   └─ to be kept ─────────▶ PUT with the data it has, the record goes back, `renewed`
 *                                            (no quota, or refused: it goes back for a day, `expiring-soon`)
 *
 * What if a million links expire within the same hour? The table's stream keeps its records for 24 hours, and the pipe
 * moves them into the queue as they come: 278 a second, a fraction of what either takes. The queue keeps them for as long as
 * `commandRetentionDays` says, 10 days. Links that do not renew themselves need no call, as a rule. If all million do, 8 calls a second
 * (a share of 0.01 of 950, in two environments) have asked for each after 1,000,000 / 8 / 3,600 = 35 hours; in 10 days they
 * could ask for 6.9 million.
 */
export function expiryWorker(settings: ExpiryWorkerEnvironment, ports: ExpiryWorkerPorts): BatchWork {
  return async (deliveries, deadline) => {
    const { control, signals } = await ports.control.read();
    const lane = laneNow(control, signals, expiryLane, ports.clock.wallMilliseconds());
    // Renewals can wait for a day: without a fresh word of the governor they do.
    const hasQuota = lane.state === 'open' && lane.quotaKnown;
    const batch = { settings, ports, hasQuota, tally: new QuotaTally(ports.onQuotaCall), renewals: new Renewals() };
    const verdicts: Verdict[] = new Array(deliveries.length).fill('out-of-time');
    const queue = deliveries.entries();
    await Promise.all(
      Array.from({ length: settings.CALLS_IN_FLIGHT }, async () => {
        for (const [index, delivery] of queue) {
          if (deadline.remainingMilliseconds() < leastTimeMilliseconds) continue;
          verdicts[index] = await handle(delivery, batch);
        }
      }),
    );
    const now = ports.clock.wallMilliseconds();
    const book = (write: () => Promise<void>) => keepBooks(ports.observer, laneMetric.bookkeepingFailed, write);
    if (batch.tally.calls > 0) await book(() => ports.control.addSpent(expiryLane, batch.tally.calls, now));
    for (const [day, links] of batch.renewals.byDay) await book(() => ports.control.addRenewals(day, links, now));
    return verdicts;
  };
}

async function handle(delivery: Delivery, batch: Batch): Promise<Verdict> {
  const { ports } = batch;
  const { observer, recordIn } = ports;
  const record = recordIn(delivery.body);
  if (record === undefined) {
    // Only the pipe writes here: this is truly unknown, and goes to the dead-letter queue in the end.
    observer.warn('a message of the expiry queue is no link record', { messageId: delivery.messageId });
    return 'try-again';
  }
  const { source, requestId } = record;
  try {
    const decision = await decide(record, delivery.receiveCount, batch);
    if (typeof decision === 'string') return decision;
    await tell(record, decision, delivery, ports);
    return 'done';
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    observer.warn('expiry returned after an error', { source, requestId, error: name });
    observer.count(laneMetric.commandReturned);
    return 'try-again';
  }
}

async function decide(record: LinkRecord, receiveCount: number, batch: Batch): Promise<Decision | Verdict> {
  const { settings, ports } = batch;
  if (record.state === 'deleted') return 'done';
  const nowSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
  // A lease that is still there is a change of which nobody has seen the end: it may have given the link a longer life.
  const isCertain = !record.renewTtl && !needsRenewal(record) && record.lease === undefined;
  if (isCertain && record.expiresAt <= nowSeconds) return end(record, settings, ports);

  const found = await ports.api.read(record.address);
  if (found.meaning === 'account-blocked') return 'account-blocked';
  // Permanent: somebody has made a link there in the user interface.
  const isOver = found.meaning === 'absent' || found.meaning === 'permanent';
  const isDead = found.meaning === 'ok' && found.value.expiresAt <= nowSeconds;
  if (isOver || isDead) return end(record, settings, ports);
  if (found.meaning !== 'ok') return 'try-again';
  if (!isItsOwn(record, found.value, await ports.linkIdSecret.value())) {
    const standing = await ports.ledger.link(record.address);
    if (standing !== undefined) return isSameLink(standing, record) ? 'done' : end(record, settings, ports);
    // The record of a create that has just made the link may be on its way. If none comes, the link was changed by other
    // means than this pipeline, and lives on.
    if (receiveCount < deliveriesToWaitForCreate) return 'try-again';
  }

  const { lookAgainAt: _, ...kept } = record;
  const alive: LinkRecord = { ...kept, expiresAt: found.value.expiresAt };
  if (needsRenewal(alive) && alive.expiresAt - nowSeconds <= renewalLeadSeconds) {
    return renew(alive, found.value, nowSeconds, batch);
  }
  const standing = await ports.ledger.addLink(alive);
  if (standing !== undefined && !isSameLink(standing, record)) return end(record, settings, ports);
  return alive.expiresAt > record.expiresAt ? { outcome: 'renewed', link: linkOf(alive) } : 'done';
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

function isSameLink(one: LinkRecord, other: LinkRecord): boolean {
  return one.source === other.source && one.requestId === other.requestId;
}

/** Gives a link that nobody clicks another term of its TTL, with the data that it has. */
async function renew(
  record: LinkRecord,
  { data }: LinkAtApi,
  nowSeconds: number,
  { ports, hasQuota, tally, renewals }: Batch,
): Promise<Decision | Verdict> {
  const ttl = `${Math.floor(record.ttlSeconds / 60)}m`;
  const sent = hasQuota
    ? await ports.api.update(record.address, { data: dataAsText(data), ttl, renewTtl: record.renewTtl })
    : undefined;
  if (sent !== undefined) tally.answered(record.source, 'update', sent.meaning);
  if (sent?.meaning === 'ok') {
    const renewed = { ...record, expiresAt: nowSeconds + record.ttlSeconds };
    await ports.ledger.addLink(renewed);
    if (needsRenewal(renewed)) renewals.add(isoSeconds(renewed.expiresAt), isoSeconds(renewed.keepUntil ?? 0));
    return { outcome: 'renewed', link: linkOf(renewed) };
  }
  if (sent?.meaning === 'account-blocked') return 'account-blocked';
  // The next delivery finds by its GET whether the renewal came about.
  const unclear = sent !== undefined && sent.meaning !== 'permanent' && sent.meaning !== 'quota-spent';
  if (unclear) return 'try-again';
  await ports.ledger.addLink({ ...record, lookAgainAt: nowSeconds + renewalPauseSeconds });
  const reason = sent?.meaning === 'permanent' ? 'refused-by-api' : 'quota-reserve-reached';
  return { outcome: 'expiring-soon', reason, link: linkOf(record) };
}

async function end(record: LinkRecord, settings: ExpiryWorkerEnvironment, ports: ExpiryWorkerPorts): Promise<Decision> {
  await ports.history.addExpired(historyLineOf(record));
  // The address may have a new link by now, and that one an image of its own.
  const removable = settings.KEEP_QR_IMAGES === 'false' && record.qrKey !== undefined;
  if (removable && (await ports.ledger.link(record.address))?.state !== 'live') {
    await ports.qrImages.remove(record.address);
  }
  return { outcome: 'expired', link: linkOf(record) };
}

const metricOf: Partial<Record<Decision['outcome'], string>> = {
  expired: laneMetric.linkExpired,
  renewed: laneMetric.linkRenewed,
  'expiring-soon': laneMetric.linkExpiringSoon,
};

async function tell(
  record: LinkRecord,
  decision: Decision,
  delivery: Delivery,
  ports: ExpiryWorkerPorts,
): Promise<void> {
  const { outcomes, observer, clock } = ports;
  const { source, requestId } = record;
  const asked = { source, requestId, action: null };
  const { messageId } = delivery;
  const told = outcomeOf(decision, asked, { lane: expiryLane, messageId, nowMilliseconds: clock.wallMilliseconds() });
  await outcomes.tell(told);
  observer.count(metricOf[decision.outcome] ?? decision.outcome);
  observer.info('link looked at', { source, requestId, outcome: told.outcome, reason: told.reason });
}

function linkOf({ address, shortUrl, expiresAt, version }: LinkRecord): NonNullable<Decision['link']> {
  return { ...address, shortUrl, expiresAt: isoSeconds(expiresAt), version };
}
