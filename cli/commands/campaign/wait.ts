import type { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignFile, CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import type { Clock } from '../../../lambdas/domain/work/clock.ts';
import { standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { followCampaign, SettlingRate, settledRows } from '../../pipeline/follow-campaign.ts';
import { durationWords, n } from '../../words/words.ts';
import { exitCode } from './exit-code.ts';

/** How a wait has ended. */
export type Waited = { result: 'ended' | 'replaced'; record: CampaignRecord } | { result: 'interrupted' };

export interface WaitPorts {
  table: Pick<CampaignTable, 'read'>;
  clock: Clock;
  signal: AbortSignal;
  everyMilliseconds: number;
  /** Shows a line in place of the one before. */
  show(words: string): void;
  /** Prints a line that stays: the campaign is in another state. */
  tell(words: string): void;
}

/** After this long without a check, something is wrong. */
const patienceSeconds = 120;

/** Waits for the end of a campaign, and shows how far it is. */
export async function waitForEnd(dropped: CampaignFile, campaign: { source: string; name: string }, ports: WaitPorts) {
  const { table, clock, signal, everyMilliseconds, show, tell } = ports;
  const rate = new SettlingRate();
  let told = '';
  let isLate = false;
  const read = async () => (await table.read(campaign)).record;
  for await (const sighting of followCampaign(dropped, { read, clock, signal, everyMilliseconds })) {
    if (sighting.state === 'unopened') {
      show(`waiting for the check: ${sighting.seconds} s`);
      if (sighting.seconds > patienceSeconds && !isLate) {
        isLate = true;
        tell('No check has begun after two minutes. To find out why, run in another terminal: onelink doctor');
      }
      continue;
    }
    const { record } = sighting;
    if (sighting.state === 'replaced') return { result: 'replaced', record } satisfies Waited;
    rate.add(settledRows(record), clock.monotonicMilliseconds() / 1000);
    const stage = `${record.state}${record.paused === undefined ? '' : ' paused'}`;
    if (stage !== told) tell(`${campaignKey(record)}  ${standingWords(record)}${hintWords(record)}`);
    told = stage;
    show(progressWords(record, rate.perSecond));
    if (record.endedAt !== undefined || record.state === 'refused') return { result: 'ended', record } satisfies Waited;
  }
  return { result: 'interrupted' } satisfies Waited;
}

function hintWords(record: CampaignRecord): string {
  if (record.state === 'waiting') return `. To start it: onelink campaign approve ${campaignKey(record)}`;
  if (record.paused !== undefined) return `. To go on: onelink campaign resume ${campaignKey(record)}`;
  return '';
}

/** `sending: 12,345 of 50,000 rows done (25 %), 97 rows/s, about 6 min 28 s left` */
export function progressWords(record: CampaignRecord, rowsPerSecond: number | undefined): string {
  const standing = standingWords(record);
  if (record.state !== 'sending' || rowsPerSecond === undefined || rowsPerSecond <= 0) return standing;
  const left = (record.rows - settledRows(record)) / rowsPerSecond;
  return `${standing}, ${n(Math.round(rowsPerSecond))} rows/s, about ${durationWords(left)} left`;
}

/** Whether every row became what it asked for. */
export function codeOfEnd({ state, tallies }: CampaignRecord): number {
  const { rejected = 0, failed = 0 } = tallies;
  return state === 'finished' && rejected + failed === 0 ? exitCode.done : exitCode.incomplete;
}
