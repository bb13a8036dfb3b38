import { Command } from 'commander';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../../../lambdas/domain/campaign/record.ts';
import { timesOf } from '../../pipeline/campaign/lane-times.ts';
import { type OpenCampaigns, openCampaigns, resultReadsOf } from '../../pipeline/campaign/open-campaigns.ts';
import { campaignResults } from '../../pipeline/campaign-results.ts';
import { plansOf, quotaContractOf } from '../../pipeline/configured-pipeline.ts';
import {
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
  reason?: string;
  yes?: true;
}

export function retireCommand(): Command {
  const command = new Command('retire')
    .description('Deletes the links that a campaign has made, as a campaign of its own.')
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .option('--as <name>', 'the name of the campaign that deletes (default: <name>.retire)')
    .option(...reasonOption)
    .option('--yes', 'delete without a confirmation')
    .option('--json', 'print one JSON object');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the ledger and the campaign bucket, and to act on the producer's campaigns.

The verb counts the live links of the campaign's newest file, and shows what their deletion costs: one call of the quota each. It then drops a
file of deletes. So the deletion is checked, paced and followed as any campaign. A link that the campaign has only changed
stays. A deleted link cannot come back under its ID.

Exit codes:
  ${exitCode.done}  the deletion has started, or no link is left
  ${exitCode.incomplete}  you did not confirm it
  ${exitCode.notDone}  the verb failed, or the campaign still runs; the error explains why

Examples:
  onelink campaign retire spring
  onelink campaign retire crm/spring --yes --stack OneLink-production`,
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
  const counts: RetiringCounts = { live: 0, gone: 0, others: 0 };
  const results = campaignResults(record, resultReadsOf(campaigns, record, chosen.pipeline));
  const rows = retiringRows(results, record, campaigns.deployed.ledger, counts);
  const found = shown(rows, () => progress.update(() => `${n(counts.live)} live links found`));
  return withDeletes(found, interrupted, async (file) => {
    progress.clear();
    for (const line of await costLines(scene, record, counts, campaigns)) console.error(line);
    const told = { ...counts, source: deleting.source, campaign: deleting.name };
    if (counts.live === 0) {
      print({ ...told, started: false }, `${campaignKey(record)} has no live link.`);
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

async function* shown(rows: AsyncIterable<RetiringRow>, show: () => void): AsyncGenerator<RetiringRow> {
  for await (const row of rows) {
    show();
    yield row;
  }
}

/** What the deletion costs: calls of the month's quota, and time. */
async function costLines(
  { chosen: { pipeline } }: Scene<Options>,
  { lane }: CampaignRecord,
  { live, gone, others }: RetiringCounts,
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
    ...(gone > 0 ? [`${counted(gone, 'link')} ended before.`] : []),
    ...(others > 0 ? [`${counted(others, 'link')} of other requests stay. The campaign has only changed them.`] : []),
  ];
}
