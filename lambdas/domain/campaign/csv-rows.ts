import { isUtf8 } from 'node:buffer';
import { ByteWindow, lineBreaks } from './byte-window.ts';
import { csvBlock, openedAt } from './csv-block.ts';
import { readHeader } from './csv-header.ts';
import { blockBytes, type FileRow, maxRowBytes, type ReadFrom, type RowFile, rowTooLong } from './file-rows.ts';
import { notUtf8 } from './unreadable-file.ts';

/**
 * Opens a CSV file whose bytes are given from its start: with `,`, `;` or tabs, a byte-order mark, CRLF, a line `sep=;`.
 *
 * @throws UnreadableFile if it is no CSV in UTF-8, or has no header
 */
export async function openCsv(chunks: AsyncIterable<Uint8Array>): Promise<RowFile> {
  const window = new ByteWindow(chunks);
  const from = await readHeader(window);
  return { from, rows: rowsIn(window, from) };
}

/**
 * The rows of a CSV file from `from.byte` on, where the bytes begin. A row that cannot be read has a fault, and the next
 * line is read as a row again. Any division of the bytes into chunks gives the same rows.
 *
 * @throws UnreadableFile at a row that is not UTF-8
 */
export function csvRows(chunks: AsyncIterable<Uint8Array>, from: ReadFrom): AsyncGenerator<FileRow> {
  return rowsIn(new ByteWindow(chunks, from.byte), from);
}

async function* rowsIn(
  window: ByteWindow,
  { header, delimiter = ',', line: first }: ReadFrom,
): AsyncGenerator<FileRow> {
  let line = first;
  // A quotation mark that does not close in a block may close in a longer one.
  let size = blockBytes;
  try {
    for (;;) {
      const { bytes, isAll } = await window.peek(size);
      if (bytes.length === 0) return;
      const length = isAll ? bytes.length : bytes.lastIndexOf(0x0a) + 1;
      if (length === 0) {
        if (size === maxRowBytes) {
          const start = line;
          await window.skipLine();
          line += 1;
          yield { line: start, cells: [], fault: rowTooLong, header, nextByte: window.offset, nextLine: line };
        }
        size = size === maxRowBytes ? blockBytes : maxRowBytes;
        continue;
      }
      const block = bytes.subarray(0, length);
      const { records, stop } = csvBlock(block, delimiter);
      const isText = isUtf8(block);
      const begin = window.offset;
      let at = 0;
      for (const { cells, end } of records) {
        const raw = block.subarray(at, end);
        if (!isText && !isUtf8(raw)) throw notUtf8(raw, line);
        const start = line;
        line += lineBreaks(raw);
        at = end;
        if (cells.every((cell) => cell.trim() === '')) continue;
        yield { line: start, ...inColumns(cells, header), header, nextByte: begin + at, nextLine: line };
      }
      const rest = block.subarray(at);
      window.consume(at);
      const mayGoOn = stop === 'unclosed' && !isAll && (at > 0 || size < maxRowBytes);
      size = mayGoOn ? maxRowBytes : blockBytes;
      if (stop === undefined || mayGoOn) continue;
      const lineEnd = rest.indexOf(0x0a) + 1 || rest.length;
      const raw = rest.subarray(0, lineEnd);
      if (!isUtf8(raw)) throw notUtf8(raw, line);
      const start = line;
      line += lineBreaks(raw);
      window.consume(lineEnd);
      yield {
        line: start,
        cells: raw.toString('utf8').trimEnd().split(delimiter),
        fault: quoteFault(rest, stop === 'unclosed', delimiter, start),
        header,
        nextByte: window.offset,
        nextLine: line,
      };
    }
  } finally {
    await window.close();
  }
}

/** Drops empty cells beyond the last column. Any other number of cells is a fault. */
function inColumns(cells: string[], header: readonly string[]): Pick<FileRow, 'cells' | 'fault'> {
  let count = cells.length;
  while (count > header.length && cells[count - 1]?.trim() === '') count -= 1;
  const kept = count === cells.length ? cells : cells.slice(0, count);
  if (count === header.length) return { cells: kept };
  const remedy =
    count < header.length
      ? 'Are cells missing, or was the row cut off?'
      : 'Put a cell that holds the delimiter or a line break in quotation marks';
  const message = `has ${count} cells, and the header has ${header.length}. ${remedy}`;
  return { cells: kept, fault: { path: '', rule: 'cells', message } };
}

/** @param rest from the start of the row */
function quoteFault(rest: Buffer, isUnclosed: boolean, delimiter: string, start: number) {
  const opened = isUnclosed ? openedAt(rest) : openedBefore(rest, delimiter);
  const line = start + lineBreaks(rest.subarray(0, Math.max(0, opened)));
  const what = isUnclosed ? 'does not close' : 'closes in the middle of its cell';
  const message = `the quotation mark that opens on line ${line} ${what}. Double each quotation mark inside a cell in quotation marks`;
  return { path: '', rule: 'quotes', message };
}

/** The offset of the quotation mark whose cell goes on after the closing one. */
function openedBefore(bytes: Buffer, delimiter: string): number {
  let opened = -1;
  for (let at = bytes.indexOf(0x22); at !== -1; at = bytes.indexOf(0x22, at + 1)) {
    if (opened === -1) opened = at;
    else if (bytes[at + 1] === 0x22) at += 1;
    else {
      const after = bytes.toString('latin1', at + 1, at + 4);
      if (after !== '' && !after.startsWith(delimiter) && !/^(?:\n|\r\n|\r\r\n)/.test(after)) return opened;
      opened = -1;
    }
  }
  return opened;
}
