import { type Command, Option } from 'commander';
import { type CampaignFileForm, formOfFile } from '../../files/campaign-file.ts';
import type { SettingsOptions } from '../../files/campaign-settings.ts';
import { openInput } from '../../files/input-file.ts';
import type { ConfiguredPipeline } from '../../pipeline/configured-pipeline.ts';
import type { Scene, VerbOptions } from '../../terminal/pipeline-verb.ts';
import { repeatable } from '../../terminal/usage.ts';
import { OperatorError } from '../../words/operator-error.ts';

/** What `campaign plan` and `campaign start` take alike. */
export interface FileOptions extends VerbOptions, SettingsOptions {
  file: string;
  name?: string;
  source?: string;
  settings?: string;
  saveSettings?: string;
  guess: boolean;
}

/** The file of a campaign, opened. */
export type CampaignInput = CampaignFileForm & { input: Awaited<ReturnType<typeof openInput>> };

/** The options that name a campaign and its settings. */
export function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'the campaign’s name (default: the file’s, without its ending)')
    .option('--source <name>', 'the producer (default: the only one in the configuration)')
    .option('--settings <file>', 'settings of an earlier campaign; the other options come before them')
    .option('--save-settings <file>', 'write the settings to a file, which must not exist')
    .option('--template <id>', 'the template of rows that name none (default: the producer’s only one)')
    .option('--map <header=target>', 'what a column holds; may be repeated', repeatable)
    .option('--default <target=value>', 'the value of rows whose cell is empty; may be repeated', repeatable)
    .option('--key <header>', 'the column that identifies a row (default: request_id)')
    .option('--pass-through', 'only carry columns without a target along')
    .option('--lane <name>', 'the lane (default: the producer’s first)')
    .option('--send-by <time>', 'when the last row must be done, as ISO 8601: 2026-12-01T09:00:00Z')
    .addOption(new Option('--approval <kind>', 'wait for onelink campaign approve').choices(['required']));
}

/** Opens the file of a campaign for the work, and closes it. */
export async function withInput(
  { options, interrupted }: Scene<FileOptions>,
  work: (file: CampaignInput) => Promise<number>,
): Promise<number> {
  const input = await openInput(options.file, { signal: interrupted, content: 'rows' });
  try {
    return await work({ input, ...(await formOfFile(options.file, input)) });
  } finally {
    await input.close();
  }
}

/** The producer of a campaign. @throws OperatorError if it is not named, and there are several */
export function sourceOf(given: string | undefined, { settings: { producers } }: ConfiguredPipeline): string {
  const [only, ...others] = producers;
  if (given !== undefined) return given;
  if (only !== undefined && others.length === 0) return only.source;
  const known = producers.map(({ source }) => source).join(', ');
  throw new OperatorError(`Name the producer with --source: ${known}.`);
}
