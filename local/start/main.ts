import '../../bin/node-24.mjs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { count } from '../../cli/terminal/count-option.ts';
import { usageCode, withUsageCode } from '../../cli/terminal/usage.ts';
import { OperatorError } from '../../cli/words/operator-error.ts';
import { type Dialect, dialects } from '../../lambdas/domain/onelink/dialect.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { kinds } from '../weather/kinds.ts';
import { isRowFile } from './file/dropped-file.ts';
import { inLocal } from './local-folder.ts';
import { run } from './run.ts';
import { runConfiguration, sampleConfigFiles } from './run-configuration.ts';
import { AnotherRun } from './run-lock.ts';
import { sampleCampaign } from './sample-campaign.ts';
import { runScenario } from './scenarios/run-scenario.ts';
import { stories } from './scenarios/stories.ts';
import { kindsListed, seed, type WeatherFlags, weatherOf } from './weather-option.ts';

const program = new Command('npm start --')
  .description(
    'Runs a campaign through the pipeline on this machine: the synthesised app on local engines, against an emulator of the ' +
      'OneLink API. Exit code 1: a check of the run failed. 2: the run could not start.',
  )
  .option(
    '--input <file>',
    'a campaign of rows: .csv or .csv.gz, with <name>.campaign.json beside it. Or messages to send: NDJSON, a JSON array or a ' +
      'JSON object, all in UTF-8 (default: examples/crm.csv and examples/campaign.ndjson)',
  )
  .option('--source <name>', 'whose campaign the rows are (default: the configuration’s first producer)')
  .option(
    '--config <file>',
    'the configuration to run, such as lib/config/config.ts; without --input, commands are made for its producers (default: examples/configuration.ts)',
  )
  .addOption(
    new Option(
      '--api <version>',
      'run the sample against this version of the OneLink API; v1.0 has no QR codes, and 31 days at most',
    )
      .choices(dialects)
      .default('v2.0')
      .conflicts('config'),
  )
  .option('--limit <number>', 'send only the first messages, and only the first rows', count(1, 100_000_000))
  .option(
    '--stage <name>',
    'the stage to run, with all its pipelines on one account (default: the configuration’s first)',
  )
  .option('--chaos', 'kill execution environments at random until the campaign is done', false)
  .option('--weather [seed]', 'degrade the local cloud as AWS may fail, by a plan that the seed decides', seed)
  .option('--weather-kinds <list>', 'only these kinds, by name or prefix: sqs,dynamodb-throttles', kindsListed)
  .option('--storm', 'degrade it often, and fail retries too', false)
  .option(
    '--patience <seconds>',
    'end after this time without a new outcome (with --chaos or --storm, plus a visibility time-out)',
    count(1, 86_400),
    120,
  )
  .addOption(
    new Option('--scenario <name>', 'run a story in simulated time, in under two minutes, instead of a campaign')
      .choices(stories.map(({ name }) => name))
      .conflicts([
        'config',
        'api',
        'input',
        'source',
        'limit',
        'chaos',
        'weather',
        'weatherKinds',
        'storm',
        'patience',
        'receiverPort',
        'keep',
      ]),
  )
  .option(
    '--receiver-port <port>',
    'post outcomes for the outcomeUrl of a producer to this port of this machine, over HTTP and with the path of the URL',
    count(1, 65_535),
  )
  .option('--keep', 'keep everything up, for curl, the AWS CLI or any SDK, until Ctrl-C', false)
  .option('--quiet', 'print only failures', false)
  .addHelpText(
    'after',
    `
Results are in .local/out/. In summary.json, \`outcomes\` counts outcomes by kind, QR codes included. \`seconds\` is the time
from the first message to the last outcome.
To end the run, press Ctrl-C: it still writes the results. A second Ctrl-C ends it at once.

Kinds of weather, each with what it does:
${Object.entries(kinds)
  .map(([name, { about }]) => `  ${name.padEnd(28)}${about}`)
  .join('\n')}

Scenarios (timeline in .local/out/timeline.ndjson; ends with 1 when something that must hold does not):
${stories.map(({ name, about }) => `  ${name.padEnd(18)}${about}`).join('\n')}`,
  );

const sample = (file: string) => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));

async function ownSample(dialect: Dialect): Promise<string> {
  await mkdir(inLocal(''), { recursive: true });
  return sampleCampaign(dialect, inLocal(''));
}

interface Flags extends WeatherFlags {
  input?: string;
  source?: string;
  config?: string;
  api: Dialect;
  limit?: number;
  scenario?: string;
  stage?: string;
  chaos: boolean;
  patience: number;
  receiverPort?: number;
  keep: boolean;
  quiet: boolean;
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

const { patience, scenario, config, api, weather, weatherKinds, storm, ...flags } = withUsageCode(program)
  .parse()
  .opts<Flags>();
try {
  const plan = weatherOf({ storm, weather, weatherKinds }, () => Date.now() % 1_000_000);
  const chosen = await runConfiguration(config ?? sampleConfigFiles[api]);
  // The shipped campaigns are the sample's: its producers and templates are in no other configuration.
  const isSample = flags.input === undefined && config === undefined;
  const given =
    flags.input === undefined ? {} : isRowFile(flags.input) ? { rows: flags.input } : { input: flags.input };
  const inputs = isSample && scenario === undefined ? { input: await ownSample(api), rows: sample('crm.csv') } : given;
  const addsUp =
    scenario === undefined
      ? await run(
          { ...flags, input: undefined, ...inputs, ...chosen, weather: plan, patienceSeconds: patience },
          interrupted.signal,
        )
      : await runScenario({ ...flags, ...chosen, scenario }, interrupted.signal);
  process.exitCode = addsUp ? 0 : 1;
} catch (error) {
  const isKnown = [OperatorError, ConfigurationError, AnotherRun].some((kind) => error instanceof kind);
  console.error(isKnown && error instanceof Error ? error.message : error);
  process.exitCode = usageCode;
}
