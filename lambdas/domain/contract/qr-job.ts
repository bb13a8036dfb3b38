import * as z from 'zod';
import { qrOptions } from './command.ts';

/** A job that the link worker sends to the QR worker, through the lane's QR queue. */
export const qrJobSchema = z.object({
  specVersion: z.literal('1.0'),
  source: z.string(),
  requestId: z.string(),
  /** The action of the command: `qr`, or a create with a QR code. */
  action: z.enum(['create', 'qr']),
  /** The ID of the command's message. */
  messageId: z.string(),
  commandDigest: z.string(),
  onelinkId: z.string(),
  shortlinkId: z.string(),
  version: z.int().optional(),
  qr: qrOptions.strip(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** Epoch milliseconds at which the command was sent. */
  sentAtMilliseconds: z.number(),
});
export type QrJob = z.infer<typeof qrJobSchema>;
