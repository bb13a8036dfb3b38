import { Command } from 'commander';
import { LaneMappings } from '../../../lambdas/adapters/lane-mappings.ts';
import type { ControlRecord } from '../../../lambdas/domain/control/control-record.ts';
import { lanesNamed } from '../../pipeline/lanes-at-work.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { changeControl } from './control-change.ts';
import { followMappings } from './following.ts';
import { type Order, pausedBy, resumedBy } from './lane-orders.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { done: 0, notThere: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  lane: string;
  wait?: true;
}

const codesHelp = (done: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.notThere}  a lane does not have the state you asked for; with --wait: or its mappings did not change in time
  ${exitCode.notDone}  the verb failed; the error explains why
`;

/** It is shown on one line of `onelink status`. */
const longestReason = 500;

export function pauseCommand(): Command {
  const command = new Command('pause')
    .description('Pauses a lane: its messages wait in SQS, without loss, until you resume it.')
    .argument('<lane>', 'a lane, qr (the QR codes of all lanes), expiry (expired links), or all')
    .requiredOption('--reason <text>', 'why; onelink status shows it to other operators');
  return pipelineVerb<Options & { reason: string }>(
    withWait(command),
    `${pipelineHelp}

The verb writes the control record. The governor turns the lane's mappings off within a minute. Batches under way end
normally. A paused lane still gets the QR codes of its links, which cost no quota. Pause qr to stop those of all lanes.
Only a resume ends the pause. A deployment or a new month does not. SQS deletes messages after the
commandRetentionDays of lib/config/config.ts, so resume the lane before that.
${codesHelp('the pause is written; with --wait: and the mappings are off')}
Examples:
  onelink pause campaign --reason "rates change, deployment at 10" --wait
  onelink pause all --reason "AppsFlyer incident 4711" --stack OneLink-production
  onelink pause transactional --reason "a test" --local`,
    (scene) => {
      const { reason } = scene.options;
      if (reason.trim() === '') throw new OperatorError('--reason must not be empty. Nothing was paused.');
      if (reason.length > longestReason || /[\p{C}\u2028\u2029]/u.test(reason)) {
        throw new OperatorError(
          `--reason must be one line of at most ${longestReason} characters, without control characters. Nothing was paused.`,
        );
      }
      const order = (control: ControlRecord, names: string[]) =>
        pausedBy(control, names, { note: reason, nowMilliseconds: Date.now() });
      return change(scene, order, 'paused');
    },
  );
}

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Ends the pause of a lane.')
    .argument('<lane>', 'a lane, qr (the QR codes of all lanes), expiry (expired links), or all');
  return pipelineVerb<Options>(
    withWait(command),
    `${pipelineHelp}

The verb writes the control record. The governor turns the lane's mappings on within a minute. If the governor paused the
lane (token refused, feature off, outage), the lane becomes half-open, with all lanes paused for that reason. The governor
pauses them again if the failure persists. A parking lane is not paused. The governor opens it when there is quota.
${codesHelp('the change is written, or nothing was paused; with --wait: and the mappings are on')}
Examples:
  onelink resume campaign --wait
  onelink resume all --stack OneLink-production
  onelink resume transactional --local`,
    (scene) => change(scene, (control, names) => resumedBy(control, names, Date.now()), 'open'),
  );
}

function withWait(command: Command): Command {
  return command
    .option('--wait', 'wait until the governor has switched the mappings, five minutes at most')
    .option('--json', 'print one JSON object for each lane');
}

async function change(
  { options, chosen, progress, interrupted, print }: Scene<Options>,
  order: (control: ControlRecord, lanes: string[]) => Order,
  asked: 'paused' | 'open',
): Promise<number> {
  const { stackName, lanes, control, lambda } = await chosen.deployed();
  const names = lanesNamed(
    options.lane,
    lanes.map(({ name }) => name),
  );
  const ports = { control, mappings: new LaneMappings(lambda), nowMilliseconds: Date.now };
  const ordered = await changeControl(lanes, ports, (read) => order(read, names));
  for (const one of ordered) print({ stack: stackName, ...one }, `${one.lane} ${one.words}`);
  const changed = ordered.some((one) => one.changed);
  if (changed && !options.wait)
    console.error('The governor switches the mappings within a minute. To check, run: onelink status');
  const asAsked = ordered.every(({ lane, state }) => !names.includes(lane) || state === asked);
  if (!options.wait) return asAsked ? exitCode.done : exitCode.notThere;

  const wanted = new Map(ordered.map(({ lane, state }) => [lane, state] as const));
  const onPoll = (left: number) => progress.update(() => `the governor has ${left} mappings to switch`);
  const followed = await followMappings(lanes, wanted, ports, { interrupted, onPoll });
  progress.clear();
  console.error(followed.done ? 'The governor has switched the mappings.' : followed.words);
  return followed.done && asAsked ? exitCode.done : exitCode.notThere;
}
