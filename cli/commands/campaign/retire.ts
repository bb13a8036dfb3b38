import { Command, Option } from 'commander';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../../../lambdas/domain/campaign/record.ts';
import { timesOf } from '../../pipeline/campaign/lane-times.ts';
import { type OpenCampaigns, openCampaigns, resultReadsOf } from '../../pipeline/campaign/open-campaigns.ts';
import { campaignResults } from '../../pipeline/campaign-results.ts';
import { plansOf, quotaContractOf } from '../../pipeline/configured-pipeline.ts';
import {
  noRetiring,
  type RetiringCounts,
  type RetiringRow,
  retiringCampaign,
  retiringRows,
} from '../../pipeline/retire-campaign.ts';
import { startRetiring, withDeletes } from '../../pipeline/start-retiring.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { mayGoOn } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, durationWords, n, percent } from '../../words/words.ts';
import { exitCode } from './exit-code.ts';

interface Options extends VerbOptions {
  name: string;
  as?: string;
  takenOver?: 'delete' | 'keep';
  reason?: string;
  yes?: true;
}

export function retireCommand(): Command {
  const command = new Command('retire')
    .description('Deletes the links that a campaign has made, as a campaign of its own.')
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .option('--as <name>', 'the name of the campaign that deletes (default: <name>.retire)')
    .addOption(
      new Option('--taken-over <what>', 'what becomes of links that the campaign has taken over').choices([
        'delete',
        'keep',
      ]),
    )
    .option(...reasonOption)
    .option('--yes', 'delete without a confirmation')
    .option('--json', 'print one JSON object');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the ledger and the campaign bucket, and to act on the producer's campaigns.

The verb counts the live links of the campaign's newest file, and shows what their deletion costs: one call of the quota each. It then drops a
file of deletes. So the deletion is checked, paced and followed as any campaign. A link that the campaign has only changed
stays. A deleted link cannot come back under its ID.

Links that the campaign has taken over (adopt, migrate) existed before it. If some of them live, the verb ends with 2 and names their
number, until --taken-over decides whether they go as well.

Exit codes:
  ${exitCode.done}  the deletion has started, or no link is left
  ${exitCode.incomplete}  you did not confirm it
  ${exitCode.notDone}  the verb failed, the campaign still runs, or --taken-over is missing; the error explains why

Examples:
  onelink campaign retire spring
  onelink campaign retire crm/spring --yes --stack OneLink-production
  onelink campaign retire crm/links.takeover --taken-over delete`,
    retire,
  );
}

async function retire(scene: Scene<Options>): Promise<number> {
  const { options, chosen, progress, interrupted, print } = scene;
  const reason = reasonOf(options, 'Nothing was deleted.');
  const campaigns = await openCampaigns(chosen);
  const record = await campaigns.named(options.name);
  if (isActive(record)) {
    throw new OperatorError(
      `${campaignKey(record)} still runs, and would make more links. Wait for its end, or run: onelink campaign cancel ${campaignKey(record)}`,
    );
  }
  const deleting = retiringCampaign(record, options.as);
  const counts = noRetiring();
  const results = campaignResults(record, resultReadsOf(campaigns, record, chosen.pipeline));
  const rows = retiringRows(results, record, campaigns.deployed.ledger, counts, options.takenOver === 'delete');
  const found = shown(rows, () => progress.update(() => `${n(counts.live)} live links found`));
  return withDeletes(found, interrupted, async (file) => {
    progress.clear();
    if (counts.takenOver > 0 && options.takenOver === undefined)
      throw new OperatorError(takenOverWords(record, counts));
    for (const line of await costLines(scene, record, counts, campaigns)) console.error(line);
    const told = { ...counts, source: deleting.source, campaign: deleting.name };
    if (counts.live === 0) {
      print(
        { ...told, started: false },
        `${campaignKey(record)} has no live link${counts.takenOver > 0 ? ' but those that it has taken over' : ''}.`,
      );
      return exitCode.done;
    }
    if (!options.yes && !(await mayGoOn('Delete them?', 'Nothing was deleted.', interrupted)))
      return exitCode.incomplete;
    const operations = actingIn(scene, campaigns.deployed);
    await startRetiring(file, deleting, record, counts.live, { operations, reason, signal: interrupted });
    print(
      { ...told, started: true },
      `${campaignKey(deleting)} has started. To follow it: onelink campaign show ${campaignKey(deleting)} --watch`,
    );
    return exitCode.done;
  });
}

/** Somebody who retires a takeover may mean its campaign, and would lose links that were there before it. */
function takenOverWords(record: CampaignRecord, { takenOver, live }: RetiringCounts): string {
  const others = live === 0 ? '' : ` It has made ${counted(live, 'other live link')}.`;
  return `${campaignKey(record)} has taken over ${counted(takenOver, 'live link')}, which existed before it.${others} A deleted link is gone at the API, and cannot come back under its ID. To delete those that it has taken over as well: --taken-over delete. To keep them: --taken-over keep. Nothing was deleted.`;
}

async function* shown(rows: AsyncIterable<RetiringRow>, show: () => void): AsyncGenerator<RetiringRow> {
  for await (const row of rows) {
    show();
    yield row;
  }
}

/** What the deletion costs: calls of the month's quota, and time. */
async function costLines(
  { chosen: { pipeline }, options }: Scene<Options>,
  { lane }: CampaignRecord,
  { live, takenOver, gone, others }: RetiringCounts,
  { deployed }: OpenCampaigns,
): Promise<string[]> {
  const remaining = (await deployed.control.read()).control?.quota?.remaining;
  const { monthlyQuotaCalls, shareCalls } = pipeline ? quotaContractOf(pipeline) : {};
  const quota = shareCalls ?? monthlyQuotaCalls;
  const whose = shareCalls === undefined ? 'the month’s' : 'the pipeline’s share';
  const ofMonth = quota === undefined ? '' : `, ${percent((100 * live) / quota)} of ${whose}`;
  const left = remaining === undefined ? '' : `. ${n(remaining)} are left`;
  const load = { lane, quotaCalls: live, lookups: 0, qrCodes: 0 };
  const [time] = pipeline === undefined ? [] : timesOf([load], plansOf(pipeline), pipeline.settings.lanes);
  return [
    `${counted(live, 'live link')}: ${counted(live, 'call')} of the quota${ofMonth}${left}.`,
    ...(time === undefined
      ? []
      : [`It takes ${durationWords(time.seconds)}, if the lane ${lane} carries nothing else.`]),
    ...(takenOver > 0 ? [ofTakenOver(takenOver, options.takenOver)] : []),
    ...(gone > 0 ? [`${counted(gone, 'link')} ended before.`] : []),
    ...(others > 0 ? [`${counted(others, 'link')} of other requests stay. The campaign has only changed them.`] : []),
  ];
}

const ofTakenOver = (links: number, what: Options['takenOver']) =>
  what === 'delete'
    ? `${counted(links, 'link')} of them existed before the campaign, which has taken them over.`
    : `${counted(links, 'link')} that it has taken over stay.`;
