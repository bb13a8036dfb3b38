import { resultPlaces } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import { rejectedHead, rejectedLine } from '../domain/campaign/result-files.ts';
import { laneNow } from '../domain/control/control-record.ts';
import type { CampaignCheckerEnvironment } from './env.ts';
import type { CampaignCheckerPorts } from './ports.ts';
import { refuse, save } from './saving.ts';

type EndSettings = Pick<CampaignCheckerEnvironment, 'APPROVAL' | 'LANES'>;

/** Ends a check whose rows are all read: writes the rejected rows for people, and lets the campaign go or wait. */
export async function endCheck(record: CampaignRecord, settings: EndSettings, ports: CampaignCheckerPorts) {
  if (record.rows === 0) {
    const fault = { path: '', rule: 'no-rows', message: 'has no rows' };
    return refuse(record, fault, (next) => save(next, record, ports), ports);
  }
  await ports.files.upload(resultPlaces(record).rejected, rejectedText(record, ports), 'text/csv; charset=utf-8');
  const state = (await needsApproval(record, settings, ports)) ? 'waiting' : 'sending';
  const saved = await save({ ...record, state, changedAt: ports.clock.wallMilliseconds() }, record, ports);
  if (saved === undefined) return;
  const { source, name, rows } = record;
  ports.observer.info('a campaign was checked', { source, campaign: name, count: rows, state });
}

/** Written even without a rejected row, so that none of an earlier drop stay there. */
async function* rejectedText(record: CampaignRecord, { files }: CampaignCheckerPorts): AsyncGenerator<string> {
  const { header = [], delimiter, digestObjects } = record.check;
  yield rejectedHead(header, delimiter);
  for (let part = 1; part <= digestObjects; part++) {
    for (const row of await files.rejected(record, record.drop, part)) {
      if (row.check === 'rejected') yield rejectedLine(header, row, delimiter);
    }
  }
}

async function needsApproval(
  { source, lane, settings, toSend, quotaCalls }: CampaignRecord,
  { APPROVAL, LANES }: EndSettings,
  { control, clock }: CampaignCheckerPorts,
): Promise<boolean> {
  // A file without a change has nothing to approve.
  if (toSend === 0) return false;
  const { aboveRows = Number.POSITIVE_INFINITY, sources = [], belowReserve = false } = APPROVAL;
  if (settings.approval === 'required' || sources.includes(source) || toSend > aboveRows) return true;
  if (!belowReserve || quotaCalls === 0) return false;
  const { control: record, signals } = await control.read();
  const { quotaKnown } = laneNow(record, signals, lane, clock.wallMilliseconds());
  const left = (record?.quota?.remaining ?? 0) - (LANES[lane]?.quotaReserveCalls ?? 0);
  return !quotaKnown || quotaCalls > left;
}
