import type { CampaignFile, CampaignRecord } from '../../lambdas/domain/campaign/record.ts';
import type { Clock } from '../../lambdas/domain/work/clock.ts';

/** Where a dropped file is: nobody has opened it, its campaign has this record, or a newer drop has replaced it. */
export type Sighting = { state: 'unopened'; seconds: number } | { state: 'seen' | 'replaced'; record: CampaignRecord };

export interface FollowPorts {
  /** The newest record of the campaign. */
  read(): Promise<CampaignRecord | undefined>;
  clock: Clock;
  signal: AbortSignal;
  everyMilliseconds: number;
}

/** Whether nothing of a campaign can change any more. A cancelled one still settles the rows that were sent. */
export const hasEnded = ({ state, endedAt }: CampaignRecord) =>
  state === 'finished' || state === 'refused' || (state === 'cancelled' && endedAt !== undefined);

/**
 * Follows a dropped file until its campaign has ended, a newer drop replaces it, or the signal aborts.
 *
 * @param dropped the file in the inbox. A record of an older drop is not of this campaign.
 */
export async function* followCampaign(
  dropped: CampaignFile,
  { read, clock, signal, everyMilliseconds }: FollowPorts,
): AsyncGenerator<Sighting> {
  const from = clock.monotonicMilliseconds();
  while (!signal.aborted) {
    const record = await read();
    const isOurs = record?.file.etag === dropped.etag && record.file.droppedAt === dropped.droppedAt;
    if (record !== undefined && isOurs) {
      yield { state: 'seen', record };
      if (hasEnded(record)) return;
    } else if (record !== undefined && record.file.droppedAt > dropped.droppedAt) {
      yield { state: 'replaced', record };
      return;
    } else yield { state: 'unopened', seconds: Math.round((clock.monotonicMilliseconds() - from) / 1000) };
    await clock.sleep(everyMilliseconds);
  }
}

/** Rows of a campaign that have their final status. */
export const settledRows = ({ tallies }: Pick<CampaignRecord, 'tallies'>) =>
  Object.values(tallies).reduce((sum, count) => sum + (count ?? 0), 0);

/** How fast rows are settled, over the last minute. */
export class SettlingRate {
  #samples: { atSeconds: number; rows: number }[] = [];

  add(rows: number, atSeconds: number): void {
    this.#samples.push({ atSeconds, rows });
    // One sample older than a minute stays, so the span is at least a minute.
    while ((this.#samples[1]?.atSeconds ?? atSeconds) < atSeconds - 60) this.#samples.shift();
  }

  /** Rows per second; undefined until two readings are some seconds apart. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atSeconds - first.atSeconds < 4) return undefined;
    return (last.rows - first.rows) / (last.atSeconds - first.atSeconds);
  }
}
