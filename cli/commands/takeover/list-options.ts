import { type Command, Option } from 'commander';
import type { CampaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { dialectOf } from '../../../lib/config/account-api.ts';
import { formOfFile, nameOfCampaign } from '../../files/campaign-file.ts';
import { openInput } from '../../files/input-file.ts';
import { defaultsOf } from '../../pipeline/check-campaign.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { actionByFindings, type Decided } from '../../pipeline/takeover/classes.ts';
import { brandsIn, eachLink, type ListRow } from '../../pipeline/takeover/link-list.ts';
import { type Choice, notesPath, TakeoverNotes } from '../../pipeline/takeover/notes.ts';
import type { Scene, VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';
import { sourceOf } from '../campaign/file-options.ts';

/** What all takeover verbs take. */
export interface ListOptions extends VerbOptions {
  file: string;
  source?: string;
  column?: string;
  notes?: string;
  name?: string;
  lane?: string;
}

/** What `plan` and `run` take alike: how to take the links over. */
export interface ChoiceOptions extends ListOptions {
  adopt?: true;
  migrate?: true;
  ttl?: string;
  renewTtl?: 'yes' | 'no';
  keepUntil?: string;
}

/** The options that name a list, its notes and its campaign. */
export function withList(command: Command): Command {
  return command
    .argument('<file>', 'short URLs, one a line, or a CSV or NDJSON file with a column of them; - reads standard input')
    .option('--source <name>', 'the producer that becomes the owner (default: the only one in the configuration)')
    .option('--column <header>', 'the column with the short URLs (default: the one that has them)')
    .option('--notes <file>', 'where the findings are kept (default: <file>.takeover.ndjson)')
    .option('--name <name>', 'the campaign’s name (default: the file’s, without its ending, and .takeover)')
    .option('--lane <name>', 'the lane (default: the producer’s first)');
}

export function withChoice(command: Command): Command {
  return command
    .addOption(
      new Option('--adopt', 'record the links that the API shows, and change nothing there').conflicts('migrate'),
    )
    .option('--migrate', 'update the links that the API shows with their own data: one call of the quota each')
    .option('--ttl <time>', 'the TTL of the links, such as 31d: no GET of version 1.0 shows it')
    .addOption(
      new Option('--renew-ttl <flag>', 'whether clicks extend the links’ life: no GET shows it').choices(['yes', 'no']),
    )
    .option('--keep-until <time>', 'keep the links alive until then, as ISO 8601: 2027-12-31T00:00:00Z');
}

/** A list of links, opened, with what the notes have about it. */
export interface OpenTakeover {
  pipeline: ConfiguredPipeline;
  campaign: CampaignKey;
  lane: string;
  notes: TakeoverNotes;
  /** Reads the list, from its start. */
  rows(take: (row: ListRow) => void): Promise<void>;
}

/** Opens list and notes for the work, and closes them. */
export async function withTakeover(
  { options, chosen, progress, interrupted }: Scene<ListOptions>,
  work: (takeover: OpenTakeover) => Promise<number>,
): Promise<number> {
  const pipeline = chosen.configuredFor('the producers, the templates and their domains');
  const source = sourceOf(options.source, pipeline);
  const { lane, templates: usable } = defaultsOf({
    source,
    settings: options.lane === undefined ? {} : { lane: options.lane },
    pipeline,
  });
  const path = options.notes ?? notesOfFile(options.file);
  const input = await openInput(options.file, { signal: interrupted, content: 'links' });
  const notes = new TakeoverNotes(path, { stack: chosen.stackName, source });
  try {
    const file = { input, ...(await formOfFile(options.file, input)) };
    const reach = { templates: pipeline.settings.templates, usable };
    const reading = {
      column: options.column,
      reach,
      signal: interrupted,
      onRow: (read: number) => progress.update(() => `${n(read)} rows read`),
    };
    const brands = await brandsIn(file, reading);
    progress.clear();
    const rows: OpenTakeover['rows'] = async (take) => {
      await eachLink(file, reading, brands, take);
      progress.clear();
    };
    const campaign = { source, name: nameOfTakeover(options, notes) };
    return await work({ pipeline, campaign, lane, notes, rows });
  } finally {
    notes.close();
    await input.close();
  }
}

function notesOfFile(file: string): string {
  if (file !== '-') return notesPath(file);
  throw new OperatorError('Standard input has no name for the notes. Name their file with --notes.');
}

/** The name starts the request IDs, so a takeover keeps it. */
function nameOfTakeover({ file, name }: ListOptions, { campaign, path }: TakeoverNotes): string {
  if (campaign !== undefined && (name ?? campaign) === campaign) return campaign;
  if (campaign !== undefined) {
    throw new OperatorError(
      `This takeover has begun as the campaign ${campaign}. Leave out --name, or delete ${path}.`,
    );
  }
  return nameOfCampaign(file, name, '.takeover');
}

/**
 * How to take over the links that the API shows. The first run decides it for all later ones.
 *
 * @param again whether another attempt begins, which may have another choice
 * @throws OperatorError if the options differ from those of the first run
 */
export function decided(options: ChoiceOptions, { notes, pipeline }: OpenTakeover, again = false): Decided {
  const { adopt, migrate, ttl, renewTtl, keepUntil } = options;
  const action = adopt ? 'adopt' : migrate ? 'migrate' : undefined;
  const dialect = dialectOf(pipeline.account);
  if (action === 'migrate' && dialect === 'v1.0') {
    throw new OperatorError(
      'The account has version 1.0 of the API, which cannot migrate a link. Take the links over with --adopt.',
    );
  }
  const given: Partial<Choice> = {
    ...(action !== undefined && { action }),
    ...(ttl !== undefined && { ttl }),
    ...(renewTtl !== undefined && { renewTtl }),
    ...(keepUntil !== undefined && { keepUntil }),
  };
  const begun = notes.attempts.at(-1);
  if (begun !== undefined) {
    const choice = { ...begun, ...given };
    if (!again && JSON.stringify(choice) !== JSON.stringify(begun)) throw new OperatorError(otherChoice(begun));
    return { choice, by: 'begun' };
  }
  if (action !== undefined) return { choice: { ...given, action }, by: 'chosen' };
  const byFindings = actionByFindings(dialect, notes.found);
  return byFindings === undefined
    ? { choice: undefined, by: undefined }
    : { choice: { ...given, action: byFindings.action }, by: byFindings.by };
}

function otherChoice({ action, ttl, renewTtl, keepUntil }: Choice): string {
  const words = [
    `--${action}`,
    ...(ttl === undefined ? [] : [`--ttl ${ttl}`]),
    ...(renewTtl === undefined ? [] : [`--renew-ttl ${renewTtl}`]),
    ...(keepUntil === undefined ? [] : [`--keep-until ${keepUntil}`]),
  ].join(' ');
  return `This takeover has begun with ${words}. Leave the options out. For rejected links, other options go with --again.`;
}
