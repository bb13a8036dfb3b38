import { hash } from 'node:crypto';
import * as z from 'zod';
import { type ErasureCounts, erasureCountsSchema, erasureSteps, type Found } from './subjects.ts';

/** So many keys of objects that are left are remembered. */
export const mostLeft = 100;

/** The state of an erasure, between its parts. It names no subject. */
export const erasureRunSchema = z.object({
  step: z.enum(erasureSteps),
  /** Epoch milliseconds. */
  erasedAt: z.number(),
  /** Epoch milliseconds at which the marks were written. Workers that began before may not have read them. */
  markedAt: z.number().optional(),
  /** Where the step goes on: a key of the table or the bucket. */
  after: z.string().optional(),
  /** The prefix of the bucket that the step has reached. */
  prefix: z.int(),
  /** Pages of targets, and the next one of the step. */
  pages: z.int(),
  page: z.int(),
  /** Something of this pass is not done yet, so another pass follows. */
  waits: z.string().optional(),
  counts: erasureCountsSchema,
  left: z.array(z.string()),
  /** Grows with each save. */
  revision: z.int(),
});
export type ErasureRun = z.infer<typeof erasureRunSchema>;

/** A link of the persons, and what the erasure has done about it. */
export const linkTargetSchema = z.object({
  source: z.string(),
  onelinkId: z.string(),
  shortlinkId: z.string(),
  /** Known from the request that made it. A record with the subject is a target of its own. */
  byRequest: z.literal(true).optional(),
  /** Epoch milliseconds at which its delete was sent last, and how often it was sent. */
  askedAt: z.number().optional(),
  asked: z.int().optional(),
  /** `other`: the link concerns somebody else by now. */
  end: z.enum(['deleted', 'left', 'other']).optional(),
});
export type LinkTarget = z.infer<typeof linkTargetSchema>;

export const targetPageSchema = z.object({
  links: z.array(linkTargetSchema),
  requests: z.array(z.object({ source: z.string(), requestId: z.string() })),
});
export type TargetPage = z.infer<typeof targetPageSchema>;

/** The ID of the erasure of these subjects. A repeat, by anybody, continues it. */
export const runId = (digests: Iterable<string>) => hash('sha256', [...digests].sort().join(' '), 'hex').slice(0, 32);

export const nothingFound: Found = {
  links: 0,
  liveLinks: 0,
  requests: 0,
  httpRecords: 0,
  archiveLines: 0,
  campaignRows: 0,
};

export const nothingErased: ErasureCounts = {
  ...nothingFound,
  linksDeleted: 0,
  linksLeft: 0,
  sentBack: 0,
  objectsRewritten: 0,
  versionsDeleted: 0,
  objectsLeft: 0,
};

export const firstRun = (erasedAt: number): ErasureRun => ({
  step: 'settle',
  erasedAt,
  prefix: 0,
  pages: 0,
  page: 0,
  counts: { ...nothingErased },
  left: [],
  revision: 0,
});
