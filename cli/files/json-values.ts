/** A piece of a file, and where it begins. */
export interface Piece {
  /** Line and byte count from 1. */
  line: number;
  byte: number;
  /** Undefined if the piece is longer than the limit. */
  bytes: Buffer | undefined;
}

/** The layout of a file is broken: the reader cannot separate its values after this line. */
export class BrokenLayout extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const [tab, lineFeed, carriageReturn, space, quote, comma, backslash] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Collects the chunks of a piece, up to a limit. */
class Gathering {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length <= this.#limit) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  take(): Buffer | undefined {
    const bytes = this.#length > this.#limit ? undefined : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    return bytes;
  }
}

/** The lines of a file, without their ends (LF or CRLF). Only LF ends a line, because JSON may hold an unescaped U+2028. */
export async function* linesIn(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Piece> {
  const gathered = new Gathering(limit);
  let line = 1;
  const piece = (): Piece => {
    const bytes = gathered.take();
    return { line: line++, byte: 1, bytes: bytes?.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      gathered.add(chunk.subarray(from, end));
      from = end + 1;
      yield piece();
    }
    gathered.add(chunk.subarray(from));
  }
  yield piece();
}

type Expected = 'begin' | 'value-or-end' | 'value' | 'comma-or-end' | 'nothing';

/**
 * The values of a file, unchanged, with at most one in memory: the elements of one array, or a sequence of objects. Only
 * brackets and quotes separate values. The caller checks whether each value is JSON.
 *
 * @throws BrokenLayout if there is something between two values, or if the end is missing
 */
export async function* valuesIn(
  chunks: AsyncIterable<Buffer>,
  layout: 'array' | 'sequence',
  limit: number,
): AsyncGenerator<Piece> {
  const gathered = new Gathering(limit);
  let [line, lineBegan, offset] = [1, 0, 0];
  let expects = (layout === 'array' ? 'begin' : 'value') as Expected;
  let begun: { line: number; byte: number } | undefined;
  let [depth, isString, isEscaped, isBare] = [0, false, false, false];

  const end = (): Piece => {
    const piece = { line, byte: 1, ...begun, bytes: gathered.take() };
    begun = undefined;
    isBare = false;
    expects = layout === 'array' ? 'comma-or-end' : 'value';
    return piece;
  };

  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed) {
        line += 1;
        lineBegan = offset + at + 1;
      }
      if (isString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) {
          isString = false;
          if (depth === 0) {
            gathered.add(chunk.subarray(from, at + 1));
            yield end();
          }
        }
        continue;
      }
      const isBlank = byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;
      if (begun !== undefined) {
        if (isBare) {
          if (!isBlank && byte !== comma && byte !== closeBracket) continue;
          gathered.add(chunk.subarray(from, at));
          yield end();
          // The byte that ended the value is read again below.
        } else {
          if (byte === quote) isString = true;
          else if (byte === openBrace || byte === openBracket) depth += 1;
          else if (byte === closeBrace || byte === closeBracket) depth -= 1;
          if (depth > 0) continue;
          gathered.add(chunk.subarray(from, at + 1));
          yield end();
          continue;
        }
      }
      if (isBlank) continue;
      if (expects === 'begin' && byte === openBracket) expects = 'value-or-end';
      else if (expects === 'comma-or-end' && byte === comma) expects = 'value';
      else if (layout === 'array' && expects.endsWith('-or-end') && byte === closeBracket) expects = 'nothing';
      else if (expects.startsWith('value') && byte !== comma && byte !== closeBracket && byte !== closeBrace) {
        begun = { line, byte: offset + at - lineBegan + 1 };
        from = at;
        isString = byte === quote;
        depth = byte === openBrace || byte === openBracket ? 1 : 0;
        isBare = !isString && depth === 0;
      } else throw new BrokenLayout(line, betweenWords(layout, expects, byte));
    }
    if (begun !== undefined) gathered.add(chunk.subarray(from));
    offset += chunk.length;
  }
  if (begun !== undefined && layout === 'sequence' && isBare) yield end();
  if (begun !== undefined) throw new BrokenLayout(begun.line, 'is JSON without an end');
  if (layout === 'array' && expects !== 'nothing') throw new BrokenLayout(line, 'ends before the array does');
}

function betweenWords(layout: string, expects: Expected, byte: number): string {
  if (layout === 'sequence' && byte === comma)
    return 'has a comma after a command: remove it, or put [ and ] around all commands';
  if (expects === 'value' && byte === closeBracket) return 'has a comma after the last command: remove it';
  if (layout === 'sequence') return 'is not JSON: it has other text between two commands';
  if (expects === 'nothing') return 'has other text after the end of the array';
  return expects === 'comma-or-end' ? 'lacks a comma between two commands' : 'is not JSON: a command is missing';
}
