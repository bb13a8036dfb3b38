import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formOfFile } from '../../../../../cli/files/campaign-file.ts';
import { openInput } from '../../../../../cli/files/input-file.ts';
import { brandsIn, eachLink, type ListRow } from '../../../../../cli/pipeline/takeover/link-list.ts';
import { temporaryFolder } from '../../../../world/temporary-folder.ts';

const folder = await temporaryFolder(afterAll);
const reach = {
  templates: {
    A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example', 'acme.example/go'] },
    abc123: { domain: 'globex.onelink.me', brandDomains: [] },
    Z9z9: { domain: 'acme.onelink.me', brandDomains: [] },
  },
  usable: ['A1b3', 'abc123'],
};
let files = 0;

async function rowsIn(text: string | Buffer, { column, ending = 'csv' }: { column?: string; ending?: string } = {}) {
  files += 1;
  const path = join(folder, `${files}.${ending}`);
  await writeFile(path, text);
  const input = await openInput(path, { content: 'links' });
  const file = { input, ...(await formOfFile(path, input)) };
  const rows: ListRow[] = [];
  const options = { column, reach, signal: new AbortController().signal };
  await eachLink(file, options, await brandsIn(file, options), (row) => rows.push(row));
  return rows;
}

async function listed(...given: Parameters<typeof rowsIn>) {
  return (await rowsIn(...given)).map((row) => {
    const link = 'address' in row ? ` ${row.address.onelinkId}/${row.address.shortlinkId}` : '';
    return `${row.line} ${row.is}${link}${'brandDomain' in row ? ` ${row.brandDomain}` : ''}${'brandsDiffer' in row ? ' brands differ' : ''}`;
  });
}

