import { Command } from 'commander';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { campaignJson, listWords } from '../../pipeline/campaign/campaign-words.ts';
import { openCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { allCampaigns, unreadableWords } from '../../pipeline/campaigns.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { exitCode } from './exit-code.ts';

interface Options extends VerbOptions {
  source?: string;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('Lists campaigns: the active ones, and those that have ended.')
    .option('--source <name>', 'only campaigns of this producer')
    .option('--json', 'print one JSON object for each campaign');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the ledger, and to list the campaign bucket.

The list has each campaign whose file or results the bucket keeps. The newest comes last.

Exit codes:
  ${exitCode.done}  listed, or there is none
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink campaign list
  onelink campaign list --source crm --stack OneLink-production
  onelink campaign list --json --local | jq -r 'select(.state == "waiting") | .name'`,
    list,
  );
}

/** So many records are read at once. */
const portion = 100;

async function list({ options, chosen, print, interrupted }: Scene<Options>): Promise<number> {
  const { reads, table, bucket } = await openCampaigns(chosen);
  const known = await allCampaigns(reads, options.source, interrupted);
  const records: CampaignRecord[] = [];
  for (let at = 0; at < known.length && !interrupted.aborted; at += portion) {
    const read = await table.readAll(known.slice(at, at + portion));
    records.push(...read.records);
    if (read.corrupt.length > 0) console.error(unreadableWords(read.corrupt));
  }
  if (interrupted.aborted) {
    console.error('Interrupted: nothing is shown.');
    return exitCode.notDone;
  }
  records.sort((one, other) => one.file.droppedAt - other.file.droppedAt);
  for (const record of records) print(campaignJson(record, {}, bucket), listWords(record));
  if (records.length === 0 && !options.json) console.error('There are no campaigns.');
  return exitCode.done;
}
