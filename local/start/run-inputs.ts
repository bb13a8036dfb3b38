import { mkdir } from 'node:fs/promises';
import type { ConfiguredPipeline } from '../../cli/pipeline/configured-pipeline.ts';
import { type CampaignMessage, type CampaignSetup, readCampaign, readSetup } from './campaign-input.ts';
import { type ChosenFile, chosenFile } from './file/chosen-file.ts';
import { inLocal } from './local-folder.ts';
import { madeCommands, writeMadeCommands } from './made-commands.ts';

interface InputOptions {
  /** A file of messages. Without it and without `rows`, commands are made for the producers of each pipeline. */
  input?: string | undefined;
  /** A file whose rows are a campaign. */
  rows?: string | undefined;
  /** Whose campaign the rows are. Default: the first producer's. */
  source?: string | undefined;
  /** Of each file. */
  limit?: number;
}

/** What a run sends to one of its pipelines. */
export interface RunInput {
  messages: CampaignMessage[];
  /** A file that the pipeline accepts. */
  commands: string | undefined;
  /** The rows, if their producer is one of this pipeline's. */
  rows: ChosenFile | undefined;
}

/** What a run sends. */
export interface RunInputs {
  /** In the order of the pipelines. */
  each: RunInput[];
  foreignLinks: CampaignSetup['foreignLinks'];
}

/**
 * Reads or makes what the pipelines get. A message goes to the first pipeline that has its source.
 *
 * @throws OperatorError if a file cannot be used
 */
export async function runInputs(pipelines: readonly ConfiguredPipeline[], options: InputOptions): Promise<RunInputs> {
  const producers = pipelines.flatMap(({ settings }) => settings.producers);
  await mkdir(inLocal(''), { recursive: true });
  const rows = options.rows === undefined ? undefined : await chosenFile(options.rows, options, producers);
  const ownerOf = (source: string | undefined) => {
    const found = pipelines.findIndex(({ settings }) => settings.producers.some((one) => one.source === source));
    return Math.max(0, found);
  };
  const rowsOf = (index: number) => (rows !== undefined && ownerOf(rows.file.source) === index ? rows : undefined);
  const ofRows = options.rows === undefined ? [] : readSetup(options.rows).foreignLinks;
  if (options.input !== undefined) {
    const { input } = options;
    const { messages, setup } = await readCampaign(input, { ...options, producers });
    return {
      each: pipelines.map((_, index) => ({
        messages: messages.filter(({ source }) => ownerOf(source) === index),
        commands: input,
        rows: rowsOf(index),
      })),
      foreignLinks: [...setup.foreignLinks, ...ofRows],
    };
  }
  const each = await Promise.all(
    pipelines.map(async (pipeline, index): Promise<RunInput> => {
      if (rows !== undefined) return { messages: [], commands: undefined, rows: rowsOf(index) };
      const commands = await makeInput(pipeline, pipelines.length > 1);
      const { messages } = await readCampaign(commands, { ...options, producers: pipeline.settings.producers });
      return { messages, commands, rows: undefined };
    }),
  );
  return { each, foreignLinks: ofRows };
}

/** Makes a campaign that fits the pipeline. @returns its file */
export async function makeInput(pipeline: ConfiguredPipeline, isOneOfSeveral = false): Promise<string> {
  const file = inLocal(isOneOfSeveral ? `made-commands-${pipeline.stackName}.ndjson` : 'made-commands.ndjson');
  await writeMadeCommands(file, madeCommands(pipeline, new Date()));
  return file;
}
