import { once } from 'node:events';
import { basename } from 'node:path';
import type { RowFormat } from '../../lambdas/domain/campaign/open-rows.ts';
import { campaignName } from '../../lambdas/domain/campaign/settings.ts';
import { OperatorError } from '../words/operator-error.ts';
import type { InputFile } from './input-file.ts';

/** What a campaign's file is, by its name or its first bytes. */
export interface CampaignFileForm {
  format: RowFormat;
  isCompressed: boolean;
  /** The ending in the inbox: `.csv.gz`. */
  ending: string;
}

const formats: Readonly<Record<string, RowFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};
const namedForm = /\.(csv|tsv|txt|ndjson|jsonl)(\.gz)?$/i;

/** The form of a file. A file without a known ending has it by its first bytes. */
export async function formOfFile(
  file: string,
  input: Pick<InputFile, 'name' | 'open' | 'readError'>,
): Promise<CampaignFileForm> {
  const [, ending, gz] = namedForm.exec(file) ?? [];
  if (ending !== undefined) return form(formats[ending.toLowerCase()] ?? 'csv', gz !== undefined);
  const head = await firstBytes(input);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const cure = 'Unpack it (gunzip -c FILE)';
    throw new OperatorError(
      file === '-'
        ? `${input.name} is compressed by gzip. ${cure}.`
        : `${input.name} is compressed by gzip, and its name has no format. ${cure}, or end its name in .csv.gz or .ndjson.gz.`,
    );
  }
  const isObject = /^[\uFEFF\s]*\{/.test(head.toString('utf8'));
  return form(isObject ? 'ndjson' : 'csv', false);
}

const form = (format: RowFormat, isCompressed: boolean): CampaignFileForm => ({
  format,
  isCompressed,
  ending: `.${format}${isCompressed ? '.gz' : ''}`,
});

async function firstBytes({ open, readError }: Pick<InputFile, 'open' | 'readError'>): Promise<Buffer> {
  const bytes = open();
  try {
    await Promise.race([once(bytes, 'readable'), once(bytes, 'end')]);
    return bytes.read() ?? Buffer.alloc(0);
  } catch (error) {
    throw readError(error);
  } finally {
    bytes.destroy();
  }
}

/**
 * The name of a campaign: the given one, or that of its file without the endings.
 *
 * @param ending what follows the file's name, such as `.takeover`
 * @throws OperatorError if that cannot be a name
 */
export function nameOfCampaign(file: string, given: string | undefined, ending = ''): string {
  if (given === undefined && file === '-')
    throw new OperatorError('Standard input has no name. Name the campaign with --name.');
  const name = given ?? `${basename(file).replace(namedForm, '')}${ending}`;
  const read = campaignName.safeParse(name);
  if (read.success) return name;
  const kept = given === undefined ? ending : '';
  const letters = name
    .slice(0, name.length - kept.length)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '');
  const possible = letters
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/(?:-rejected)+$/, '-2')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 48 - kept.length);
  const example = `${possible === '' ? 'spring' : possible}${kept}`;
  throw new OperatorError(
    `${name} cannot be a campaign’s name: it ${read.error.issues[0]?.message ?? 'is none'}. Name it with --name ${example}`,
  );
}
