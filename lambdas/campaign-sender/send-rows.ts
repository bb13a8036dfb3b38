import type { CampaignRecord } from '../domain/campaign/record.ts';
import type { LaneRun } from './lane-run.ts';
import type { SendRow } from './row-commands.ts';

export interface SentRows {
  /** Epoch milliseconds. */
  sentAt: number;
  /** Rows in the lane's queue. */
  sent: number;
  /** The numbers of the rows that today's configuration or the queue refuses. */
  refused: number[];
}

/**
 * Checks rows once more, and sends those that are still valid.
 *
 * @throws Error if the queue accepts none
 */
export async function sendRows(run: LaneRun, campaign: CampaignRecord, rows: readonly SendRow[]): Promise<SentRows> {
  const { commands, ports, lane, deadline } = run;
  const sentAt = ports.clock.wallMilliseconds();
  const valid = rows.filter((row) => 'command' in commands.read(row, sentAt));
  const outgoing = valid.map((row) => commands.outgoing(campaign, row, sentAt));
  const refused = outgoing.length === 0 ? [] : await ports.queue.send(lane.queueUrl, outgoing, deadline);
  const kept = new Set(valid.map(({ row }) => row));
  for (const { row } of refused) kept.delete(row);
  return { sentAt, sent: kept.size, refused: rows.map(({ row }) => row).filter((row) => !kept.has(row)) };
}
