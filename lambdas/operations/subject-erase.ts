import { type ErasureRun, firstRun, runId, type TargetPage } from '../domain/acts/erasure-run.ts';
import type { Act, AnswerTo } from '../domain/acts/registry.ts';
import { type ErasureCounts, erasureSteps } from '../domain/acts/subjects.ts';
import type { SubjectItem } from '../domain/link/subject-item.ts';
import { archivePrefixes, eraseLines } from './subject-archive.ts';
import { campaignPrefixes, eraseRows } from './subject-campaigns.ts';
import { eraseLink } from './subject-links.ts';
import { Persons } from './subject-persons.ts';
import type { ObjectVersion, SubjectPorts, SubjectSettings, Versions } from './subject-ports.ts';

/** A part ends at the first step after this time. */
const partMilliseconds = 14_000;

/** Targets in one item of the table, which takes 400 KB. */
const targetsPerPage = 500;

/** What a step has come to: more of it follows, it is done, or it has to wait. */
type Progress = 'more' | 'done' | { waitsFor: string };

type Answer = AnswerTo<'subject-erase'>;

/**
 * One part of an erasure. Its state is in the ledger, under the digest of all its subjects, and every step can be repeated. So a
 * crash, or another operator, continues it. An erasure that was done before begins anew.
 *
 * @returns the answer, and what this part has added to the counts
 * @throws AnotherOperator if another part of the same erasure runs
 */
export async function eraseSubjects(
  { subjects }: Pick<Act<'subject-erase'>, 'subjects'>,
  settings: SubjectSettings,
  ports: SubjectPorts,
): Promise<{ answer: Answer; added: Partial<ErasureCounts> }> {
  const { ledger, linkIdSecret, clock } = ports;
  const persons = new Persons(subjects, await linkIdSecret.value());
  const id = runId(persons.digests);
  const now = clock.wallMilliseconds();
  const kept = () => Math.floor(clock.wallMilliseconds() / 1000) + settings.keptDays * 86_400;
  const before = await ledger.run(id);
  const run =
    before === undefined || before.step === 'done' ? { ...firstRun(now), revision: before?.revision ?? 0 } : before;
  const from = { ...run.counts };
  let noted: number | undefined;
  const save = async () => {
    // Before the run: after a crash between the two, the step is done again, and so is this.
    const open = openDeletes(run);
    if (open !== noted) await ledger.noteOpenDeletes(id, open, kept());
    noted = open;
    run.revision += 1;
    if (!(await ledger.saveRun(id, run, kept()))) throw new AnotherOperator();
  };
  // Before the marks, so that a repeat writes them with the same time.
  if (run !== before) await save();

  const context: Context = { id, persons, run, settings, ports, kept };
  const endsAt = clock.monotonicMilliseconds() + partMilliseconds;
  let progress = 'more' as Progress;
  while (run.step !== 'done' && typeof progress === 'string' && clock.monotonicMilliseconds() < endsAt) {
    progress = await steps[run.step](context, () => clock.monotonicMilliseconds() >= endsAt);
    if (progress === 'done') begin(run, erasureSteps[erasureSteps.indexOf(run.step) + 1] ?? 'done');
    await save();
  }
  const added = Object.entries(run.counts).map(([name, count]) => [name, count - from[name as keyof ErasureCounts]]);
  const { step, erasedAt, counts, left } = run;
  const waitsFor = typeof progress === 'string' ? undefined : progress.waitsFor;
  return {
    answer: {
      state: step === 'done' ? 'done' : waitsFor === undefined ? 'working' : 'waiting',
      step,
      ...(waitsFor !== undefined && { waitsFor }),
      erasedAt: new Date(erasedAt).toISOString(),
      counts,
      left,
    },
    added: Object.fromEntries(added.filter(([, count]) => count !== 0)),
  };
}

/** The DELETE calls that a run has before it, at most: a link may end by itself, or concern somebody else by now. */
function openDeletes({ step, counts: { liveLinks, linksDeleted, linksLeft } }: ErasureRun): number {
  return step === 'collect' || step === 'links' ? Math.max(0, liveLinks - linksDeleted - linksLeft) : 0;
}

/** Another part of the same erasure has saved its state since. */
export class AnotherOperator extends Error {
  override readonly name = 'AnotherOperator';
}

interface Context {
  id: string;
  persons: Persons;
  run: ErasureRun;
  settings: SubjectSettings;
  ports: SubjectPorts;
  /** Epoch seconds until which the state is kept. */
  kept: () => number;
}

type Step = (context: Context, isOver: () => boolean) => Promise<Progress>;

function begin(run: ErasureRun, step: ErasureRun['step']): void {
  run.step = step;
  run.page = 0;
  run.prefix = 0;
  delete run.after;
  delete run.waits;
}

const steps: Record<Exclude<ErasureRun['step'], 'done'>, Step> = {
  settle: async ({ persons, run, settings, ports, kept }) => {
    if (run.markedAt === undefined) {
      await ports.ledger.mark(persons.digests, run.erasedAt, kept());
      run.markedAt = ports.clock.wallMilliseconds();
      return 'more';
    }
    const restMilliseconds = run.markedAt + settings.settleSeconds * 1000 - ports.clock.wallMilliseconds();
    if (restMilliseconds <= 0) return 'done';
    return { waitsFor: `workers that have begun before the erasure: ${Math.ceil(restMilliseconds / 1000)} s` };
  },
  collect: (context) => collect(context),
  links: (context, isOver) => links(context, isOver),
  archive: (context, isOver) => {
    const { persons, run, settings, ports } = context;
    return walk(context, ports.archive, archivePrefixes, isOver, (versions) =>
      eraseLines(versions, persons, run, settings, ports),
    );
  },
  campaigns: (context, isOver) => {
    const { persons, run, ports } = context;
    return walk(context, ports.campaignBucket, campaignPrefixes, isOver, (versions) =>
      eraseRows(versions, persons, run, ports),
    );
  },
  records: (context, isOver) => records(context, isOver),
  // A step of its own: after a crash among the removals, no other step reads a page.
  notes: async ({ id, run, ports }) => {
    for (let page = 0; page < run.pages; page++) await ports.ledger.removePage(id, page);
    run.pages = 0;
    return 'done';
  },
};

