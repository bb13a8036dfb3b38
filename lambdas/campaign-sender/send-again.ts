import type { CampaignRecord, OutstandingChunk } from '../domain/campaign/record.ts';
import { changeCampaign } from './change-campaign.ts';
import { knownAnswers, type LaneRun, type LaneStanding } from './lane-run.ts';
import { campaignLaneMetric } from './names.ts';
import { outstandingOf, withSentAgain } from './progress.ts';
import { sendRows } from './send-rows.ts';

/** A row without an answer for so long is sent again, if the lane was open all the time. */
const answerMayTakeMilliseconds = 15 * 60_000;
/** After that, the row has failed: its message is a dead letter. */
const mostSentAgain = 3;

/**
 * Whether a chunk's unanswered rows should have had their answers. Fifteen minutes have passed, the lane was open, and nothing
 * is parked. The lane's queue is so short that the rows do not wait there.
 */
async function isOverdue({ lane, ports }: LaneRun, { openSince }: LaneStanding, { sentAt }: OutstandingChunk) {
  if (openSince === undefined) return false;
  const waited = ports.clock.wallMilliseconds() - Math.max(sentAt, openSince);
  if (waited < answerMayTakeMilliseconds) return false;
  const depth = await ports.queue.depth(lane.queueUrl);
  return depth < (lane.commandsPerSecond * answerMayTakeMilliseconds) / 1000;
}

/** Whether a chunk's unanswered rows have failed. A cancelled campaign sends nothing again. */
export async function isGivenUp(
  run: LaneRun,
  standing: LaneStanding,
  { state }: CampaignRecord,
  entry: OutstandingChunk,
): Promise<boolean> {
  if (state !== 'cancelled' && entry.again < mostSentAgain) return false;
  return isOverdue(run, standing, entry);
}

/**
 * Sends the unanswered rows of a chunk again. The worker answers those that it has carried out from their request records.
 *
 * @returns the record as it is now, or undefined if a newer drop has replaced it
 */
export async function sendAgainIfDue(
  run: LaneRun,
  standing: LaneStanding,
  record: CampaignRecord,
  chunk: number,
): Promise<CampaignRecord | undefined> {
  const entry = outstandingOf(record).find((one) => one.chunk === chunk);
  const answers = knownAnswers(run, record, chunk);
  if (entry === undefined || answers === undefined) return record;
  const isSending = standing.isOpen && record.state === 'sending' && record.paused === undefined;
  const rows = answers.unanswered(entry);
  if (!isSending || rows.length === 0 || entry.again >= mostSentAgain) return record;
  if (!(await isOverdue(run, standing, entry))) return record;
  const { sentAt, sent, refused } = await sendRows(run, record, rows);
  run.observer.count(campaignLaneMetric.rowsSentAgain, sent);
  const { source, name: campaign, drop } = record;
  run.observer.warn('rows without an answer were sent again', { source, campaign, drop, count: sent });
  const again: OutstandingChunk = {
    ...entry,
    sentAt,
    again: entry.again + 1,
    ...(refused.length > 0 && { refused: [...(entry.refused ?? []), ...refused] }),
  };
  return changeCampaign(run.ports, record, (current) => withSentAgain(current, again));
}
