import { Command } from 'commander';
import { csvHead, csvRow } from '../../../lambdas/domain/campaign/csv-text.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { formatOf } from '../../files/file-ending.ts';
import { openCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { hasEnded } from '../../pipeline/follow-campaign.ts';
import { linkName } from '../../pipeline/takeover/link-list.ts';
import { type TakeoverResults, takeoverResults } from '../../pipeline/takeover/takeover-results.ts';
import { pipelineHelp, pipelineVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { counted } from '../../words/words.ts';
import { ExportFile } from '../export/export-file.ts';
import { decided } from './choice.ts';
import { exitCode } from './exit-code.ts';
import { type ListOptions, type OpenTakeover, withList, withTakeover } from './list-options.ts';
import { eachReportRow, isComplete, ReportCounts, type ReportRow, reportLines } from './report-words.ts';

interface Options extends ListOptions {
  to?: string;
}

export function reportCommand(): Command {
  const command = withList(
    new Command('report').description(
      'Shows what became of each row of a list, and what is left, as far as the takeover is.',
    ),
  )
    .option('--to <file>', 'also write a row for each row of the list to a CSV file, which must not exist')
    .option('--json', 'print one JSON object');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the campaign bucket and the ledger.

The verb joins the list, its notes and the results of the campaign. Each row of the list counts once, so the counts add up to
the rows. It sends no GET, and changes nothing.

The CSV has row (the text in your list), line, link, class, status, reason, faults, short_url, expires_at and request_id. It holds short links, which are
confidential, and only you can read it (mode 600).

Exit codes:
  ${exitCode.done}  every link that can be taken over is
  ${exitCode.incomplete}  some links are rejected, failed, or not sent
  ${exitCode.notDone}  the verb failed; the error explains why
  ${exitCode.stillRunning}  the campaign still runs

Examples:
  onelink takeover report links.txt --source crm
  onelink takeover report links.txt --source crm --to taken-over.csv --stack OneLink-production
  onelink takeover report links.txt --source crm --json --local | jq .statuses`,
    (scene) => withTakeover(scene, (takeover) => report(scene, takeover)),
  );
}

async function report(scene: Scene<Options>, takeover: OpenTakeover): Promise<number> {
  const { to } = scene.options;
  const campaigns = await openCampaigns(scene.chosen);
  const { notes, campaign, pipeline } = takeover;
  const results = await takeoverResults(notes, campaign, campaigns, pipeline);
  const counts = to === undefined ? await countReport(takeover, results) : await written(to, takeover, results);
  return shownReport(scene, takeover, counts, results);
}

/** The counts of the rows. */
export async function countReport(takeover: OpenTakeover, results: TakeoverResults): Promise<ReportCounts> {
  const counts = new ReportCounts();
  await eachReportRow(takeover, decided({ file: '' }, takeover), results, (row) => counts.add(row));
  return counts;
}

/** Prints the report. @returns the exit code */
export function shownReport(
  { print }: Pick<Scene, 'print'>,
  { campaign }: OpenTakeover,
  counts: ReportCounts,
  results: TakeoverResults,
): number {
  const state = results.state === 'known' ? results.record.state : results.state;
  print(
    {
      kind: 'report',
      source: campaign.source,
      campaign: campaign.name,
      state,
      rows: counts.rows,
      classes: Object.fromEntries(counts.byClass),
      statuses: Object.fromEntries(counts.byStatus),
      reasons: Object.fromEntries(counts.byReason),
    },
    reportLines(counts, results, campaignKey(campaign)).join('\n'),
  );
  const isRunning = results.state === 'unopened' || (results.state === 'known' && !hasEnded(results.record));
  if (isRunning) return exitCode.stillRunning;
  return isComplete(counts) ? exitCode.done : exitCode.incomplete;
}

/** The row's own text comes first, so that the report can be joined with the list again. */
const columns = ['row', 'line', 'link', 'class', 'status', 'reason', 'faults', 'short_url', 'expires_at', 'request_id'];

function csvLine({ row, class: one, result }: ReportRow): string {
  const { status, reason, shortUrl, expiresAt, requestId } = result ?? {};
  const ofRow = 'fault' in row ? row.fault : undefined;
  const faults =
    result?.faults?.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ') ?? ofRow;
  const link = 'address' in row ? linkName(row.address) : undefined;
  return csvRow([row.text, row.line, link, one, status, reason, faults, shortUrl, expiresAt, requestId]);
}

/** Lines that are written at once. */
const portion = 500;

async function written(to: string, takeover: OpenTakeover, results: TakeoverResults): Promise<ReportCounts> {
  formatOf(to, ['csv']);
  const counts = new ReportCounts();
  const out = await ExportFile.create(to);
  try {
    let lines = [csvHead(columns)];
    let writing = Promise.resolve();
    await eachReportRow(takeover, decided({ file: '' }, takeover), results, (row) => {
      counts.add(row);
      lines.push(csvLine(row));
      if (lines.length < portion) return;
      writing = out.add(lines);
      writing.catch(() => {});
      lines = [];
    });
    await writing;
    await out.add(lines);
    await out.finish();
    console.error(`${counted(counts.rows, 'row')} written to ${to}`);
    return counts;
  } catch (error) {
    await out.discard().catch(() => {});
    throw error;
  }
}
