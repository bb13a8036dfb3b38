import { guessColumns } from '../../../lambdas/domain/campaign/column-guess.ts';
import { campaignFields, campaignName, campaignSettingsSchema } from '../../../lambdas/domain/campaign/settings.ts';
import type { Fault as ContractFault } from '../../../lambdas/domain/contract/fault.ts';
import { parameterRules } from '../../../lambdas/domain/contract/link-data.ts';
import { checkCampaign, firstRows, type LocalCheck, type PlannedCampaign } from '../../pipeline/check-campaign.ts';
import { dropCampaign } from '../../pipeline/drop-campaign.ts';
import type { CampaignPlan, CampaignSettings, CheckReport, Fault, UploadedFile } from '../contract/campaigns.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';
import type { Upload } from '../uploads.ts';
import { pipelineWords, shellWord } from './pipeline-words.ts';

/** So many rows show what a column holds. */
const sampleRows = 50;

/** A file with what its columns may be. The samples are the operator's own rows. */
export async function uploadedFile(upload: Upload): Promise<UploadedFile> {
  const { header, rows } = await firstRows(upload, sampleRows);
  const columns = guessColumns(header, rows);
  return {
    file: upload.id,
    name: upload.name,
    bytes: upload.bytes,
    campaign: nameFor(upload.name),
    columns,
    targets: [...campaignFields, ...Object.keys(parameterRules).map((name) => `data.${name}`), '-'],
  };
}

/** A name for the campaign. The operator may change it. */
function nameFor(file: string): string {
  const bare = file.replace(/\.(csv|tsv|txt|ndjson|jsonl)(\.gz)?$/i, '');
  const plain = bare
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/(?:-rejected)+$/, '-2')
    .slice(0, 48);
  return campaignName.safeParse(plain).success ? plain : 'campaign';
}

/** @throws ProblemError for settings with a fault; OperatorError if the configuration does not have the pipeline */
export function plannedCampaign({ source, name, settings }: CampaignPlan, { chosen }: OpenDesk): PlannedCampaign {
  const named = campaignName.safeParse(name);
  if (!named.success) {
    throw new ProblemError(
      'bad-request',
      `The name of the campaign ${named.error.issues[0]?.message ?? 'has a fault'}. Use another name, such as spring-2.`,
    );
  }
  const read = campaignSettingsSchema.safeParse(settings);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ProblemError('bad-request', `The settings have a fault. ${faults.join('; ')}`);
  }
  const pipeline = chosen.configuredFor('the producers, the templates and the policies');
  return { source, name: named.data, settings: read.data, pipeline };
}

/** Checks the whole file by the rules of the pipeline. Nothing leaves this machine. */
export async function checkReport(
  upload: Upload,
  plan: CampaignPlan,
  open: OpenDesk,
  { signal, nowMilliseconds }: { signal: AbortSignal; nowMilliseconds: number },
): Promise<CheckReport> {
  const check = await checkCampaign(upload, plannedCampaign(plan, open), { signal, nowMilliseconds });
  return { ...reportOf(check), verb: startVerb(plan, upload.name, pipelineWords(open.chosen)) };
}

function reportOf({ counts, columns, lane }: LocalCheck): Omit<CheckReport, 'verb'> {
  const { rows, toSend, rejected, unchanged, quotaCalls, qrCodes, actions, faultsByRule, firstFaults } = counts;
  const { warningsByRule, firstWarnings } = counts;
  const ofColumns = columns.warnings.map(
    ({ path, rule, message }: ContractFault): Fault => ({ line: null, path, rule, message }),
  );
  return {
    ...{ rows, toSend, rejected, unchanged, quotaCalls, qrCodes, lane, actions, faultsByRule, firstFaults },
    warningsByRule,
    firstWarnings: [...ofColumns, ...firstWarnings],
  };
}

/**
 * Drops the file into the inbox, where the pipeline's own check begins.
 *
 * @throws ProblemError if no row would be sent; S3's error if S3 refuses
 */
export async function startCampaign(
  upload: Upload,
  plan: CampaignPlan,
  open: OpenDesk,
  { signal, nowMilliseconds }: { signal: AbortSignal; nowMilliseconds: number },
): Promise<void> {
  const campaign = plannedCampaign(plan, open);
  const { counts } = await checkCampaign(upload, campaign, { signal, nowMilliseconds });
  if (counts.toSend === 0) throw new ProblemError('refused', 'The file has no row to send. Nothing was sent.');
  const { s3, campaignBucket: bucket, campaignFiles } = open.deployed;
  const { ending, input } = upload;
  await dropCampaign(
    { campaign, ending, settings: campaign.settings, input },
    { s3, bucket, signal, file: (key) => campaignFiles.file(key), onProgress: () => {} },
  );
}

/** The command line that starts the same campaign. */
export function startVerb({ source, name, settings }: CampaignPlan, file: string, pipeline: string): string {
  return [
    'npx onelink campaign start',
    shellWord(file),
    `--name ${name}`,
    `--source ${source}`,
    ...optionsOf(settings),
    pipeline,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function optionsOf(settings: CampaignSettings): string[] {
  const { template, lane, columns = {}, defaults = {}, key, passThrough, sendBy, approval } = settings;
  const given = (option: string, value: string | undefined) =>
    value === undefined ? [] : [`${option} ${shellWord(value)}`];
  return [
    ...given('--template', template),
    ...given('--lane', lane),
    ...Object.entries(columns).flatMap(([header, target]) => given('--map', `${header}=${target}`)),
    ...Object.entries(defaults).flatMap(([target, value]) => given('--default', `${target}=${value}`)),
    ...given('--key', key),
    ...(passThrough ? ['--pass-through'] : []),
    ...given('--send-by', sendBy),
    ...given('--approval', approval),
  ];
}
