import { Hono } from 'hono';
import * as z from 'zod';
import { auditRecords } from '../../pipeline/audit.ts';
import { ProblemError } from '../problem.ts';
import { auditPage } from '../reading/audit-page.ts';
import type { ConsoleWorld } from '../world.ts';

const text = z.string().max(300).optional();
const querySchema = z.object({
  since: text,
  until: text,
  by: text,
  act: text,
  after: z
    .string()
    .regex(/^\d{1,7}$/)
    .optional(),
});
const spans = { h: 3_600_000, d: 86_400_000 } as const;
const usualSince = '7d';

/** Who did what, when and why, from the records of the operations function. */
export function auditRoutes({ desk, nowMilliseconds }: ConsoleWorld): Hono {
  return new Hono().get('/audit', async (context) => {
    const query = querySchema.safeParse(context.req.query());
    if (!query.success) throw new ProblemError('bad-request', 'The question has a fault.');
    const { since = usualSince, until, ...asked } = query.data;
    const now = nowMilliseconds();
    const sinceMilliseconds = instantOf(since, now);
    const untilMilliseconds = until === undefined ? now + 1 : instantOf(until, now);
    const { deployed } = await desk.open();
    const period = { sinceMilliseconds, untilMilliseconds };
    const { records } = await auditRecords(deployed.s3, deployed.output('AuditBucketName'), period);
    return context.json(auditPage(records, asked, now));
  });
}

/** `12h`, `7d`, or ISO 8601. @throws ProblemError for another text */
function instantOf(words: string, now: number): number {
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(words) ?? [];
  if (count !== undefined) return now - Number(count) * spans[unit === 'h' ? 'h' : 'd'];
  const at = /^\d{4}-\d\d-\d\d/.test(words) ? Date.parse(words) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new ProblemError('bad-request', 'A time must be like 12h, 7d or 2026-11-28T10:00:00Z.');
}
