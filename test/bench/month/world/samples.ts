import type { CampaignRecord } from '../../../../lambdas/domain/campaign/record.ts';
import { CallCounter } from '../../../../local/onelink-api/limits.ts';
import type { Cloud } from './cloud.ts';

const [minute, hour] = [60_000, 3_600_000];

/** The state of the pipeline in one hour. */
export interface HourSample {
  /** Epoch milliseconds at which the hour ended. */
  at: number;
  /** Calls to the API in this hour, and the most of any second. */
  calls: number;
  fullestSecond: number;
  quotaUsed: number;
  quotaRemaining: number;
  parked: number;
  /** The most rows of campaign files in this hour, by the minute, that are checked and not sent to their lane. */
  inFiles: number;
  /** The most messages of each queue in this hour, by the minute. */
  queued: Record<string, number>;
}

/** Samples the pipeline every minute, and keeps a line for each hour. */
export function startSampling(cloud: Cloud): HourSample[] {
  const { clock, queues, parked, api, campaigns } = cloud;
  const samples: HourSample[] = [];
  let queued: Record<string, number> = {};
  let mostParked = 0;
  let inFiles = 0;
  clock.every(minute, async () => {
    for (const [name, queue] of queues) queued[name] = Math.max(queued[name] ?? 0, queue.depth);
    mostParked = Math.max(mostParked, parked.count);
    inFiles = Math.max(inFiles, rowsInFiles(campaigns.records.values()));
  });
  clock.every(hour, async () => {
    const { total: calls, fullestSecond } = cloud.hour;
    const { used, remaining } = api.emulator.quota;
    const at = clock.wallMilliseconds();
    samples.push({
      at,
      calls,
      fullestSecond,
      quotaUsed: used,
      quotaRemaining: remaining,
      parked: mostParked,
      inFiles,
      queued,
    });
    cloud.hour = new CallCounter();
    queued = {};
    mostParked = parked.count;
    inFiles = rowsInFiles(campaigns.records.values());
  });
  return samples;
}

/** Rows with a command that wait for an approval, for their lane, or for quota. */
function rowsInFiles(records: Iterable<CampaignRecord>): number {
  let rows = 0;
  for (const { state, toSend, rowsSent = 0 } of records) {
    if (state === 'waiting' || state === 'sending') rows += toSend - rowsSent;
  }
  return rows;
}
