import { checkRows, type FileCheckRow } from '../../../../../lambdas/domain/campaign/file-check.ts';
import { openRows, type RowFormat } from '../../../../../lambdas/domain/campaign/open-rows.ts';
import { RowReader, type RowRules } from '../../../../../lambdas/domain/campaign/row-reader.ts';
import { SeenKeys } from '../../../../../lambdas/domain/campaign/seen-keys.ts';
import type { CampaignSettings } from '../../../../../lambdas/domain/campaign/settings.ts';
import { commandReader, noPolicy, type PolicyCheck } from '../../../../../lambdas/domain/contract/command-reading.ts';
import { chunked } from './given-file.ts';

export const droppedAt = Date.parse('2026-03-10T12:00:00Z');

const domains = { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example'] } };

interface Given {
  format?: RowFormat;
  policy?: PolicyCheck;
  /** Default: the source's only one. */
  template?: string | undefined;
}

/** The rules of a campaign `spring` of `crm`, with a TTL of 365 days at most. */
export function givenRules(settings: CampaignSettings = {}, given: Given = {}): RowRules {
  const { format = 'csv', policy = noPolicy } = given;
  return {
    source: 'crm',
    name: 'spring',
    settings,
    template: 'template' in given ? given.template : (settings.template ?? 'A1b3'),
    templates: ['A1b3'],
    droppedAt,
    read: commandReader({
      contract: { maxDataCharacters: 2_048, maxTtlDays: 365 },
      policy,
      producers: [{ source: 'crm', templates: ['A1b3'] }],
      templates: domains,
    }),
    domains,
    maxTtlDays: 365,
    format,
  };
}

/** The checked rows of a file. */
export async function checkedIn(
  text: string,
  settings: CampaignSettings = {},
  given: Given = {},
): Promise<FileCheckRow[]> {
  const { rows } = await openRows(given.format ?? 'csv', chunked(Buffer.from(text), 65_536));
  const all: FileCheckRow[] = [];
  const reader = new RowReader(givenRules(settings, given));
  for await (const row of checkRows(rows, reader, new SeenKeys())) all.push(row);
  return all;
}

/** The command of a file's first row. */
export async function commandIn(text: string, settings?: CampaignSettings): Promise<Record<string, unknown>> {
  const [row] = await checkedIn(text, settings);
  if (row?.checked.check !== 'send') throw new Error(`not to send: ${JSON.stringify(row?.checked)}`);
  return row.checked.command;
}

/** The faults of a file's rows, as `line path rule`. */
export async function rulesIn(text: string, settings?: CampaignSettings): Promise<string[]> {
  const rows = await checkedIn(text, settings);
  return rows.flatMap(({ checked }) =>
    checked.check === 'rejected' ? checked.faults.map(({ path, rule }) => `${checked.line} ${path} ${rule}`) : [],
  );
}
