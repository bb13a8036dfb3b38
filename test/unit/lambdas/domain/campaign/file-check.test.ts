import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRows, type FileCheckRow } from '../../../../../lambdas/domain/campaign/file-check.ts';
import { openRows, type RowFormat, rowsFrom } from '../../../../../lambdas/domain/campaign/open-rows.ts';
import { countRow, noCounts } from '../../../../../lambdas/domain/campaign/report.ts';
import { checkedRowSchema } from '../../../../../lambdas/domain/campaign/row.ts';
import { RowReader } from '../../../../../lambdas/domain/campaign/row-reader.ts';
import { SeenKeys } from '../../../../../lambdas/domain/campaign/seen-keys.ts';
import { UnreadableFile } from '../../../../../lambdas/domain/campaign/unreadable-file.ts';
import { chunked } from './given-file.ts';
import { givenRules } from './given-rows.ts';

/** The file checked in slices of so many rows. Each slice begins with what the one before has left: a place, and the keys. */
async function checkedBySlices(format: RowFormat, bytes: Buffer, rowsPerSlice: number): Promise<FileCheckRow[]> {
  const all: FileCheckRow[] = [];
  const kept: Uint8Array[] = [];
  const opened = await openRows(format, chunked(bytes, 100));
  let { from } = opened;
  for (let rows = opened.rows; ; rows = rowsFrom(format, chunked(bytes.subarray(from.byte), 100), from)) {
    const seen = new SeenKeys();
    for (const slice of kept) seen.load(slice);
    const before = all.length;
    for await (const row of checkRows(rows, new RowReader(givenRules({}, { format })), seen, before)) {
      all.push(row);
      from = { ...from, byte: row.nextByte, line: row.nextLine, header: row.header };
      if (all.length === before + rowsPerSlice) break;
    }
    kept.push(seen.takeAdded());
    if (all.length < before + rowsPerSlice) return all;
  }
}

const cell = fc.constantFrom(
  '',
  '1',
  '2',
  'sms',
  'a/b',
  '"two\nlines"',
  'yes',
  '1.23E+15',
  'promo',
  ' x',
  '5" tv',
  '"open',
  '#N/A',
);
const csv = fc
  .array(fc.array(cell, { minLength: 4, maxLength: 6 }), { maxLength: 12 })
  .map((rows) => `request_id,pid,c,custom_link_id,qr\n${rows.map((cells) => cells.join(',')).join('\n')}`);
const object = fc.dictionary(
  fc.constantFrom('request_id', 'pid', 'c', 'custom_link_id', 'ttl'),
  fc.constantFrom('1', '2', 'sms', ''),
);
const ndjson = fc
  .array(object, { minLength: 1, maxLength: 8 })
  .map((rows) => rows.map((row) => JSON.stringify(row)).join('\n'));

describe('a check in slices', () => {
  test.each<[RowFormat, fc.Arbitrary<string>]>([
    ['csv', csv],
    ['ndjson', ndjson],
  ])('finds the same as a check in one go: %s', async (format, files) => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 4 }), async (text, rowsPerSlice) => {
        const bytes = Buffer.from(text);
        const sliced = await checkedBySlices(format, bytes, rowsPerSlice);
        expect(sliced).toEqual(await checkedBySlices(format, bytes, 1_000));
      }),
      { numRuns: 40 },
    );
  });
});

describe('any file', () => {
  const mess = fc
    .array(
      fc.constantFrom(
        '"',
        ',',
        ';',
        '\n',
        '\r',
        '\t',
        'pid',
        'request_id',
        'sms',
        '\u0000',
        '=',
        'ü',
        '{',
        '}',
        ':',
        '1',
      ),
      { maxLength: 80 },
    )
    .map((parts) => parts.join(''));

  test.each(['csv', 'ndjson'] as const)(
    'is refused, or has each row once with exactly one finding: %s',
    async (format) => {
      const text = fc.oneof(
        mess,
        mess.map((one) => `pid,request_id\n${one}`),
        mess.map((one) => `{"pid":"sms"}\n${one}`),
      );
      await fc.assert(
        fc.asyncProperty(text, async (file) => {
          const counts = noCounts();
          let row = 0;
          try {
            const { rows } = await openRows(format, chunked(Buffer.from(file), 7));
            for await (const one of checkRows(rows, new RowReader(givenRules({}, { format })), new SeenKeys())) {
              row += 1;
              expect(one.checked.row).toBe(row);
              expect(checkedRowSchema.parse(one.checked)).toEqual(one.checked);
              countRow(counts, one.checked, one.warnings);
            }
          } catch (error) {
            if (!(error instanceof UnreadableFile)) throw error;
          }
          expect(counts.rows).toBe(row);
          expect(counts.toSend + counts.unchanged + counts.rejected).toBe(row);
        }),
        { numRuns: 300 },
      );
    },
  );
});
