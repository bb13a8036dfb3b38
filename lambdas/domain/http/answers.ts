import * as z from 'zod';
import { outcomeSchema } from '../contract/outcome.ts';

/** Where a request stands. */
export const requestStates = ['queued', 'parked', 'held', 'rejected', 'done'] as const;
export type RequestState = (typeof requestStates)[number];

/** One fault in a body. */
export const pointedFaultSchema = z.object({
  pointer: z
    .string()
    .describe('A JSON Pointer in the body, as a URI fragment (RFC 6901): `#/data/pid`, in a list `#/0/data/pid`.'),
  rule: z.string().describe('A short name that programs can match on.'),
  detail: z.string().describe('For people.'),
});
export type PointedFault = z.infer<typeof pointedFaultSchema>;

/** Problem details (RFC 9457). */
export const problemSchema = z.object({
  type: z.url().describe('The problem type. Its page states what it means and what to do.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong here, and the fix.'),
  instance: z.string().describe('`urn:uuid:` and the ID of this call, which the logs have as well.'),
  reason: z
    .string()
    .optional()
    .describe('Why a command made nothing: the reason of its outcome. A short name that programs can match on.'),
  errors: z.array(pointedFaultSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** A link as an outcome has it. */
export const answeredLinkSchema = outcomeSchema.shape.link.unwrap();

/** The QR code of a link. */
export const answeredCodeSchema = z.object({
  href: z.string().describe('The path of the image.'),
  state: z.enum(['pending', 'ready', 'failed']),
  mediaType: z.enum(['image/png', 'image/jpeg']).optional(),
  base64: z.string().optional().describe('The image. Only in answers to a call that waited.'),
  reason: z.string().optional().describe('Why there is no code.'),
});
export type AnsweredCode = z.infer<typeof answeredCodeSchema>;

/** What became of a request. Also the answer to one command. */
export const requestAnswerSchema = z.object({
  requestId: z.string(),
  status: z
    .enum(requestStates)
    .describe(
      '`queued`: it waits for its turn. `parked`: it waits for quota. `held`: it waits for an operator. `rejected`: it was refused, and its key is free for the corrected command. `done`: it has an outcome, which is final. A QR code may still be `pending`.',
    ),
  since: z.string().describe('ISO 8601, UTC: when it reached this status.'),
  href: z.string().describe('The path to ask what became of it.'),
  reason: z.string().optional().describe('A short name that programs can match on.'),
  errors: z.array(pointedFaultSchema).optional(),
  warnings: z.array(pointedFaultSchema).optional().describe('Link policies that only warn.'),
  outcome: outcomeSchema.optional().describe('The outcome, as subscribers of the topic get it.'),
  link: answeredLinkSchema.optional(),
  qr: answeredCodeSchema.optional().describe('Only if the command has asked for a QR code.'),
});
export type RequestAnswer = z.infer<typeof requestAnswerSchema>;

/** The answer to a list. Each command has an entry, in the order of the list. */
export const listAnswerSchema = z.object({
  commands: z.array(
    z.union([requestAnswerSchema, z.object({ requestId: z.string().optional(), problem: problemSchema })]),
  ),
});
export type ListAnswer = z.infer<typeof listAnswerSchema>;

/** The answer of a link by its key. */
export const keyAnswerSchema = requestAnswerSchema.extend({
  change: z.enum(['created', 'updated', 'unchanged', 'qr']).describe('What the call has asked of the link.'),
});
export type KeyAnswer = z.infer<typeof keyAnswerSchema>;

/** A link with its data. */
export const linkAnswerSchema = z.object({
  onelinkId: z.string(),
  shortlinkId: z.string(),
  shortUrl: z.string(),
  requestId: z.string().describe('The request that made it.'),
  version: z.int().describe('1 at the create. Grows by one with each change.'),
  expiresAt: z
    .string()
    .optional()
    .describe('ISO 8601, UTC: as the OneLink API has just said. Version 1.0 of that API does not report it.'),
  keepUntil: z.string().optional().describe('ISO 8601, UTC: the pipeline renews the link until then.'),
  data: z.record(z.string(), z.string()),
  qr: answeredCodeSchema.optional(),
});
export type LinkAnswer = z.infer<typeof linkAnswerSchema>;
