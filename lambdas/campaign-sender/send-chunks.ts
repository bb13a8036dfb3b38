import { campaignKey } from '../domain/campaign/places.ts';
import { type CampaignRecord, type OutstandingChunk, rowsPerChunk } from '../domain/campaign/record.ts';
import { rowsToSend, type Sharer } from '../domain/campaign/sharing.ts';
import { leastTimeMilliseconds } from '../domain/work/delivery.ts';
import { changeCampaign } from './change-campaign.ts';
import { ChunkAnswers } from './chunk-answers.ts';
import { aheadOf, aheadSeconds, keepAnswers, type LaneRun } from './lane-run.ts';
import { campaignLaneMetric } from './names.ts';
import { withSent } from './progress.ts';
import { isSendRow, wantsImage } from './row-commands.ts';
import { sendRows } from './send-rows.ts';

/** Chunks without a command to send, which one step writes for one campaign. */
const mostEmptyChunks = 16;

/** Rows with a command that are not sent yet. */
export const rowsLeft = ({ toSend, rowsSent = 0 }: CampaignRecord) => Math.max(0, toSend - rowsSent);

/** A campaign as the shares are made for it. */
export function sharerOf(run: LaneRun, record: CampaignRecord): Sharer {
  const { sendBy } = record.settings;
  return {
    key: campaignKey(record),
    rowsLeft: rowsLeft(record),
    outstanding: aheadOf(run, record).rows,
    sendBy: sendBy === undefined ? undefined : Date.parse(sendBy),
    paused: record.paused !== undefined,
  };
}

const maySend = ({ state, paused, sent, chunks }: CampaignRecord) =>
  state === 'sending' && paused === undefined && sent < chunks;

/**
 * Sends the next chunks of a lane's campaigns, by their shares. A share smaller than a chunk counts as one, if nothing of
 * that campaign is outstanding and the lane has room. A failed campaign does not stop the others.
 *
 * @param others campaigns of the lane that send nothing now, and whose rows keep it busy
 * @param onFailure runs for each campaign that has failed
 * @returns the records as they are now, without those that a newer drop has replaced
 */
export async function sendChunks(
  run: LaneRun,
  campaigns: readonly CampaignRecord[],
  others: readonly CampaignRecord[],
  onFailure: (campaign: CampaignRecord, error: unknown) => void,
): Promise<CampaignRecord[]> {
  const { lane, ports } = run;
  const mostRows = aheadSeconds * lane.commandsPerSecond;
  const mostImages = aheadSeconds * lane.imagesPerSecond;
  const ahead = new Map([...campaigns, ...others].map((record) => [campaignKey(record), aheadOf(run, record)]));
  let rows = [...ahead.values()].reduce((sum, one) => sum + one.rows, 0);
  let images = [...ahead.values()].reduce((sum, one) => sum + one.images, 0);
  const hasRoomForImages = (record: CampaignRecord) => record.qrCodes === 0 || images < mostImages;
  const sharers = campaigns.filter(maySend).filter(hasRoomForImages);
  const shares = rowsToSend(
    sharers.map((record) => sharerOf(run, record)),
    {
      // Rows of campaigns that send nothing now keep the lane busy too.
      aheadRows: Math.max(0, mostRows - rowsOfOthers(ahead, sharers)),
      rowsPerSecond: lane.commandsPerSecond,
      nowMilliseconds: ports.clock.wallMilliseconds(),
    },
  );
  const aheadAtStart = (record: CampaignRecord) => ahead.get(campaignKey(record)) ?? { rows: 0, images: 0 };
  // Who has the least under way goes first, and of these who has waited longest.
  const inTurn = sharers.toSorted(
    (one, other) =>
      aheadAtStart(one).images - aheadAtStart(other).images ||
      aheadAtStart(one).rows - aheadAtStart(other).rows ||
      (one.settledAt ?? 0) - (other.settledAt ?? 0),
  );
  const sent = new Map<string, CampaignRecord | undefined>();
  for (const campaign of inTurn) {
    const key = campaignKey(campaign);
    let record: CampaignRecord | undefined = campaign;
    let share = shares.get(key) ?? 0;
    let outstanding = aheadAtStart(campaign).rows;
    let empty = 0;
    try {
      while (record !== undefined && maySend(record) && empty < mostEmptyChunks) {
        if (run.deadline.remainingMilliseconds() < leastTimeMilliseconds) break;
        const next = Math.min(rowsPerChunk, rowsLeft(record));
        const isItsTurn = share > 0 && outstanding === 0 && rows < mostRows;
        if (next > share && !isItsTurn) break;
        if (!hasRoomForImages(record)) break;
        const chunk: SentChunk = await sendChunk(run, record);
        record = chunk.record;
        share -= chunk.rows;
        outstanding += chunk.rows;
        rows += chunk.rows;
        images += chunk.images;
        if (chunk.rows === 0) empty++;
        sent.set(key, record);
      }
    } catch (error) {
      onFailure(campaign, error);
    }
  }
  return campaigns.flatMap((campaign) => {
    const key = campaignKey(campaign);
    const record = sent.has(key) ? sent.get(key) : campaign;
    return record === undefined ? [] : [record];
  });
}

function rowsOfOthers(ahead: ReadonlyMap<string, { rows: number }>, sharers: readonly CampaignRecord[]): number {
  const own = new Set(sharers.map(campaignKey));
  return [...ahead].reduce((sum, [key, { rows }]) => (own.has(key) ? sum : sum + rows), 0);
}

interface SentChunk {
  /** Undefined if a newer drop has replaced it. */
  record: CampaignRecord | undefined;
  rows: number;
  images: number;
}

/**
 * Sends a campaign's next chunk, and records it as sent. After a crash between the two, the next run sends the chunk again, and
 * the worker answers from its request records.
 */
async function sendChunk(run: LaneRun, record: CampaignRecord): Promise<SentChunk> {
  const { ports, lane, observer, commands } = run;
  const chunk = record.sent + 1;
  const rows = await ports.files.chunk(record, record.drop, chunk);
  const toSend = rows.filter(isSendRow);
  const { sentAt, sent, refused } = await sendRows(run, record, toSend);
  const inQueue = toSend.filter(({ row }) => !refused.includes(row));
  const images = inQueue.filter(wantsImage).length;
  const ahead = aheadOf(run, record);
  const entry: OutstandingChunk = {
    chunk,
    rows: sent,
    images,
    sentAt,
    again: 0,
    ...(refused.length > 0 && { refused }),
  };
  const written = await changeCampaign(ports, record, (current) => {
    const startedAt = current.startedAt ?? sentAt;
    const progress = withSent(current, entry, toSend.length);
    return progress && { ...progress, startedAt };
  });
  if (written === undefined) return { record: undefined, rows: sent, images };
  if (sent > 0) {
    observer.count(campaignLaneMetric.rowsSent, sent);
    const seconds = Math.max(
      (ahead.rows + sent) / lane.commandsPerSecond,
      images === 0 ? 0 : (ahead.images + images) / lane.imagesPerSecond,
    );
    keepAnswers(run, record, chunk, new ChunkAnswers(rows, commands, sentAt + seconds * 1000));
  }
  return { record: written, rows: sent, images };
}
