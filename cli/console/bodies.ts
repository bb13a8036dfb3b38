import type { Context } from 'hono';
import * as z from 'zod';
import { ProblemError } from './problem.ts';

/** A body of JSON. A selection of 500 acts has some 100 KB. */
export const mostBodyBytes = 1024 * 1024;

/**
 * The body of a request.
 *
 * @throws ProblemError for a body that is not JSON, or breaks the schema. It names paths and rules, never values.
 */
export async function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await context.req.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProblemError('bad-request', 'The body is not JSON.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the body'} ${ruleOf(issue)}`);
  throw new ProblemError('bad-request', `The request has a fault: ${places.join(', ')}.`);
}

/** The rule that a field breaks. It never holds the value. */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big')
    return `is too ${issue.origin === 'string' ? 'long' : 'large'}: ${issue.maximum} at most`;
  if (issue.code === 'too_small') return issue.minimum === 1 ? 'is empty' : `is too small: ${issue.minimum} at least`;
  if (issue.code === 'unrecognized_keys') return 'has a field that the console does not know';
  return 'is missing, or has another form';
}

const name = z.string().min(1).max(200);
const reveal = z.boolean().optional();

export const requestChoice = { by: z.literal('request'), source: name, requestId: z.string().min(1).max(128) };
export const linkChoice = { by: z.literal('link'), link: z.string().min(1).max(2_048) };

/** How the operator names a link. */
export const linkChoiceSchema = z.discriminatedUnion('by', [z.strictObject(linkChoice), z.strictObject(requestChoice)]);
export const linkQuerySchema = z.discriminatedUnion('by', [
  z.strictObject({ ...linkChoice, reveal }),
  z.strictObject({ ...requestChoice, reveal }),
]);
const story = { reveal, days: z.int().min(1).max(3_653).optional() };
export const linkStorySchema = z.discriminatedUnion('by', [
  z.strictObject({ ...linkChoice, ...story }),
  z.strictObject({ ...requestChoice, ...story }),
]);
export const campaignLinksSchema = z.strictObject({ source: name, name, after: z.string().max(20).optional(), reveal });

const change = {
  action: z.enum(['qr', 'update', 'delete']),
  lane: name,
  data: z.record(z.string(), z.string()).optional(),
  ttl: z.string().max(10).optional(),
  confirm: z.literal(true),
};
export const linkChangeSchema = z.discriminatedUnion('by', [
  z.strictObject({ ...linkChoice, ...change }),
  z.strictObject({ ...requestChoice, ...change }),
]);
