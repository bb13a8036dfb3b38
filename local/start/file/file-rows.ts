import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Parser, parse } from 'csv-parse';

interface Parsed {
  info: { bytes: number };
}

/**
 * Reads a CSV file on its own, so that the results can be compared with it.
 *
 * @param limit reads no more rows than this
 * @returns the rows after the header, without empty ones, and the offset in bytes after the last
 */
export async function rowsIn(path: string, limit = Number.POSITIVE_INFINITY): Promise<{ rows: number; bytes: number }> {
  const parser = parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
  });
  const source = createReadStream(path);
  const fed = pipeline(path.endsWith('.gz') ? [source, createGunzip(), parser] : [source, parser]);
  try {
    return await counted(parser, limit);
  } finally {
    // It ends early at the limit.
    source.destroy();
    parser.destroy();
    await fed.catch(() => {});
  }
}

async function counted(parser: Parser, limit: number): Promise<{ rows: number; bytes: number }> {
  let [rows, bytes] = [-1, 0];
  for await (const { info } of parser as AsyncIterable<Parsed>) {
    rows += 1;
    bytes = info.bytes;
    if (rows >= limit) break;
  }
  return { rows: Math.max(0, rows), bytes };
}
