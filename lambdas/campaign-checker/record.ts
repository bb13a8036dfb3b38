import { isDeepStrictEqual } from 'node:util';
import type { CampaignKey } from '../domain/campaign/places.ts';
import { type CampaignFile, isActive } from '../domain/campaign/record.ts';
import type { CampaignSettings } from '../domain/campaign/settings.ts';
import type { Fault } from '../domain/contract/fault.ts';
import type { Content, Reading } from './ports.ts';

/** Whether the record is of this file, and not of one that was dropped earlier or later. */
export const isOf = ({ file }: Pick<Content, 'file'>, { key, etag, droppedAt }: CampaignFile): boolean =>
  file.key === key && file.etag === etag && file.droppedAt === droppedAt;

/** A malformed record hides how many drops there were. The time is a number that none of them had. */
const dropAfter = ({ record, corrupt }: Reading, { droppedAt }: CampaignFile) =>
  corrupt ? Math.max(1, Math.floor(droppedAt / 1000)) : (record?.drop ?? 0) + 1;

/** Whether a file has the bytes and the settings of a drop whose rows may not all have their outcomes yet. */
const isSameAgain = ({ state, file, settings }: Content, { etag }: CampaignFile, chosen: CampaignSettings): boolean =>
  state !== 'finished' && file.etag === etag && isDeepStrictEqual(settings, chosen);

/** The record of a drop whose check begins. */
export function newDrop(
  campaign: CampaignKey,
  file: CampaignFile,
  { settings, lane }: { settings: CampaignSettings; lane: string },
  reading: Reading,
  now: number,
): Content {
  const { record } = reading;
  const asOf = record && isSameAgain(record, file, settings) ? (record.asOf ?? record.file.droppedAt) : undefined;
  return {
    ...campaign,
    drop: dropAfter(reading, file),
    file,
    ...(asOf !== undefined && { asOf }),
    settings,
    lane,
    state: 'checking',
    // An operator's pause holds for the campaign, so a corrected file does not end it.
    ...(record?.paused && isActive(record) && { paused: record.paused }),
    check: { byte: 0, row: 0, line: 1, digestObjects: 0, done: false },
    rows: 0,
    toSend: 0,
    quotaCalls: 0,
    qrCodes: 0,
    chunks: 0,
    sent: 0,
    settled: 0,
    settledBeyond: [],
    tallies: {},
    firstFaults: [],
    faultsByRule: {},
    changedAt: now,
    startedAt: now,
  };
}

/** The record of a drop that cannot be used. It ends with the outcome for its producer, if there is one. */
export const refusedDrop = (drop: Content, refusal: Fault, now: number): Content => ({
  ...drop,
  state: 'refused',
  refusal,
  changedAt: now,
  ...(drop.lane === '' && { endedAt: now }),
});
