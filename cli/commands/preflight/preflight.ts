import { Command } from 'commander';
import { config, configFile } from '../../../lib/config/chosen-config.ts';
import { configFileVariable, fileWords, readConfig } from '../../../lib/config/config-file.ts';
import { validateConfiguration } from '../../../lib/config/config-validation.ts';
import { ConfigurationError } from '../../../lib/config/configuration-error.ts';
import { exitCodeOf } from '../../terminal/exit-code.ts';
import { interruptible } from '../../terminal/interruption.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { Progress } from '../../terminal/progress.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { type Check, checkLine } from '../doctor/check.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { ready: 0, unready: 1, notDone: 2 } as const;

interface PreflightOptions {
  stage: string;
  config?: string;
  json?: true;
}

export function preflightCommand(): Command {
  const command = new Command('preflight')
    .description(
      'Checks before a deployment whether it can succeed: account, quotas, names, roles, keys, network, alarms.',
    )
    .requiredOption('--stage <name>', 'the stage that you will deploy')
    .option('--config <file>', `the configuration’s file (default: ${configFile})`)
    .option('--json', 'print one JSON object for each check')
    .addHelpText('after', help);
  return command.action(async () => {
    const options: PreflightOptions = command.opts();
    process.exitCode = await exitCodeOf(() => interruptible((interrupted) => run(options, interrupted)), false);
  });
}

const help = `
The preflight reads the AWS account and region of the stage, with the credentials of AWS_PROFILE and so on. It changes
nothing, and prints no secret. Each finding has its fix, with the command. A check that you may not make, or whose service
does not answer, ends as not-known. The others go on.

Run it before the first deployment, and after one that failed.

Exit codes:
  ${exitCode.ready}  no check failed; there may be warnings
  ${exitCode.unready}  a check failed; its line shows how to fix that
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink preflight --stage production
  onelink preflight --stage production --json | jq 'select(.result != "ok")'`;

/** Prints each finding. @returns the exit code */
async function run({ stage, config: file, json }: PreflightOptions, interrupted: AbortSignal): Promise<number> {
  const configuration = await validated(file);
  // Only this verb needs these clients, and they take a while to load.
  const { preflight } = await import('./run.ts');
  const asked = { configuration, file: file ?? configFile, stageName: stage };
  const progress = new Progress(process.stderr);
  const tally = new Map<Check['result'], number>();
  progress.update(() => 'reading the AWS account');
  try {
    for await (const check of preflight(asked, interrupted)) {
      tally.set(check.result, (tally.get(check.result) ?? 0) + 1);
      progress.clear();
      console.log(json ? JSON.stringify(check) : checkLine(check));
      progress.update(() => 'reading the AWS account');
    }
  } finally {
    progress.clear();
  }
  if (!json) console.error(tallyWords(tally));
  if (interrupted.aborted) return exitCode.notDone;
  return tally.has('failed') ? exitCode.unready : exitCode.ready;
}

/** @throws OperatorError with all faults of the configuration, or if there is none */
async function validated(file: string | undefined) {
  try {
    const chosen = file === undefined ? config : await readConfig(file);
    if (Object.keys(chosen.stages ?? {}).length === 0) {
      throw new OperatorError(
        `No stage is configured. Name the file that exports your configuration with --config, or in ${configFileVariable}.`,
      );
    }
    return validateConfiguration(chosen, file === undefined ? configFile : fileWords(file));
  } catch (error) {
    throw error instanceof ConfigurationError ? new OperatorError(error.message) : error;
  }
}
