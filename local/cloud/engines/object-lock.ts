import type { IncomingHttpHeaders } from 'node:http';
import { s3Error, type XmlAnswer } from './s3-answers.ts';

export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';

/** Until when a version cannot be deleted. */
export interface Retention {
  readonly mode: LockMode;
  readonly until: Date;
}

/** The Object Lock of a bucket, with the retention of objects that come without one. */
export interface BucketLock {
  readonly byDefault?: { readonly mode: LockMode; readonly days: number } | undefined;
}

const dayMilliseconds = 24 * 60 * 60 * 1_000;
const isMode = (text: unknown): text is LockMode => text === 'GOVERNANCE' || text === 'COMPLIANCE';

export function defaultRetention(lock: BucketLock | undefined, at: Date): Retention | undefined {
  const rule = lock?.byDefault;
  return rule && { mode: rule.mode, until: new Date(at.getTime() + rule.days * dayMilliseconds) };
}

/**
 * Whether a version cannot be deleted, or its retention made weaker.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export function isProtected(retention: Retention | undefined, now: Date, bypasses: boolean): boolean {
  return retention !== undefined && now < retention.until && !(bypasses && retention.mode === 'GOVERNANCE');
}

/** Whether a new retention is weaker than the old one: its end is earlier, or its mode is. */
export function isWeaker(retention: Retention | undefined, than: Retention): boolean {
  if (retention === undefined || retention.until < than.until) return true;
  return than.mode === 'COMPLIANCE' && retention.mode === 'GOVERNANCE';
}

/** The retention in the headers of a write. Undefined without one. */
export function retentionOf(
  headers: IncomingHttpHeaders,
  lock: BucketLock | undefined,
  now: Date,
): Retention | XmlAnswer | undefined {
  const [mode, until] = [headers['x-amz-object-lock-mode'], headers['x-amz-object-lock-retain-until-date']];
  if (headers['x-amz-object-lock-legal-hold'] !== undefined) {
    return s3Error(501, 'NotImplemented', 'A legal hold is not implemented here');
  }
  if (mode === undefined && until === undefined) {
    return lock?.byDefault !== undefined && !hasChecksum(headers) ? withoutChecksum : undefined;
  }
  if (lock === undefined) return s3Error(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration');
  if (!hasChecksum(headers)) return withoutChecksum;
  return read(mode, until, now);
}

/** The retention in the body of a PutObjectRetention. Undefined for an empty one, which takes the retention away. */
export function retentionIn(body: string, now: Date): Retention | XmlAnswer | undefined {
  const [, mode] = /<Mode>([^<]*)<\/Mode>/.exec(body) ?? [];
  const [, until] = /<RetainUntilDate>([^<]*)<\/RetainUntilDate>/.exec(body) ?? [];
  return mode === undefined && until === undefined ? undefined : read(mode, until, now);
}

function read(mode: unknown, until: unknown, now: Date): Retention | XmlAnswer {
  const at = new Date(String(until));
  if (!isMode(mode) || Number.isNaN(at.getTime())) {
    return s3Error(
      400,
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  if (at <= now) return s3Error(400, 'InvalidArgument', 'The retain until date must be in the future!');
  return { mode, until: at };
}

function hasChecksum(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
}

const withoutChecksum = s3Error(
  400,
  'InvalidRequest',
  'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
);
