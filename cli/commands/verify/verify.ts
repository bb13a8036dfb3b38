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

/** What the configuration is read for. */
const configuredFor = 'the account’s rate and the templates’ domains';

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Compares the ledger with the OneLink API, by free GETs, and reports where they differ.')
    .option('--sample <number>', 'links to look at, picked at random from all of them', count(1, 1_000_000), 100)
    .addOption(new Option('--all', 'look at every link').conflicts('sample'))
    .option('--show-links', 'name each differing link by its address too; addresses are confidential')
    .option('--json', 'print one JSON object a line: each difference, and a summary at the end');
  return withPipelineOptions(command)
    .addHelpText(
      'after',
      `${pipelineHelp} You need its permissions to scan and read the ledger and to read its two secrets.

Compared are state, data (by its keyed digest), TTL, expiry, and the domain of the short URL. Clicks extend a renewing
link's life and nobody is told of them: such a link counts as renewed-by-clicks, which is no difference. A link under
change at the moment is left out (being-changed). A difference is looked at twice before it is reported. No value of a
link is shown.

The GETs take what the rate budget leaves over (lib/config/config.ts), so that no lane is slowed: ${callsPerSecondOfDefault()} a second for
the default stack. A sample scans the whole ledger to be without bias, which costs about 0.01 $ per million records.

Exit codes:
  ${exitCode.equal}  equal, as far as it was looked at
  ${exitCode.different}  there are differences
  ${exitCode.notDone}  it could not be done, or not to its end

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

  const print = (say: (line: string) => void) => (line: string) => {
    progress.clear();
    say(line);
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
          lookedAt: report.total,
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

/** Undefined where the role may not ask: then there is no total to show. */
async function itemCountOf(dynamo: DynamoDBClient, table: string): Promise<number | undefined> {
  const asked = await dynamo.send(new DescribeTableCommand({ TableName: table })).catch(() => undefined);
  return asked?.Table?.ItemCount;
}

const n = (count: number) => count.toLocaleString('en');
