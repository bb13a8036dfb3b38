import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { formOfFile, nameOfCampaign } from '../../../../cli/files/campaign-file.ts';
import { campaignSettings, saveSettings, settingsWith } from '../../../../cli/files/campaign-settings.ts';
import { temporaryFolder } from '../../../world/temporary-folder.ts';

const folder = await temporaryFolder(afterAll);
const at = (name: string) => join(folder, name);

describe('the settings of a command line', () => {
  test('come before those of a file, mapping by mapping', () => {
    const saved = { template: 'A1b3', lane: 'campaign', columns: { Shop: 'data.af_sub1', Mail: '-' } };
    const given = { template: 'abc123', map: ['Mail=metadata.mail', 'No=request_id'], passThrough: true } as const;
    expect(settingsWith(saved, given)).toEqual({
      template: 'abc123',
      lane: 'campaign',
      columns: { Shop: 'data.af_sub1', Mail: 'metadata.mail', No: 'request_id' },
      passThrough: true,
    });
  });

  test('take a header with =, and a value with =', () => {
    expect(settingsWith({}, { map: ['a=b=data.c'], default: ['data.af_dp=app://x?y=z', 'data.c='] })).toEqual({
      columns: { 'a=b': 'data.c' },
      defaults: { 'data.af_dp': 'app://x?y=z', 'data.c': '' },
    });
  });

  test.each([
    [{ map: ['=data.c'] }, '--map =data.c: write header=target.'],
    [{ default: ['data.c'] }, '--default data.c: write target=value.'],
    [{ map: ['a=data.c', 'a=data.d'] }, '--map names a twice.'],
    [{ map: ['a=Data'] }, 'The settings cannot be used: columns.a: must be a field, metadata.<name>, data.<parameter>'],
  ])('refuse %j', (options, words) => {
    expect(() => settingsWith({}, options)).toThrow(words);
  });
});

describe('a file of settings', () => {
  test('is saved for its owner only, replaces none, and is read again', async () => {
    const settings = { template: 'A1b3', columns: { Shop: 'data.af_sub1' } };
    await saveSettings(at('saved.json'), settings);
    expect(await campaignSettings(at('saved.json'), {})).toEqual(settings);
    expect((await stat(at('saved.json'))).mode & 0o777).toBe(0o600);
    await expect(saveSettings(at('saved.json'), {})).rejects.toThrow('it exists already');
    expect(JSON.parse(await readFile(at('saved.json'), 'utf8'))).toEqual(settings);
  });

  test.each([
    ['[]', 'is not one JSON object'],
    ['{"templat":"A1b3"}', 'cannot be used: templat: is not a setting'],
    ['{"sendBy":"soon"}', 'cannot be used: sendBy: '],
  ])('that holds %s is refused', async (text, words) => {
    await writeFile(at('wrong.json'), text);
    await expect(campaignSettings(at('wrong.json'), {})).rejects.toThrow(words);
  });
});

describe('a campaign’s file', () => {
  const of = (bytes: string | Buffer) => ({
    name: 'Standard input',
    open: () => Readable.from([Buffer.from(bytes)]),
    readError: (e: unknown) => e,
  });
  test.each([
    ['a.CSV', '', { format: 'csv', isCompressed: false, ending: '.csv' }],
    ['a.tsv', '', { format: 'csv', isCompressed: false, ending: '.csv' }],
    ['a.jsonl', '', { format: 'ndjson', isCompressed: false, ending: '.ndjson' }],
    ['a.ndjson.gz', '', { format: 'ndjson', isCompressed: true, ending: '.ndjson.gz' }],
    ['-', '\ufeff {"a":1}', { format: 'ndjson', isCompressed: false, ending: '.ndjson' }],
    ['-', 'a;b\n', { format: 'csv', isCompressed: false, ending: '.csv' }],
    ['export', '', { format: 'csv', isCompressed: false, ending: '.csv' }],
  ])('%s with %j has its form', async (name, bytes, form) => {
    expect(await formOfFile(name, of(bytes))).toEqual(form);
  });

  test('that is compressed needs a name that names so', async () => {
    await expect(formOfFile('-', of(Buffer.from('1f8b08', 'hex')))).rejects.toThrow('Unpack it (gunzip -c FILE)');
    await expect(formOfFile('links.json.gz', of(Buffer.from('1f8b08', 'hex')))).rejects.toThrow(
      'its name has no format. Unpack it (gunzip -c FILE), or end its name in .csv.gz or .ndjson.gz.',
    );
  });

  test.each([
    ['/tmp/spring.csv', undefined, 'spring'],
    ['spring.sale.ndjson.gz', undefined, 'spring.sale'],
    ['-', 'spring', 'spring'],
    ['a b.csv', 'spring', 'spring'],
  ])('%s named %s starts the campaign %s', (file, given, name) => {
    expect(nameOfCampaign(file, given)).toBe(name);
  });

  test.each([
    ['lists/old-rejected.txt', 'old-rejected.takeover'],
    ['links.txt', 'links.takeover'],
  ])('%s with an ending after its name is %s', (file, name) => {
    expect(nameOfCampaign(file, undefined, '.takeover')).toBe(name);
  });

  test('whose name is too long gets one that keeps its ending, and no second suggestion', () => {
    expect(() => nameOfCampaign(`${'x'.repeat(50)}.txt`, undefined, '.takeover')).toThrow(
      `Name it with --name ${'x'.repeat(39)}.takeover`,
    );
    expect(() => nameOfCampaign('Liste für Müller.txt', undefined, '.takeover')).toThrow(
      'must be 1 to 48 letters, digits, dots, dashes or underscores. Name it with --name Liste-fur-Muller.takeover',
    );
    expect(() => nameOfCampaign('old-rejected.csv', undefined)).toThrow(
      'must not end in -rejected, as the rejected rows of another campaign do. Name it with --name old-2',
    );
  });

  test.each([
    ['Frühling 2026.csv', 'Name it with --name Fruhling-2026'],
    ['-', 'Name the campaign with --name.'],
    ['日本.csv', 'Name it with --name spring'],
    ['spring-rejected.csv', 'must not end in -rejected'],
    ['spring-rejected.csv', 'Name it with --name spring-2'],
  ])('%s cannot name a campaign', (file, words) => {
    expect(() => nameOfCampaign(file, undefined)).toThrow(words);
  });
});
