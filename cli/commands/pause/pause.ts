import { Command } from 'commander';
import { LaneMappings } from '../../../lambdas/adapters/lane-mappings.ts';
import { lanesNamed } from '../../pipeline/lanes-at-work.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { followMappings } from './following.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, notThere: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  lane: string;
  reason?: string;
  wait?: true;
}

const codesHelp = (done: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.notThere}  a lane does not have the state you asked for; with --wait: or its mappings did not change in time
  ${exitCode.notDone}  the verb failed; the error explains why
`;

export function pauseCommand(): Command {
  const command = new Command('pause')
    .description('Pauses a lane: its messages wait in SQS, without loss, until you resume it.')
    .argument('<lane>', 'a lane, qr (the QR codes of all lanes), expiry (expired links), or all')
    .requiredOption('--reason <text>', 'why; onelink status shows it to other operators');
  return pipelineVerb<Options>(
    withWait(command),
    `${pipelineHelp}

The operations function writes the control record. The governor turns the lane's mappings off within a minute. Batches under way end
normally. A paused lane still gets the QR codes of its links, which cost no quota. Pause qr to stop those of all lanes.
Only a resume ends the pause. A deployment or a new month does not. SQS deletes messages after the
commandRetentionDays of lib/config/config.ts, so resume the lane before that.
${codesHelp('the pause is written; with --wait: and the mappings are off')}
Examples:
  onelink pause campaign --reason "rates change, deployment at 10" --wait
  onelink pause all --reason "AppsFlyer incident 4711" --stack OneLink-production
  onelink pause transactional --reason "a test" --local`,
    (scene) => change(scene, 'pause', 'paused'),
  );
}

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Ends the pause of a lane.')
    .argument('<lane>', 'a lane, qr (the QR codes of all lanes), expiry (expired links), or all')
    .option(...reasonOption);
  return pipelineVerb<Options>(
    withWait(command),
    `${pipelineHelp}

The operations function writes the control record. The governor turns the lane's mappings on within a minute. If the governor paused the
lane (token refused, feature off, outage), the lane becomes half-open, with all lanes paused for that reason. The governor
pauses them again if the failure persists. No resume opens a lane that parks, or that is paused for another link-ID secret. The verb
then names what opens it.
${codesHelp('the change is written, or nothing was paused; with --wait: and the mappings are on')}
Examples:
  onelink resume campaign --wait
  onelink resume all --stack OneLink-production
  onelink resume transactional --local`,
    (scene) => change(scene, 'resume', 'open'),
  );
}

function withWait(command: Command): Command {
  return command
    .option('--wait', 'wait until the governor has switched the mappings, five minutes at most')
    .option('--json', 'print one JSON object for each lane');
}

async function change(scene: Scene<Options>, act: 'pause' | 'resume', asked: 'paused' | 'open'): Promise<number> {
  const { options, chosen, progress, interrupted, print } = scene;
  const reason = reasonOf(options, act === 'pause' ? 'Nothing was paused.' : 'Nothing was resumed.');
  const deployed = await chosen.deployed();
  const { stackName, lanes, control, lambda } = deployed;
  const names = lanesNamed(
    options.lane,
    lanes.map(({ name }) => name),
  );
  const { ordered } = await actingIn(scene, deployed).act(act, { lanes: names }, reason);
  for (const one of ordered) print({ stack: stackName, ...one }, `${one.lane} ${one.words}`);
  const changed = ordered.some((one) => one.changed);
  if (changed && !options.wait)
    console.error('The governor switches the mappings within a minute. To check, run: onelink status');
  const asAsked = ordered.every(({ lane, state }) => !names.includes(lane) || state === asked);
  if (!options.wait) return asAsked ? exitCode.done : exitCode.notThere;

  const ports = { control, mappings: new LaneMappings(lambda) };
  const wanted = new Map(ordered.map(({ lane, state }) => [lane, state] as const));
  const onPoll = (left: number) => progress.update(() => `the governor has ${left} mappings to switch`);
  const followed = await followMappings(lanes, wanted, ports, { interrupted, onPoll });
  progress.clear();
  console.error(followed.done ? 'The governor has switched the mappings.' : followed.words);
  return followed.done && asAsked ? exitCode.done : exitCode.notThere;
}
