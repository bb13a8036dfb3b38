import { addedCount, resultColumns } from '../domain/campaign/added-columns.ts';
import { ByteWindow } from '../domain/campaign/byte-window.ts';
import { csvBlock } from '../domain/campaign/csv-block.ts';
import { readHeader } from '../domain/campaign/csv-header.ts';
import { withoutGuard } from '../domain/campaign/csv-text.ts';
import { blockBytes, maxRowBytes } from '../domain/campaign/file-rows.ts';
import type { CampaignSettings } from '../domain/campaign/settings.ts';
import { targetIn, targetNamed } from '../domain/campaign/targets.ts';
import { isObject } from '../domain/contract/json-object.ts';
import type { Persons } from './subject-persons.ts';

/** A file without the rows of the persons, and how many there were. */
export interface Redacted {
  bytes: Buffer;
  rows: number;
}

type Settings = Pick<CampaignSettings, 'columns' | 'defaults'>;

/** Whether a column of this name holds the subject, by its own name or by the settings. */
function isSubjectColumn(name: string, { columns = {} }: Settings): boolean {
  const mapped = Object.entries(columns).find(([written]) => written.trim() === name)?.[1];
  const target = mapped === undefined ? targetNamed(name) : targetIn(mapped);
  return target?.kind === 'field' && target.name === 'subject';
}

/**
 * Blanks the rows of the persons in a CSV file. Each keeps its line, its delimiters and its line break, so that the other rows
 * keep their numbers.
 *
 * @throws UnreadableFile if the file has no readable header
 */
export async function redactedCsv(
  bytes: Buffer,
  { source, settings }: { source: string; settings: Settings },
  persons: Persons,
): Promise<Redacted> {
  const { byte, header, delimiter = ',' } = await readHeader(new ByteWindow(once(bytes)));
  const added = addedCount(header);
  const own = header.slice(0, header.length - added);
  const columns = own.flatMap((name, index) => (isSubjectColumn(name, settings) ? [index] : []));
  const isByDefault = persons.isName(settings.defaults?.subject);
  // The last column of a file of results.
  const request = added === resultColumns.length ? header.length - 1 : -1;
  const isTheirs = (cells: readonly string[]) => {
    if (persons.isRequest(source, cells[request])) return true;
    const named = columns.map((column) => cells[column] ?? '').filter((cell) => cell.trim() !== '');
    if (named.some((cell) => persons.isName(added > 0 ? withoutGuard(cell) : cell))) return true;
    return named.length === 0 && isByDefault && cells.some((cell) => cell.trim() !== '');
  };
  const parts: Buffer[] = [bytes.subarray(0, byte)];
  let rows = 0;
  for (const { raw, cells, isBroken } of csvRecords(bytes.subarray(byte), delimiter)) {
    const isRow = isTheirs(cells) || (isBroken && persons.isMentionedIn(raw.toString('utf8')));
    if (isRow) rows += 1;
    parts.push(isRow ? blank(raw, cells.length, delimiter) : raw);
  }
  return { bytes: Buffer.concat(parts), rows };
}

/** After so many rows on end that cannot be read, the file is no CSV, and each attempt to read on would cost a block. */
const mostBroken = 100;

/** The rows with their bytes, in blocks as the check reads them. A row that cannot be read goes line by line. */
function* csvRecords(bytes: Buffer, delimiter: string): Generator<{ raw: Buffer; cells: string[]; isBroken: boolean }> {
  let size = blockBytes;
  let broken = 0;
  for (let at = 0; at < bytes.length; ) {
    if (broken >= mostBroken) {
      const line = brokenLine(bytes, at, delimiter);
      yield line;
      at += line.raw.length;
      continue;
    }
    const window = bytes.subarray(at, at + size);
    const isAll = at + window.length === bytes.length;
    const length = isAll ? window.length : window.lastIndexOf(0x0a) + 1;
    if (length === 0 && size < maxRowBytes) {
      size = maxRowBytes;
      continue;
    }
    const { records, stop } = csvBlock(window.subarray(0, length), delimiter);
    let start = 0;
    for (const { cells, end } of records) {
      yield { raw: window.subarray(start, end), cells, isBroken: false };
      start = end;
    }
    if (start > 0) broken = 0;
    at += start;
    const mayGoOn = stop === 'unclosed' && !isAll && (start > 0 || size < maxRowBytes);
    size = mayGoOn ? maxRowBytes : blockBytes;
    if (mayGoOn || (stop === undefined && start > 0)) continue;
    const line = brokenLine(bytes, at, delimiter);
    yield line;
    at += line.raw.length;
    broken += 1;
  }
}