/** Reads one page of the ledger, and notes whose links and requests it has. */
async function collect({ id, persons, run, ports, kept }: Context): Promise<Progress> {
  const { ledger } = ports;
  const { found, next } = await ledger.withSubject(run.after);
  const theirs = found.filter((item) => isTheirs(item, persons));
  const targets = targetsIn(theirs);
  for (let at = 0; at < Math.max(targets.links.length, targets.requests.length); at += targetsPerPage) {
    const part = {
      links: targets.links.slice(at, at + targetsPerPage),
      requests: targets.requests.slice(at, at + targetsPerPage),
    };
    await ledger.savePage(id, run.pages, part, kept());
    run.pages += 1;
  }
  for (const item of theirs) {
    if (item.kind === 'link') run.counts.links += 1;
    if (item.kind === 'link' && item.record.state === 'live') run.counts.liveLinks += 1;
    if (item.kind === 'request') run.counts.requests += 1;
    if (item.kind !== 'http') continue;
    await ledger.cutHttpRecord(item.request);
    run.counts.httpRecords += 1;
  }
  if (next === undefined) return 'done';
  run.after = next;
  return 'more';
}

export function isTheirs(item: SubjectItem, persons: Persons): boolean {
  if (item.kind === 'link' || item.kind === 'request') return persons.isDigest(item.record.subject);
  return item.kind === 'http' && persons.isDigest(item.subject);
}

function targetsIn(items: readonly SubjectItem[]): TargetPage {
  const links = items.flatMap((item) => {
    if (item.kind === 'link') return [{ source: item.record.source, ...item.record.address }];
    if (item.kind !== 'request') return [];
    const { source, outcome } = item.record;
    // The record of a link that has ended may be gone.
    if (outcome.outcome !== 'created' || outcome.link === undefined) return [];
    return [
      { source, onelinkId: outcome.link.onelinkId, shortlinkId: outcome.link.shortlinkId, byRequest: true as const },
    ];
  });
  const requests = items.flatMap((item) => {
    if (item.kind === 'request') return [{ source: item.record.source, requestId: item.record.requestId }];
    return item.kind === 'http' ? [item.request] : [];
  });
  return { links, requests };
}

/** One page of links. The last page ends a pass, and another follows while links wait for their delete. */
async function links(context: Context, isOver: () => boolean): Promise<Progress> {
  const { id, persons, run, settings, ports, kept } = context;
  if (run.page >= run.pages) {
    const { waits } = run;
    begin(run, 'links');
    return waits === undefined ? 'done' : { waitsFor: waits };
  }
  const page = await ports.ledger.page(id, run.page);
  let open = 0;
  try {
    for (const target of page.links) {
      if (target.end !== undefined) continue;
      if (isOver()) return 'more';
      if (!(await eraseLink(target, persons, run, settings, ports))) open += 1;
    }
  } finally {
    await ports.ledger.savePage(id, run.page, page, kept());
  }
  if (open > 0) run.waits = 'deletes of links, which take their turn in their lane';
  run.page += 1;
  return 'more';
}

/** Goes through the objects of a bucket, with all their versions. */
async function walk(
  context: Context,
  bucket: Versions,
  prefixes: readonly string[],
  isOver: () => boolean,
  erase: (versions: ObjectVersion[]) => Promise<void>,
): Promise<Progress> {
  const { run } = context;
  await knowTargets(context);
  for (; run.prefix < prefixes.length; run.prefix += 1) {
    for await (const versions of bucket.objects(prefixes[run.prefix] ?? '', run.after)) {
      await erase(versions);
      run.after = versions[0]?.key ?? '';
      if (isOver()) return 'more';
    }
    delete run.after;
  }
  const { waits } = run;
  begin(run, run.step);
  return waits === undefined ? 'done' : { waitsFor: waits };
}

/** Lines and rows without a subject are found by the persons' links and requests. */
async function knowTargets({ id, persons, run, ports }: Context): Promise<void> {
  for (let page = 0; page < run.pages; page++) {
    const { links, requests } = await ports.ledger.page(id, page);
    persons.know({ links: links.filter(({ end }) => end !== 'other'), requests });
  }
}

/** Cuts the records of the persons' requests, then those of others that name one of the links. */
async function records(context: Context, isOver: () => boolean): Promise<Progress> {
  const { id, persons, run, ports } = context;
  const { ledger } = ports;
  if (run.page < run.pages) {
    const { requests } = await ledger.page(id, run.page);
    for (const request of requests) await ledger.cutRequest(request);
    run.page += 1;
    return 'more';
  }
  await knowTargets(context);
  do {
    const { found, next } = await ledger.withLink(run.after);
    for (const request of found) {
      if (!persons.isLink(request.onelinkId, request.shortlinkId)) continue;
      await ledger.cutRequest(request);
      run.counts.requests += 1;
    }
    if (next === undefined) return 'done';
    run.after = next;
  } while (!isOver());
  return 'more';
}
