import * as z from 'zod';
import { auditPrefix } from './names.ts';

/** The caller, as STS names it. */
export const callerSchema = z.object({
  /** `arn:aws:sts::111122223333:assumed-role/operator/anna` */
  arn: z.string(),
  /** The unique ID of the user or role, with the session after a colon. Empty if AWS states the ARN alone. */
  userId: z.string(),
  account: z.string(),
});
export type Caller = z.infer<typeof callerSchema>;

/**
 * A caller's name for people: `operator/anna` of `arn:aws:sts::111122223333:assumed-role/operator/anna`, `anna` of the user
 * `anna`. A caller chooses the name of its session, so the role belongs to the name.
 */
export const callerName = ({ arn }: Caller) =>
  arn
    .slice(arn.search(/[^:]*$/))
    .replace(/^(assumed-role|user)\//, '')
    .slice(0, 128);

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

/**
 * One line of the audit: the begin or the end of a part of an act, or a refusal. It holds names, lanes and counts. It never
 * holds a link ID, a short URL, a parameter's value, the text of a key or a subject.
 */
export const auditRecordSchema = z.object({
  v: z.literal(1),
  actId: z.string(),
  part: z.int(),
  phase: z.enum(['begun', 'ended', 'refused']),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Absent in a refusal before the caller was known. */
  by: callerSchema.optional(),
  /** The alias that was invoked. */
  permission: z.string(),
  /** The SSM document, if the caller has started an execution of it. `actId` is the ID of the execution. */
  document: z.string().optional(),
  act: z.string(),
  target: facts,
  reason: z.string().optional(),
  result: z.enum(['done', 'failed']).optional(),
  effect: facts.optional(),
  /** A refusal's code, or an error's name and words. */
  error: z.string().optional(),
});
export type AuditRecord = z.infer<typeof auditRecordSchema>;

/** The folder of a day's records: `audit/2026/11/28/`. */
export const auditDay = (epochMilliseconds: number) =>
  `${auditPrefix}${new Date(epochMilliseconds).toISOString().slice(0, 10).replaceAll('-', '/')}/`;

const numbered = (part: number) => String(part).padStart(6, '0');

/**
 * The key of a record. The day is that of the proof: a signature, or the start of an execution. So a repeated proof meets the key of its first use.
 *
 * @param unique separates two refusals of one part
 */
export function auditKey(
  { actId, part, phase }: Pick<AuditRecord, 'actId' | 'part' | 'phase'>,
  provedAtMilliseconds: number,
  unique?: string,
): string {
  const end = unique === undefined ? '' : `-${unique}`;
  return `${auditDay(provedAtMilliseconds)}${actId}/${numbered(part)}-${phase}${end}.json`;
}
