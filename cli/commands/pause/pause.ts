import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Command } from 'commander';
import { ControlTable } from '../../../lambdas/adapters/control-table.ts';
import { LaneMappings } from '../../../lambdas/adapters/lane-mappings.ts';
import type { ControlRecord } from '../../../lambdas/domain/control/control-record.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { OperatorError } from '../../operator-error.ts';
import { lanesAtWork, lanesNamed } from '../../pipeline/lanes-at-work.ts';
import { type PipelineOptions, pipelineHelp, withPipelineOptions } from '../../pipeline/pipeline-choice.ts';
import { runVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { changeControl } from './control-change.ts';
import { followMappings } from './following.ts';
import { type Order, pausedBy, resumedBy } from './lane-orders.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { done: 0, notThere: 1, notDone: 2 } as const;

/** The governor runs each minute, and a mapping takes another to change: five minutes are plenty. */
const lookAttempts = 150;

interface Options extends PipelineOptions {
  lane: string;
  wait?: true;
  json?: true;
}

const codesHelp = (done: string) => `
Exit codes:
  ${exitCode.done}  ${done}
  ${exitCode.notThere}  a lane does not stand as you asked; with --wait: or its mappings did not follow
  ${exitCode.notDone}  it could not be done
`;

export function pauseCommand(): Command {
  const command = new Command('pause')
    .description('Pauses a lane: its messages wait, unharmed, until you resume it.')
    .argument('<lane>', 'a lane, expiry (links whose time has come), or all')
    .requiredOption('--reason <text>', 'why: it is shown to whoever looks next');
  return withWait(command)
    .addHelpText(
      'after',
      `${pipelineHelp}

Writes the control record; the governor switches the lane's mappings off within a minute. Batches under way are finished.
Only a resume ends it: no deployment, no new month. SQS keeps messages for as long as lib/config/config.ts says
(commandRetentionDays), so do not forget it.
${codesHelp('it is written; with --wait: and the mappings are off')}
Examples:
  onelink pause campaign --reason "rates change, deployment at 10" --wait
  onelink pause all --reason "AppsFlyer incident 4711" --stack OneLink-production
  onelink pause transactional --reason "a test" --local`,
    )
    .action((lane: string, options: Omit<Options, 'lane'> & { reason: string }) => {
      const { reason } = options;
      const order = (names: string[]) => (control: ControlRecord) =>
        pausedBy(control, names, { note: reason, nowMilliseconds: Date.now() });
      return runVerb({ ...options, lane }, exitCode.notDone, (scene) => {
        if (reason.trim() === '') throw new OperatorError('--reason must say why. Nothing was paused.');
        return carryOut(scene, order, 'paused');
      });
    });
}

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Ends the pause of a lane.')
    .argument('<lane>', 'a lane, expiry (links whose time has come), or all');
  return withWait(command)
    .addHelpText(
      'after',
      `${pipelineHelp}

Writes the control record; the governor switches the lane's mappings on within a minute. A lane that the governor itself has
paused (token refused, feature off, outage) opens on trial, and with it all that it paused for that: it pauses them again if
the trouble is still there. A lane that parks is not paused: it opens when there is quota.
${codesHelp('it is written, or nothing was paused; with --wait: and the mappings are on')}
Examples:
  onelink resume campaign --wait
  onelink resume all --stack OneLink-production
  onelink resume transactional --local`,
    )
    .action((lane: string, options: Omit<Options, 'lane'>) => {
      const order = (names: string[]) => (control: ControlRecord) => resumedBy(control, names, Date.now());
      return runVerb({ ...options, lane }, exitCode.notDone, (scene) => carryOut(scene, order, 'open'));
    });
}

function withWait(command: Command): Command {
  return withPipelineOptions(
    command
      .option('--wait', 'wait until the mappings are as wanted, five minutes at most')
      .option('--json', 'print one JSON object for each lane'),
  );
}

async function carryOut(
  { options, stackName, outputs, output, progress, interrupted }: Scene<Options>,
  order: (lanes: string[]) => (control: ControlRecord) => Order,
  asked: 'paused' | 'open',
): Promise<number> {
  const lanes = lanesAtWork(outputs, stackName);
  const names = lanesNamed(options.lane, lanes).map(({ name }) => name);
  const control = new ControlTable(new DynamoDBClient(), output('LedgerTableName'), systemClock);
  const mappings = new LaneMappings(new LambdaClient());
  const ordered = await changeControl(lanes, { control, mappings, nowMilliseconds: Date.now }, order(names));
  for (const one of ordered) {
    console.log(options.json ? JSON.stringify({ stack: stackName, ...one }) : `${one.lane} ${one.words}`);
  }
  const changed = ordered.some((one) => one.changed);
  if (changed && !options.wait) console.error('The governor carries it out within a minute: onelink status');
  const asAsked = ordered.every(({ lane, state }) => !names.includes(lane) || state === asked);
  if (!options.wait) return asAsked ? exitCode.done : exitCode.notThere;

  const wanted = new Map(ordered.map(({ lane, state }) => [lane, state] as const));
  const followed = await followMappings(
    lanes,
    wanted,
    { control, mappings },
    {
      attempts: lookAttempts,
      interrupted,
      onLook: (left) => progress.update(() => `${left} mappings still to be switched by the governor`),
    },
  );
  progress.clear();
  console.error(followed.done ? 'The mappings are as wanted.' : followed.words);
  return followed.done && asAsked ? exitCode.done : exitCode.notThere;
}
