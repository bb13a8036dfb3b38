import type { LinkRecord, RequestRecord } from '../link/ledger-record.ts';
import type { OutcomeKind } from '../contract/outcome.ts';
import type { CheckedRow, RowResult, RowStatus } from './row.ts';

/** The status of a row that was sent, by its recorded outcome. `parked` and the like have none yet. */
export declare function statusOf(outcome: OutcomeKind): RowStatus | undefined;

/**
 * What became of a row, as far as it is known.
 *
 * @param known.commandDigest of the row's command, with the pipeline's secret. Another digest in the request record is another command
 * @param known.unanswered the row was sent three times and has no answer
 * @param known.qrOverdue its image is so late that it counts as failed
 */
export declare function rowResult(
  row: CheckedRow,
  known?: {
    request?: RequestRecord | undefined;
    link?: LinkRecord | undefined;
    commandDigest?: string | undefined;
    unanswered?: boolean;
    qrOverdue?: boolean;
  },
): RowResult;

/** Whether nothing of the row can change any more: it has its status, and its image if it asks for one. */
export declare function isSettled(result: RowResult): boolean;

/** The results' columns, beside the input's own. */
export declare const resultColumns: readonly [
  'status', 'reason', 'faults', 'short_url', 'shortlink_id', 'expires_at', 'qr_file', 'request_id',
];

/** The first line of a results file. @param header the record's, as the file had it */
export declare function resultHead(header: readonly string[], delimiter?: string): string;
export declare function resultLine(header: readonly string[], result: RowResult, delimiter?: string): string;

/** The first line of a file of rejected rows. Corrected, it can be dropped again as it is. */
export declare function rejectedHead(header: readonly string[], delimiter?: string): string;
export declare function rejectedLine(
  header: readonly string[],
  row: Extract<CheckedRow, { check: 'rejected' }>,
  delimiter?: string,
): string;
