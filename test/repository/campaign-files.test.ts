import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resultColumns } from '../../lambdas/domain/campaign/added-columns.ts';
import { rowStatuses } from '../../lambdas/domain/campaign/row.ts';
import { campaignFields, campaignSettingsSchema } from '../../lambdas/domain/campaign/settings.ts';

const page = readFileSync(new URL('../../docs/campaign-files.md', import.meta.url), 'utf8');

/** The names in backticks of the first column of the table with this head. */
function namesUnder(head: string): string[] {
  const [, table = ''] = page.split(`\n${head}\n`);
  const rows = table.split('\n\n')[0]?.split('\n').slice(1) ?? [];
  const cells = rows.map((row) => row.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

describe('docs/campaign-files.md lists', () => {
  test('every field, and AppsFlyer’s own names of two', () => {
    const others = ['onelink_id', 'custom_link_id', 'metadata.<name>', 'data.<parameter>'];
    expect(namesUnder('| Column | Holds | Empty |').sort()).toEqual([...campaignFields, ...others].sort());
  });

  test('every setting', () => {
    expect(namesUnder('| Setting | Option | Value |').sort()).toEqual(Object.keys(campaignSettingsSchema.shape).sort());
  });

  test('every column of the results', () => {
    expect(namesUnder('| Column | Holds |')).toEqual([...resultColumns]);
  });

  test('every status of a row', () => {
    expect(namesUnder('| Status | The row |')).toEqual([...rowStatuses]);
  });
});
