import { isUtf8 } from 'node:buffer';
import type { Fault } from '../contract/fault.ts';
import { isObject } from '../contract/json-object.ts';
import { readJson } from '../contract/json-reading.ts';
import { ByteWindow } from './byte-window.ts';
import { blockBytes, type FileRow, maxRowBytes, type ReadFrom, type RowFile, rowTooLong } from './file-rows.ts';
import { foreignFormat, tellingBytes } from './foreign-format.ts';
import { foreignFile, notUtf8, UnreadableFile } from './unreadable-file.ts';

/** More names than a file of rows has. Their number is bounded because the campaign's record holds them. */
const mostColumns = 500;

/**
 * Opens an NDJSON file whose bytes are given from its start. Each line is one object, and its names are the columns. A column
 * that a later line adds comes after the others. A value is text, a number (as it is written), or true or false. Null and a
 * missing name are an empty cell, and so is empty text. The objects `data` and `metadata` stand for the columns `data.*` and
 * `metadata.*`.
 *
 * @throws UnreadableFile if it is not NDJSON in UTF-8
 */
export async function openNdjson(chunks: AsyncIterable<Uint8Array>): Promise<RowFile> {
  const window = new ByteWindow(chunks);
  const { bytes } = await window.peek(tellingBytes);
  const foreign = foreignFormat(bytes);
  if (foreign !== undefined) throw foreignFile(foreign);
  if (bytes.toString('utf8').startsWith('\ufeff')) window.consume(3);
  const text = (await window.peek(blockBytes)).bytes.toString('utf8').trimStart();
  if (text === '') throw new UnreadableFile('empty', 'is empty');
  if (text.startsWith('['))
    throw new UnreadableFile('format', 'is a JSON array. Write one object a line, without [ and ]');
  const from: ReadFrom = { byte: window.offset, line: 1, header: [] };
  return { from, rows: rowsIn(window, from) };
}

/** The rows of an NDJSON file from `from.byte` on, where the bytes begin. */
export function ndjsonRows(chunks: AsyncIterable<Uint8Array>, from: ReadFrom): AsyncGenerator<FileRow> {
  return rowsIn(new ByteWindow(chunks, from.byte), from);
}

async function* rowsIn(window: ByteWindow, from: ReadFrom): AsyncGenerator<FileRow> {
  let { line, header } = from;
  let places = new Map(header.map((name, index) => [name, index]));
  let size = blockBytes;
  try {
    for (;;) {
      const { bytes, isAll } = await window.peek(size);
      if (bytes.length === 0) return;
      const length = isAll ? bytes.length : bytes.lastIndexOf(0x0a) + 1;
      if (length === 0 && size < maxRowBytes) {
        size = maxRowBytes;
        continue;
      }
      size = blockBytes;
      if (length === 0) {
        await window.skipLine();
        line += 1;
        const next = { nextByte: window.offset, nextLine: line };
        yield { line: line - 1, cells: [], fault: rowTooLong, header, ...next };
        continue;
      }
      const begin = window.offset;
      for (let at = 0; at < length; ) {
        const end = bytes.subarray(0, length).indexOf(0x0a, at) + 1 || length;
        const raw = bytes.subarray(at, end);
        if (!isUtf8(raw)) throw notUtf8(raw, line);
        const start = line;
        at = end;
        line += raw.at(-1) === 0x0a ? 1 : 0;
        const text = raw.toString('utf8').trim();
        if (text === '') continue;
        const { values, fault } = valuesIn(text);
        const added = [...values.keys()].filter((name) => !places.has(name));
        if (added.length > 0) {
          header = [...header, ...added];
          if (header.length > mostColumns)
            throw new UnreadableFile('columns', `has more than ${mostColumns} names of columns by line ${start}`);
          places = new Map(header.map((name, index) => [name, index]));
        }
        const cells = header.map(() => '');
        for (const [name, value] of values) cells[places.get(name) ?? 0] = value;
        const next = { nextByte: begin + at, nextLine: line };
        yield { line: start, cells, ...(fault && { fault }), header, ...next };
      }
      window.consume(length);
    }
  } finally {
    await window.close();
  }
}

/** A reviver that keeps a number as it is written. TypeScript lacks the type of its third argument. */
type ReviverWithSource = (name: string, value: unknown, context: { source?: string }) => unknown;
const asWritten: ReviverWithSource = (_, value, { source }) => (typeof value === 'number' ? (source ?? value) : value);

const broken = (rule: string, message: string, path = ''): { values: Map<string, string>; fault: Fault } => ({
  values: new Map(),
  fault: { path, rule, message },
});

function valuesIn(text: string): { values: Map<string, string>; fault?: Fault } {
  const reading = readJson(text);
  if ('problem' in reading) return broken('json', reading.problem);
  if (!isObject(reading.json)) return broken('json', 'must be one JSON object a line');
  const twice = reading.losses.find(({ kind }) => kind === 'duplicate');
  if (twice !== undefined)
    return broken('duplicate', 'occurs more than once, and all but one would be lost', twice.path.join('.'));
  const json = JSON.parse(text, asWritten as (this: unknown, name: string, value: unknown) => unknown);
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries<unknown>(json)) {
    const isNested = (name === 'data' || name === 'metadata') && isObject(value);
    const inside = isNested
      ? Object.entries(value).map(([key, one]) => [`${name}.${key}`, one] as const)
      : [[name, value] as const];
    for (const [column, one] of inside) {
      if (one === null) continue;
      if (typeof one !== 'string' && typeof one !== 'boolean')
        return broken('type', 'must be text, a number, true or false', column);
      if (values.has(column))
        return broken('duplicate', 'occurs more than once, and all but one would be lost', column);
      values.set(column, String(one));
    }
  }
  return { values };
}
