import { isUtf8 } from 'node:buffer';
import { jsonFault } from '../../lambdas/domain/contract/json-fault.ts';
import { wireText } from '../../lambdas/domain/contract/wire-json.ts';
import { n } from '../words.ts';
import { foreignFormat, tellingBytes } from './foreign-file.ts';
import { BrokenLayout, linesIn, type Piece, valuesIn } from './json-values.ts';
import { maxBytes } from './message-batches.ts';
import type { Place, Unit } from './place-words.ts';

/** One message of a file: the body as it will be sent. */
export interface FileMessage extends Place {
  body: string;
  /** Why the pipeline will refuse it unread, if so. Never quotes the body: it is confidential. */
  fault?: string;
  /** Why it cannot be sent at all, if so; then it has no body. */
  unsendable?: string;
}

/** Blanks between values may make a piece longer than what is sent of it. */
const longestPieceBytes = 16 * maxBytes;

/**
 * Reads messages from NDJSON (one a line, blank lines left out), from a JSON array, or from JSON objects over several lines each.
 * In NDJSON each line is a body as it stands, whether it is JSON or not. Elsewhere the blanks between values are left out, and
 * everything else stays as it is written. Only the characters that SQS does not take are escaped. No more than one
 * message is in memory at a time.
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

/** Turns pieces into messages. The first one that is not UTF-8 says what to do. */
function pieceReader() {
  let isAdvised = false;
  return (
    { bytes, ...at }: Piece,
    line: number,
    bodyOf: (text: string) => string,
    unit: Unit = 'line',
  ): FileMessage => {
    const unsendable = (why: string): FileMessage => ({ line, body: '', unsendable: why });
    const tooLong = (length: string) => unsendable(`is ${length} bytes long; SQS takes ${n(maxBytes)}`);
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

/** Files that were joined have one in the middle, too. */
const withoutByteOrderMark = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text);

/** JSON without what stands between its values and names, which says nothing. */
function withoutBlanks(json: string): string {
  return json.replaceAll(/("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/gs, (_, text: string | undefined) => text ?? '');
}

type Layout = 'ndjson' | 'array' | 'sequence' | { foreign: string };

/** As of classic Mac OS, and of some spreadsheets. */
const onlyReturns = { foreign: "ends its lines by CR alone. Convert them: tr '\\r' '\\n' < <file> | onelink send -" };

/** Looks at the first line that is not blank, and gives back all chunks, without a byte-order mark at their beginning. */
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

/** @returns undefined when more of the file must be seen */
function layoutIn(head: Buffer, isAll: boolean): Layout | undefined {
  if (head.length < tellingBytes && !isAll) return undefined;
  const foreign = foreignFormat(head);
  if (foreign !== undefined) return { foreign };
  const text = withoutByteOrderMark(head.toString('utf8')).trimStart();
  if (text.startsWith('[')) return 'array';
  if (text !== '' && !text.startsWith('{')) return 'ndjson';
  const end = text.indexOf('\n');
  if (end === -1 && /^[^\n]*\}\s*\r\s*\{/.test(text)) return onlyReturns;
  if (end !== -1 || isAll) return isComplete(end === -1 ? text : text.slice(0, end)) ? 'ndjson' : 'sequence';
  return head.length > longestPieceBytes ? 'ndjson' : undefined;
}

/** A first line that is no JSON at all is told as such; one that only opens an object belongs to those below it. */
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

/** Where bytes stop being UTF-8: the offset of the first byte of what is none; undefined when all of them are. */
function firstNotUtf8(bytes: Buffer): number | undefined {
  if (isUtf8(bytes)) return undefined;
  // What is none is read as U+FFFD, which is written otherwise.
  const written = Buffer.from(bytes.toString('utf8'));
  let at = bytes.findIndex((byte, index) => byte !== written[index]);
  if (at === -1) at = bytes.length;
  while (((written[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}
