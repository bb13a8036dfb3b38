import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { Command } from 'commander';
import { ControlTable } from '../../../lambdas/adapters/control-table.ts';
import { ParkedStore } from '../../../lambdas/adapters/parked-store.ts';
import { QuarantineStore } from '../../../lambdas/adapters/quarantine-store.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { lanesNamed } from '../../pipeline/lanes-at-work.ts';
import { type PipelineOptions, pipelineHelp, withPipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { pipelineOutputs } from '../../pipeline/pipeline-outputs.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words.ts';
import { type ParkedSummary, parkedWords, summarise } from './parked-lots.ts';
import { replayParked } from './replay.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, someLeft: 1, notDone: 2 } as const;

interface Options extends PipelineOptions {
  lane?: string;
  json?: true;
}

export function parkedCommand(): Command {
  return new Command('parked')
    .description('Shows or replays the commands that wait in the archive for quota.')
    .addCommand(listCommand())
    .addCommand(replayCommand());
}

function listCommand(): Command {
  const command = new Command('list')
    .description('Shows how much is parked, lane by lane.')
    .option('--lane <name>', 'only this lane')
    .option('--json', 'print one JSON object for each lane');
  return withPipelineOptions(command)
    .addHelpText(
      'after',
      `${pipelineHelp}

The listing reads only the names of the objects under parked/ in the archive bucket. A command that was delivered twice may
be counted twice, and is carried out once. The listing also shows lanes that the pipeline does not have. The replayer does
not replay their commands (see docs/operations.md).

Exit codes:
  ${exitCode.done}  listed, or there was nothing to list
  ${exitCode.someLeft}  interrupted, or commands are parked for a lane that the pipeline does not have
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink parked list
  onelink parked list --lane campaign --json --stack OneLink-production
  onelink parked list --local`,
    )
    .action((options: Options) => runVerb(options, exitCode.notDone, list));
}

function replayCommand(): Command {
  const command = new Command('replay')
    .description('Starts the replayer at once, and watches until nothing is parked.')
    .argument('[lane]', 'watch only this lane')
    .option('--json', 'print one JSON object for each lane at the end');
  return withPipelineOptions(command)
    .addHelpText(
      'after',
      `${pipelineHelp} You need permission to invoke the replayer.

The replayer runs every minute. This verb only starts the next run early. The replayer sends back the oldest commands first,
at the pace of the lane. It does so only while the lane is open and the governor has read the quota. Ctrl-C ends the
watching, not the replay.

Exit codes:
  ${exitCode.done}  nothing is parked
  ${exitCode.someLeft}  some commands are still parked, for the printed reason, or went to quarantine
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink parked replay
  onelink parked replay campaign --stack OneLink-production
  onelink parked replay --local`,
    )
    .action((lane: string | undefined, options: Options) =>
      runVerb({ ...options, ...(lane !== undefined && { lane }) }, exitCode.notDone, replay),
    );
}

/** The chosen lanes, without the expiry lane. Expired links are never parked, because the next expiry check renews them later. */
function lanesOf({ options, outputs, stackName }: Scene<Options>): string[] {
  const lanes = [...pipelineOutputs(outputs, stackName).laneQueueUrls.keys()].map((name) => ({ name }));
  return lanesNamed(options.lane, lanes).map(({ name }) => name);
}

async function list(scene: Scene<Options>): Promise<number> {
  const { options, output, progress, interrupted } = scene;
  const store = new ParkedStore(new S3Client(), output('ArchiveBucketName'));
  const own = lanesOf({ ...scene, options: {} });
  const all = [...own, ...(await store.lanes()).filter((lane) => !own.includes(lane))];
  const chosen = lanesNamed(
    options.lane,
    all.map((name) => ({ name })),
  );
  for (const { name: lane } of chosen) {
    const summary = await summarise(lane, until(interrupted, store.lots(lane)), ({ lots, commands }) =>
      progress.update(() => `${lane}: ${counted(commands, 'command')} in ${counted(lots, 'lot')} so far`),
    );
    progress.clear();
    if (interrupted.aborted) return exitCode.someLeft;
    const isReplayed = own.includes(lane);
    console.log(options.json ? json(summary, isReplayed) : parkedWords(summary, isReplayed, Date.now()));
  }
  return chosen.every(({ name }) => own.includes(name)) ? exitCode.done : exitCode.someLeft;
}

async function* until<Item>(interrupted: AbortSignal, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    if (interrupted.aborted) return;
    yield item;
  }
}

function json({ oldestMilliseconds, newestMilliseconds, ...summary }: ParkedSummary, isReplayed: boolean): string {
  const instant = (name: string, at?: number) => (at === undefined ? {} : { [name]: new Date(at).toISOString() });
  return JSON.stringify({
    ...summary,
    isReplayed,
    ...instant('oldestAt', oldestMilliseconds),
    ...instant('newestAt', newestMilliseconds),
  });
}

async function replay(scene: Scene<Options>): Promise<number> {
  const { options, output, progress, interrupted } = scene;
  const store = new ParkedStore(new S3Client(), output('ArchiveBucketName'));
  const control = new ControlTable(new DynamoDBClient(), output('LedgerTableName'), systemClock);
  const lambda = new LambdaClient();
  const start = async () => {
    await lambda.send(new InvokeCommand({ FunctionName: output('ReplayerFunctionName'), InvocationType: 'Event' }));
  };
  const parked = async (lane: string) => (await summarise(lane, store.lots(lane))).commands;
  const quarantine = new QuarantineStore(new S3Client(), output('ArchiveBucketName'));
  const ended = await replayParked(
    lanesOf(scene),
    { control, parked, quarantine, start, nowMilliseconds: Date.now },
    {
      interrupted,
      onPoll: (left) =>
        progress.update(() => `still parked: ${[...left].map(([lane, count]) => `${lane} ${n(count)}`).join(', ')}`),
    },
  );
  progress.clear();
  for (const { lane, replayed, quarantined, left, words: why } of ended) {
    if (options.json) console.log(JSON.stringify({ lane, replayed, quarantined, left, words: why }));
    else console.log(`${lane}  ${n(replayed)} replayed, ${n(quarantined)} in quarantine, ${n(left)} left: ${why}`);
  }
  const inQuarantine = ended.some(({ quarantined }) => quarantined > 0);
  if (inQuarantine) console.error('To see what could not be replayed, run: onelink quarantine list');
  return ended.every(({ left }) => left === 0) && !inQuarantine ? exitCode.done : exitCode.someLeft;
}
