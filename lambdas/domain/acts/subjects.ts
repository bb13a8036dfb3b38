import * as z from 'zod';
import { subject } from '../contract/command.ts';
import { defineAct } from './act.ts';

/** Persons of one act. A ledger scan takes as long for many as for one. */
export const mostSubjects = 100;

const subjects = z
  .array(subject.refine((text) => !/\p{Cc}/u.test(text) && text.isWellFormed(), 'must be printable'))
  .min(1)
  .max(mostSubjects);

/** The stores that a search reads, in its order. */
export const subjectPlaces = ['ledger', 'archive', 'campaigns'] as const;
export type SubjectPlace = (typeof subjectPlaces)[number];

const count = z.int().min(0);

/** What a search has found in a part, or an erasure so far. */
export const foundSchema = z.object({
  /** Records of links, and those of them whose link is live. */
  links: count,
  liveLinks: count,
  requests: count,
  /** Records of calls over HTTP. */
  httpRecords: count,
  /** Lines of the archive, old versions of its objects included. */
  archiveLines: count,
  /** Rows in files of campaigns, old versions included. */
  campaignRows: count,
});
export type Found = z.infer<typeof foundSchema>;

/** Searches for everything of these persons, a part of a store at a time. It changes nothing. */
export const subjectFind = defineAct({
  name: 'subject-find',
  fields: {
    subjects,
    place: z.enum(subjectPlaces),
    /** Where the part begins: `next` of the part before. */
    after: z.string().max(2_048).optional(),
  },
  permission: 'privacy',
  target: ({ subjects, place }) => ({ subjects: subjects.length, place }),
  answer: z.object({
    found: foundSchema,
    /** The links that the part has found. */
    links: z.array(
      z.object({
        source: z.string(),
        onelinkId: z.string(),
        shortlinkId: z.string(),
        shortUrl: z.string(),
        state: z.enum(['live', 'deleted']),
      }),
    ),
    /** Absent at the end of the store. */
    next: z.string().optional(),
  }),
});

/**
 * The steps of an erasure, in order:
 *
 * - `settle`     workers that have read no mark of the erasure end
 * - `collect`    the ledger is searched for links and requests
 * - `links`      the links are deleted at the API, with their images
 * - `archive`    the archive loses the lines, and sends parked and held commands back to their lane, which ends them
 * - `campaigns`  files of campaigns lose the rows
 * - `records`    the records of the requests are cut
 * - `notes`      what the erasure has noted about links and requests is removed
 */
export const erasureSteps = ['settle', 'collect', 'links', 'archive', 'campaigns', 'records', 'notes', 'done'] as const;
export type ErasureStep = (typeof erasureSteps)[number];

export const erasureCountsSchema = foundSchema.extend({
  /** Links that the API has deleted for this erasure. */
  linksDeleted: count,
  /** Links that the API keeps: their delete ended in another way, or their producer is not configured any more. */
  linksLeft: count,
  /** Parked and held commands that were sent back, so that their lane ends them. */
  sentBack: count,
  /** Objects that were written anew, objects and old versions that were deleted. */
  objectsRewritten: count,
  versionsDeleted: count,
  /** Objects that are too large to be rewritten, or that nobody can read as text. */
  objectsLeft: count,
});
export type ErasureCounts = z.infer<typeof erasureCountsSchema>;

/** Erases everything of these persons, a part at a time. A repeat continues, also after a crash, and for any operator. */
export const subjectErase = defineAct({
  name: 'subject-erase',
  fields: { subjects },
  permission: 'privacy',
  needsReason: true,
  target: ({ subjects }) => ({ subjects: subjects.length }),
  answer: z.object({
    /** `waiting`: the next part has work a little later. `waitsFor` states the reason. */
    state: z.enum(['working', 'waiting', 'done']),
    step: z.enum(erasureSteps),
    waitsFor: z.string().optional(),
    /** ISO 8601: commands that were requested or sent until then are ended. */
    erasedAt: z.string(),
    counts: erasureCountsSchema,
    /** Objects that are left, by their keys: at most 100. */
    left: z.array(z.string()),
  }),
});
