/** The formats of files that hold no text, by their first bytes, and how to convert them. */
const signatures: readonly (readonly [bytes: string, words: string])[] = [
  ['504b0304', 'is a ZIP archive, as .xlsx files are. Unpack it, or save the sheet as text and make NDJSON of it'],
  ['504b0506', 'is an empty ZIP archive'],
  ['d0cf11e0', 'is an old Office file (.xls). Save the sheet as text and make NDJSON of it'],
  ['1f8b', 'is compressed by gzip. Unpack it: gunzip -c <file> | onelink send -'],
  ['28b52ffd', 'is compressed by zstd. Unpack it: zstd -dc <file> | onelink send -'],
  ['fd377a585a', 'is compressed by xz. Unpack it: xz -dc <file> | onelink send -'],
  ['425a68', 'is compressed by bzip2. Unpack it: bzip2 -dc <file> | onelink send -'],
  ['377abcaf', 'is a 7-Zip archive. Unpack it'],
  ['25504446', 'is a PDF. Commands are NDJSON or a JSON array'],
  ['50415231', 'is a Parquet file. Make NDJSON of it'],
  ['7b5c727466', 'is a rich-text document (RTF). Save it as plain text'],
  ['fffe0000', 'is UTF-32. Save the file as UTF-8 (iconv -f UTF-32 -t UTF-8)'],
  ['0000feff', 'is UTF-32. Save the file as UTF-8 (iconv -f UTF-32 -t UTF-8)'],
  ['fffe', 'is UTF-16. Save the file as UTF-8 (iconv -f UTF-16 -t UTF-8)'],
  ['feff', 'is UTF-16. Save the file as UTF-8 (iconv -f UTF-16 -t UTF-8)'],
];

/** How many bytes identify a format. */
export const tellingBytes = 5;

export function foreignFormat(head: Buffer): string | undefined {
  const known = signatures.find(([bytes]) => head.subarray(0, bytes.length / 2).toString('hex') === bytes);
  if (known !== undefined) return known[1];
  // UTF-16 without a byte-order mark: one of the first two bytes of ASCII text is a zero.
  const [first = 0, second = 0, third = 0] = head;
  if (head.length > 1 && first !== 0 && second === 0 && third !== 0) return utf16('LE');
  return head.length > 1 && first === 0 && second !== 0 ? utf16('BE') : undefined;
}

const utf16 = (order: 'LE' | 'BE') => `is UTF-16. Save the file as UTF-8 (iconv -f UTF-16${order} -t UTF-8)`;
