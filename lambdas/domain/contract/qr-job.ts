import * as z from 'zod';
import { qrFormats } from './link-spec.ts';

/** What the link worker asks of the QR worker, through the lane's QR queue. */
export const qrJobSchema = z.object({
  specVersion: z.literal('1.0'),
  source: z.string(),
  requestId: z.string(),
  /** The command that asked: `qr` itself, or a create that wants a code with its link. */
  action: z.enum(['create', 'qr']),
  /** The message that brought the command. */
  messageId: z.string(),
  commandDigest: z.string(),
  onelinkId: z.string(),
  shortlinkId: z.string(),
  version: z.int().optional(),
  qr: z.object({
    size: z.int().optional(),
    format: z.enum(qrFormats),
    margin: z.boolean().optional(),
    brandDomain: z.string().optional(),
  }),
  metadata: z.record(z.string(), z.string()).optional(),
  /** Epoch milliseconds at which the command arrived. */
  sentAtMilliseconds: z.number(),
});
export type QrJob = z.infer<typeof qrJobSchema>;
