import { Command } from 'commander';
import { rejectedHead, rejectedLine } from '../../../lambdas/domain/campaign/result-files.ts';
import { nameOfCampaign } from '../../files/campaign-file.ts';
import { campaignSettings, saveSettings } from '../../files/campaign-settings.ts';
import { RejectedFile } from '../../files/rejected-file.ts';
import {
  checkCampaign,
  columnNames,
  type LocalCheck,
  type LocalFile,
  type PlannedCampaign,
} from '../../pipeline/check-campaign.ts';
import { pipelineVerb, type Scene } from '../../terminal/pipeline-verb.ts';
import { counted, n } from '../../words/words.ts';
import { figuresOf, quotaOf, readable } from '../plan/plan-figures.ts';
import { type PlanFigures, planWords } from '../plan/plan-report.ts';
import { checkWords } from './check-words.ts';
import { type FileOptions, sourceOf, withInput, withSettings } from './file-options.ts';
import { guessesAt, guessOptions, guessWords } from './guess.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { fine: 0, findings: 1, notDone: 2 } as const;

interface Options extends FileOptions {
  rejected?: string;
}

export function planCommand(): Command {
  const command = withSettings(
    new Command('plan')
      .description('Checks a CSV or NDJSON file on this machine, and estimates its campaign.')
      .argument('<file>', 'CSV or NDJSON, also with .gz; - reads standard input'),
  )
    .option('--no-guess', 'suggest no meaning for columns without a known name')
    .option(
      '--rejected <file>',
      'write the rejected rows to a CSV file, which must not exist: correct it and start it again',
    )
    .option('--json', 'print one JSON object for each rejected row, and one for the plan at the end');
  return pipelineVerb<Options>(
    command,
    `
The verb sends nothing. It checks each row as its lane would: the contract, the producer's rights and the policies of
lib/config/config.ts. It also finds rows with the key of an earlier row, and what a spreadsheet has done to a cell. It does
not compare rows with existing links. It prints values only to suggest what a column may mean.

Without --stack and --local it needs no AWS account, and calculates with the whole month's quota. With one of them, it reads
the quota that is left and the forecast from the pipeline's control record.

A million rows take some two minutes and 400 MB of memory.

Exit codes:
  ${exitCode.fine}  no row is rejected, and quota and time are enough
  ${exitCode.findings}  some row is rejected, or quota or time are not enough
  ${exitCode.notDone}  the file as a whole cannot be used, or the verb failed or was interrupted

Examples:
  onelink campaign plan spring.csv --source crm
  onelink campaign plan crm.csv --source crm --map 'Mail=-' --key 'Customer ID' --default data.pid=sms --save-settings crm.campaign.json
  onelink campaign plan spring.csv --settings crm.campaign.json --rejected spring-rejected.csv --stack OneLink-production
  onelink campaign plan spring.csv --json | jq -r 'select(.kind == "row") | .faults[0].rule' | sort | uniq -c`,
    plan,
  );
}

const plan = (scene: Scene<Options>): Promise<number> => withInput(scene, (file) => planOf(scene, file));

async function planOf(scene: Scene<Options>, file: LocalFile): Promise<number> {
  const { options, chosen, print } = scene;
  const pipeline = chosen.configuredFor('the producers, the templates and the policies');
  const settings = await campaignSettings(options.settings, options);
  const name = nameOfCampaign(options.file, options.name);
  const campaign = { source: sourceOf(options.source, pipeline), name, settings, pipeline };
  if (options.guess) await suggest(file, campaign);
  const check = await checkWith(scene, file, campaign);
  if (options.saveSettings !== undefined) await saveSettings(options.saveSettings, settings);

  const { counts, lane } = check;
  const { quotaCalls, lookups, qrCodes } = counts;
  const by = settings.sendBy === undefined ? undefined : Date.parse(settings.sendBy);
  const loads = counts.toSend === 0 ? [] : [{ lane, quotaCalls, lookups, qrCodes }];
  const figures = figuresOf(loads, await quotaOf(options, chosen, pipeline), by, pipeline);
  print({ kind: 'plan', source: campaign.source, name, lane, ...counts, ...readable(figures) }, words(check, figures));
  const fine = counts.rejected === 0 && figures.room.result === 'room' && figures.by?.inTime !== false;
  return fine ? exitCode.fine : exitCode.findings;
}

function words(check: LocalCheck, figures: PlanFigures): string {
  return [...checkWords(check), ...planWords(figures)].join('\n');
}

/** Shows what columns without a known name may mean. The plan goes on with their names as they are. */
async function suggest(file: LocalFile, { settings }: PlannedCampaign): Promise<void> {
  const guesses = await guessesAt(file, settings);
  if (guesses.length === 0) return;
  console.error('Some columns have no known name. They may mean:');
  for (const guess of guesses) console.error(guessWords(guess));
  console.error(`To use them, add ${guessOptions(guesses)}`);
}

async function checkWith(
  { options, progress, interrupted, print }: Scene<Options>,
  file: LocalFile,
  campaign: PlannedCampaign,
): Promise<LocalCheck> {
  const rejected = options.rejected === undefined ? undefined : await rejectedFile(options.rejected, file, interrupted);
  const check = await checkCampaign(file, campaign, {
    signal: interrupted,
    nowMilliseconds: Date.now(),
    onRow: (row, rows) => {
      progress.update(() => `${n(rows)} rows checked`);
      if (row.check !== 'rejected') return;
      rejected?.add(row);
      if (options.json) print({ kind: 'row', line: row.line, faults: row.faults }, '');
    },
  }).finally(() => rejected?.close());
  progress.clear();
  if (rejected !== undefined) console.error(rejected.words());
  return check;
}

async function rejectedFile(path: string, file: LocalFile, interrupted: AbortSignal) {
  const { header, delimiter } = await columnNames(file, interrupted);
  const kept = new RejectedFile(path, rejectedHead(header, delimiter));
  return {
    add: (row: Parameters<typeof rejectedLine>[1]) => kept.add(rejectedLine(header, row, delimiter)),
    close: () => kept.close(),
    words: () =>
      kept.rows === 0
        ? `No row is rejected, so ${path} is not written.`
        : `${path} has ${counted(kept.rows, 'rejected row')}.`,
  };
}
