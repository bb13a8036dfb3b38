import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Command } from 'commander';
import { ControlTable } from '../../../lambdas/adapters/control-table.ts';
import { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { lanesAtWork } from '../../pipeline/lanes-at-work.ts';
import { type PipelineOptions, pipelineHelp, withPipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { count } from '../../terminal/count-option.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { deadLetterQueues } from '../dead-letters/dead-letter-queues.ts';
import { type Overview, overviewOf } from './overview.ts';
import { screenOf } from './screen.ts';
import { readSight } from './sight.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { fine: 0, needsOperator: 1, notDone: 2 } as const;

interface Options extends PipelineOptions {
  watch?: true | number;
  json?: true;
}

const watchSeconds = 5;

export function statusCommand(): Command {
  const command = new Command('status')
    .description('Shows the state of the pipeline on one screen: lanes, quota, parked commands, dead letters, alarms.')
    .option('--watch [seconds]', `refresh at this interval (default: ${watchSeconds})`, count(1, 3_600))
    .option('--json', 'print one JSON object for each refresh; times are ISO 8601');
  return withPipelineOptions(command)
    .addHelpText(
      'after',
      `${pipelineHelp}

The state of a lane is the state that its workers follow. The counts are SQS's approximations. SQS measures the age of the
oldest message once a minute, and reports it some minutes later. The quota comes from the governor's last poll, and the
forecast is the governor's.

Exit codes:
  ${exitCode.fine}  every lane is open, the control record is fresh, no dead letters, no alarm
  ${exitCode.needsOperator}  any of these does not hold, or commands are parked for a removed lane
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink status
  onelink status --watch 10 --stack OneLink-production
  onelink status --json --local | jq .quota`,
    )
    .action((options: Options) => runVerb(options, exitCode.notDone, status));
}

async function status({ options, chosen, stackName, outputs, output, interrupted }: Scene<Options>): Promise<number> {
  const place = {
    stackName,
    lanes: lanesAtWork(outputs, stackName),
    deadLetterQueues: deadLetterQueues(outputs, stackName, {}),
    monthlyQuotaCalls: chosen.pipeline?.account.monthlyQuotaCalls,
  };
  const ports = {
    control: new ControlTable(new DynamoDBClient(), output('LedgerTableName'), systemClock),
    parked: new ParkedStore(new S3Client(), output('ArchiveBucketName')),
    sqs: new SQSClient(),
    cloudWatch: new CloudWatchClient(),
    nowMilliseconds: Date.now,
  };
  for (;;) {
    const overview = overviewOf(await readSight(place, ports));
    show(overview, options);
    const code = overview.needsOperator ? exitCode.needsOperator : exitCode.fine;
    if (options.watch === undefined) return code;
    const seconds = options.watch === true ? watchSeconds : options.watch;
    await sleep(seconds * 1000, undefined, { signal: interrupted }).catch(() => {});
    if (interrupted.aborted) return code;
  }
}

function show(overview: Overview, { json, watch }: Options): void {
  if (json) {
    const instants = new Set(['at', 'governedAt', 'since', 'polledAt']);
    const readable = (name: string, value: unknown) =>
      instants.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value;
    console.log(JSON.stringify(overview, readable));
    return;
  }
  if (watch !== undefined && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
  console.log(screenOf(overview).join('\n'));
}
