import * as z from 'zod';
import { faultSchema } from '../contract/fault.ts';

/**
 * What the check found for a row:
 *
 * - `send`       a valid command, whose outcome decides what the row becomes
 * - `unchanged`  its key is known, and its link is as the row wants it. Nothing is sent
 * - `rejected`   it has faults. Nothing is sent
 */
const common = {
  /** 1 for the first row after the header. */
  row: z.int(),
  /** The line of the file on which the row starts: 1 is the header's. */
  line: z.int(),
  /** The row as it was, in the order of the file's columns, for the results. */
  cells: z.array(z.string()),
  /** What identifies the row in its campaign: the key column's text, or a digest of the row. Absent if it cannot be read. */
  key: z.string().optional(),
};
export const checkedRowSchema = z.discriminatedUnion('check', [
  z.object({
    ...common,
    check: z.literal('send'),
    requestId: z.string(),
    /** The command as it goes onto the lane's queue, as an object of the contract. */
    command: z.record(z.string(), z.unknown()),
    /** The row asks for a code too, but its command is an update, which makes none. */
    wantsCode: z.literal(true).optional(),
  }),
  z.object({
    ...common,
    check: z.literal('unchanged'),
    /** The request that made the link. */
    requestId: z.string(),
    link: z.object({ onelinkId: z.string(), shortlinkId: z.string() }),
  }),
  z.object({
    ...common,
    check: z.literal('rejected'),
    requestId: z.string().optional(),
    /** `path` is the column's header where a column is at fault. */
    faults: z.array(faultSchema).min(1),
  }),
]);
/** A line of a chunk. */
export type CheckedRow = z.infer<typeof checkedRowSchema>;

/** What became of a row. Each row of a campaign has exactly one of these statuses. */
export const rowStatuses = [
  'created',
  'updated',
  'deleted',
  'adopted',
  'migrated',
  'unchanged',
  'rejected',
  'failed',
  'not attempted',
] as const;
export type RowStatus = (typeof rowStatuses)[number];

/** The line of a result: the row, and what became of it. */
export const rowResultSchema = z.object({
  row: z.int(),
  line: z.int(),
  cells: z.array(z.string()),
  key: z.string().optional(),
  requestId: z.string().optional(),
  status: z.enum(rowStatuses),
  /** The outcome's reason, that of a missing code (`code-…`), or `invalid-row`, `duplicate`, `unanswered`. */
  reason: z.string().optional(),
  faults: z.array(faultSchema).optional(),
  onelinkId: z.string().optional(),
  shortlinkId: z.string().optional(),
  shortUrl: z.string().optional(),
  expiresAt: z.string().optional(),
  /** The key of the image in the QR bucket. */
  qrKey: z.string().optional(),
  /** `pending`: the row asks for an image that is not made yet. */
  qr: z.enum(['ready', 'pending', 'failed']).optional(),
});
export type RowResult = z.infer<typeof rowResultSchema>;
