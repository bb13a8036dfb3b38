import type { Command } from 'commander';
import type { CampaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { formOfFile, nameOfCampaign } from '../../files/campaign-file.ts';
import { openInput } from '../../files/input-file.ts';
import { defaultsOf } from '../../pipeline/check-campaign.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import { brandsIn, eachLink, type ListRow } from '../../pipeline/takeover/link-list.ts';
import { notesPath, TakeoverNotes } from '../../pipeline/takeover/notes.ts';
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
}

/** The options that name a list, its notes and its campaign. */
export function withList(command: Command): Command {
  return command
    .argument(
      '<file>',
      'short URLs, one a line, or a CSV or NDJSON file with a column of them; - reads standard input, with --notes and --name',
    )
    .option('--source <name>', 'the producer that becomes the owner (default: the only one in the configuration)')
    .option('--column <header>', 'the column with the short URLs (default: the one that has them)')
    .option('--notes <file>', 'where the findings are kept (default: <file>.takeover.ndjson)')
    .option('--name <name>', 'the campaign’s name (default: the file’s, without its ending, and .takeover)');
}

/** A list of links, opened, with what the notes have about it. */
export interface OpenTakeover {
  pipeline: ConfiguredPipeline;
  campaign: CampaignKey;
  lane: string;
  /** One of the producer's templates. */
  template: string;
  notes: TakeoverNotes;
  /** Reads the list, from its start. */
  rows(take: (row: ListRow) => void): Promise<void>;
}

/** Opens list and notes for the work, and closes them. */
export async function withTakeover(
  { options, chosen, progress, interrupted }: Scene<ListOptions & { lane?: string; again?: true }>,
  work: (takeover: OpenTakeover) => Promise<number>,
): Promise<number> {
  const pipeline = chosen.configuredFor('the producers, the templates and their domains');
  const source = sourceOf(options.source, pipeline);
  refuseStandardInput(options);
  const input = await openInput(options.file, { signal: interrupted, content: 'links' });
  const notes = new TakeoverNotes(options.notes ?? notesPath(options.file), { stack: chosen.stackName, source });
  try {
    const asked = laneOf(options, notes);
    const { lane, templates: usable } = defaultsOf({
      source,
      settings: asked === undefined ? {} : { lane: asked },
      pipeline,
    });
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
    return await work({ pipeline, campaign, lane, template: usable[0] ?? '', notes, rows });
  } finally {
    notes.close();
    await input.close();
  }
}

/** Both at once, so that nobody learns of the second only from the next error. */
function refuseStandardInput({ file, notes, name }: ListOptions): void {
  const missing = [...(notes === undefined ? ['--notes FILE'] : []), ...(name === undefined ? ['--name NAME'] : [])];
  if (file !== '-' || missing.length === 0) return;
  throw new OperatorError(
    `Standard input has no name for the notes and the campaign. Give them with ${missing.join(' and ')}.`,
  );
}

/** The first run fixes the lane, as it fixes the other options. */
function laneOf(
  { lane, again }: { lane?: string; again?: true },
  { lane: begun }: Pick<TakeoverNotes, 'lane'>,
): string | undefined {
  if (begun === undefined || lane === undefined || lane === begun || again) return lane ?? begun;
  throw new OperatorError(`This takeover has begun on the lane ${begun}. Leave --lane out, or give it with --again.`);
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
