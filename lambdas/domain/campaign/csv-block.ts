import { CsvError, parse } from 'csv-parse/sync';

/** A record of a block, with the offset of its end in the block. */
export interface CsvRecord {
  cells: string[];
  end: number;
}

/**
 * Why a block's parsing stopped after its last record:
 *
 * - `unclosed`  a quotation mark opens and does not close
 * - `inside`    a quoted cell goes on after its closing quotation mark
 */
export type CsvStop = 'unclosed' | 'inside';

export interface CsvBlock {
  records: CsvRecord[];
  stop?: CsvStop | undefined;
}

/** A `\r\r\n` comes from tools that add a `\r` to lines that have one. */
const lineBreaks = ['\r\r\n', '\r\n', '\n'];

/**
 * The records of a block that begins with a record and ends with a line break, or with the end of the file. A quotation mark
 * inside a cell without quotation marks is text, as in `5" screen`.
 */
export function csvBlock(bytes: Buffer, delimiter: string, mostRecords = -1): CsvBlock {
  const records: CsvRecord[] = [];
  let at = 0;
  for (;;) {
    const { stop, read } = parsed(bytes.subarray(at), delimiter, { mostRecords });
    for (const { cells, end } of read) records.push({ cells, end: at + end });
    at = records.at(-1)?.end ?? 0;
    if (stop !== 'stray') return { records, stop };
    // Only this record is read in the relaxed way, which accepts text after a closing quotation mark.
    const [record] = parsed(bytes.subarray(at), delimiter, { mostRecords: 1, isRelaxed: true }).read;
    if (record === undefined) return { records, stop: 'unclosed' };
    at += record.end;
    records.push({ cells: record.cells, end: at });
    if (mostRecords === 1) return { records };
  }
}

const stops: Readonly<Record<string, CsvStop | 'stray'>> = {
  CSV_QUOTE_NOT_CLOSED: 'unclosed',
  CSV_INVALID_CLOSING_QUOTE: 'inside',
  INVALID_OPENING_QUOTE: 'stray',
};

function parsed(
  bytes: Buffer,
  delimiter: string,
  { mostRecords, isRelaxed = false }: { mostRecords: number; isRelaxed?: boolean },
): { read: CsvRecord[]; stop?: CsvStop | 'stray' | undefined } {
  const read: CsvRecord[] = [];
  if (bytes.length === 0) return { read };
  try {
    parse(bytes, {
      delimiter,
      record_delimiter: lineBreaks,
      relax_column_count: true,
      relax_quotes: isRelaxed,
      ...(mostRecords > 0 && { to: mostRecords }),
      on_record: (cells: string[], { bytes: end }: { bytes: number }) => {
        read.push({ cells, end });
        return undefined;
      },
    });
    return { read };
  } catch (error) {
    const stop = error instanceof CsvError ? stops[error.code] : undefined;
    if (stop === undefined) throw error;
    return { read, stop };
  }
}

/** The offset of the quotation mark that is open at the end of the bytes. They begin with a record. */
export function openedAt(bytes: Buffer): number {
  let opened = -1;
  for (let at = bytes.indexOf(0x22); at !== -1; at = bytes.indexOf(0x22, at + 1)) {
    if (opened === -1) opened = at;
    else if (bytes[at + 1] === 0x22) at += 1;
    else opened = -1;
  }
  return opened;
}
