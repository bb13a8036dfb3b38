import { randomBytes } from 'node:crypto';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Outcome, SqsLinks } from '../../client/index.ts';

/** A session of a television, as your service stores it before it sends anything. */
export interface TvSession {
  id: string;
  shortlinkId: string;
  startedAt: Date;
}

/** The televisions that are connected to your service. */
export interface Screens {
  isOpen(sessionId: string): boolean;
  showCode(sessionId: string, png: Uint8Array): void;
  /** The customer has to type something instead. */
  showNoCode(sessionId: string): void;
}

const onelinkId = 'A1b3';
const lifeMinutes = 10;

/** 96 random bits: nobody can guess the link of another session. */
export const newShortlinkId = () => randomBytes(12).toString('hex');

/** Asks for the code of a session. It is safe to repeat. */
export async function startCode(links: SqsLinks, { id, shortlinkId, startedAt }: TvSession): Promise<void> {
  await links.create({
    requestId: `tv-${id}`,
    onelinkId,
    shortlinkId,
    data: { pid: 'tv_app', c: 'scan_to_continue', deep_link_value: 'continue', deep_link_sub1: id },
    ttl: `${lifeMinutes}m`,
    renewTtl: false,
    qr: { size: 600 },
    requestedAt: startedAt.toISOString(),
    // A later code would appear on a screen that nobody watches any more.
    validUntil: new Date(startedAt.getTime() + lifeMinutes * 60_000).toISOString(),
    metadata: { session: id },
  });
}

/** Ends the code of a session. It may be sent before the link exists: then the link is never made. */
export async function endCode(links: SqsLinks, { id, shortlinkId }: TvSession): Promise<void> {
  await links.delete({ requestId: `tv-${id}-end`, onelinkId, shortlinkId });
}

/** Handles an outcome of the queue. It may come twice, so everything here may happen twice. */
export async function showOutcome(outcome: Outcome, screens: Screens, s3: S3Client): Promise<void> {
  const session = outcome.metadata?.session;
  if (session === undefined || !screens.isOpen(session)) return;
  switch (outcome.outcome) {
    case 'qr-ready': {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: outcome.qr?.bucket, Key: outcome.qr?.key }));
      if (Body !== undefined) screens.showCode(session, await Body.transformToByteArray());
      return;
    }
    case 'qr-failed':
    case 'rejected':
    case 'conflict':
    case 'stale':
    case 'superseded':
    case 'parked':
      screens.showNoCode(session);
  }
}
