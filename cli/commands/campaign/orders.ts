import { Command } from 'commander';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { campaignJson, standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { openCampaigns, operatorHere } from '../../pipeline/campaign/open-campaigns.ts';
import { giveOrder, obstacle } from '../../pipeline/campaign-orders.ts';
import { mayGoOn } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, n } from '../../words/words.ts';
import { exitCode } from './exit-code.ts';

interface Options extends VerbOptions {
  name: string;
}

const verb = (name: string, description: string) =>
  new Command(name)
    .description(description)
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .option('--json', 'print the campaign as one JSON object');

const needs = `${pipelineHelp} You need permission to read and write the ledger.`;

const codesHelp = (done: string, incomplete?: string) => `
Exit codes:
  ${exitCode.done}  ${done}${incomplete === undefined ? '' : `\n  ${exitCode.incomplete}  ${incomplete}`}
  ${exitCode.notDone}  the verb failed, or the campaign’s state does not allow it; the error explains why
`;

export function approveCommand(): Command {
  return pipelineVerb<Options>(
    verb('approve', 'Starts the sending of a checked campaign that waits for approval.'),
    `${needs}

A campaign waits for approval if its settings or the configuration ask for it. Before you approve it, run
onelink campaign show NAME: it shows the counts and the first faults of the check.
${codesHelp('the campaign is sending')}
Examples:
  onelink campaign approve spring
  onelink campaign approve crm/spring --stack OneLink-production`,
    (scene) => order(scene, { act: 'approve', ...operatorHere() }, 'is approved, and sends within a minute'),
  );
}

/** It is shown on one line. */
const longestReason = 500;

export function pauseCommand(): Command {
  return pipelineVerb<Options & { reason: string }>(
    verb('pause', 'Keeps the rest of a campaign from being sent.').requiredOption(
      '--reason <text>',
      'why; onelink campaign show names it to other operators',
    ),
    `${needs}

At most half a minute of the lane's work is with the lane already, and is carried out. The rest stays in the bucket for as
long as you want. Other campaigns continue. To stop a whole lane, run onelink pause.
${codesHelp('the campaign is paused')}
Examples:
  onelink campaign pause spring --reason "the prices change"
  onelink campaign pause crm/spring --reason "ticket 4711" --stack OneLink-production`,
    (scene) => {
      const { reason } = scene.options;
      if (reason.trim() === '') throw new OperatorError('--reason must not be empty. Nothing was paused.');
      if (reason.length > longestReason || /[\p{C}\u2028\u2029]/u.test(reason)) {
        throw new OperatorError(
          `--reason must be one line of at most ${longestReason} characters, without control characters. Nothing was paused.`,
        );
      }
      return order(scene, { act: 'pause', reason, ...operatorHere() }, 'is paused until you resume it');
    },
  );
}

export function resumeCommand(): Command {
  return pipelineVerb<Options>(
    verb('resume', 'Ends the pause of a campaign.'),
    `${needs}
${codesHelp('the campaign is not paused')}
Examples:
  onelink campaign resume spring
  onelink campaign resume crm/spring --stack OneLink-production`,
    (scene) => order(scene, { act: 'resume' }, 'continues within a minute'),
  );
}

export function cancelCommand(): Command {
  return pipelineVerb<Options & { yes?: true }>(
    verb('cancel', 'Ends a campaign before all its rows are sent.').option('--yes', 'cancel without a confirmation'),
    `${needs}

The links that exist stay. To delete them, run onelink campaign retire NAME. What is with the lane is still carried out, and
the results are then written. A row that was not sent has the status not attempted. To send it later, start the campaign
again with the same file: that makes only what is missing.
${codesHelp('the campaign is cancelled', 'you did not confirm it')}
Examples:
  onelink campaign cancel spring
  onelink campaign cancel crm/spring --yes --stack OneLink-production`,
    cancel,
  );
}

type GivenAct = Parameters<typeof giveOrder>[1];

async function order({ options, chosen, print }: Scene<Options>, act: GivenAct, done: string): Promise<number> {
  const { table, named, bucket } = await openCampaigns(chosen);
  const campaign = await named(options.name);
  const ports = { read: table.read.bind(table), act: table.act.bind(table), clock: systemClock };
  const { record, already } = await giveOrder(campaign, act, ports);
  print(campaignJson(record, {}, bucket), `${campaignKey(record)} ${already ?? done}.`);
  return exitCode.done;
}

async function cancel(scene: Scene<Options & { yes?: true }>): Promise<number> {
  const { options, chosen, interrupted } = scene;
  const { named } = await openCampaigns(chosen);
  const record = await named(options.name);
  if (obstacle(record, 'cancel') === undefined) {
    for (const line of undoneWords(record)) console.error(line);
    if (!options.yes && !(await mayGoOn('Cancel it?', 'Nothing was cancelled.', interrupted)))
      return exitCode.incomplete;
  }
  return order(
    scene,
    { act: 'cancel', ...operatorHere() },
    'is cancelled. Its results are written within some minutes',
  );
}

/** What a cancelled campaign leaves undone. */
export function undoneWords(record: CampaignRecord): string[] {
  const withLane = (record.outstanding ?? []).reduce((sum, { rows }) => sum + rows, 0);
  const rest = Math.max(0, record.toSend - (record.rowsSent ?? 0));
  return [
    `${campaignKey(record)} is ${standingWords(record)}.`,
    ...(record.check.done ? [] : ['The rest of the file is not read.']),
    `${counted(rest, 'row')} will not be sent. ${n(withLane)} are with the lane, and are still carried out.`,
  ];
}
