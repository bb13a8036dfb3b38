import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Command, Option } from 'commander';
import { formatOf } from '../../files/file-ending.ts';
import { scanLinks, segments } from '../../pipeline/link-scan.ts';
import { type PipelineOptions, pipelineHelp, withPipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words.ts';
import { ExportFile } from './export-file.ts';
import { exportLinks } from './export-links.ts';
import { type ExportFormat, exportFormats, headLine, linkLine } from './link-line.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, noLink: 1, interrupted: 1, notDone: 2 } as const;

interface Options extends PipelineOptions {
  to: string;
  campaign?: string;
  source?: string;
  format?: ExportFormat;
  withData?: true;
  json?: true;
}

export function exportCommand(): Command {
  const command = new Command('export')
    .description('Writes the ledger’s link records to a file.')
    .requiredOption('--to <file>', 'the file, which must not exist')
    .option('--campaign <name>', 'only links of this campaign (the parameter c)')
    .option('--source <name>', 'only links that this producer has made')
    .addOption(
      new Option('--format <kind>', 'NDJSON or CSV (default: by the file’s ending; without one, ndjson)').choices(
        exportFormats,
      ),
    )
    .option('--with-data', 'the links’ parameters too, where the ledger keeps them (ledgerKeeps: full)')
    .option('--json', 'print one JSON object at the end');
  return withPipelineOptions(command)
    .addHelpText(
      'after',
      `${pipelineHelp} You need its permission to scan the ledger.

The whole ledger is scanned whatever is wanted, in ${segments} segments side by side, at about 0.01 $ for a million records, and
takes no rate from the lanes. It is no snapshot: what changes meanwhile may or may not be seen. Expired and deleted links are
in it for as long as the ledger keeps them; see state and expiresAt. The file holds short links, which are confidential: only
you can read it (mode 600). Interrupted, it leaves nothing behind: start it anew.

A CSV file is made for spreadsheets: it begins with a byte-order mark, and a value that would be a formula has an apostrophe in
front. Programs read NDJSON, which has every value as it is. Metadata is in outcomes alone, not in the ledger.

Exit codes:
  ${exitCode.done}  the file is whole
  ${exitCode.noLink}  no link is of that campaign or source, or interrupted: there is no file
  ${exitCode.notDone}  it could not be done

Examples:
  onelink export --to links.ndjson
  onelink export --campaign spring-sale --to spring.csv --stack OneLink-production
  onelink export --source crm --to crm.csv --local`,
    )
    .action((options: Options) => runVerb(options, exitCode.notDone, write, undefined, formatFor));
}

const formatFor = ({ to, format }: Options) => formatOf(to, exportFormats, format);

async function write({ options, output, progress, interrupted }: Scene<Options>): Promise<number> {
  const { to, campaign, source, withData = false } = options;
  const format = formatFor(options);
  const [dynamo, table] = [new DynamoDBClient(), output('LedgerTableName')];
  const file = await ExportFile.create(to);
  try {
    const head = headLine(format, withData);
    if (head !== undefined) await file.add([head]);
    // Counted by DynamoDB every six hours or so.
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
    const about = Table?.ItemCount ? ` of about ${n(Table.ItemCount)}` : '';
    const only = { ...(campaign !== undefined && { campaign }), ...(source !== undefined && { source }) };
    const exported = await exportLinks(
      Array.from({ length: segments }, (_, segment) =>
        scanLinks(dynamo, { table, segment, signal: interrupted }, only),
      ),
      (links) => file.add(links.map((link) => linkLine(link, format, withData))),
      ({ records, links }) => progress.update(() => `${n(records)}${about} records scanned, ${n(links)} links written`),
    );
    progress.clear();
    if (interrupted.aborted) {
      await file.discard();
      console.error(
        `Interrupted after ${n(exported.records)}${about} records and ${n(exported.links)} links. ` +
          'There is no file: a scan cannot go on where it ended. Run the same command again.',
      );
      return exitCode.interrupted;
    }
    const unmatched = exported.links === 0 ? unmatchedWords(only, exported.records) : undefined;
    if (unmatched !== undefined) {
      await file.discard();
      if (options.json) console.log(JSON.stringify({ file: null, format, ...exported }));
      console.error(unmatched);
      return exitCode.noLink;
    }
    await file.finish();
    if (options.json) console.log(JSON.stringify({ file: to, format, ...exported }));
    else console.error(`${n(exported.links)} links written to ${to}, of ${scannedWords(exported.records)}`);
    return exitCode.done;
  } catch (error) {
    await file.discard().catch(() => {});
    throw error;
  }
}

/** `238 records scanned (…)`: the ledger holds more than links. */
export function scannedWords(records: number): string {
  return `${counted(records, 'record')} scanned (links, requests, and the pipeline’s own notes)`;
}

/** What to say when nothing matched; undefined when everything was wanted, and there is none. */
export function unmatchedWords(only: { campaign?: string; source?: string }, records: number): string | undefined {
  const wanted = Object.entries(only).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  if (wanted.length === 0) return undefined;
  return (
    `No link is of ${wanted.join(' and ')}; ${scannedWords(records)}. There is no file. ` +
    'Names are compared letter by letter, capitals and blanks included.'
  );
}
