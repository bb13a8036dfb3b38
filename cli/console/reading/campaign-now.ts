import type { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { type CampaignRecord, rowCounts } from '../../../lambdas/domain/campaign/record.ts';
import type { Fault as ContractFault } from '../../../lambdas/domain/contract/fault.ts';
import { outlookOf } from '../../pipeline/campaign/outlook.ts';
import { allCampaigns } from '../../pipeline/campaigns.ts';
import type { Campaign, CampaignDownload, CampaignList, Fault } from '../contract/campaigns.ts';
import { campaignReadsOf, type OpenDesk } from '../desk.ts';
import { campaignLine } from './campaign-line.ts';

/** So many records are read at once. */
const portion = 100;

/** All campaigns that the ledger or the bucket knows, the newest first. */
export async function campaignList(open: OpenDesk, at: number): Promise<CampaignList> {
  const reads = campaignReadsOf(open);
  const known = await allCampaigns(reads);
  const [records, unreadable]: [CampaignRecord[], string[]] = [[], []];
  for (let start = 0; start < known.length; start += portion) {
    const read = await reads.table.readAll(known.slice(start, start + portion));
    records.push(...read.records);
    unreadable.push(...read.corrupt);
  }
  records.sort((one, other) => other.file.droppedAt - one.file.droppedAt);
  return { at, campaigns: records.map(campaignLine), unreadable };
}

/** One campaign with its check, its faults and its end. */
export async function campaignNow(
  record: CampaignRecord,
  { deployed, configured }: Pick<OpenDesk, 'deployed' | 'configured'>,
  at: number,
): Promise<Campaign> {
  const reads: { table: Pick<CampaignTable, 'active' | 'readAll'>; control: typeof deployed.control } = {
    table: deployed.campaigns,
    control: deployed.control,
  };
  const outlook = await outlookOf(record, reads, configured, at);
  return { ...campaignFacts(record, at), ...endOf(outlook) };
}

const endOf = ({ end, inTime, lane }: Awaited<ReturnType<typeof outlookOf>>) => ({
  endsAt: end ?? null,
  inTime: inTime ?? null,
  laneStands: lane ?? null,
});

type End = ReturnType<typeof endOf>;

/** What the record of a campaign holds, for the page. */
export function campaignFacts(record: CampaignRecord, at: number): Omit<Campaign, keyof End> {
  const { drop, toSend, quotaCalls, qrCodes, check, file, settings, paused, cancelled, approvedAt, refusal } = record;
  return {
    ...campaignLine(record),
    at,
    drop,
    counts: rowCounts(record),
    toSend,
    quotaCalls,
    qrCodes,
    checked: check.done,
    bytes: file.bytes,
    sendBy: settings.sendBy === undefined ? null : Date.parse(settings.sendBy),
    pausedBy: paused === undefined ? null : { at: paused.at, reason: paused.reason, by: paused.by ?? null },
    cancelledBy: cancelled === undefined ? null : { at: cancelled.at, by: cancelled.by ?? null },
    approvedBy: approvedAt === undefined ? null : { at: approvedAt, by: record.approvedBy ?? null },
    refusal: refusal === undefined ? null : faultOf(refusal),
    faultsByRule: record.faultsByRule,
    firstFaults: record.firstFaults,
    warningsByRule: record.found?.warningsByRule ?? {},
    startedAt: record.startedAt ?? null,
    downloads: downloadsOf(record),
    acts: actsOf(record),
  };
}

const faultOf = ({ path, rule, message }: ContractFault): Fault => ({ line: null, path, rule, message });

/** What can be downloaded: results as far as they are known, and codes if rows ask for some. */
function downloadsOf({ state, rows, qrCodes, found, tallies }: CampaignRecord): CampaignDownload[] {
  if (state === 'refused' || rows === 0) return [];
  const rejected = (found?.rejected ?? 0) + (tallies.rejected ?? 0);
  return [
    'results',
    ...(rejected > 0 ? ['rejected' as const] : []),
    ...(qrCodes > 0 ? ['codes' as const, 'sheet' as const] : []),
  ];
}

function actsOf({ state, paused }: CampaignRecord): Campaign['acts'] {
  const pause = paused === undefined ? ('campaign-pause' as const) : ('campaign-resume' as const);
  switch (state) {
    case 'waiting':
      return ['campaign-approve', pause, 'campaign-cancel'];
    case 'checking':
    case 'sending':
      return [pause, 'campaign-cancel'];
    case 'finished':
    case 'cancelled':
      return ['campaign-retire'];
    case 'refused':
      return [];
  }
}
