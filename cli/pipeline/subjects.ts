import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerTo } from '../../lambdas/domain/acts/registry.ts';
import {
  type ErasureCounts,
  type Found,
  mostSubjects,
  type SubjectPlace,
  subjectPlaces,
} from '../../lambdas/domain/acts/subjects.ts';
import { n } from '../words/words.ts';
import type { RunningAct } from './operations.ts';

/** An act in parts. */
export type Acting = Pick<RunningAct, 'id' | 'part'>;

export type FoundLink = AnswerTo<'subject-find'>['links'][number];

/** What a search has found. */
export interface SubjectsFound {
  found: Found;
  links: FoundLink[];
}

const groupsOf = (subjects: readonly string[]) =>
  Array.from({ length: Math.ceil(subjects.length / mostSubjects) }, (_, group) =>
    subjects.slice(group * mostSubjects, (group + 1) * mostSubjects),
  );

/**
 * Searches for everything of these persons, in parts.
 *
 * @param places which stores to search
 */
export async function findSubjects(
  act: Acting,
  subjects: readonly string[],
  onPart: (found: Found) => void = () => {},
  places: readonly SubjectPlace[] = subjectPlaces,
): Promise<SubjectsFound> {
  const all: SubjectsFound = {
    found: { links: 0, liveLinks: 0, requests: 0, httpRecords: 0, archiveLines: 0, campaignRows: 0 },
    links: [],
  };
  for (const group of groupsOf(subjects)) {
    for (const place of places) {
      let after: string | undefined;
      do {
        const part = await act.part('subject-find', { subjects: group, place, ...(after !== undefined && { after }) });
        addTo(all.found, part.found);
        all.links.push(...part.links);
        after = part.next;
        onPart(all.found);
      } while (after !== undefined);
    }
  }
  return all;
}

/** How an erasure of persons stands. */
export interface Erased {
  state: 'waiting' | 'done';
  waitsFor?: string;
  /** ISO 8601, of the last group. */
  erasedAt: string;
  counts: ErasureCounts;
  left: string[];
}

/** Between two parts while something takes its turn. */
const waitMilliseconds = 5_000;

/**
 * Erases everything of these persons, in parts. It ends when everything is done, or when a group has to wait and the caller does
 * not want to.
 *
 * @throws ActInterrupted between two parts. The next call continues
 */
export async function eraseSubjects(
  act: Acting,
  subjects: readonly string[],
  {
    waits,
    onPart = () => {},
    interrupted,
    betweenMilliseconds = waitMilliseconds,
  }: {
    waits: boolean;
    onPart?: (answer: AnswerTo<'subject-erase'>) => void;
    interrupted?: AbortSignal;
    betweenMilliseconds?: number;
  },
): Promise<Erased> {
  const counts: Record<string, number> = {};
  const left = new Set<string>();
  let ended: AnswerTo<'subject-erase'> | undefined;
  let waitsFor: string | undefined;
  for (const group of groupsOf(subjects)) {
    for (;;) {
      const answer = await act.part('subject-erase', { subjects: group });
      onPart(answer);
      ended = answer;
      if (answer.state === 'working') continue;
      if (answer.state === 'done') break;
      if (!waits) {
        waitsFor ??= answer.waitsFor ?? 'its turn';
        break;
      }
      await sleep(betweenMilliseconds, undefined, interrupted && { signal: interrupted }).catch(() => {});
    }
    addTo(counts, ended.counts);
    for (const key of ended.left) left.add(key);
  }
  return {
    state: waitsFor === undefined ? 'done' : 'waiting',
    ...(waitsFor !== undefined && { waitsFor }),
    erasedAt: ended?.erasedAt ?? '',
    counts: counts as ErasureCounts,
    left: [...left],
  };
}

function addTo(sum: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
}

/** What an erasure does not reach. docs/privacy.md has the same list. */
export const notReached = [
  'links that were made without a subject, or before the pipeline knew subjects',
  'backups of the table: DynamoDB keeps each state for 35 days, and the changes of its stream for a day',
  'dead letters and messages in queues: they end as rejected when they are redriven, or leave with a purge',
  'removals that Lambda could not deliver, in the archive under aws/lambda/',
  'copies of the producers: their commands, and the outcomes that they have received',
  'the logs, which hold no value and no subject, but the requestId of each command',
  'the vendor: clicks, its own logs and its backups',
] as const;

/** The proof of an erasure, for the person who asked for it. */
export function certificateOf(subjects: readonly string[], actId: string, stack: string, erased: Erased) {
  const { state, waitsFor, erasedAt, counts, left } = erased;
  return {
    v: 1,
    pipeline: stack,
    actId,
    subjects,
    state,
    ...(waitsFor !== undefined && { waitsFor }),
    erasedAt,
    counts,
    left,
    notReached,
  };
}
export type Certificate = ReturnType<typeof certificateOf>;

/** What is counted, in the singular and in the plural. */
const countWords: Record<keyof ErasureCounts, readonly [one: string, many: string, rest: string]> = {
  links: ['record of a link', 'records of links', ', cut to what keeps the address from others'],
  liveLinks: ['of these was live', 'of these were live', ''],
  linksDeleted: ['link', 'links', ' deleted at the API'],
  linksLeft: ['link', 'links', ' that the API still has: see onelink get'],
  requests: ['record of a request', 'records of requests', ', cut to what answers a repeat'],
  httpRecords: ['record of a call over HTTP', 'records of calls over HTTP', ', cut'],
  archiveLines: ['line', 'lines', ' of the archive, deleted'],
  sentBack: [
    'of these, a waiting command that its lane ends as rejected',
    'of these, waiting commands that their lane ends as rejected',
    '',
  ],
  campaignRows: ['row', 'rows', ' in files of campaigns, blanked'],
  objectsRewritten: ['object', 'objects', ' written anew'],
  versionsDeleted: ['version', 'versions', ' of objects deleted'],
  objectsLeft: ['object', 'objects', ' left: too large, or not readable'],
};

/** The certificate, for people. */
export function certificateText({
  pipeline,
  actId,
  subjects,
  state,
  waitsFor,
  erasedAt,
  counts,
  left,
}: Certificate): string {
  const lines = Object.entries(countWords).map(([name, [one, many, rest]]) => {
    const count = counts[name as keyof ErasureCounts];
    return `- ${n(count)} ${count === 1 ? one : many}${rest}`;
  });
  return [
    `# Erasure of ${subjects.length === 1 ? 'one subject' : `${subjects.length} subjects`}`,
    '',
    `Pipeline: ${pipeline}. Act: ${actId}. Erased what was requested or sent until ${erasedAt}.`,
    state === 'done' ? 'The erasure is complete.' : `The erasure is not complete. It waits for ${waitsFor}.`,
    '',
    '## For',
    '',
    ...subjects.map((subject) => `- ${subject}`),
    '',
    '## Done',
    '',
    ...lines,
    ...(left.length > 0 ? ['', '## Left', '', ...left.map((key) => `- ${key}`)] : []),
    '',
    '## Not reached',
    '',
    ...notReached.map((one) => `- ${one}`),
    '',
  ].join('\n');
}
