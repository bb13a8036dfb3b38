import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { resultHead, resultLine } from '../../../lambdas/domain/campaign/result-files.ts';
import { type RowResult, type RowStatus, rowStatuses } from '../../../lambdas/domain/campaign/row.ts';
import { formatOf } from '../../files/file-ending.ts';
import { openCampaigns, resultReadsOf } from '../../pipeline/campaign/open-campaigns.ts';
import { campaignResults, ResultCounts, withoutDeletedLinks } from '../../pipeline/campaign-results.ts';
import { hasEnded } from '../../pipeline/follow-campaign.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, n } from '../../words/words.ts';
import { ExportFile } from '../export/export-file.ts';
import { exitCode } from './exit-code.ts';

export const resultFormats = ['csv', 'ndjson'] as const;
export type ResultFormat = (typeof resultFormats)[number];

interface Options extends VerbOptions {
  name: string;
  to?: string;
  format?: ResultFormat;
  status?: RowStatus[];
}

export function resultsCommand(): Command {
  const command = new Command('results')
    .description('Writes the campaign’s file with its links: at the end, or any time before, as far as it is.')
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .option('--to <file>', 'the file, which must not exist; - writes to standard output (default: <name>-results.csv)')
    .addOption(new Option('--format <kind>', 'default: by the file’s ending').choices(resultFormats))
    .option('--status <list>', `only rows with these statuses: ${rowStatuses.join(', ')}`, statusList)
    .option('--json', 'print one JSON object at the end');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the campaign bucket and the ledger.

Each row of the file has a row in the results, in the same order. Your own columns come first. Then come status, reason,
faults, short_url, shortlink_id, expires_at, qr_file and request_id. A link that was deleted since has no short_url, and its row
has the reason link-deleted. During the campaign, a row that is not done has the status not
attempted, and the file may be written again later.

CSV is for spreadsheets. It begins with a byte-order mark, and a value that would be a formula gets an apostrophe in front.
NDJSON is for programs, and has every value unchanged. The file holds short links, which are confidential, and only you can
read it (mode 600). An interrupted run leaves no file. Run it again.

Exit codes:
  ${exitCode.done}  the file is complete, and the campaign has ended
  ${exitCode.incomplete}  the campaign goes on, or you interrupted the verb
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink campaign results spring
  onelink campaign results spring --status rejected,failed --to to-correct.csv
  onelink campaign results crm/spring --to - --format ndjson --local | jq -r .shortUrl`,
    results,
  );
}

/** Rows that are written at once. */
const portion = 500;

async function results({ options, chosen, progress, interrupted }: Scene<Options>): Promise<number> {
  if (options.json && options.to === '-') {
    throw new OperatorError(
      '--json prints its object to standard output, where --to - writes the rows. Leave out one.',
    );
  }
  const campaigns = await openCampaigns(chosen);
  const record = await campaigns.named(options.name);
  if (record.state === 'refused') {
    throw new OperatorError(`${campaignKey(record)} has no results: its file was refused. See: onelink campaign show`);
  }
  const { to = `${record.name}-results.${options.format ?? 'csv'}` } = options;
  const format = to === '-' ? (options.format ?? 'csv') : formatOf(to, resultFormats, options.format);
  const out = to === '-' ? standardOutput() : await ExportFile.create(to);
  try {
    const counts = new ResultCounts();
    const wanted = new Set<RowStatus>(options.status ?? rowStatuses);
    const { head, lineOf } = writerOf(record, format);
    if (head !== undefined) await out.add([head]);
    let lines: string[] = [];
    const written = campaignResults(record, resultReadsOf(campaigns, record, chosen.pipeline));
    for await (const result of withoutDeletedLinks(written, campaigns.deployed.ledger)) {
      if (interrupted.aborted) break;
      if (!wanted.has(result.status)) continue;
      counts.add(result);
      lines.push(lineOf(result));
      if (lines.length < portion) continue;
      await out.add(lines);
      lines = [];
      progress.update(() => `${n(counts.rows)} of ${counted(record.rows, 'row')} written`);
    }
    progress.clear();
    if (interrupted.aborted) {
      await out.discard();
      console.error('Interrupted. It left no file. Run the same command again.');
      return exitCode.incomplete;
    }
    await out.add(lines);
    await out.finish();
    report(record, counts, { to, format, json: options.json === true });
    return hasEnded(record) ? exitCode.done : exitCode.incomplete;
  } catch (error) {
    await out.discard().catch(() => {});
    throw error;
  }
}

/** The lines of a format. The CSV has the columns and the separator of the campaign's own file. */
function writerOf({ check }: CampaignRecord, format: ResultFormat) {
  const header = check.header ?? [];
  if (format === 'ndjson') return { head: undefined, lineOf: (result: RowResult) => `${JSON.stringify(result)}\n` };
  return {
    head: resultHead(header, check.delimiter),
    lineOf: (result: RowResult) => resultLine(header, result, check.delimiter),
  };
}

function report(
  record: CampaignRecord,
  { rows, byStatus }: ResultCounts,
  { to, format, json }: { to: string; format: ResultFormat; json: boolean },
): void {
  const { source, name, state } = record;
  if (json) {
    console.log(JSON.stringify({ source, name, state, file: to, format, rows, counts: byStatus }));
    return;
  }
  const parts = Object.entries(byStatus).map(([status, count]) => `${status} ${n(count)}`);
  const where = to === '-' ? '' : ` to ${to}`;
  console.error(`${counted(rows, 'row')} of ${campaignKey(record)} written${where}: ${parts.join(', ') || 'none'}`);
  if (!hasEnded(record)) console.error(`The campaign is ${state}: the other rows get their links later.`);
}

/** What results are written to. */
interface Output {
  add(lines: readonly string[]): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** It waits for a slow reader, so memory stays flat. */
function standardOutput(): Output {
  return {
    async add(lines) {
      if (lines.length === 0 || process.stdout.write(lines.join(''))) return;
      // A reader that is gone ends the wait: the program then has an error, and is interrupted.
      await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => {});
    },
    finish: async () => {},
    discard: async () => {},
  };
}

function statusList(text: string): RowStatus[] {
  return text.split(',').map((part) => {
    const status = rowStatuses.find((one) => one === part.trim().replaceAll('-', ' '));
    if (status !== undefined) return status;
    throw new InvalidArgumentError(`It must be a list of ${rowStatuses.join(', ')}.`);
  });
}