describe('a list of links', () => {
  test('has a short URL on each line, and each row has one meaning', async () => {
    const rows = await listed(
      [
        'https://acme.onelink.me/A1b3/abc123',
        'acme.onelink.me/A1b3/without-scheme',
        '  HTTPS://ACME.onelink.me/A1b3/Capitals/  ',
        'https://acme.onelink.me/A1b3/query?af_sub1=1#top',
        'A1b3/plain',
        '',
        'https://go.acme.example/A1b3/branded',
        'https://acme.example/go/A1b3/in-a-path',
        'http://acme.onelink.me/A1b3/abc123',
        'https://other.onelink.me/A1b3/other-domain',
        'https://acme.onelink.me/XXXX/other-template',
        'https://acme.onelink.me/Z9z9/not-usable',
        'https://acme.onelink.me/A1b3?pid=long',
        'a note',
        `A1b3/${'x'.repeat(51)}`,
        'https://acme.onelink.me/A1b3/abc123/extra',
        'https://acme.onelink.me/A1b3/../A1b3/abc123',
      ].join('\r\n'),
      { ending: 'txt' },
    );
    expect(rows).toEqual([
      '1 link A1b3/abc123',
      '2 link A1b3/without-scheme',
      '3 link A1b3/Capitals',
      '4 link A1b3/query',
      '5 link A1b3/plain',
      '7 link A1b3/branded go.acme.example',
      '8 link A1b3/in-a-path acme.example/go',
      '9 repeat A1b3/abc123',
      '10 elsewhere',
      '11 elsewhere',
      '12 elsewhere',
      '13 no-link',
      '14 no-link',
      '15 no-link',
      '16 no-link',
      '17 no-link',
    ]);
  });

  test('without a header has no columns to name, and no error shows its first link', async () => {
    const listing = listed('https://acme.onelink.me/A1b3/one\nA1b3/two\n', { column: 'url', ending: 'txt' });
    await expect(listing).rejects.toThrow(
      /is a plain list: its first line is a link, and no header\. Leave --column out\.$/,
    );
  });

  test('has a header that names no link, and a comma in a note breaks no row', async () => {
    expect(await listed('our links\nA1b3/one\nA1b3/two\n')).toEqual(['2 link A1b3/one', '3 link A1b3/two']);
    expect(await listed('A1b3/one\n"A1b3/two"\nA1b3/three,a note\n')).toEqual([
      '1 link A1b3/one',
      '2 link A1b3/two',
      '3 link A1b3/three',
    ]);
  });

  test('as AppsFlyer’s page exports it has the short URLs in one of its columns', async () => {
    const header = 'Link name,Media Source,Campaign,Short URL,Long URL,Last update,Updated by';
    const row = (id: string) =>
      `"Spring, ${id}",sms,spring,https://acme.onelink.me/A1b3/${id},https://acme.onelink.me/A1b3?pid=sms&c=spring,11:02:26 10:00,anna@acme.example`;
    expect(await listed(`\uFEFF${header}\r\n${row('one')}\r\n${row('two')}\r\n`)).toEqual([
      '2 link A1b3/one',
      '3 link A1b3/two',
    ]);
  });

  test('with destinations that look like links has its column by the configured domains', async () => {
    const text =
      'to;url\nhttps://shop.example/products/abc;https://acme.onelink.me/A1b3/one\nhttps://shop.example/products/xyz;\n';
    expect(await listed(text)).toEqual(['2 link A1b3/one', '3 no-link']);
  });

  test('in NDJSON has its column, too', async () => {
    const text =
      '{"name":"one","link":"https://acme.onelink.me/A1b3/one"}\n{"link":"https://acme.onelink.me/A1b3/two"}\n';
    expect(await listed(text, { ending: 'ndjson' })).toEqual(['1 link A1b3/one', '2 link A1b3/two']);
  });

  test('with more than 200 rows is read to its end', async () => {
    const ids = Array.from({ length: 450 }, (_, index) => `A1b3/${index}`);
    const rows = await listed(`${ids.join('\n')}\nA1b3/0\n`);
    expect([rows.length, rows[199], rows[200], rows[450]]).toEqual([
      451,
      '200 link A1b3/199',
      '201 link A1b3/200',
      '451 repeat A1b3/0',
    ]);
  });

  test('needs a column that is named, if two have links or none', async () => {
    const two = 'short,branded\nhttps://acme.onelink.me/A1b3/one,https://go.acme.example/A1b3/one\n';
    await expect(listed(two)).rejects.toThrow('has short URLs in more than one column: short, branded.');
    expect(await listed(two, { column: 'Branded' })).toEqual(['2 link A1b3/one go.acme.example']);
    await expect(listed('a,b\n1,2\n')).rejects.toThrow(
      'has no column of short URLs. Name the column with --column. It has a, b.',
    );
    await expect(listed(two, { column: 'c' })).rejects.toThrow('has no column c. It has short, branded.');
  });

  test('has the brand domain of a link, whichever row has it', async () => {
    const rows = await listed(
      [
        'https://acme.onelink.me/A1b3/one',
        'https://go.acme.example/A1b3/one',
        'A1b3/two',
        'https://acme.example/go/A1b3/two',
        'https://go.acme.example/A1b3/two',
        'A1b3/three',
      ].join('\n'),
    );
    expect(rows).toEqual([
      '1 link A1b3/one go.acme.example',
      '2 repeat A1b3/one',
      '3 link A1b3/two brands differ',
      '4 repeat A1b3/two',
      '5 repeat A1b3/two',
      '6 link A1b3/three',
    ]);
  });

  test.each([
    ['is empty', ''],
    ['is empty', '\uFEFF \n\n  \r\n'],
    ['has no short URL', 'Short URL\n'],
    ['has no short URL', 'Short URL,Name\n'],
    ['has no short URL', 'Short URL\n\n ,\n'],
  ])('without a row %s, and the error names the cure', async (what, text) => {
    for (const ending of ['txt', 'csv'])
      await expect(listed(text, { ending })).rejects.toThrow(`${what}. Write a short URL on each line, such as`);
  });

  test.each([
    ['has no short URL. Line 1: ', '{\n  "a": 1\n}\n'],
    ['has no short URL. Line 1: must be one JSON object a line.', '"A1b3/one"\n"A1b3/two"\n'],
    ['has no short URL. Write a short URL on each line', '{}\n{}\n'],
    ['has no short URL. Line 2: links: must be text', '{}\n{"links":["A1b3/one"]}\n'],
    ['has no column of short URLs. Name the column with --column. It has a, b.', '{"a":1,"b":2}\n'],
    ['is a JSON array. Write one object a line', '["A1b3/one"]\n'],
  ])('of JSON without one: %s', async (words, text) => {
    await expect(listed(text, { ending: 'ndjson' })).rejects.toThrow(words);
  });

  test('with a column that is there twice asks for another name', async () => {
    const text = 'a,a\nA1b3/one,A1b3/two\n';
    await expect(listed(text, { ending: 'csv', column: 'a' })).rejects.toThrow('has more than one column a. Give one');
  });

  test('keeps why a row cannot be read, and goes on after it', async () => {
    const file = 'Short URL,Note\n"A1b3/one,x\nA1b3/two,y\n';
    const faults = (await rowsIn(file)).flatMap((row) => ('fault' in row ? [[row.line, row.fault]] : []));
    expect(faults).toEqual([[2, expect.stringContaining('the quotation mark that opens on line 2 does not close')]]);
    expect(await listed(file, { ending: 'csv' })).toEqual(['2 no-link', '3 link A1b3/two']);
  });

  test('that is no text is refused with the remedy', async () => {
    await expect(listed(Buffer.from('PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))).rejects.toThrow(/CSV/);
  });
});
