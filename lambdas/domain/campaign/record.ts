import * as z from 'zod';
import { faultSchema } from '../contract/fault.ts';
import { rowStatuses } from './row.ts';
import { campaignSettingsSchema } from './settings.ts';

/**
 * How a campaign stands:
 *
 * - `checking`   its rows are being checked, and written as chunks
 * - `waiting`    checked; it waits for an operator's approval
 * - `sending`    its chunks are sent and settled
 * - `finished`   every row has its final status, and the results are written
 * - `cancelled`  an operator has ended it. Rows that were not sent stay `not attempted`
 * - `refused`    the file as a whole cannot be used. `refusal` has the fault
 */
export const campaignStates = ['checking', 'waiting', 'sending', 'finished', 'cancelled', 'refused'] as const;
export type CampaignState = (typeof campaignStates)[number];

/** Rows of one chunk. A crash repeats at most one chunk, and one object of a chunk holds a few hundred KB at most. */
export const rowsPerChunk = 250;

/** Counts by status. `not attempted` is never stored: it is the rest of `rows`. */
export const talliesSchema = z.partialRecord(z.enum(rowStatuses), z.int().min(0));
export type Tallies = z.infer<typeof talliesSchema>;

/** An operator's name, from the identity that AWS has confirmed. The whole identity is in the act's audit record. */
const operator = z.string().optional();

/** The file of a campaign, as it was dropped. */
export const campaignFileSchema = z.object({
  /** `inbox/{source}/{name}.csv` */
  key: z.string(),
  /** Identifies the bytes. A slice of the check that meets other bytes ends, because a newer drop begins. */
  etag: z.string(),
  bytes: z.int(),
  /** Epoch milliseconds. */
  droppedAt: z.number(),
});
export type CampaignFile = z.infer<typeof campaignFileSchema>;

/** A chunk that was sent and is not settled. */
export const outstandingChunkSchema = z.object({
  chunk: z.int().min(1),
  /** Its rows in the lane's queue. */
  rows: z.int().min(0),
  /** Of these, rows that ask for an image. */
  images: z.int().min(0),
  /** Epoch milliseconds at which it was sent last. */
  sentAt: z.number(),
  /** How often its unanswered rows were sent again. */
  again: z.int().min(0),
  /** Its rows that were not sent, because the contract or the queue refused them. */
  refused: z.array(z.int()).optional(),
});
export type OutstandingChunk = z.infer<typeof outstandingChunkSchema>;

/** A campaign: one item of the ledger's table, `campaign#{source}/{name}`. Writers change it on conditions only. */
export const campaignRecordSchema = z.object({
  v: z.literal(1),
  source: z.string(),
  name: z.string(),
  /** Which drop of the file this is: 1 is the first. Chunks and results of different drops never mix. */
  drop: z.int().min(1),
  file: campaignFileSchema,
  /**
   * Epoch milliseconds from which `expires_at` counts, if it is not `file.droppedAt`. The same bytes that arrive again while
   * their earlier drop is under way are the same commands. Another TTL would make them others.
   */
  asOf: z.number().optional(),
  settings: campaignSettingsSchema,
  lane: z.string(),
  state: z.enum(campaignStates),
  /** An operator's pause. It stops the sending only. */
  paused: z.object({ at: z.number(), reason: z.string(), by: operator }).optional(),
  /** An operator's end. Rows that are with the lane are still settled. With `endedAt`, the results are written. */
  cancelled: z.object({ at: z.number(), by: operator }).optional(),
  refusal: faultSchema.optional(),
  /** Where the check continues. */
  check: z.object({
    /** The offset of the next row in the file, in bytes. */
    byte: z.int(),
    row: z.int(),
    line: z.int(),
    /** Absent until the header has been read. */
    header: z.array(z.string()).optional(),
    delimiter: z.string().optional(),
    /** Steps so far. Each has an object with the key digests of its rows, and one with its rejected rows. */
    digestObjects: z.int(),
    /** Whether the whole file has been read. The check then ends with its report. */
    done: z.boolean(),
  }),
  /** Rows that the check has read. After the check: all rows. */
  rows: z.int(),
  /** Rows with a command to send. */
  toSend: z.int(),
  /** Of these, rows that need a call of the quota (create, update, delete), and rows with a QR code. */
  quotaCalls: z.int(),
  qrCodes: z.int(),
  /** Of these, creates with a chosen ID, which need a GET first. */
  lookups: z.int().optional(),
  /** Chunks 1…`chunks` are written. */
  chunks: z.int(),
  /** Chunks 1…`sent` are in the lane's queue, or were. */
  sent: z.int(),
  /** Rows with a command in these chunks. Absent: none. */
  rowsSent: z.int().min(0).optional(),
  /** Chunks 1…`settled` are settled: each row has its final status, in a result object of the chunk. */
  settled: z.int(),
  /** Settled chunks after a gap. */
  settledBeyond: z.array(z.int()),
  /** The chunks that were sent and are not settled, in their order. Only the sender writes it. Absent: none. */
  outstanding: z.array(outstandingChunkSchema).optional(),
  /** Epoch milliseconds at which a chunk was settled last. */
  settledAt: z.number().optional(),
  /** Of the settled chunks. */
  tallies: talliesSchema,
  /** Rows that the check has rejected, in the settled chunks. `tallies.rejected` has those of the API, too. */
  rejectedSettled: z.int().min(0).optional(),
  /** What else the check has counted: rows that are not sent, rows to send by action, GETs before creates, warnings by rule. */
  found: z
    .object({
      lookups: z.int(),
      unchanged: z.int(),
      rejected: z.int(),
      actions: z.record(z.string(), z.int()),
      warningsByRule: z.record(z.string(), z.int()),
    })
    .optional(),
  /** The first faults of the check, for people: at most 20. */
  firstFaults: z.array(z.object({ line: z.int(), path: z.string(), rule: z.string(), message: z.string() })),
  /** Rejected rows of the check, by rule. */
  faultsByRule: z.record(z.string(), z.int()),
  /** Epoch milliseconds. */
  changedAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  /** When an operator approved it, and who. */
  approvedAt: z.number().optional(),
  approvedBy: operator,
  /** Grows with each write. A writer names the revision that it has read. */
  revision: z.int(),
});
export type CampaignRecord = z.infer<typeof campaignRecordSchema>;

/**
 * Rows by status. They always add up to `rows`. Rows that are not sent have their status since the check. The others have it when
 * their chunk is settled.
 */
export function rowCounts({
  rows,
  tallies,
  found,
  rejectedSettled,
}: Pick<CampaignRecord, 'rows' | 'tallies' | 'found' | 'rejectedSettled'>): Record<string, number> {
  const counts: Record<string, number> = { ...tallies };
  const settled = sumOf(counts);
  // A record that an earlier release has begun to settle does not tell which of the rejected rows the check has rejected.
  if (found !== undefined && (rejectedSettled !== undefined || settled === 0)) {
    add(counts, 'rejected', found.rejected - (rejectedSettled ?? 0));
    add(counts, 'unchanged', found.unchanged - (tallies.unchanged ?? 0));
  }
  return { ...counts, 'not attempted': rows - sumOf(counts) };
}

const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

function add(counts: Record<string, number>, status: string, count: number): void {
  if (count > 0) counts[status] = (counts[status] ?? 0) + count;
}

/** Whether somebody has still work with it. Only these are on the list of active campaigns. */
export const isActive = ({ state }: Pick<CampaignRecord, 'state'>) =>
  state === 'checking' || state === 'waiting' || state === 'sending';
