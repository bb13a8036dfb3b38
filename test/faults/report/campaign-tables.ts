import { table } from '../../report/table.ts';
import type { CampaignCrashes } from '../scenarios/campaign/campaign-crash-points.ts';

/** What became of the file and of the corrected one, and each request with its kills before and after. */
export function campaignTables({ drops, points, randomKills }: CampaignCrashes): string {
  const statuses = ['created', 'updated', 'unchanged', 'rejected', 'failed', 'not attempted'];
  const head = [
    'file',
    'rows',
    ...statuses,
    'kills of the checker',
    'kills of the sender',
    'links made',
    'quota calls',
  ];
  const ended = drops.map((one) => [
    one.drop,
    one.rows,
    ...statuses.map((status) => one.counts[status] ?? 0),
    one.checkerKills,
    one.senderKills,
    one.linksMade,
    one.quotaCalls,
    one.seconds,
    one.disagreements.length === 0 ? 'sound' : 'NOT SOUND',
  ]);
  const bothSides = points.filter(({ before, after }) => before > 0 && after > 0).length;
  const killed = points.map((point) => [point.function, point.request, point.before, point.after]);
  return [
    table([...head, 'seconds', ''], ended),
    `Requests killed on both sides: ${bothSides} of ${points.length}. Further kills at random points: ${randomKills}.`,
    table(['function', 'request', 'killed before it', 'killed after it'], killed),
  ].join('\n\n');
}
