/** The columns of a results file, after the input's own. */
export const resultColumns = [
  'status',
  'reason',
  'faults',
  'short_url',
  'shortlink_id',
  'expires_at',
  'qr_file',
  'request_id',
] as const;

/** The columns of a file of rejected rows, after the input's own. */
export const rejectedColumns = ['line', 'reason'] as const;

const prefix = 'result_';

/** The names that the columns get beside the input's own: `request_id` becomes `result_request_id` if the input has one. */
export function addedNames(own: readonly string[], columns: readonly string[]): string[] {
  const taken = new Set(own.map((name) => name.toLowerCase()));
  return columns.map((column) => {
    let name = column;
    while (taken.has(name)) name = `${prefix}${name}`;
    return name;
  });
}

/**
 * How many columns at the end of a header the pipeline has added. They are all those of a results file, or of a file of
 * rejected rows, in their order. So such a file can be corrected and dropped again as it is.
 */
export function addedCount(header: readonly string[]): number {
  const matching = [resultColumns, rejectedColumns].find((columns) => {
    const own = header.slice(0, -columns.length);
    const last = header.slice(-columns.length);
    return own.length > 0 && addedNames(own, columns).every((name, index) => name === last[index]);
  });
  return matching?.length ?? 0;
}
