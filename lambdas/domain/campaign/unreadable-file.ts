import type { Fault } from '../contract/fault.ts';
import type { ForeignFormat } from './foreign-format.ts';

/** The file as a whole cannot be used. The campaign becomes `refused`, with this fault. It never quotes a cell. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly fault: Fault;

  /**
   * @param message worded to follow the file's name: `is UTF-16. …`
   * @param path the column's header, if one is at fault
   */
  constructor(rule: string, message: string, path = '') {
    super(message);
    this.fault = { path, rule, message };
  }
}

const saveAsUtf8 = 'In Excel, save it as “CSV UTF-8 (comma delimited)”';

/** A file in another format under the name of a CSV or NDJSON file. */
export function foreignFile({ is, kind, unpackedBy, encoding }: ForeignFormat): UnreadableFile {
  if (encoding !== undefined) {
    return new UnreadableFile('encoding', `${is}. ${saveAsUtf8}, or convert it (iconv -f ${encoding} -t UTF-8)`);
  }
  const unpack = unpackedBy === undefined ? 'Unpack it' : `Unpack it (${unpackedBy} <file>)`;
  const gzip = is.includes('gzip') ? ', or add .gz to its name' : '';
  return new UnreadableFile('format', `${is}. ${kind === 'archive' ? `${unpack}${gzip}` : saveAsUtf8}`);
}

/** @param row the bytes of the row that is not UTF-8, which starts on this line */
export function notUtf8(row: Buffer, line: number): UnreadableFile {
  const written = Buffer.from(row.toString('utf8'));
  const at = Math.max(
    0,
    row.findIndex((byte, index) => byte !== written[index]),
  );
  const on = line + row.subarray(0, at).filter((byte) => byte === 0x0a).length;
  const value = (row[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const message = `is not UTF-8: line ${on} holds the byte 0x${value}. ${saveAsUtf8}, or convert it (iconv -f WINDOWS-1252 -t UTF-8)`;
  return new UnreadableFile('encoding', message);
}

/** @param error zlib's, whose codes are such as Z_DATA_ERROR and Z_BUF_ERROR; any other error gives undefined */
export function notGzip(error: unknown): UnreadableFile | undefined {
  if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) return undefined;
  // Zlib's words for bytes that do not begin as gzip does.
  return error.message.includes('incorrect header check')
    ? new UnreadableFile('gzip', 'is not compressed by gzip, although its name ends in .gz. Take .gz off its name')
    : new UnreadableFile('gzip', 'is no whole gzip file. Compress it again');
}
