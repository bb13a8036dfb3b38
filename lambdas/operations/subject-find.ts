import { nothingFound } from '../domain/acts/erasure-run.ts';
import type { Act, AnswerTo } from '../domain/acts/registry.ts';
import { archivePrefixes, linesOfVersion } from './subject-archive.ts';
import { campaignObject } from './subject-campaign-objects.ts';
import { campaignPrefixes, redactedVersion } from './subject-campaigns.ts';
import { isTheirs } from './subject-erase.ts';
import { Persons } from './subject-persons.ts';
import type { ObjectVersion, SubjectPorts, Versions } from './subject-ports.ts';

/** A part ends at the first object or page after this time. */
const partMilliseconds = 14_000;

/** Links in one answer, which has a few hundred bytes for each. */
const mostLinks = 5_000;

type Answer = AnswerTo<'subject-find'>;
type Asked = Act<'subject-find'>;

/** One part of a search. It goes on from `after`, and changes nothing. */
export async function findSubjects(asked: Asked, ports: SubjectPorts): Promise<Answer> {
  const { clock, linkIdSecret } = ports;
  const persons = new Persons(asked.subjects, await linkIdSecret.value());
  const endsAt = clock.monotonicMilliseconds() + partMilliseconds;
  const isOver = () => clock.monotonicMilliseconds() >= endsAt;
  const answer: Answer = { found: { ...nothingFound }, links: [] };
  const next = await searches[asked.place](asked.after, persons, answer, isOver, ports);
  return next === undefined ? answer : { ...answer, next };
}

/** @returns where the next part begins */
type Search = (
  after: string | undefined,
  persons: Persons,
  answer: Answer,
  isOver: () => boolean,
  ports: SubjectPorts,
) => Promise<string | undefined>;

const searches: Record<Asked['place'], Search> = {
  ledger: async (after, persons, { found, links }, isOver, { ledger }) => {
    let from = after;
    do {
      const page = await ledger.withSubject(from);
      for (const item of page.found) {
        if (!isTheirs(item, persons)) continue;
        if (item.kind === 'request') found.requests += 1;
        if (item.kind === 'http') found.httpRecords += 1;
        if (item.kind !== 'link') continue;
        const { source, address, shortUrl, state } = item.record;
        found.links += 1;
        if (state === 'live') found.liveLinks += 1;
        links.push({ source, ...address, shortUrl, state });
      }
      from = page.next;
    } while (from !== undefined && links.length < mostLinks && !isOver());
    return from;
  },
  archive: (after, persons, { found }, isOver, ports) =>
    walk(ports.archive, archivePrefixes, after, isOver, async (version) => {
      const lines = await linesOfVersion(version, persons, ports);
      if (typeof lines !== 'string') found.archiveLines += lines.theirs.length;
    }),
  campaigns: (after, persons, { found }, isOver, ports) =>
    walk(ports.campaignBucket, campaignPrefixes, after, isOver, async (version) => {
      const object = campaignObject(version.key);
      if (object === undefined || object.kind === 'other') return;
      const { record } = await ports.campaigns.read(object);
      const redacted = await redactedVersion(version, object, record, persons, ports);
      if (typeof redacted !== 'string') found.campaignRows += redacted.rows;
    }),
};

async function walk(
  bucket: Versions,
  prefixes: readonly string[],
  after: string | undefined,
  isOver: () => boolean,
  look: (version: ObjectVersion) => Promise<void>,
): Promise<string | undefined> {
  const first = after === undefined ? 0 : prefixes.findIndex((prefix) => after.startsWith(prefix));
  for (const [index, prefix] of prefixes.entries()) {
    if (index < first) continue;
    for await (const versions of bucket.objects(prefix, index === first ? after : undefined)) {
      for (const version of versions) await look(version);
      if (isOver()) return versions[0]?.key;
    }
  }
  return undefined;
}