function brokenLine(bytes: Buffer, at: number, delimiter: string) {
  const raw = bytes.subarray(at, bytes.indexOf(0x0a, at) + 1 || bytes.length);
  return { raw, cells: raw.toString('utf8').trimEnd().split(delimiter).map(withoutQuotes), isBroken: true };
}

const withoutQuotes = (cell: string) => cell.trim().replaceAll(/^"|"$/g, '');

/** The row's delimiters, and each of its line breaks, so that later rows keep their lines. */
function blank(raw: Buffer, cells: number, delimiter: string): Buffer {
  const text = raw.toString('utf8');
  const breaks = text.match(/\r*\n/g) ?? [];
  const inside = breaks.length - (/\n$/.test(text) ? 1 : 0);
  const empty = delimiter.repeat(Math.max(0, cells - 1));
  return Buffer.from(`${empty}${inside > 0 ? breaks.slice(0, inside).join('') : ''}${breaks.slice(inside).join('')}`);
}

/** Empties the rows of the persons in a dropped NDJSON file. */
export function redactedNdjson(bytes: Buffer, settings: Settings, persons: Persons): Redacted {
  const isByDefault = persons.isName(settings.defaults?.subject);
  return byLine(bytes, (line) => {
    const json = jsonOf(line);
    if (!isObject(json)) return persons.isNamedIn(line) ? '{}' : undefined;
    const named = Object.entries(json).filter(([name, value]) => isSubjectColumn(name, settings) && hasText(value));
    const isTheirs = named.some(([, value]) => persons.isName(String(value)));
    return isTheirs || (named.length === 0 && isByDefault && Object.keys(json).length > 0) ? '{}' : undefined;
  });
}

const hasText = (value: unknown) => value !== null && value !== undefined && String(value).trim() !== '';

/**
 * Empties the rows of the persons in what the pipeline keeps of a campaign: chunks, their results, and the results of the whole
 * campaign. A row keeps its number and its status.
 *
 * @param header the campaign's columns, in the order of a row's cells. If they are not known, any cell may hold the subject.
 */
export function redactedRows(
  bytes: Buffer,
  { source, header, settings }: { source: string; header: readonly string[] | undefined; settings: Settings },
  persons: Persons,
): Redacted {
  const columns = header?.flatMap((name, index) => (isSubjectColumn(name, settings) ? [index] : []));
  const isByDefault = persons.isName(settings.defaults?.subject);
  return byLine(bytes, (line) => {
    const json = jsonOf(line);
    if (!isObject(json)) return undefined;
    const { row, line: number, cells, command, check, status, requestId, onelinkId, shortlinkId, link } = json;
    const texts = Array.isArray(cells) ? cells.map(String) : [];
    const named = (columns?.map((column) => texts[column] ?? '') ?? texts).filter((cell) => cell.trim() !== '');
    const ofCommand = isObject(command) ? command : {};
    const ofLink = isObject(link) ? link : {};
    const isTheirs =
      persons.isName(ofCommand.subject) ||
      named.some((cell) => persons.isName(cell)) ||
      (named.length === 0 && isByDefault && texts.length > 0) ||
      persons.isRequest(source, requestId) ||
      persons.isLink(onelinkId, shortlinkId) ||
      persons.isLink(ofLink.onelinkId, ofLink.shortlinkId);
    if (!isTheirs) return undefined;
    const place = { row, line: number, cells: [] };
    if (status !== undefined) return JSON.stringify({ ...place, status });
    if (check === undefined) return '{}';
    return JSON.stringify({ ...place, check: 'rejected', faults: [erased] });
  });
}

const erased = { path: '', rule: 'subject-erased', message: 'was erased, with everything else of its subject' };

/** @param emptied the line that takes a line's place; undefined if it stays */
function byLine(bytes: Buffer, emptied: (line: string) => string | undefined): Redacted {
  let rows = 0;
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => {
      const next = line.trim() === '' ? undefined : emptied(line);
      // What is empty already is no row of anybody.
      if (next === undefined || next === line) return line;
      rows += 1;
      return next;
    });
  return { bytes: Buffer.from(lines.join('\n')), rows };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

/** Removes the persons from the defaults of a campaign's settings. */
export function redactedSettings(bytes: Buffer, persons: Persons): Redacted {
  const json = jsonOf(bytes.toString('utf8'));
  if (!isObject(json) || !isObject(json.defaults) || !persons.isName(json.defaults.subject)) return { bytes, rows: 0 };
  const { subject: _, ...defaults } = json.defaults;
  return { bytes: Buffer.from(JSON.stringify({ ...json, defaults })), rows: 1 };
}
