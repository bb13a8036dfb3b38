import { isUtf8 } from 'node:buffer';
import { tellingBytes } from '../../lambdas/domain/campaign/foreign-format.ts';
import { jsonFault } from '../../lambdas/domain/contract/json-fault.ts';
import { wireText } from '../../lambdas/domain/contract/wire-json.ts';
import { n } from '../words/words.ts';
import { foreignFile } from './foreign-file.ts';
import { BrokenLayout, linesIn, type Piece, valuesIn } from './json-values.ts';
import { maxBytes } from './message-batches.ts';
import type { Place, Unit } from './place-words.ts';

/** One message of a file, with the body to send. */
export interface FileMessage extends Place {
  body: string;
  /** Why the pipeline would refuse it as unreadable. It never quotes the body, which is confidential. */
  fault?: string;
  /** Why it cannot be sent. The message then has no body. */
  unsendable?: string;
}

/** A piece may be longer than the body made from it, by the blanks between its values. */
const longestPieceBytes = 16 * maxBytes;

/**
 * Reads messages from NDJSON (one per line, without blank lines), from a JSON array, or from JSON objects over several lines.
 * In NDJSON, each line is a body, even if it is not JSON. In the other formats, the reader removes the blanks between values
 * and changes nothing else. It escapes only characters that SQS refuses. It holds one message in memory at a time.
 */
export async function* messagesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileMessage> {
  const { layout, all } = await layoutOf(chunks);
  if (typeof layout === 'object') {
    yield { line: 1, body: '', unsendable: layout.foreign };
    return;
  }
  const read = pieceReader();
  if (layout === 'ndjson') {
    for await (const piece of linesIn(all, longestPieceBytes)) {
      const message = read(piece, piece.line, (text) => text);
      if (message.unsendable !== undefined || message.body.trim() !== '') yield message;
    }
    return;
  }
  let place = 0;
  try {
    for await (const piece of valuesIn(all, layout, longestPieceBytes)) {
      place += 1;
      if (layout === 'sequence') yield read(piece, piece.line, withoutBlanks);
      else yield { ...read(piece, place, withoutBlanks, 'element'), unit: 'element' };
    }
  } catch (error) {
    if (!(error instanceof BrokenLayout)) throw error;
    yield { line: error.line, body: '', unsendable: error.message };
  }
}

/** Turns pieces into messages. The first message that is not UTF-8 explains the fix. */
function pieceReader() {
  let isAdvised = false;
  return (
    { bytes, ...at }: Piece,
    line: number,
    bodyOf: (text: string) => string,
    unit: Unit = 'line',
  ): FileMessage => {
    const unsendable = (why: string): FileMessage => ({ line, body: '', unsendable: why });
    const tooLong = (length: string) => unsendable(`is ${length} bytes long; SQS accepts ${n(maxBytes)}`);
    if (bytes === undefined) return tooLong(`more than ${n(longestPieceBytes)}`);
    const strange = firstNotUtf8(bytes);
    if (strange !== undefined) {
      const advice = isAdvised ? '' : '. Save the file as UTF-8 (for instance: iconv -f WINDOWS-1252 -t UTF-8)';
      isAdvised = true;
      const place = placeOf(strange, bytes, at);
      const where =
        unit === 'line' && place.line === line
          ? `byte ${place.byte}`
          : `line ${place.line}, byte ${place.byte} of the file`;
      const value = (bytes[strange] ?? 0).toString(16).toUpperCase().padStart(2, '0');
      return unsendable(`is not UTF-8: ${where} is 0x${value}${advice}`);
    }
    const text = bodyOf(withoutByteOrderMark(bytes.toString('utf8')));
    const body = wireText(text);
    const length = Buffer.byteLength(body);
    if (length > maxBytes) return tooLong(n(length));
    return checked({ line, body });
  };
}

function placeOf(offset: number, bytes: Buffer, at: { line: number; byte: number }) {
  const before = bytes.subarray(0, offset);
  const lineBegan = before.lastIndexOf(0x0a);
  if (lineBegan === -1) return { line: at.line, byte: at.byte + offset };
  return { line: at.line + before.filter((byte) => byte === 0x0a).length, byte: offset - lineBegan };
}

/** Concatenated files have one in the middle, too. */
const withoutByteOrderMark = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text);

/** JSON without the blanks between its values and names. */
function withoutBlanks(json: string): string {
  return json.replaceAll(/("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/gs, (_, text: string | undefined) => text ?? '');
}

type Layout = 'ndjson' | 'array' | 'sequence' | { foreign: string };

/** Files of classic Mac OS, and of some spreadsheets. */
const onlyReturns = { foreign: "ends its lines with CR only. Convert them: tr '\\r' '\\n' < <file> | onelink send -" };

/** Finds the layout from the first line that is not blank. Returns all chunks, without a byte-order mark at the beginning. */
async function layoutOf(chunks: AsyncIterable<Buffer>): Promise<{ layout: Layout; all: AsyncIterable<Buffer> }> {
  const source = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let layout: Layout | undefined;
  while (layout === undefined) {
    const { value, done } = await source.next();
    if (!done) head = Buffer.concat([head, value]);
    layout = layoutIn(head, done === true);
  }
  const start = head.subarray(0, 3).equals(Buffer.from('\ufeff')) ? head.subarray(3) : head;
  return { layout, all: joined(start, source) };
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** @returns undefined if it needs more of the file */
function layoutIn(head: Buffer, isAll: boolean): Layout | undefined {
  if (head.length < tellingBytes && !isAll) return undefined;
  const foreign = foreignFile(head);
  if (foreign !== undefined) return { foreign };
  const text = withoutByteOrderMark(head.toString('utf8')).trimStart();
  if (text.startsWith('[')) return 'array';
  if (text !== '' && !text.startsWith('{')) return 'ndjson';
  const end = text.indexOf('\n');
  if (end === -1 && /^[^\n]*\}\s*\r\s*\{/.test(text)) return onlyReturns;
  if (end !== -1 || isAll) return isComplete(end === -1 ? text : text.slice(0, end)) ? 'ndjson' : 'sequence';
  return head.length > longestPieceBytes ? 'ndjson' : undefined;
}

/** Whether a first line is a whole message. A line that only opens an object continues on the next lines. */
function isComplete(line: string): boolean {
  if (jsonOf(line).fault === undefined) return true;
  return !/^\s*\{\s*$/.test(line) && !/[{,[]\s*$/.test(line);
}

function checked(message: FileMessage): FileMessage {
  const { json, fault } = jsonOf(message.body);
  if (fault !== undefined) return { ...message, fault };
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isObject ? message : { ...message, fault: 'is not a JSON object' };
}

function jsonOf(text: string): { json?: unknown; fault?: string } {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { fault: `is not JSON ${jsonFault(text)}` };
  }
}

/** The offset of the first byte that is not UTF-8; undefined if all of them are UTF-8. */
function firstNotUtf8(bytes: Buffer): number | undefined {
  if (isUtf8(bytes)) return undefined;
  // Invalid bytes are read as U+FFFD, and written as other bytes.
  const written = Buffer.from(bytes.toString('utf8'));
  let at = bytes.findIndex((byte, index) => byte !== written[index]);
  if (at === -1) at = bytes.length;
  while (((written[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}
