import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { Command, Option } from 'commander';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { config } from '../../../lib/config/chosen-config.ts';
import { configuredPipelines } from '../../pipeline/configured-pipeline.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import { scanAddresses, segments } from '../../pipeline/link-scan.ts';
import { checkLink, type LinkCheck } from '../../pipeline/links/link-check.ts';
import { readLedger } from '../../pipeline/read-ledger.ts';
import { openReader, readingPace } from '../../pipeline/reader.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { durationWords, n } from '../../words/words.ts';
import { progressWords } from './progress-words.ts';
import { exitCode, Report } from './report.ts';
import { type VerificationPorts, verify } from './verification.ts';

interface Options extends VerbOptions {
  sample: number;
  all?: true;
  showLinks?: true;
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Compares the ledger with the OneLink API, by free GETs, and reports the differences.')
    .option('--sample <number>', 'how many links to check, picked at random from all links', count(1, 1_000_000), 100)
    .addOption(new Option('--all', 'check every link').conflicts('sample'))
    .option('--show-links', 'also show the address of each differing link; addresses are confidential')
    .option('--json', 'print one JSON object per line: each difference, and a summary at the end');
  return pipelineVerb(
    command,
    `${pipelineHelp} You need permission to scan and read the ledger, to read the link-ID
secret, and to invoke the reader.

The verb compares state, data (by its keyed digest), TTL, expiry, and the domain of the short URL. It checks a difference
twice before it reports it. It prints no value of a link.

Clicks extend a renewing link's life, and the API does not report them. Such a link counts as renewed-by-clicks, which is
not a difference. The verb leaves out a link that a command is changing (being-changed).

The pipeline's reader sends the GETs. All tools share its rate (readRateShare in lib/config/config.ts), so they slow no lane.
${paceOfDefault()}
An unbiased sample needs a scan of the whole ledger. That costs about 0.01 $ per million records.

Exit codes:
  ${exitCode.equal}  all checked links are equal
  ${exitCode.different}  there are differences
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink verify
  onelink verify --sample 1000 --stack OneLink-staging
  onelink verify --all --json --local > differences.ndjson`,
    run,
  );
}

/** How fast the default stack reads. */
function paceOfDefault(): string {
  const [pipeline] = configuredPipelines(config);
  if (pipeline === undefined) return '';
  const { sustainedPerSecond } = readingPace(pipeline);
  const million = durationWords(1_000_000 / sustainedPerSecond);
  return `On the default stack that is ${n(Math.round(sustainedPerSecond))} per second, and a million links take ${million}.`;
}

async function run({ options, chosen, progress, interrupted }: Scene<Options>): Promise<number> {
  const configured = chosen.configuredFor('the account’s rate and the templates’ domains');
  const { templates } = configured.settings;
  const pipeline = await chosen.deployed();
  const { dynamo, table } = pipeline;
  const ledger = readLedger(pipeline);
  const secret = await pipeline.linkIdSecret.value();
  const { sustainedPerSecond, batchSize } = readingPace(configured);
  const stopped = new AbortController();
  const api = openReader(configured, pipeline, AbortSignal.any([interrupted, stopped.signal]));

  const print = (write: (line: string) => void) => (line: string) => {
    progress.clear();
    write(line);
  };
  const report = new Report(
    { out: print(console.log), note: print(console.error) },
    { json: options.json === true, showLinks: options.showLinks === true },
  );
  const wanted: number | 'all' = options.all ? 'all' : options.sample;
  const recordsAbout = options.all ? await itemCountOf(pipeline) : undefined;
  const scanned = { records: 0, links: 0 };
  const ports: VerificationPorts<LinkCheck> = {
    segments: Array.from({ length: segments }, (_, segment) =>
      scanAddresses(dynamo, { table, segment, signal: interrupted }),
    ),
    check: (address) => checkLink(address, { ledger, api, secret, templates, clock: systemClock }),
    checksAtOnce: 2 * batchSize,
    stop: () => stopped.abort(),
    onScanned: (sofar) => {
      Object.assign(scanned, sofar);
      if (report.total > 0) return;
      progress.update(() => `${n(sofar.records)} records scanned, ${n(sofar.links)} of them links`);
    },
    onChecked: (...checked) => {
      report.checked(...checked);
      const sofar = { checked: report.total, different: report.count('different'), scanned, wanted, recordsAbout };
      progress.update(() => progressWords({ ...sofar, callsPerSecond: sustainedPerSecond }));
    },
  };
  await verify(options.all ? undefined : options.sample, ports, interrupted);
  return report.close({ linksInLedger: scanned.links, wanted, interrupted: interrupted.aborted });
}

/** Undefined if the role may not read it. The progress then shows no total. */
async function itemCountOf({ dynamo, table }: DeployedPipeline): Promise<number | undefined> {
  const asked = await dynamo.send(new DescribeTableCommand({ TableName: table })).catch(() => undefined);
  return asked?.Table?.ItemCount;
}
