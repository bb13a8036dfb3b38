import { Command } from 'commander';
import { newParameters } from '../../../lambdas/domain/campaign/columns.ts';
import { type CampaignKey, campaignKey, resultPlaces } from '../../../lambdas/domain/campaign/places.ts';
import { type CampaignRecord, isActive } from '../../../lambdas/domain/campaign/record.ts';
import type { CampaignSettings } from '../../../lambdas/domain/campaign/settings.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { nameOfCampaign } from '../../files/campaign-file.ts';
import { campaignSettings, saveSettings } from '../../files/campaign-settings.ts';
import { campaignJson, countWords, standingWords } from '../../pipeline/campaign/campaign-words.ts';
import { type OpenCampaigns, openCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { checkCampaign, defaultsOf, type LocalCheck, type PlannedCampaign } from '../../pipeline/check-campaign.ts';
import { dropCampaign } from '../../pipeline/drop-campaign.ts';
import { mayGoOn } from '../../terminal/confirmation.ts';
import { pipelineHelp, pipelineVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, n, percent, visible } from '../../words/words.ts';
import { checkWords } from './check-words.ts';
import { exitCode } from './exit-code.ts';
import { type CampaignInput, type FileOptions, sourceOf, withInput, withSettings } from './file-options.ts';
import { settledColumns } from './guess.ts';
import { codeOfEnd, waitForEnd } from './wait.ts';

interface Options extends FileOptions {
  newSettings?: true;
  wait?: true;
  watch?: true;
  yes?: true;
}

export function startCommand(): Command {
  const command = withSettings(
    new Command('start')
      .description('Starts a campaign: checks a CSV or NDJSON file, and uploads it.')
      .argument('<file>', 'CSV or NDJSON, also with .gz; - reads standard input'),
  )
    .option('--new-settings', 'use only the given settings, and not those of the campaign’s earlier file')
    .option('--no-guess', 'use the headers as they are, without a guess at their meaning')
    .option('--wait', 'wait until the campaign has ended')
    .option('--watch', 'wait, and show the progress')
    .option('--yes', 'start without a confirmation, and without a guess')
    .option('--json', 'print one JSON object: with --wait at the end, otherwise after the upload');
  return pipelineVerb<Options>(
    command,
    `${pipelineHelp} You need permission to read the ledger, and to write and read the producer’s folder of the campaign
bucket’s inbox.

The verb first checks the file on this machine, as onelink campaign plan does. It asks before a file with rejected rows goes
up, and before a campaign of the same name starts again. Then it uploads the settings and the file. A run that is killed
before the end of the upload has started nothing.

The name of the file is the name of the campaign. The same file again makes only what is missing. With a key column, a
changed row changes its link. Without one, a changed row makes a new link.

A campaign remembers the settings of its newest file. A start without any settings uses them again, except for --send-by. If
you give others, the verb names each column that would become a link parameter, and asks. With --yes it refuses that, unless
you add --new-settings.

A column has its target by its header: a field such as request_id, or a parameter of the link. For another header, name the
target with --map. --save-settings keeps all that for the next file, and --settings uses it again.

With --wait, Ctrl-C ends only the waiting: the campaign runs on.

Exit codes:
  ${exitCode.done}  started; with --wait: and every row is done, none is rejected or failed
  ${exitCode.incomplete}  you did not confirm it; with --wait: some rows are rejected or failed, or the campaign was refused or cancelled
  ${exitCode.notDone}  nothing has started: the file or an option has a fault, or the pipeline is unreachable
  ${exitCode.stillRunning}  with --wait: interrupted, or a newer file has replaced this one; the campaign runs on

Examples:
  onelink campaign start spring.csv
  onelink campaign start crm.csv --name spring --source crm --map 'Mail=-' --map 'Shop=data.af_sub1' --default qr=true --watch
  onelink campaign start spring.csv --settings last.campaign.json --wait --yes --json --stack OneLink-production
  ./export-customers | onelink campaign start - --name nightly --wait --local`,
    start,
  );
}

const start = (scene: Scene<Options>): Promise<number> => withInput(scene, (file) => startWith(scene, file));

async function startWith(scene: Scene<Options>, file: CampaignInput): Promise<number> {
  const { options, chosen, progress, interrupted, print } = scene;
  const pipeline = chosen.configuredFor('the producers, the templates and the policies');
  const name = nameOfCampaign(options.file, options.name);
  const given = await campaignSettings(options.settings, options);
  const key: CampaignKey = { source: sourceOf(options.source, pipeline), name };
  // Names an unknown producer or lane before it asks AWS.
  defaultsOf({ ...key, settings: given, pipeline });
  const campaigns = await openCampaigns(chosen);
  const before = (await campaigns.table.read(key)).record;
  const earlier = options.newSettings ? undefined : before;
  const asked = earlier === undefined ? given : rememberedOr(given, earlier);
  const settings = options.guess && !options.yes ? await settledColumns(file, asked, interrupted) : asked;
  if (settings === undefined) return exitCode.incomplete;
  const campaign: PlannedCampaign = { ...key, settings, pipeline };

  const check = await checkCampaign(file, campaign, {
    signal: interrupted,
    nowMilliseconds: Date.now(),
    onRow: (_, rows) => progress.update(() => `${n(rows)} rows checked`),
  });
  progress.clear();
  for (const line of checkWords(check, before !== undefined && before.state !== 'refused')) console.error(line);
  if (check.counts.toSend === 0) {
    throw new OperatorError(`${file.input.name} has no row to send. Nothing was sent.`);
  }
  const unlike = earlier === undefined ? undefined : unlikeWords(check, earlier);
  if (unlike !== undefined && (options.yes || !process.stdin.isTTY)) {
    throw new OperatorError(`${unlike} If that is right, add --new-settings. Nothing was sent.`);
  }
  if (options.saveSettings !== undefined) await saveSettings(options.saveSettings, settings);

  const doubts = [
    ...(unlike === undefined ? [] : [unlike]),
    ...(check.counts.rejected > 0 ? [`${counted(check.counts.rejected, 'row')} would be rejected.`] : []),
    ...(before === undefined || before.state === 'refused' ? [] : againWords(before, keyOf(check))),
  ];
  if (doubts.length > 0 && !options.yes) {
    for (const line of doubts) console.error(line);
    if (!(await mayGoOn('Start it?', 'Nothing was sent.', interrupted))) return exitCode.incomplete;
  }
  return drop(scene, campaign, file, campaigns, (record) => {
    const { bucket } = campaigns;
    print(
      record === undefined
        ? {
            source: campaign.source,
            name,
            lane: check.lane,
            rows: check.counts.rows,
            results: { bucket, ...resultPlaces(campaign) },
          }
        : campaignJson(record, {}, bucket),
      record === undefined ? startedWords(campaign, bucket) : endWords(record, bucket),
    );
  });
}

async function drop(
  { options, progress, interrupted }: Scene<Options>,
  campaign: PlannedCampaign,
  { input, ending }: CampaignInput,
  { deployed, files, bucket, table }: OpenCampaigns,
  report: (record?: CampaignRecord) => void,
): Promise<number> {
  const { s3 } = deployed;
  const dropped = await dropCampaign(
    { campaign, ending, settings: campaign.settings, input },
    {
      s3,
      bucket,
      signal: interrupted,
      file: (key) => files.file(key),
      onProgress: (sent) => progress.update(() => `${percent((100 * sent) / Math.max(1, input.size))} uploaded`),
    },
  );
  progress.clear();
  if (!options.wait && !options.watch) {
    report();
    return exitCode.done;
  }
  if (!options.json) console.error(startedWords(campaign, bucket));
  const waited = await waitForEnd(dropped, campaign, {
    table,
    clock: systemClock,
    signal: interrupted,
    everyMilliseconds: options.local ? 500 : 2_000,
    show: (words) => options.watch && progress.update(() => words),
    tell: (words) => {
      progress.clear();
      console.error(words);
    },
  });
  progress.clear();
  if (waited.result === 'ended') {
    report(waited.record);
    return codeOfEnd(waited.record);
  }
  const key = campaignKey(campaign);
  const words =
    waited.result === 'replaced'
      ? `A newer file of ${key} has replaced this one.`
      : `Interrupted. The campaign runs on.`;
  console.error(`${words} To follow it: onelink campaign show ${key} --watch`);
  return exitCode.stillRunning;
}

/** The given settings. If there are none: those of the earlier file, without what belongs to that file only. */
function rememberedOr(given: CampaignSettings, before: CampaignRecord): CampaignSettings {
  const { sendBy: _, requestedAt: __, ...remembered } = before.settings;
  if (Object.keys(given).length > 0 || Object.keys(remembered).length === 0) return given;
  console.error(
    `${campaignKey(before)} exists. No settings are given, so those of its earlier file apply. To use none, add --new-settings.`,
  );
  return remembered;
}

/** The columns that are link parameters now, and were not in the earlier file. */
function unlikeWords({ header, columns }: LocalCheck, before: CampaignRecord): string | undefined {
  const names = newParameters(header, columns, before.settings);
  if (names.length === 0) return undefined;
  const shown = names.map(visible).join(', ');
  return `${campaignKey(before)} exists, and its earlier file had other settings. These columns would now become parameters of the links, for everybody to see: ${shown}.`;
}

/** The header of the column that identifies the rows. */
function keyOf({ columns: { key }, header }: LocalCheck): string | undefined {
  return key === undefined ? undefined : header[key];
}

/** What a second file of a campaign does. */
export function againWords(before: CampaignRecord, key: string | undefined): string[] {
  const keyed =
    key === undefined
      ? 'It has no key column, so a changed row makes a new link.'
      : `A row whose ${key} is known and whose content has changed changes its link. A row that is gone is left alone.`;
  return [
    `${campaignKey(before)} exists: ${standingWords(before)}.`,
    ...(isActive(before) ? ['This file takes its place. What is sent stays sent.'] : []),
    `It makes only what is missing or changed. ${keyed}`,
  ];
}

function startedWords(campaign: CampaignKey, bucket: string): string {
  const key = campaignKey(campaign);
  return [
    `${key} is uploaded, and its check begins.`,
    `To follow it: onelink campaign show ${key} --watch`,
    `The results will be in s3://${bucket}/${resultPlaces(campaign).csv}`,
  ].join('\n');
}

function endWords(record: CampaignRecord, bucket: string): string {
  if (record.state === 'refused') return `${campaignKey(record)}  ${standingWords(record)}`;
  const places = resultPlaces(record);
  const { rejected = 0 } = record.tallies;
  return [
    `${campaignKey(record)}  ${record.state}  ${countWords(record)}: ${counted(record.rows, 'row')}`,
    `The results are in s3://${bucket}/${places.csv}`,
    ...(rejected > 0 ? [`The rejected rows, to correct and start again: s3://${bucket}/${places.rejected}`] : []),
  ].join('\n');
}
