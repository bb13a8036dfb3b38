import { campaignKey, resultPlaces } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, rowCounts } from '../../../lambdas/domain/campaign/record.ts';
import { counted, durationWords, instantWords, n, percent, visible } from '../../words/words.ts';
import { settledRows } from '../follow-campaign.ts';

/** What is known of a campaign's end. */
export interface Outlook {
  /** Epoch milliseconds. Undefined if it is paused, or if the lane is unknown. */
  end?: number | undefined;
  /** Whether `sendBy` can be met. Undefined without one. */
  inTime?: boolean | undefined;
  /** Why the lane carries nothing out, if it does not. */
  lane?: { state: 'paused' | 'parking'; reason: string } | undefined;
}

/** `created 12, rejected 1, not attempted 7`: the counts by status, in the order of the statuses. They add up to the rows. */
export function countWords(record: Pick<CampaignRecord, 'rows' | 'tallies'>): string {
  const parts = Object.entries(rowCounts(record)).filter(([, count]) => count > 0);
  return parts.map(([status, count]) => `${status} ${n(count)}`).join(', ') || 'none';
}

const share = (part: number, all: number) => percent(all === 0 ? 100 : (100 * part) / all);

/** How far a campaign is, in one line. */
export function standingWords(record: CampaignRecord): string {
  const { state, rows, check, file, paused } = record;
  const settled = settledRows(record);
  const held = paused === undefined ? '' : ', paused';
  switch (state) {
    case 'checking':
      return `checking${held}: ${counted(rows, 'row')} read, ${share(check.byte, file.bytes)} of the file`;
    case 'waiting':
      return `waiting for approval${held}: ${counted(rows, 'row')} checked`;
    case 'sending':
      return `sending${held}: ${n(settled)} of ${counted(rows, 'row')} done (${share(settled, rows)})`;
    case 'finished':
      return `finished: ${countWords(record)}`;
    case 'cancelled':
      return `cancelled: ${countWords(record)}`;
    case 'refused':
      return `refused: ${refusalWords(record)}`;
  }
}

function refusalWords({ refusal }: Pick<CampaignRecord, 'refusal'>): string {
  return refusal === undefined ? 'the file cannot be used' : `${pathWords(refusal.path)}${refusal.message}`;
}

/** A line of the list. */
export function listWords(record: CampaignRecord): string {
  return `${visible(campaignKey(record))}  ${standingWords(record)}  ${instantWords(record.file.droppedAt)} UTC`;
}

/** All that an operator asks about a campaign, as lines of text. */
export function showWords(record: CampaignRecord, outlook: Outlook, bucket: string): string[] {
  const line = (what: string, words: string) => `${what.padEnd(12)}${words}`;
  const { file, drop, paused, approvedAt, approvedBy, cancelled, refusal, settings } = record;
  const by = (name: string | undefined) => (name === undefined ? '' : ` by ${visible(name)}`);
  const at = (instant: number) => `${instantWords(instant)} UTC`;
  return [
    `${visible(campaignKey(record))}  ${standingWords(record)}`,
    line('file', `${visible(file.key)}, ${n(file.bytes)} bytes, drop ${drop}, ${at(file.droppedAt)}`),
    line('lane', `${record.lane}${laneWords(record, outlook)}`),
    ...(refusal === undefined ? [] : [line('refused', `${refusalWords(record)} [${refusal.rule}]`)]),
    line('rows', `${countWords(record)}: ${n(record.rows)} in all${record.check.done ? '' : ' so far'}`),
    line(
      'to send',
      `${counted(record.toSend, 'row')}: ${counted(record.quotaCalls, 'call')} of the quota, ${counted(record.qrCodes, 'QR code')}`,
    ),
    ...(approvedAt === undefined ? [] : [line('approved', `${at(approvedAt)}${by(approvedBy)}`)]),
    ...(paused === undefined ? [] : [line('paused', `${at(paused.at)}${by(paused.by)}: “${visible(paused.reason)}”`)]),
    ...(cancelled === undefined ? [] : [line('cancelled', `${at(cancelled.at)}${by(cancelled.by)}`)]),
    ...endWords(record, outlook).map((words) => line('end', words)),
    ...(settings.sendBy === undefined ? [] : [line('send by', sendByWords(settings.sendBy, outlook))]),
    ...faultLines(record, line),
    line('results', resultWords(record, bucket)),
  ];
}

/** A lane that carries nothing out holds the campaign up. */
function laneWords({ endedAt }: CampaignRecord, { lane }: Outlook): string {
  if (lane === undefined || endedAt !== undefined) return '';
  const { state, reason } = lane;
  return state === 'paused' ? `: paused (${reason}). Its rows wait` : `: parking (${reason}). Nothing more is sent`;
}

function endWords({ state, endedAt }: CampaignRecord, { end }: Outlook): string[] {
  if (endedAt !== undefined) return [`${instantWords(endedAt)} UTC`];
  if (state !== 'sending' || end === undefined) return [];
  return [`in about ${durationWords((end - Date.now()) / 1000)}, if the lane keeps its rate`];
}

function sendByWords(sendBy: string, { inTime }: Outlook): string {
  const words = `${instantWords(Date.parse(sendBy))} UTC`;
  if (inTime === undefined) return words;
  return inTime ? `${words}: it will be met` : `${words}: it can’t be met`;
}

const pathWords = (path: string) => (path === '' ? '' : `${visible(path)}: `);

function faultLines({ faultsByRule, firstFaults }: CampaignRecord, line: (what: string, words: string) => string) {
  const rules = Object.entries(faultsByRule).sort(([, one], [, other]) => other - one);
  if (rules.length === 0) return [];
  return [
    line('faults', rules.map(([rule, count]) => `${n(count)} ${rule}`).join(', ')),
    ...firstFaults.map(
      ({ line: at, path, rule, message }) => `  line ${n(at)}: ${pathWords(path)}${message} [${rule}]`,
    ),
  ];
}

function resultWords(record: CampaignRecord, bucket: string): string {
  const places = resultPlaces(record);
  if (record.state === 'refused')
    return `none. The reason is in s3://${bucket}/${places.rejected}. Correct the file, and drop it again`;
  if (record.endedAt !== undefined) return `s3://${bucket}/${places.csv}`;
  return `so far: onelink campaign results ${campaignKey(record)}. At the end: s3://${bucket}/${places.csv}`;
}

/** A campaign as JSON, with instants as ISO 8601. */
export function campaignJson(record: CampaignRecord, outlook: Outlook, bucket: string): object {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const { source, name, drop, state, lane, settings, rows, toSend, quotaCalls, qrCodes, file, check } = record;
  const stamped = <Note extends { at: number }>(note: Note | undefined) => note && { ...note, at: iso(note.at) };
  return {
    source,
    name,
    drop,
    state,
    lane,
    rows,
    counts: rowCounts(record),
    toSend,
    quotaCalls,
    qrCodes,
    checked: check.done,
    file: { ...file, droppedAt: iso(file.droppedAt) },
    settings,
    refusal: record.refusal,
    paused: stamped(record.paused),
    cancelled: stamped(record.cancelled),
    approvedAt: iso(record.approvedAt),
    approvedBy: record.approvedBy,
    startedAt: iso(record.startedAt),
    endedAt: iso(record.endedAt),
    changedAt: iso(record.changedAt),
    forecast: { end: iso(outlook.end), inTime: outlook.inTime, lane: outlook.lane },
    faultsByRule: record.faultsByRule,
    firstFaults: record.firstFaults,
    results: { bucket, ...resultPlaces(record), written: state !== 'refused' && record.endedAt !== undefined },
  };
}
