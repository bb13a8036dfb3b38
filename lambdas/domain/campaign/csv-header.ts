import { isUtf8 } from 'node:buffer';
import type { ByteWindow } from './byte-window.ts';
import { lineBreaks } from './byte-window.ts';
import { csvBlock } from './csv-block.ts';
import { blockBytes, type ReadFrom } from './file-rows.ts';
import { foreignFormat } from './foreign-format.ts';
import { targetNamed } from './targets.ts';
import { foreignFile, notUtf8, UnreadableFile } from './unreadable-file.ts';

const byteOrderMark = Buffer.from('\ufeff');
const delimiters = [',', ';', '\t'] as const;

/**
 * Reads the file up to the end of its header.
 *
 * @throws UnreadableFile
 */
export async function readHeader(window: ByteWindow): Promise<ReadFrom> {
  const { bytes, isAll } = await window.peek(blockBytes);
  const foreign = foreignFormat(bytes);
  if (foreign !== undefined) throw foreignFile(foreign);
  let at = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  let line = 1;
  let named: string | undefined;
  for (;;) {
    const rest = bytes.subarray(at);
    const { end, delimiter } = headerLine(rest, isAll);
    const text = rest.toString('utf8', 0, end).trim();
    if (end === 0) throw new UnreadableFile('empty', 'is empty. Its first line must have the names of the columns');
    refuseOther(text);
    const hint = /^"?sep=([,;\t|])"?$/i.exec(text)?.[1];
    const used = named ?? delimiter;
    const header = hint === undefined ? columnsIn(rest.subarray(0, end), used, line) : [];
    at += end;
    line += lineBreaks(rest.subarray(0, end));
    named = hint ?? named;
    if (header.length === 0) continue;
    refuseTitle(header, bytes.subarray(at));
    window.consume(at);
    return { byte: window.offset, line, header, delimiter: used };
  }
}

/** The end of the first line outside quotation marks, and the delimiter that occurs most in it. */
function headerLine(bytes: Buffer, isAll: boolean): { end: number; delimiter: string } {
  const counts = new Map<number, number>(delimiters.map((one) => [one.charCodeAt(0), 0]));
  let isQuoted = false;
  let end = 0;
  for (const byte of bytes) {
    end += 1;
    if (byte === 0x22) isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (byte === 0x0a) break;
    // A line that ends with CR alone, as on old Macs. CR CR LF is a line break too.
    if (byte === 0x0d && bytes[end] !== 0x0a && !(bytes[end] === 0x0d && bytes[end + 1] === 0x0a) && end < bytes.length)
      throw new UnreadableFile(
        'line-breaks',
        'ends its lines with CR only. Save it as “CSV UTF-8”, or convert it (tr "\\r" "\\n")',
      );
    const sofar = counts.get(byte);
    if (sofar !== undefined) counts.set(byte, sofar + 1);
  }
  if (isQuoted) throw new UnreadableFile('header', 'has a header whose quotation mark does not close');
  if (end === bytes.length && bytes[end - 1] !== 0x0a && !isAll)
    throw new UnreadableFile('header', `has a first line longer than ${blockBytes} bytes`);
  const most = delimiters.reduce((best, one) => (countOf(counts, one) > countOf(counts, best) ? one : best));
  return { end, delimiter: most };
}

const countOf = (counts: ReadonlyMap<number, number>, delimiter: string) => counts.get(delimiter.charCodeAt(0)) ?? 0;

function columnsIn(bytes: Buffer, delimiter: string, line: number): string[] {
  if (!isUtf8(bytes)) throw notUtf8(bytes, line);
  const { records, stop } = csvBlock(bytes, delimiter, 1);
  if (stop !== undefined) throw new UnreadableFile('header', 'has quotation marks in its header that do not match');
  const header = (records[0]?.cells ?? []).map((cell) => cell.trim());
  while (header.at(-1) === '') header.pop();
  return header;
}

/** So many rows after the first line show whether it is a title above the names of the columns. */
const rowsAfterTitle = 20;

/** A title above the columns is one cell that names no column of ours, and most of the next rows have more cells. */
function refuseTitle([title = '', ...others]: readonly string[], rest: Buffer): void {
  if (others.length > 0 || title === 'pid' || targetNamed(title) !== undefined) return;
  // Without a delimiter in the title, only the later rows show which one the file has.
  const isTitle = delimiters.some((one) => {
    const filled = csvBlock(rest, one, rowsAfterTitle)
      .records.map(({ cells }) => cells.filter((cell) => cell.trim() !== '').length)
      .filter((count) => count > 0);
    return filled.length > 1 && filled.filter((count) => count > 1).length > filled.length / 2;
  });
  if (!isTitle) return;
  throw new UnreadableFile(
    'header',
    'has one filled cell in its first line, and more in later lines. The first line must hold the names of the columns: delete the lines above it',
  );
}

function refuseOther(text: string): void {
  if (text.startsWith('['))
    throw new UnreadableFile(
      'format',
      'is a JSON array. Write one object a line, without [ and ], and give its name the ending .ndjson',
    );
  if (text.startsWith('{'))
    throw new UnreadableFile('format', 'is JSON. Give its name the ending .ndjson, with one object a line');
  if (/^<(?:!doctype|html|\?xml)/i.test(text))
    throw new UnreadableFile('format', 'is HTML or XML. Save it as “CSV UTF-8”');
}
