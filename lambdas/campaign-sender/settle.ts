import type { CampaignRecord, OutstandingChunk } from '../domain/campaign/record.ts';
import { leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { changeCampaign } from './change-campaign.ts';
import { ChunkAnswers } from './chunk-answers.ts';
import { aheadIn, answersOf, forgetAnswers, knownAnswers, type LaneRun, type LaneStanding } from './lane-run.ts';
import { campaignLaneMetric } from './names.ts';
import { outstandingOf, type SettledChunk, settledChunk, withSettled, withSkipped } from './progress.ts';
import { isGivenUp, sendAgainIfDue } from './send-again.ts';

/** Chunks of one campaign that are read, or written, at once. */
const chunksAtOnce = 16;

/**
 * Settles the chunks of a campaign whose rows all have their final status, in any order. The results are written before
 * the record, so a crash between the two repeats them. A chunk is read when its answers may be there, and only what is missing
 * is read again.
 *
 * @returns the record as it is now, or undefined if a newer drop has replaced it
 */
export async function settle(
  run: LaneRun,
  standing: LaneStanding,
  campaign: CampaignRecord,
): Promise<CampaignRecord | undefined> {
  const now = run.ports.clock.wallMilliseconds();
  const due = outstandingOf(campaign)
    .filter(({ chunk }) => (knownAnswers(run, campaign, chunk)?.dueAt ?? now) <= now)
    .slice(0, chunksAtOnce);
  let record: CampaignRecord | undefined = campaign;
  if (due.length > 0) {
    const settled = (await Promise.all(due.map((entry) => settleChunk(run, standing, campaign, entry)))).filter(
      (one) => one !== undefined,
    );
    record = await recordSettled(run, campaign, settled);
    putOffReads(run, standing, record ?? campaign);
    for (const entry of due) {
      if (record === undefined) break;
      record = await sendAgainIfDue(run, standing, record, entry.chunk);
    }
  }
  if (record?.state === 'cancelled') return skipUnsent(run, record);
  return record;
}

async function settleChunk(
  run: LaneRun,
  standing: LaneStanding,
  record: CampaignRecord,
  entry: OutstandingChunk,
): Promise<SettledChunk | undefined> {
  const { files, ledger, linkIdSecret, clock } = run.ports;
  const answers = await answersOf(run, record, entry.chunk);
  const secret = await linkIdSecret.value();
  const nowMilliseconds = clock.wallMilliseconds();
  await answers.read({ source: record.source, ledger, secret, nowMilliseconds });
  const isOver = answers.unanswered(entry).length > 0 && (await isGivenUp(run, standing, record, entry));
  const results = answers.results(entry, nowMilliseconds, isOver);
  if (!ChunkAnswers.areWhole(results)) return undefined;
  await files.putChunkResult(record, record.drop, entry.chunk, results);
  return settledChunk(entry.chunk, answers.rows, results);
}

/** Counts settled chunks in the record, all in one write. */
export async function recordSettled(
  run: LaneRun,
  record: CampaignRecord,
  settled: readonly SettledChunk[],
): Promise<CampaignRecord | undefined> {
  if (settled.length === 0) return record;
  const now = run.ports.clock.wallMilliseconds();
  const written = await changeCampaign(run.ports, record, (current) => withSettled(current, settled, now));
  forgetAnswers(
    run,
    record,
    settled.map(({ chunk }) => chunk),
  );
  countSettled(run, settled);
  return written;
}

/** While the lane is not open, only commands that are under way already get their answers. */
const closedWaitSeconds = 300;

/** A chunk behind others cannot be answered before they are. */
function putOffReads(run: LaneRun, { isOpen }: LaneStanding, record: CampaignRecord): void {
  const now = run.ports.clock.wallMilliseconds();
  let [rows, images] = [0, 0];
  for (const entry of outstandingOf(record)) {
    const ahead = aheadIn(run, record, entry);
    rows += ahead.rows;
    images += ahead.images;
    const atRate = Math.max(rows / run.lane.commandsPerSecond, images / run.lane.imagesPerSecond);
    const seconds = isOpen ? atRate : closedWaitSeconds;
    if (ahead.rows + ahead.images > 0) knownAnswers(run, record, entry.chunk)?.notBefore(now + seconds * 1000);
  }
}

/** Settles chunks of a cancelled campaign that were never sent. Their rows to send stay `not attempted`. */
async function skipUnsent(run: LaneRun, campaign: CampaignRecord): Promise<CampaignRecord | undefined> {
  let record = campaign;
  while (outstandingOf(record).length === 0 && record.settled < record.chunks) {
    if (run.deadline.remainingMilliseconds() < leastTimeMilliseconds) break;
    const { settled, chunks } = record;
    const numbers = Array.from({ length: Math.min(chunksAtOnce, chunks - settled) }, (_, index) => settled + 1 + index);
    const current = record;
    const skipped = await Promise.all(numbers.map((chunk) => skipChunk(run, current, chunk)));
    const now = run.ports.clock.wallMilliseconds();
    const written = await changeCampaign(run.ports, record, (newest) => withSkipped(newest, skipped, now));
    if (written === undefined) return undefined;
    countSettled(run, skipped);
    record = written;
  }
  return record;
}

async function skipChunk(run: LaneRun, record: CampaignRecord, chunk: number): Promise<SettledChunk> {
  const { files, ledger } = run.ports;
  const answers = new ChunkAnswers(await files.chunk(record, record.drop, chunk), run.commands, 0);
  await answers.readLinks(ledger);
  const results = answers.results({}, run.ports.clock.wallMilliseconds(), false);
  await files.putChunkResult(record, record.drop, chunk, results);
  return settledChunk(chunk, answers.rows, results);
}

function countSettled({ observer }: LaneRun, settled: readonly SettledChunk[]): void {
  for (const { tallies } of settled) {
    const rows = Object.values(tallies).reduce((sum, count) => sum + (count ?? 0), 0);
    observer.count(campaignLaneMetric.rowsSettled, rows);
    if (tallies.rejected) observer.count(campaignLaneMetric.rowsRejected, tallies.rejected);
    if (tallies.failed) observer.count(campaignLaneMetric.rowsFailed, tallies.failed);
  }
}
