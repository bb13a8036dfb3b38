import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Command, Option } from 'commander';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import { Secret } from '../../../lambdas/adapters/secret.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { config } from '../../../lib/config/chosen-config.ts';
import { scanAddresses, segments } from '../../pipeline/link-scan.ts';
import {
  configuredOf,
  type PipelineOptions,
  pipelineHelp,
  withPipelineOptions,
} from '../../pipeline/pipeline-choice.ts';
import { valuesOf } from '../../pipeline/secret-values.ts';
import { spareApi } from '../../pipeline/spare-api.ts';
import { spareCallsPerSecond } from '../../pipeline/spare-rate.ts';
import { count } from '../../terminal/count-option.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { checkLink } from './link-check.ts';
import { progressWords } from './progress-words.ts';
import { exitCode, Report } from './report.ts';
import { verify } from './verification.ts';

interface Options extends PipelineOptions {
  sample: number;
  all?: true;
  showLinks?: true;
  json?: true;
}

/** What the verb needs the configuration for. */
const configuredFor = 'the account’s rate and the templates’ domains';

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Compares the ledger with the OneLink API, by free GETs, and reports the differences.')
    .option('--sample <number>', 'how many links to check, picked at random from all links', count(1, 1_000_000), 100)
    .addOption(new Option('--all', 'check every link').conflicts('sample'))
    .option('--show-links', 'also show the address of each differing link; addresses are confidential')
    .option('--json', 'print one JSON object per line: each difference, and a summary at the end');
  return withPipelineOptions(command)
    .addHelpText(
      'after',
      `${pipelineHelp} You need permission to scan and read the ledger and to read its two secrets.

The verb compares state, data (by its keyed digest), TTL, expiry, and the domain of the short URL. It checks a difference
twice before it reports it. It prints no value of a link.

Clicks extend a renewing link's life, and the API does not report them. Such a link counts as renewed-by-clicks, which is
not a difference. The verb leaves out a link that a command is changing (being-changed).

The GETs use the rate that the budget in lib/config/config.ts leaves over, so they slow no lane. For the default stack that
is ${callsPerSecondOfDefault()} per second. An unbiased sample needs a scan of the whole ledger. That costs about 0.01 $ per million records.

Exit codes:
  ${exitCode.equal}  all checked links are equal
  ${exitCode.different}  there are differences
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink verify
  onelink verify --sample 1000 --stack OneLink-staging
  onelink verify --all --json --local > differences.ndjson`,
    )
    .action((options: Options) => runVerb(options, exitCode.notDone, run, configuredFor));
}

function callsPerSecondOfDefault(): number {
  const [stage] = Object.values(config.stages);
  return spareCallsPerSecond(config, stage?.pipelines[0]?.account ?? '');
}

async function run({ options, chosen, output, progress, interrupted }: Scene<Options>): Promise<number> {
  const pipeline = configuredOf(chosen, configuredFor);
  const { settings } = pipeline;
  const table = output('LedgerTableName');
  const secrets = new SecretsManagerClient();
  const token = new Secret(secrets, output('ApiTokenSecretArn'));
  const linkId = new Secret(secrets, output('LinkIdSecretArn'));
  const [linkIdSecret] = await valuesOf(linkId, token);
  const dynamo = new DynamoDBClient();
  const ledger = new Ledger(dynamo, table, systemClock);
  const callsPerSecond = spareCallsPerSecond(chosen.configuration, settings.account);
  const limits = { callsPerSecond, callsInFlight: segments, interrupted };
  const api = spareApi(pipeline, { local: chosen.local, token }, limits);

  const print = (write: (line: string) => void) => (line: string) => {
    progress.clear();
    write(line);
  };
  const report = new Report(
    { out: print(console.log), note: print(console.error) },
    { json: options.json === true, showLinks: options.showLinks === true },
  );
  const recordsAbout = options.all ? await itemCountOf(dynamo, table) : undefined;
  const scanned = { records: 0, links: 0 };
  const ports = {
    segments: Array.from({ length: segments }, (_, segment) =>
      scanAddresses(dynamo, { table, segment, signal: interrupted }),
    ),
    check: (address: Parameters<typeof checkLink>[0]) =>
      checkLink(address, { ledger, api, secret: linkIdSecret, templates: settings.templates, clock: systemClock }),
    onScanned: (sofar: typeof scanned) => {
      Object.assign(scanned, sofar);
      if (report.total > 0) return;
      progress.update(() => `${n(sofar.records)} records scanned, ${n(sofar.links)} of them links`);
    },
    onChecked: (...checked: Parameters<Report['checked']>) => {
      report.checked(...checked);
      progress.update(() =>
        progressWords({
          checked: report.total,
          different: report.count('different'),
          scanned,
          wanted: options.all ? 'all' : options.sample,
          recordsAbout,
          callsPerSecond,
        }),
      );
    },
  };
  await verify(options.all ? undefined : options.sample, ports, interrupted);
  return report.close({
    linksInLedger: scanned.links,
    wanted: options.all ? 'all' : options.sample,
    interrupted: interrupted.aborted,
  });
}

/** Undefined if the role may not read it. The progress then shows no total. */
async function itemCountOf(dynamo: DynamoDBClient, table: string): Promise<number | undefined> {
  const asked = await dynamo.send(new DescribeTableCommand({ TableName: table })).catch(() => undefined);
  return asked?.Table?.ItemCount;
}

const n = (count: number) => count.toLocaleString('en');
