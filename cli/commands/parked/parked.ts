import { Command } from 'commander';
import { type ParkedSummary, parkedWords, summarise } from '../../pipeline/archive/parked-lots.ts';
import { untilAborted } from '../../pipeline/in-order.ts';
import { lanesNamed } from '../../pipeline/lanes-at-work.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words/words.ts';
import { replayParked } from './replay.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, someLeft: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  lane?: string;
  reason?: string;
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
  return pipelineVerb(
    command,
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
    list,
  );
}

function replayCommand(): Command {
  const command = new Command('replay')
    .description('Starts the replayer at once, and watches until nothing is parked.')
    .argument('[lane]', 'watch only this lane')
    .option(...reasonOption)
    .option('--json', 'print one JSON object for each lane at the end');
  return pipelineVerb(
    command,
    `${pipelineHelp}

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
    replay,
  );
}

async function list({ options, chosen, progress, interrupted, print }: Scene<Options>): Promise<number> {
  const { parked, commandLanes: own } = await chosen.deployed();
  const all = [...own, ...(await parked.lanes()).filter((lane) => !own.includes(lane))];
  const lanes = lanesNamed(options.lane, all);
  for (const lane of lanes) {
    const summary = await summarise(lane, untilAborted(parked.lots(lane), interrupted), ({ lots, commands }) =>
      progress.update(() => `${lane}: ${counted(commands, 'command')} in ${counted(lots, 'lot')} so far`),
    );
    if (interrupted.aborted) return exitCode.someLeft;
    const isReplayed = own.includes(lane);
    print(readable(summary, isReplayed), parkedWords(summary, isReplayed, Date.now()));
  }
  return lanes.every((lane) => own.includes(lane)) ? exitCode.done : exitCode.someLeft;
}

function readable({ oldestMilliseconds, newestMilliseconds, ...summary }: ParkedSummary, isReplayed: boolean) {
  const instant = (at?: number) => (at === undefined ? undefined : new Date(at).toISOString());
  return { ...summary, isReplayed, oldestAt: instant(oldestMilliseconds), newestAt: instant(newestMilliseconds) };
}

async function replay(scene: Scene<Options>): Promise<number> {
  const { options, chosen, progress, interrupted, print } = scene;
  const reason = reasonOf(options, 'Nothing was started.');
  const pipeline = await chosen.deployed();
  const { parked, control, quarantine } = pipeline;
  const start = async () => void (await actingIn(scene, pipeline).act('replay', {}, reason));
  const parkedOf = async (lane: string) => (await summarise(lane, parked.lots(lane))).commands;
  const ended = await replayParked(
    lanesNamed(options.lane, pipeline.commandLanes),
    { control, parked: parkedOf, quarantine, start, nowMilliseconds: Date.now },
    {
      interrupted,
      onPoll: (left) =>
        progress.update(() => `still parked: ${[...left].map(([lane, count]) => `${lane} ${n(count)}`).join(', ')}`),
    },
  );
  for (const result of ended) {
    const { lane, replayed, quarantined, left, words } = result;
    print(result, `${lane}  ${n(replayed)} replayed, ${n(quarantined)} in quarantine, ${n(left)} left: ${words}`);
  }
  const inQuarantine = ended.some(({ quarantined }) => quarantined > 0);
  if (inQuarantine) console.error('To see what could not be replayed, run: onelink quarantine list');
  return ended.every(({ left }) => left === 0) && !inQuarantine ? exitCode.done : exitCode.someLeft;
}
