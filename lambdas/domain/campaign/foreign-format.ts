/** A format that holds no UTF-8 text. */
export interface ForeignFormat {
  /** Worded to follow the file's name: `is a ZIP archive, as .xlsx files are`. */
  is: string;
  kind: 'archive' | 'spreadsheet' | 'document' | 'table' | 'encoding';
  /** The program that unpacks it, if it is compressed. */
  unpackedBy?: string;
  /** What `iconv` calls its encoding. */
  encoding?: string;
}

/** By their first bytes. */
const signatures: readonly (readonly [bytes: string, format: ForeignFormat])[] = [
  ['504b0304', { is: 'is a ZIP archive, as .xlsx files are', kind: 'spreadsheet' }],
  ['504b0506', { is: 'is an empty ZIP archive', kind: 'archive' }],
  ['d0cf11e0', { is: 'is an old Office file (.xls)', kind: 'spreadsheet' }],
  ['1f8b', { is: 'is compressed by gzip', kind: 'archive', unpackedBy: 'gunzip -c' }],
  ['28b52ffd', { is: 'is compressed by zstd', kind: 'archive', unpackedBy: 'zstd -dc' }],
  ['fd377a585a', { is: 'is compressed by xz', kind: 'archive', unpackedBy: 'xz -dc' }],
  ['425a68', { is: 'is compressed by bzip2', kind: 'archive', unpackedBy: 'bzip2 -dc' }],
  ['377abcaf', { is: 'is a 7-Zip archive', kind: 'archive' }],
  ['25504446', { is: 'is a PDF', kind: 'document' }],
  ['50415231', { is: 'is a Parquet file', kind: 'table' }],
  ['7b5c727466', { is: 'is a rich-text document (RTF)', kind: 'document' }],
  ['fffe0000', { is: 'is UTF-32', kind: 'encoding', encoding: 'UTF-32' }],
  ['0000feff', { is: 'is UTF-32', kind: 'encoding', encoding: 'UTF-32' }],
  ['fffe', { is: 'is UTF-16', kind: 'encoding', encoding: 'UTF-16' }],
  ['feff', { is: 'is UTF-16', kind: 'encoding', encoding: 'UTF-16' }],
];

/** How many bytes identify a format. */
export const tellingBytes = 5;

export function foreignFormat(head: Uint8Array): ForeignFormat | undefined {
  const hex = Buffer.from(head.subarray(0, tellingBytes)).toString('hex');
  const known = signatures.find(([bytes]) => hex.startsWith(bytes));
  if (known !== undefined) return known[1];
  // UTF-16 without a byte-order mark: one of the first two bytes of ASCII text is a zero.
  const [first = 0, second = 0, third = 0] = head;
  if (head.length > 1 && first !== 0 && second === 0 && third !== 0) return utf16('LE');
  return head.length > 1 && first === 0 && second !== 0 ? utf16('BE') : undefined;
}

const utf16 = (order: 'LE' | 'BE'): ForeignFormat => ({
  is: 'is UTF-16',
  kind: 'encoding',
  encoding: `UTF-16${order}`,
});
