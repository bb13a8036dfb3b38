import { Command } from 'commander';
import type { ActName } from '../../../lambdas/domain/acts/registry.ts';
import { obstacle } from '../../../lambdas/domain/campaign/orders.ts';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { campaignJson, standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { openCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { mayGoOn } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words/words.ts';
import { exitCode } from './exit-code.ts';

interface Options extends VerbOptions {
  name: string;
  reason?: string;
}

const verb = (name: string, description: string) =>
  new Command(name)
    .description(description)
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .option('--json', 'print the campaign as one JSON object');

const needs = `${pipelineHelp} You need permission to read the ledger, and to act on the producer's campaigns.`;

const codesHelp = (done: string, incomplete?: string) => `
Exit codes:
  ${exitCode.done}  ${done}${incomplete === undefined ? '' : `\n  ${exitCode.incomplete}  ${incomplete}`}
  ${exitCode.notDone}  the verb failed, or the campaign’s state does not allow it; the error explains why
`;

export function approveCommand(): Command {
  return pipelineVerb<Options>(
    verb('approve', 'Starts the sending of a checked campaign that waits for approval.').option(...reasonOption),
    `${needs}

A campaign waits for approval if its settings or the configuration ask for it. Before you approve it, run
onelink campaign show NAME: it shows the counts and the first faults of the check.
${codesHelp('the campaign is sending')}
Examples:
  onelink campaign approve spring
  onelink campaign approve crm/spring --stack OneLink-production`,
    (scene) => order(scene, 'campaign-approve', 'is approved, and sends within a minute'),
  );
}

export function pauseCommand(): Command {
  return pipelineVerb<Options>(
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
    (scene) => order(scene, 'campaign-pause', 'is paused until you resume it'),
  );
}

export function resumeCommand(): Command {
  return pipelineVerb<Options>(
    verb('resume', 'Ends the pause of a campaign.').option(...reasonOption),
    `${needs}
${codesHelp('the campaign is not paused')}
Examples:
  onelink campaign resume spring
  onelink campaign resume crm/spring --stack OneLink-production`,
    (scene) => order(scene, 'campaign-resume', 'continues within a minute'),
  );
}

export function cancelCommand(): Command {
  return pipelineVerb<Options & { yes?: true }>(
    verb('cancel', 'Ends a campaign before all its rows are sent.')
      .option('--yes', 'cancel without a confirmation')
      .option(...reasonOption),
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

type CampaignActName = Extract<ActName, 'campaign-approve' | 'campaign-pause' | 'campaign-resume' | 'campaign-cancel'>;

async function order(scene: Scene<Options>, act: CampaignActName, done: string): Promise<number> {
  const { options, chosen, print } = scene;
  const reason = reasonOf(options, 'Nothing was changed.');
  const { deployed, named, bucket } = await openCampaigns(chosen);
  const { source, name } = await named(options.name);
  const { record, already } = await actingIn(scene, deployed).act(act, { source, campaign: name }, reason);
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
  return order(scene, 'campaign-cancel', 'is cancelled. Its results are written within some minutes');
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
