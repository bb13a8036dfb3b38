import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { campaignJson, showWords } from '../../pipeline/campaign/campaign-words.ts';
import { openCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { outlookOf } from '../../pipeline/campaign/outlook.ts';
import { hasEnded } from '../../pipeline/follow-campaign.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { exitCode } from './exit-code.ts';

interface Options extends VerbOptions {
  name: string;
  watch?: true | number;
}

const watchSeconds = 5;

export function showCommand(): Command {
  const command = new Command('show')
    .description('Shows a campaign: its state, its rows by status, its faults, its end, and where its results are.')
    .argument('<name>', 'crm/spring, or spring if only one producer has a campaign of that name')
    .option(
      '--watch [seconds]',
      `refresh at this interval until the campaign ends (default: ${watchSeconds})`,
      count(1, 3_600),
    )
    .option('--json', 'print one JSON object for each refresh; times are ISO 8601');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the ledger.

Each row has one status: created, updated, deleted, unchanged, rejected, failed or not attempted. The counts add up to the
rows. A row that is with the lane has no final status yet, and counts as not attempted.

Exit codes:
  ${exitCode.done}  no row is rejected or failed so far
  ${exitCode.incomplete}  some rows are, or the file is refused, or the campaign was cancelled
  ${exitCode.notDone}  the verb failed; the error explains why

Examples:
  onelink campaign show spring
  onelink campaign show crm/spring --watch --stack OneLink-production
  onelink campaign show spring --json --local | jq .counts`,
    show,
  );
}

async function show({ options, chosen, print, interrupted }: Scene<Options>): Promise<number> {
  const campaigns = await openCampaigns(chosen);
  for (;;) {
    const { table, deployed } = campaigns;
    const record = await campaigns.named(options.name);
    const outlook = await outlookOf(record, { table, control: deployed.control }, chosen.pipeline, Date.now());
    if (options.watch !== undefined && process.stdout.isTTY && !options.json) process.stdout.write('\x1b[2J\x1b[H');
    const { bucket } = campaigns;
    print(campaignJson(record, outlook, bucket), showWords(record, outlook, bucket).join('\n'));
    const { rejected = 0, failed = 0 } = record.tallies;
    const byCheck = Object.keys(record.faultsByRule).length;
    const isFine = rejected + failed + byCheck === 0 && record.state !== 'refused' && record.state !== 'cancelled';
    const code = isFine ? exitCode.done : exitCode.incomplete;
    if (options.watch === undefined || hasEnded(record)) return code;
    const seconds = options.watch === true ? watchSeconds : options.watch;
    await sleep(seconds * 1000, undefined, { signal: interrupted }).catch(() => {});
    if (interrupted.aborted) return code;
  }
}
