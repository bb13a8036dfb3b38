import type { Campaign, CampaignDownload } from '../../cli/console/contract/campaigns.ts';
import { instant } from '../state/words.ts';

export const actWords: Readonly<Record<Campaign['acts'][number], { label: string; look: 'primary' | 'danger' | '' }>> =
  {
    'campaign-approve': { label: 'Approve', look: 'primary' },
    'campaign-pause': { label: 'Pause', look: '' },
    'campaign-resume': { label: 'Resume', look: 'primary' },
    'campaign-cancel': { label: 'Cancel', look: 'danger' },
    'campaign-retire': { label: 'Retire its links', look: 'danger' },
  };

export const downloadWords: Readonly<Record<CampaignDownload, { label: string; note: string }>> = {
  results: { label: 'Results', note: 'the spreadsheet, with a short link in each row' },
  rejected: { label: 'Rejected rows', note: 'to correct and start again' },
  codes: { label: 'QR codes', note: 'all images in a ZIP file' },
  sheet: { label: 'Print sheet', note: 'a page of QR codes for a printer' },
};

/** When a campaign ends, and whether that is in time. */
export function endWords({ state, endedAt, endsAt, sendBy, inTime, paused }: Campaign): string {
  if (endedAt !== null) return `It ended at ${instant(endedAt)}.`;
  if (paused) return 'It sends nothing until somebody resumes it.';
  if (state === 'waiting') return 'It sends nothing until somebody approves it.';
  const end =
    endsAt === null ? 'When it ends is unknown.' : `It ends at about ${instant(endsAt)}, if the lane keeps its rate.`;
  if (sendBy === null) return end;
  const wish = inTime === null ? '' : inTime ? ' That is in time.' : ' That is too late.';
  return `${end} It should be sent by ${instant(sendBy)}.${wish}`;
}

/** The rows by status without those of which there are none, the largest first. */
export const countsOf = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([status, count]) => ({ status, count }));

/** The address of a campaign's download. It names the campaign, and no link. */
export const downloadPath = (source: string, name: string, download: CampaignDownload) =>
  `/api/campaigns/${encodeURIComponent(source)}/${encodeURIComponent(name)}/${download}`;
