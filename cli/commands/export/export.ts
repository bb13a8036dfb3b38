import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { Command, Option } from 'commander';
import { exportSegments } from '../../../lambdas/domain/acts/export.ts';
import { formatOf } from '../../files/file-ending.ts';
import { exportedLinks } from '../../pipeline/export-scan.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words/words.ts';
import { ExportFile } from './export-file.ts';
import { exportLinks } from './export-links.ts';
import { type ExportFormat, exportFormats, headLine, linkLine } from './link-line.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, noLink: 1, interrupted: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  to: string;
  campaign?: string;
  source?: string;
  format?: ExportFormat;
  withData?: true;
  reason?: string;
}

export function exportCommand(): Command {
  const format = 'NDJSON or CSV (default: by the file’s ending; without one, ndjson)';
  const command = new Command('export')
    .description('Writes the ledger’s link records to a file.')
    .requiredOption('--to <file>', 'the file, which must not exist')
    .option('--campaign <name>', 'only links of this campaign (the parameter c)')
    .option('--source <name>', 'only links that this producer created')
    .addOption(new Option('--format <kind>', format).choices(exportFormats))
    .option(...reasonOption)
    .option('--with-data', 'include the links’ parameters, where the ledger keeps them (ledgerKeeps: full)')
    .option('--json', 'print one JSON object at the end');
  return pipelineVerb(
    command,
    `${pipelineHelp} 

The export always scans the whole ledger, in ${exportSegments} segments, two at a time. That costs about 0.01 $ per million records, and
takes no rate from the lanes. The export is not a snapshot: it may or may not include changes made during the scan. It
includes expired and deleted links while the ledger keeps them. See the columns state and expiresAt.

The file holds short links, which are confidential, and only you can read it (mode 600). An interrupted export leaves no
file. Run it again.

CSV is for spreadsheets. The file begins with a byte-order mark, and a value that would be a formula gets an apostrophe in
front. NDJSON is for programs, and has every value unchanged. Metadata is only in outcomes, not in the ledger.

Exit codes:
  ${exitCode.done}  the file is complete
  ${exitCode.noLink}  no link has that campaign or source, or interrupted; there is no file
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink export --to links.ndjson
  onelink export --campaign spring-sale --to spring.csv --stack OneLink-production
  onelink export --source crm --to crm.csv --local`,
    write,
  );
}

async function write(scene: Scene<Options>): Promise<number> {
  const { options, chosen, progress, interrupted } = scene;
  const reason = reasonOf(options, 'Nothing was read.');
  const { to, campaign, source, withData = false, json } = options;
  const format = formatOf(to, exportFormats, options.format);
  const deployed = await chosen.deployed();
  const { dynamo, table } = deployed;
  const file = await ExportFile.create(to);
  try {
    const head = headLine(format, withData);
    if (head !== undefined) await file.add([head]);
    // DynamoDB updates this count about every six hours.
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
    const about = Table?.ItemCount ? ` of about ${n(Table.ItemCount)}` : '';
    const only = { ...(campaign !== undefined && { campaign }), ...(source !== undefined && { source }) };
    const act = actingIn(scene, deployed).begin(reason);
    const exported = await exportLinks(
      Array.from({ length: exportSegments }, (_, segment) => exportedLinks(act, segment, only)),
      (links) => file.add(links.map((link) => linkLine(link, format, withData))),
      ({ records, links }) => progress.update(() => `${n(records)}${about} records scanned, ${n(links)} links written`),
    );
    progress.clear();
    if (interrupted.aborted) {
      await file.discard();
      console.error(
        `Interrupted after ${n(exported.records)}${about} records and ${n(exported.links)} links. ` +
          'It left no file, because a scan cannot continue where it ended. Run the same command again.',
      );
      return exitCode.interrupted;
    }
    const unmatched = exported.links === 0 ? unmatchedWords(only, exported.records) : undefined;
    if (unmatched !== undefined) {
      await file.discard();
      if (json) console.log(JSON.stringify({ file: null, format, ...exported }));
      console.error(unmatched);
      return exitCode.noLink;
    }
    await file.finish();
    if (json) console.log(JSON.stringify({ file: to, format, ...exported }));
    else console.error(`${n(exported.links)} links written to ${to}, of ${scannedWords(exported.records)}`);
    return exitCode.done;
  } catch (error) {
    await file.discard().catch(() => {});
    throw error;
  }
}

/** `238 records scanned (…)`: the ledger holds more than links, so this number is larger than that of the links. */
export function scannedWords(records: number): string {
  return `${counted(records, 'record')} scanned (links, requests, and the pipeline’s own notes)`;
}

/** What to print if nothing matched a filter; undefined without a filter. */
export function unmatchedWords(only: { campaign?: string; source?: string }, records: number): string | undefined {
  const words = { campaign: 'the parameter c', source: 'the source' };
  const wanted = (['campaign', 'source'] as const).flatMap((name) =>
    only[name] === undefined ? [] : [`${words[name]} ${JSON.stringify(only[name])}`],
  );
  if (wanted.length === 0) return undefined;
  return (
    `No link has ${wanted.join(' and ')}: ${scannedWords(records)}. The export left no file. ` +
    'Names must match exactly, with capitals and blanks.' +
    (only.campaign === undefined ? '' : ' For the links of a campaign’s file: onelink campaign results')
  );
}
